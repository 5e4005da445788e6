import { conditionOn, sortConditions, withCondition } from '@/model/fields/cell'
import type { Condition } from '@/model/fields/field'
import { PROTOCOL } from '@/model/packet/packet'
import type { Policy, RejectKind, Row, Rule, TargetKind } from '@/model/ruleset/ruleset'
import type { PrintContext } from '../dialect'
import { key } from '../iptables/merge'
import { writeTag } from '../iptables/tag'
import { LeftOut } from '../left-out'
import type { Losses } from '../losses'
import { byteLength, fitBytes, plainText } from '../plain-text'
import { cellsOf } from '../recall'
import { separateRules } from '../separate-rules'
import { closedComment } from './comment'
import { tokensOf } from './lexer'
import { readRule } from './read-rule'
import { Scope } from './scope'
import { interfaceWord, writeMatch } from './write-match'

/** A chain as it is to be written. */
export interface WrittenChain {
  readonly direction: 'in' | 'out'
  /** Interfaces that all of its rules stand for; undefined: as each says. */
  readonly on: readonly string[] | undefined
  readonly rows: readonly Row[]
  /** Undefined: what no rule decides passes. */
  readonly policy: Policy | undefined
  readonly passes: ReadonlySet<TargetKind>
  readonly keepsState: boolean
  /** Some rule of the text refuses something, in this chain or the other. */
  readonly refuses: boolean
}

/** Ids that the reader makes up; it makes them up again, so they are not carried along. */
const MADE_UP = /^line-\d+(-\d+)?$/
const ID_BYTES = 100
const NAME_BYTES = 200
const TAG_BYTES = 1500

export function writeChain(chain: WrittenChain, context: PrintContext, losses: Losses): string[] {
  const { direction, policy, rows, keepsState } = chain
  const decides = rows.some((row) => row.kind === 'rule' && row.enabled && row.match.length === 0)
  // What passes without a rule has no state in pf, and its replies are asked again.
  const needsLast = keepsState && chain.refuses && !decides
  const last: Policy | undefined = policy ?? (needsLast ? 'accept' : undefined)
  const body = rows.flatMap((row) => {
    if (row.kind === 'rule') return writeRule(row, chain, context, losses)
    const tag = writeTag({ separator: fitBytes(plainText(row.id), ID_BYTES), chain: direction }, '')
    return [`# == ${fitBytes(plainText(row.title), NAME_BYTES)} == ${tag}`]
  })
  if (last === undefined) return body
  const action = last === 'accept' ? 'pass' : last === 'drop' ? 'block drop' : 'block return'
  const state = last === 'accept' ? (keepsState ? ' flags any keep state' : ' no state') : ''
  return [
    ...body,
    `# ${writeTag({ rule: 'policy' }, 'policy')}`,
    `${action} ${direction} quick${onText(chain.on)} all${state}`,
  ]
}

const onText = (names: readonly string[] | undefined): string => {
  if (!names) return ''
  const [only, ...others] = names
  return others.length === 0 ? ` on ${only}` : ` on { ${names.join(', ')} }`
}

function writeRule(rule: Rule, chain: WrittenChain, context: PrintContext, losses: Losses): string[] {
  try {
    const separate = separateRules(rule)
    if (separate.length > 1 || separate[0] !== rule) {
      losses.lose(
        'It looks several fields up together, and is written as a rule for each entry.',
        rule.id,
        true,
      )
      return separate.flatMap((each) => writeRule(each, chain, context, losses))
    }
    return writeLines(rule, chain, context, losses)
  } catch (error) {
    if (!(error instanceof LeftOut)) throw error
    losses.leaveOut(rule, error)
    const name = fitBytes(plainText(rule.name === '' ? rule.id : rule.name), ID_BYTES)
    return [closedComment(`# left out: ${name}: ${plainText(error.message)}`)]
  }
}

function writeLines(rule: Rule, chain: WrittenChain, context: PrintContext, losses: Losses): string[] {
  const { direction, passes } = chain
  const isPass = passes.has(rule.target.kind)
  const action = isPass ? 'pass' : blockOf(rule, losses)
  const head = `${action} ${direction}${rule.log ? ' log' : ''} quick${interfacesOf(rule, chain)}`
  if (rule.log && rule.logPrefix !== undefined && rule.logPrefix !== '')
    losses.lose('What its log line begins with is not in this text.', rule.id, true)
  const bodies = writeBodies(rule, isPass, chain.keepsState, context)
  if (bodies.length === 0) throw new LeftOut('it asks for both families of addresses at once.', true)
  const lines = bodies.map((body) => `${head} ${body}`)
  return [
    ...writeNote(rule, lines, context, losses),
    ...(rule.enabled ? lines : lines.map((line) => `# off: ${line}`)),
  ]
}

/** What stands behind the interfaces, with what a rule that passes says of state. */
function writeBodies(rule: Rule, isPass: boolean, keepsState: boolean, context: PrintContext): string[] {
  const flags = conditionOn(rule.match, 'tcpFlags')
  const isAnyProtocol = flags !== undefined && conditionOn(rule.match, 'protocol') === undefined
  if (!isPass || !keepsState)
    return writeMatch(rule.match, context).map((text) => (isPass ? `${text} no state` : text))
  if (isAnyProtocol) {
    // Flags are asked of TCP alone, so the rule is written as if it were for TCP and loses the word.
    const tcp = {
      kind: 'test',
      field: 'protocol',
      negated: false,
      terms: [{ kind: 'range', first: PROTOCOL.tcp, last: PROTOCOL.tcp }],
    } as const
    const texts = writeMatch(withCondition(rule.match, 'protocol', tcp), context)
    return texts.map((text) => `${text.replace('proto tcp ', '')} keep state`)
  }
  return writeMatch(rule.match, context).map((text) => {
    const mayBeTcp = / flags /.test(text) ? false : !/proto (?!tcp)/.test(text)
    return `${text}${mayBeTcp ? ' flags any' : ''} keep state`
  })
}

/** What `return-icmp` answers in each family. */
const ANSWERS: Readonly<Partial<Record<RejectKind, string>>> = {
  'icmp-port-unreachable': 'return-icmp(port-unr, port-unr)',
  'icmp-net-unreachable': 'return-icmp(net-unr, noroute-unr)',
  'icmp-host-unreachable': 'return-icmp(host-unr, addr-unr)',
  'icmp-proto-unreachable': 'return-icmp(proto-unr, port-unr)',
  'icmp-net-prohibited': 'return-icmp(net-prohib, admin-unr)',
  'icmp-host-prohibited': 'return-icmp(host-prohib, admin-unr)',
  'icmp-admin-prohibited': 'return-icmp(filter-prohib, admin-unr)',
  'tcp-reset': 'return',
}

function blockOf({ target, id }: Rule, losses: Losses): string {
  if (target.kind === 'drop') return 'block drop'
  if (target.kind !== 'reject') throw new LeftOut('its action has no spelling here.')
  const answer = ANSWERS[target.with]
  if (answer === undefined)
    losses.lose('What it rejects is answered "port unreachable" in this text.', id, false)
  return `block ${answer ?? 'return-icmp(port-unr, port-unr)'}`
}

/** `on em0`, from what the chain or the rule says. */
function interfacesOf({ match }: Rule, { on, direction }: WrittenChain): string {
  const [own, other] = direction === 'in' ? (['iif', 'oif'] as const) : (['oif', 'iif'] as const)
  if (conditionOn(match, other))
    throw new LeftOut('a rule asks for one interface here: that of its direction.')
  const test = conditionOn(match, own)
  if (test && on) throw new LeftOut('it asks for an interface of its own.')
  if (!test) return onText(on)
  const names = test.terms.flatMap((term) => (term.kind === 'name' ? [interfaceWord(term.pattern)] : []))
  if (test.negated && names.length > 1)
    throw new LeftOut('"none of several interfaces" has no spelling here.')
  return test.negated ? ` on ! ${names[0]}` : onText(names)
}

/** The comment above the lines of a rule: its id and name, and the cells that the lines do not say as they stand. */
function writeNote(rule: Rule, lines: readonly string[], context: PrintContext, losses: Losses): string[] {
  const clean = plainText(rule.name)
  const name = fitBytes(clean, NAME_BYTES)
  if (name !== clean) losses.lose('Its name is too long for a comment and is cut.', rule.id, true)
  const isPlain = lines.length === 1 && readsBack(rule, lines[0] ?? '', context)
  if (isPlain && MADE_UP.test(rule.id) && name === '' && rule.enabled) return []
  const id = {
    rule: fitBytes(plainText(rule.id), ID_BYTES),
    ...(lines.length > 1 && { commands: String(lines.length) }),
  }
  const cells = isPlain ? {} : cellsOf(rule.match.filter(isOwn), context.names)
  const whole = writeTag({ ...id, ...cells }, name)
  return [closedComment(`# ${byteLength(whole) > TAG_BYTES ? writeTag(id, name) : whole}`)]
}

const isOwn = (each: Condition) => each.kind !== 'test' || (each.field !== 'iif' && each.field !== 'oif')

function readsBack(rule: Rule, line: string, context: PrintContext): boolean {
  const { alternatives } = readRule(tokensOf(line, 1), new Scope(context), { kind: 'drop' })
  const wanted = sortConditions(rule.match.filter(isOwn))
  const joined = conditionOn(wanted, 'tcpFlags') && !conditionOn(wanted, 'protocol')
  return joined ? alternatives.length === 2 : key(alternatives) === key([wanted])
}
