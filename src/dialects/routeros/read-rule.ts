import type { Condition } from '@/model/fields/field'
import { FAMILY, type Family, familyOf, type IpAddress } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import { parsePortRange } from '@/model/packet/port'
import type { NatTo, Rule, Target } from '@/model/ruleset/ruleset'
import { type NamedLists, readAddresses } from './lists'
import { isCondition, type Remark, readMatch } from './read-match'
import {
  ACTION_PROPERTIES,
  ACTIONS,
  BUILT_IN_CHAINS,
  OTHER_ACTIONS,
  REJECT_SPELLING,
  type TableName,
} from './spelling'
import { type Word, writeValue } from './words'

/** What an `add` of a rule menu says. */
export interface ReadRule {
  readonly chain: string
  readonly alternatives: readonly (readonly Condition[])[]
  readonly target: Target
  readonly log: boolean
  readonly logPrefix: string | undefined
  readonly enabled: boolean
  readonly assume: Rule['assume']
  readonly comment: string
  readonly remarks: readonly Remark[]
}

export interface RulePlace {
  readonly family: Family
  readonly table: TableName
  readonly lists: NamedLists
}

const ABOUT_THE_RULE = new Set([
  'action',
  'chain',
  'comment',
  'copy-from',
  'disabled',
  'hw-offload',
  'jump-target',
  'log',
  'log-prefix',
  'place-before',
  'reject-with',
  'to-addresses',
  'to-ports',
])

/** Undefined where the rule cannot be used; a remark then says why. */
export function readRule(
  words: readonly Word[],
  place: RulePlace,
): { rule?: ReadRule; remarks: readonly Remark[] } {
  const remarks: Remark[] = []
  const say = (kind: Remark['kind'], message: string, word: Word) => remarks.push({ kind, message, word })
  const properties = new Map<string, Word>()
  for (const word of words) {
    const { key } = word
    if (key === undefined)
      say('syntax-error', `${word.raw} is no property. Properties are written name=value.`, word)
    else if (properties.has(key)) say('syntax-error', `${key} stands twice.`, word)
    else if (!ABOUT_THE_RULE.has(key) && !isCondition(key) && !ACTION_PROPERTIES.has(key))
      say('syntax-error', `${key} is no property of a firewall rule.`, word)
    else properties.set(key, word)
  }
  const value = (key: string) => properties.get(key)?.value
  const chain = value('chain') ?? ''
  const [head] = words
  if (chain === '' && head)
    say('syntax-error', 'The chain is missing. Write chain=input, forward or output.', head)
  const match = readMatch(
    [...properties.values()].filter(({ key = '' }) => isCondition(key)),
    place,
  )
  const target = readTarget(properties, match.protocol, place, say)
  remarks.push(...match.remarks)
  if (chain === '' || !target || remarks.some(({ kind }) => kind === 'syntax-error')) return { remarks }
  const log = isYes(value('log'))
  const prefix = value('log-prefix') ?? ''
  return {
    rule: {
      chain,
      alternatives: match.alternatives,
      target,
      log,
      logPrefix: log && prefix !== '' ? prefix : undefined,
      enabled: !isYes(value('disabled')),
      assume: match.holds ? 'matches' : undefined,
      comment: value('comment') ?? '',
      remarks,
    },
    remarks,
  }
}

export const isYes = (text: string | undefined) => text === 'yes' || text === 'true'

type Say = (kind: Remark['kind'], message: string, word: Word) => void

function readTarget(
  properties: ReadonlyMap<string, Word>,
  protocol: number | undefined,
  { family, table }: RulePlace,
  say: Say,
): Target | undefined {
  const word = properties.get('action')
  const action = word?.value ?? 'accept'
  const at = word ?? [...properties.values()][0]
  if (!at) return undefined
  if (action in OTHER_ACTIONS) return keptAction(action, properties, at, say)
  if (!ACTIONS[table].includes(action)) {
    const elsewhere = Object.values(ACTIONS).some((actions) => actions.includes(action))
    say('syntax-error', elsewhere ? `${table} has no action ${action}.` : `${action} is no action.`, at)
    return undefined
  }
  const natOnly = /^(src-nat|masquerade)$/.test(action) ? ['srcnat', 'input'] : ['dstnat', 'output']
  const chain = properties.get('chain')?.value ?? ''
  const isBase = BUILT_IN_CHAINS[table].some(({ name }) => name === chain)
  if (/^(src-nat|masquerade|dst-nat|redirect)$/.test(action) && isBase && !natOnly.includes(chain)) {
    say('syntax-error', `${action} cannot stand in ${chain}. Write chain=${natOnly[0]}.`, at)
    return undefined
  }
  switch (action) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'notrack':
      return { kind: action }
    case 'passthrough':
      return { kind: 'continue' }
    case 'fasttrack-connection':
      say(
        'note',
        'fasttrack-connection is read as accept: what follows of the connection passes without rules. A packet that still goes the slow way would be asked by the next rule.',
        at,
      )
      return { kind: 'accept' }
    case 'log':
      return { kind: 'log', prefix: properties.get('log-prefix')?.value ?? '' }
    case 'jump': {
      const target = properties.get('jump-target')
      if (target && target.value !== '') return { kind: 'jump', chain: target.value }
      say('syntax-error', 'jump needs the name of a chain. Write jump-target=name.', at)
      return undefined
    }
    case 'reject': {
      const named = properties.get('reject-with')
      const spelled = named?.value.replace('icmp-net-unreachable', 'icmp-network-unreachable')
      const known = REJECT_SPELLING[family].find(([name]) => spelled === undefined || name === spelled)
      if (!known) {
        say(
          'unsupported',
          `${named?.value} is not known here; the rule answers "port unreachable".`,
          named ?? at,
        )
        return { kind: 'reject', with: 'icmp-port-unreachable' }
      }
      if (known[1] === 'tcp-reset' && protocol !== PROTOCOL.tcp) {
        say('syntax-error', 'tcp-reset needs protocol=tcp.', named ?? at)
        return undefined
      }
      return { kind: 'reject', with: known[1] }
    }
    case 'masquerade':
    case 'redirect':
    case 'src-nat':
    case 'dst-nat': {
      const to = readNatTo(properties, protocol, family, say)
      if (!to) return undefined
      const kind = action === 'src-nat' ? 'snat' : action === 'dst-nat' ? 'dnat' : action
      if ((kind === 'snat' || kind === 'dnat') && !to.addresses && !to.ports) {
        say('syntax-error', `${action} does not say where to. Write to-addresses=192.168.88.10.`, at)
        return undefined
      }
      return { kind, to }
    }
    default:
      return undefined
  }
}

const NAT_PORT_PROTOCOLS: readonly number[] = [PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp, 33]

function readNatTo(
  properties: ReadonlyMap<string, Word>,
  protocol: number | undefined,
  family: Family,
  say: Say,
): NatTo | undefined {
  const addresses = properties.get('to-addresses')
  const ports = properties.get('to-ports')
  const interval = addresses && addresses.value !== '' ? readAddresses(addresses.value) : undefined
  if (
    addresses &&
    addresses.value !== '' &&
    (!interval || familyOf(interval.first as IpAddress) !== family)
  ) {
    say(
      'syntax-error',
      `${addresses.value} is no address of ${FAMILY[family].name} to translate to.`,
      addresses,
    )
    return undefined
  }
  const range = ports && ports.value !== '' ? parsePortRange(ports.value) : undefined
  if (ports && range && (!range.ok || !/^\d+(-\d+)?$/.test(ports.value))) {
    say('syntax-error', `${ports.value} is no port or range of ports.`, ports)
    return undefined
  }
  if (ports && range && !NAT_PORT_PROTOCOLS.includes(protocol ?? -1)) {
    say('syntax-error', 'to-ports needs protocol=tcp or protocol=udp.', ports)
    return undefined
  }
  return {
    ...(interval && { addresses: { first: interval.first as IpAddress, last: interval.last as IpAddress } }),
    ...(range?.ok && { ports: range.value }),
    ...(isYes(properties.get('randomise-ports')?.value) && { random: true }),
  }
}

/** The action with its own properties, as it stands. */
function keptAction(action: string, properties: ReadonlyMap<string, Word>, at: Word, say: Say): Target {
  const own = [...properties.values()].filter(
    ({ key = '' }) => ACTION_PROPERTIES.has(key) || key === 'to-addresses' || key === 'to-ports',
  )
  const text = [`action=${action}`, ...own.map(({ key, value }) => `${key}=${writeValue(value)}`)].join(' ')
  const stops =
    OTHER_ACTIONS[action]?.goesOn === false || properties.get('passthrough')?.value === 'no'
      ? ' The router asks no further rule after it.'
      : ''
  say('approximated', `${action} is kept as it stands; here the next rule is asked after it.${stops}`, at)
  return { kind: 'opaque', dialect: 'routeros', text }
}
