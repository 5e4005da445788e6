import { conditionOn } from '@/model/fields/cell'
import { ctStateTerms } from '@/model/fields/ct-state'
import { PROTOCOL } from '@/model/packet/packet'
import type { Chain, Row, Rule, Table } from '@/model/ruleset/ruleset'
import { key } from '../iptables/merge'

/** The chains of a table that pf asks at the same places: what arrives, and what leaves. */
export interface PfShape {
  readonly in: Chain | undefined
  readonly out: Chain | undefined
}

/** INPUT asks `in`, FORWARD asks `in` and then `out`, OUTPUT asks `out`, and nothing else is asked. */
export function pfShape(table: Table): PfShape | undefined {
  const base = (hook: string) => table.chains.find((chain) => chain.base?.hook === hook)
  const lists = ['input', 'forward', 'output'].map((hook) => jumpsOf(base(hook), table))
  const [input, forward, output] = lists
  if (!input || !forward || !output || table.chains.filter(({ base: of }) => of).length !== 3)
    return undefined
  if (input.length > 1 || output.length > 1 || forward.length !== input.length + output.length)
    return undefined
  const same = key(forward.map(({ name }) => name)) === key([...input, ...output].map(({ name }) => name))
  const [inward] = input
  const [out] = output
  if (!same || (inward && inward === out)) return undefined
  const decides = [inward, out].every(
    (chain) =>
      chain === undefined ||
      chain.rows.every((row) =>
        isDecision(row, chain === inward && out !== undefined && out.rows.length > 0),
      ),
  )
  return decides ? { in: inward, out } : undefined
}

function isDecision(row: Row, goesOn: boolean): boolean {
  if (row.kind === 'separator' || !row.enabled) return true
  const { kind } = row.target
  return (
    kind === 'drop' ||
    kind === 'reject' ||
    kind === 'return' ||
    kind === 'opaque' ||
    (kind === 'accept' && !goesOn)
  )
}

/** The chains that a base chain asks of everything, undefined where it does anything else. */
function jumpsOf(chain: Chain | undefined, table: Table): readonly Chain[] | undefined {
  if (chain?.base?.policy !== 'accept') return undefined
  const asked = chain.rows.map((row) => {
    if (
      row.kind === 'separator' ||
      !row.enabled ||
      row.log ||
      row.match.length > 0 ||
      row.target.kind !== 'jump'
    )
      return undefined
    const { target } = row
    return table.chains.find(({ name, base }) => name === target.chain && !base)
  })
  return asked.includes(undefined) ? undefined : asked.filter((each) => each !== undefined)
}

const KNOWN = key(ctStateTerms('established', 'related'))

/** Whether the rule lets packets of known connections pass, and nothing else: the state of pf. */
export function isStateRule({ match, target, enabled }: Rule): boolean {
  const [only, ...others] = match
  return (
    enabled &&
    only?.kind === 'test' &&
    others.length === 0 &&
    only.field === 'ctState' &&
    !only.negated &&
    key(only.terms) === KNOWN &&
    (target.kind === 'accept' || target.kind === 'return')
  )
}

/** A rule with state for any protocol is two here: TCP with its flags, then everything else. */
export function joinProtocols(rows: readonly Row[]): Row[] {
  const joined: Row[] = []
  for (const row of rows) {
    const before = joined.at(-1)
    const whole = before?.kind === 'rule' && row.kind === 'rule' && joinTwo(before, row)
    if (whole) joined[joined.length - 1] = whole
    else joined.push(row)
  }
  return joined
}

const ONLY_TCP = key([{ kind: 'range', first: PROTOCOL.tcp, last: PROTOCOL.tcp }])

function joinTwo(first: Rule, second: Rule): Rule | undefined {
  const [tcp, others] = [first, second].map(({ match }) => conditionOn(match, 'protocol'))
  const flags = conditionOn(first.match, 'tcpFlags')
  if (!tcp || !others || !flags || tcp.negated || !others.negated) return undefined
  if (key(tcp.terms) !== ONLY_TCP || key(others.terms) !== ONLY_TCP) return undefined
  const rest = first.match.filter((each) => each !== tcp && each !== flags)
  const same = (rule: Rule) => key([rule.target, rule.log, rule.enabled, rule.name])
  if (key(rest) !== key(second.match.filter((each) => each !== others)) || same(first) !== same(second))
    return undefined
  return { ...first, match: first.match.filter((each) => each !== tcp) }
}
