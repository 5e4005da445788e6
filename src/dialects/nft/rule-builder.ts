import { fieldsOf } from '@/model/fields/cell'
import type { Condition, FieldTest } from '@/model/fields/field'
import { FAMILY, type Family } from '@/model/packet/address'
import { formatProtocol } from '@/model/packet/protocol'
import type { TableFamily, Target } from '@/model/ruleset/ruleset'
import { addCondition } from '../add-condition'
import { NftError, type Remark } from './cursor'
import type { Token } from './lexer'

/** Fields that packets of one family alone have values of: a test that is not negated pins the family. */
const PINNING: ReadonlySet<string> = new Set(['src', 'dst', 'icmpType', 'icmpv6Type'])

/** A rule while its text is read: what it asks for, what it implies, and what it does. */
export class RuleBuilder {
  readonly table: TableFamily
  readonly remarks: Remark[] = []
  target: Target | undefined
  log = false
  logPrefix: string | undefined
  name = ''
  /** Statements that change something which is not followed here. */
  readonly kept: string[] = []
  #match: readonly Condition[] = []
  /** What nft takes the packet's protocol for after what was read; `several` where it was a list. */
  #protocol: number | 'several' | undefined
  #family: Family | undefined
  /** The family was asked for by itself. */
  #saysFamily = false

  constructor(table: TableFamily) {
    this.table = table
    if (table !== 'inet') this.#family = table === 'ip' ? 4 : 6
  }

  /** A verdict behind a map is for those entries that go on. */
  setTarget(target: Target): void {
    const before = this.target
    if (before?.kind !== 'map' || target.kind === 'map') {
      this.target = target
      return
    }
    const entries = before.entries.map((entry) =>
      entry.target.kind === 'continue' ? { ...entry, target } : entry,
    )
    this.target = { ...before, entries }
  }

  get protocol(): number | 'several' | undefined {
    return this.#protocol
  }

  get family(): Family | undefined {
    return this.#family
  }

  add(condition: Condition): void {
    this.#match = addCondition(this.#match, condition)
  }

  addOpaque(text: string, token: Token): void {
    this.add({ kind: 'opaque', dialect: 'nft', text })
    this.remark(
      'approximated',
      `"${text}" is kept as text: nobody can tell from a packet whether it matches.`,
      token,
    )
  }

  remark(kind: Remark['kind'], message: string, token: Token): void {
    this.remarks.push({ kind, message, token })
  }

  /** A protocol was asked for: what comes after goes by it. */
  setProtocol(values: readonly number[], token: Token): void {
    const [only, ...others] = values
    if (only === undefined) return
    const now = others.every((other) => other === only) ? only : 'several'
    if (typeof this.#protocol === 'number' && typeof now === 'number' && now !== this.#protocol)
      this.#conflict(formatProtocol(this.#protocol), formatProtocol(now), token)
    this.#protocol = now
  }

  /** What follows is of that protocol. Throws NftError where something before says otherwise, as nft does. */
  requireProtocol(protocol: number, token: Token): void {
    if (this.#protocol === protocol) return
    if (this.#protocol !== undefined) {
      const before = this.#protocol === 'several' ? 'several protocols' : formatProtocol(this.#protocol)
      this.#conflict(before, formatProtocol(protocol), token)
    }
    this.#protocol = protocol
    this.add(oneOf('protocol', protocol))
  }

  /** The family was asked for by itself. */
  setFamily(values: readonly number[], token: Token): void {
    const [only, ...others] = values
    if (only === undefined || others.length > 0) return
    if (only === 4 || only === 6) this.requireFamily(only, token)
    this.#saysFamily = true
  }

  requireFamily(family: Family, token: Token): void {
    if (this.#family !== undefined && this.#family !== family)
      this.#conflict(FAMILY[this.#family].name, FAMILY[family].name, token)
    this.#family = family
  }

  #conflict(before: string, now: string, token: Token): never {
    throw new NftError(
      `This is of ${now}, and the rule is for ${before} by what stands before it. nft refuses that.`,
      token,
    )
  }

  /** All conditions, with what was implied. */
  get match(): readonly Condition[] {
    if (this.table !== 'inet' || this.#family === undefined || this.#saysFamily) return this.#match
    const asked = this.target?.kind === 'map' ? this.target.fields : []
    const pins = [
      ...this.#match.flatMap((each) =>
        (each.kind === 'test' || each.kind === 'concatenation') && !each.negated ? fieldsOf(each) : [],
      ),
      ...asked,
    ].some((field) => PINNING.has(field))
    return pins ? this.#match : addCondition(this.#match, oneOf('family', this.#family))
  }
}

function oneOf(field: FieldTest['field'], value: number): FieldTest {
  return { kind: 'test', field, negated: false, terms: [{ kind: 'range', first: value, last: value }] }
}
