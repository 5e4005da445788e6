import { FAMILY, type Family, familyOf, formatAddress } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import type { Hook, NatTo, Policy, Rule, Target } from '@/model/ruleset/ruleset'
import type { PrintContext } from '../dialect'
import { HOOK_KNOWS } from '../iptables/spelling'
import { tagComment } from '../iptables/tag'
import { LeftOut } from '../left-out'
import type { Losses } from '../losses'
import { fitBytes, hidesSomething, plainText } from '../plain-text'
import { separateRules } from '../separate-rules'
import {
  ACTION_PROPERTIES,
  ACTIONS,
  COMMENT_BYTES,
  NEAREST_REJECT,
  OPAQUE_LENGTH,
  OTHER_ACTIONS,
  REJECT_SPELLING,
  type TableName,
} from './spelling'
import { commandWords, writeValue } from './words'
import type { Properties } from './write-header'
import type { WrittenLists } from './write-lists'
import { NAT_PORT_PROTOCOLS, notTranslated, type WrittenLine, writeMatch } from './write-match'

/** Where rules are being written, and what is collected on the way. */
export interface RuleWriter {
  readonly family: Family
  readonly table: TableName
  /** Of a built-in chain. */
  readonly hook: Hook | undefined
  readonly policy: Policy | undefined
  /** The chain's name as it is written. */
  readonly chainName: string
  /** The written name of a user chain of the table; undefined where there is none. */
  chain(name: string): string | undefined
  readonly lists: WrittenLists
  readonly losses: Losses
  readonly context: PrintContext
}

/** Ids that the importer makes up; it makes them up again, so they are not carried along. */
const MADE_UP = /^line-\d+(-\d+)?$/
/** What a line of the log begins with. */
const LOG_PREFIX_BYTES = 29

/** All lines of one rule. */
export function writeRule(rule: Rule, writer: RuleWriter): string[] {
  const { losses } = writer
  const name = fitBytes(plainText(rule.name), 120)
  try {
    const separate = separateRules(rule, (either) => notTranslated(either) !== undefined)
    if (separate.length > 1 || separate[0] !== rule) {
      losses.lose(
        'It looks several fields up together, and is written as a rule for each entry.',
        rule.id,
        true,
      )
      return separate.flatMap((each) => writeRule(each, writer))
    }
    const match = writeMatch(rule.match, { ...writer, knows: writer.hook && HOOK_KNOWS[writer.hook] })
    for (const { sentence, exact } of match.losses) losses.lose(sentence, rule.id, exact)
    const lines = match.lines.flatMap((line) => writeTarget(rule.target, line, rule.id, writer))
    const remembered = Object.keys(match.remember).length > 0
    const id = lines.length > 1 || remembered || !MADE_UP.test(rule.id) ? { rule: rule.id } : {}
    const { comment, cut } = tagComment(id, match.remember, rule.name, COMMENT_BYTES)
    if (cut) losses.lose('Its name is too long for a comment and is cut.', rule.id, true)
    const prefix = fitBytes(plainText(rule.logPrefix ?? ''), LOG_PREFIX_BYTES)
    if (prefix !== (rule.logPrefix ?? '')) losses.lose('What its log line begins with is cut.', rule.id, true)
    const logs = rule.log && rule.target.kind !== 'log'
    if (rule.log && !logs) losses.lose('It logs once, not twice.', rule.id, true)
    return lines.map((properties) =>
      writeLine({
        ...properties,
        chain: writer.chainName,
        ...(comment !== '' && { comment }),
        ...(!rule.enabled && { disabled: 'yes' }),
        ...(logs && { log: 'yes', ...(prefix !== '' && { 'log-prefix': prefix }) }),
      }),
    )
  } catch (error) {
    if (!(error instanceof LeftOut)) throw error
    losses.leaveOut(rule, error)
    return [
      `# left out: ${name === '' ? plainText(rule.id).slice(0, 40) : name}: ${plainText(error.message)}`,
    ]
  }
}

/** Properties in the order of an export: by the alphabet. */
export function writeLine(properties: Properties): string {
  const keys = Object.keys(properties).sort()
  return ['add', ...keys.map((key) => `${key}=${writeValue(properties[key] ?? '')}`)].join(' ')
}

function writeTarget(target: Target, line: WrittenLine, id: string, writer: RuleWriter): Properties[] {
  const { properties } = line
  const act = (action: string, more: Properties = {}): Properties[] => {
    if (!ACTIONS[writer.table].includes(action))
      throw new LeftOut(`the ${writer.table} menu has no action ${action}.`)
    return [{ ...properties, action, ...more }]
  }
  switch (target.kind) {
    case 'accept':
    case 'drop':
    case 'notrack':
      return act(target.kind)
    case 'continue':
      return act('passthrough')
    case 'return':
      return writer.hook ? act(decidedByPolicy('return', id, writer)) : act('return')
    case 'jump':
    case 'goto': {
      const chain = writer.chain(target.chain)
      if (chain === undefined) throw new LeftOut('it jumps to a chain that is not there.')
      const jump = act('jump', { 'jump-target': chain })
      if (target.kind === 'jump') return jump
      writer.losses.lose('Goto is written as a jump and a rule that ends the chain after it.', id, true)
      return [...jump, ...act(writer.hook ? decidedByPolicy('goto', id, writer) : 'return')]
    }
    case 'log': {
      const prefix = fitBytes(plainText(target.prefix), LOG_PREFIX_BYTES)
      if (prefix !== target.prefix)
        writer.losses.lose(
          'The prefix of its log line is written without blanks at its ends, and cut.',
          id,
          true,
        )
      return act('log', prefix === '' ? {} : { 'log-prefix': prefix })
    }
    case 'reject':
      return writeReject(target, line, id, writer, act)
    case 'masquerade':
    case 'redirect':
    case 'snat':
    case 'dnat':
      return writeNat(target, line, writer, act)
    case 'opaque':
      return [{ ...properties, ...keptAction(target.text, target.dialect) }]
    default:
      throw new LeftOut('what it does has no spelling here.')
  }
}

/** Where a built-in chain ends is its policy, which is accept here: a rule says what it is. */
function decidedByPolicy(what: string, id: string, { policy, losses, table }: RuleWriter): string {
  const action = policy === 'drop' ? 'drop' : 'accept'
  if (policy === 'reject' || !ACTIONS[table].includes(action))
    throw new LeftOut('the policy of its chain cannot be said here.')
  const subject = what === 'return' ? 'Return' : 'The end after goto'
  losses.lose(`${subject} is the policy in this chain, so it is written as ${action}.`, id, true)
  return action
}

type Act = (action: string, more?: Properties) => Properties[]

function writeReject(
  target: Extract<Target, { kind: 'reject' }>,
  line: WrittenLine,
  id: string,
  { family, losses }: RuleWriter,
  act: Act,
): Properties[] {
  const reset = target.with === 'tcp-reset'
  const isTcp = line.protocol === PROTOCOL.tcp
  // A reset answers TCP alone; other packets are answered as the model answers them.
  const kind = reset && !isTcp ? 'icmp-port-unreachable' : target.with
  const exact = REJECT_SPELLING[family].find(([, means]) => means === kind)?.[0]
  const name = exact ?? NEAREST_REJECT[kind] ?? 'icmp-port-unreachable'
  if (exact === undefined)
    losses.lose(`There is no ${kind} for ${FAMILY[family].name}: it answers ${name}.`, id, false)
  const answer = act('reject', { 'reject-with': name })
  if (!reset || isTcp || line.protocol !== undefined || line.notProtocol === PROTOCOL.tcp) return answer
  const [first] = act('reject', { 'reject-with': 'tcp-reset', protocol: 'tcp' })
  return first ? [first, ...answer] : answer
}

function writeNat(
  target: Extract<Target, { kind: 'masquerade' | 'redirect' | 'snat' | 'dnat' }>,
  { protocol }: WrittenLine,
  { family, hook }: RuleWriter,
  act: Act,
): Properties[] {
  const { to, kind } = target
  const source = kind === 'snat' || kind === 'masquerade'
  const hooks: readonly Hook[] = source ? ['postrouting', 'input'] : ['prerouting', 'output']
  if (hook && !hooks.includes(hook)) throw new LeftOut('its translation cannot stand in this chain.')
  if (to.ports && !NAT_PORT_PROTOCOLS.includes(protocol ?? -1))
    throw new LeftOut('it translates ports, which needs tcp or udp as its protocol.')
  if ((kind === 'snat' || kind === 'dnat') && !to.addresses && !to.ports)
    throw new LeftOut('it does not say where to translate to.')
  const action = kind === 'snat' ? 'src-nat' : kind === 'dnat' ? 'dst-nat' : kind
  return act(action, {
    ...(to.addresses && { 'to-addresses': toAddresses(to.addresses, family) }),
    ...(to.ports && {
      'to-ports':
        to.ports.first === to.ports.last ? `${to.ports.first}` : `${to.ports.first}-${to.ports.last}`,
    }),
    ...(to.random && { 'randomise-ports': 'yes' }),
  })
}

function toAddresses({ first, last }: NonNullable<NatTo['addresses']>, family: Family): string {
  if (familyOf(first) !== family)
    throw new LeftOut(`it translates to an ${FAMILY[familyOf(first)].name} address.`)
  return first === last ? formatAddress(first) : `${formatAddress(first)}-${formatAddress(last)}`
}

/** As with conditions: only one action that is known, with properties of its own, goes out. */
function keptAction(text: string, dialect: string): Properties {
  if (dialect !== 'routeros') throw new LeftOut('its action was read from another language.')
  const { words, trouble } = commandWords(text)
  const [action, ...own] = words
  const known =
    action?.key === 'action' &&
    action.value in OTHER_ACTIONS &&
    own.every(({ key = '' }) => ACTION_PROPERTIES.has(key) || key === 'to-addresses' || key === 'to-ports')
  if (hidesSomething(text) || text.length > OPAQUE_LENGTH || trouble || !known)
    throw new LeftOut('its action is no action of RouterOS.')
  return Object.fromEntries(words.map(({ key = '', value }) => [key, value]))
}
