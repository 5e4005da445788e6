import { sortConditions } from '@/model/fields/cell'
import type { Condition, FieldTest } from '@/model/fields/field'
import { fieldOf } from '@/model/fields/lookup'
import { FAMILY, type Family, familyOf, parseAddress } from '@/model/packet/address'
import { parsePrefix, prefixInterval } from '@/model/packet/prefix'
import { addCondition } from '../add-condition'
import { own } from '../own'
import { type NamedProtocol, test } from './match-group'
import { MATCH_GROUPS } from './match-groups'
import { MATCHES_OF_FAMILY } from './options'
import { type Remark, refuse, Unreadable } from './refuse'
import { type OptionUse, type RuleSyntax, writeUse } from './rule-syntax'
import { fullAddress, readProtocol } from './spelling'
import { readTransportOption } from './transport-matches'
import type { Word } from './words'

/** The conditions of one line: several where a list of addresses makes several rules, as the tool makes them. */
export interface ReadMatch {
  readonly alternatives: readonly (readonly Condition[])[]
  readonly comment: string | undefined
  /** `-6` in iptables, `-4` in ip6tables: the tool passes over the line. */
  readonly isOtherFamily: boolean
  /** For what needs one. */
  readonly protocol: NamedProtocol
  readonly remarks: readonly Remark[]
}

export const keptMessage = (text: string) =>
  `${text} is kept as it stands. It is assumed not to match; the menu of the rule's action can assume the other.`

export function readMatch(syntax: RuleSyntax, family: Family): ReadMatch {
  const remarks: Remark[] = []
  const tests: Condition[] = []
  const lists: FieldTest[][] = []
  const comments: string[] = []
  const opaque = new Map<number, OptionUse[]>()
  let protocol: ReadMatch['protocol']
  let isOtherFamily = false
  const matches = syntax.uses.filter((use) => use.owner.kind !== 'target')
  const seen = new Set<string>()

  for (const use of matches) {
    try {
      once(use, seen)
      if (use.oldNegation)
        remarks.push({
          kind: 'note',
          message: `Tools since 1.8.9 want the "!" before ${use.name}. It is read as meant.`,
          word: use.word,
        })
      if (use.name === '-p') protocol = readProtocolUse(use, tests)
      else if (use.name === '-s' || use.name === '-d') {
        const list = readAddresses(use, family, use.name === '-s' ? 'src' : 'dst')
        if (list === undefined) keep(opaque, use)
        else if (list.length > 0) lists.push(list)
      } else if (use.name === '-i' || use.name === '-o') readInterface(use, tests)
      else if (use.name === '-4' || use.name === '-6') isOtherFamily ||= use.name !== `-${family}`
      else if (use.owner.kind === 'match') {
        if (use.name === '-m') {
          ofFamily(use, family)
          needsOption(use, matches)
        }
        if (use.owner.name === 'comment' && use.name === '--comment') comments.push(use.values[0]?.text ?? '')
        else if (
          !readTransportOption(use, matches, family, protocol, tests) &&
          !readInGroup(use, matches, family, protocol, tests)
        )
          keep(opaque, use)
      } else if (use.name === '-f') {
        if (family === 6) refuse('-f is for IPv4. Write -m frag.', use.word)
        tests.push(test('fragment', use.negated, [{ kind: 'range', first: 2, last: 3 }]))
      }
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      remarks.push(error.remark)
    }
  }

  for (const uses of opaque.values()) {
    const owner = uses[0]?.owner
    const options = uses.filter((use) => use.name !== '-m')
    if (owner?.known && options.length === 0) continue
    const text = [...(owner?.kind === 'match' ? [`-m ${owner.name}`] : []), ...options.map(writeUse)].join(
      ' ',
    )
    tests.push({ kind: 'opaque', dialect: family === 4 ? 'iptables' : 'ip6tables', text })
    remarks.push({
      kind: 'approximated',
      message: keptMessage(text),
      word: uses[0]?.word as Word,
    })
  }

  let alternatives: FieldTest[][] = [[]]
  for (const list of lists) alternatives = alternatives.flatMap((each) => list.map((test) => [...each, test]))
  return {
    isOtherFamily,
    alternatives: alternatives.map((each) =>
      sortConditions([...each, ...tests].reduce<Condition[]>(addCondition, [])),
    ),
    comment: comments.length > 0 ? comments.join(' ') : undefined,
    protocol,
    remarks,
  }
}

function keep(opaque: Map<number, OptionUse[]>, use: OptionUse): void {
  opaque.set(use.owner.kind === 'core' ? -opaque.size - 1 : use.owner.instance, [
    ...(opaque.get(use.owner.instance) ?? []),
    use,
  ])
}

/** Options may stand once each; `--sport` once per `-m tcp`. */
function once(use: OptionUse, seen: Set<string>): void {
  if (use.name === '-m' || !use.owner.known) return
  // One -m multiport holds one of its options [F1].
  const isMultiport = use.owner.name === 'multiport'
  const key = `${use.owner.instance} ${isMultiport ? '' : use.name}`
  if (isMultiport && seen.has(key))
    refuse(
      `${use.word.text} is multiport's here, which has its ports already. Write it before -m multiport.`,
      use.word,
    )
  if (seen.has(key)) refuse(`${use.name} stands twice. One is allowed in a rule.`, use.word)
  seen.add(key)
}

/** Matches that say nothing alone: the tool refuses them without their option. */
const REQUIRED: Readonly<Record<string, string>> = {
  state: '--state',
  comment: '--comment',
  icmp: '--icmp-type',
  icmp6: '--icmpv6-type',
  multiport: '--dports',
  mark: '--mark',
  pkttype: '--pkt-type',
  connmark: '--mark',
  iprange: '--src-range or --dst-range',
  length: '--length',
  ttl: '--ttl-eq, --ttl-lt or --ttl-gt',
  hl: '--hl-eq, --hl-lt or --hl-gt',
  addrtype: '--src-type or --dst-type',
  tos: '--tos',
  dscp: '--dscp or --dscp-class',
  mac: '--mac-source',
  owner: '--uid-owner, --gid-owner or --socket-exists',
  physdev: '--physdev-in or --physdev-out',
  ecn: '--ecn-tcp-cwr, --ecn-tcp-ece or --ecn-ip-ect',
  hashlimit: '--hashlimit-upto or --hashlimit-above',
  recent: '--set, --rcheck, --update or --remove',
  string: '--string',
  statistic: '--probability or --every',
  set: '--match-set',
  u32: '--u32',
}

function ofFamily(use: OptionUse, family: Family): void {
  const own = MATCHES_OF_FAMILY[use.owner.name]
  if (own && own !== family) refuse(`-m ${use.owner.name} is for ${FAMILY[own].name} alone.`, use.word)
}

function needsOption(use: OptionUse, uses: readonly OptionUse[]): void {
  const required = own(REQUIRED, use.owner.name)
  const alone = !uses.some((other) => other.owner.instance === use.owner.instance && other.name !== '-m')
  if (alone && use.owner.name === 'conntrack') refuse('-m conntrack needs an option after it.', use.word)
  if (required && alone) refuse(`-m ${use.owner.name} needs ${required} after it.`, use.word)
}

function readProtocolUse(use: OptionUse, tests: Condition[]): ReadMatch['protocol'] {
  const word = use.values[0] as Word
  const number = readProtocol(word.text)
  if (number === undefined)
    refuse(`${word.text} is not a protocol. Write tcp, udp, icmp or a number from 0 to 255.`, word)
  if (number === 'all') {
    if (use.negated) refuse('"! -p all" matches nothing, and the tool refuses it.', use.word)
    return undefined
  }
  tests.push(test('protocol', use.negated, [{ kind: 'range', first: number, last: number }]))
  return { number, negated: use.negated }
}

/** Nothing for every address, undefined for a mask with holes, else a test per member of the list. */
function readAddresses(use: OptionUse, family: Family, field: 'src' | 'dst'): FieldTest[] | undefined {
  const word = use.values[0] as Word
  const parts = word.text.split(',')
  if (use.negated && parts.length > 1)
    refuse('"!" does not go with several addresses. Write one rule, or a set.', use.word)
  const tests: FieldTest[] = []
  for (const part of parts) {
    const text = fullAddress(part)
    if (!/[.:]/.test(text) || /[g-z_]/i.test(text.replace(/\/.*/, '')))
      refuse(
        `${part || 'Nothing'} is a name, which the tool looks up when it loads. Write its address.`,
        word,
      )
    const mask = /\/(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1]
    if (mask && parseAddress(mask).ok && !parsePrefix(text).ok) return undefined
    const prefix = parsePrefix(text)
    if (!prefix.ok) refuse(prefix.diagnostics[0]?.message ?? `${part} is not an address.`, word)
    if (familyOf(prefix.value.address) !== family)
      refuse(
        `${part} is an ${family === 4 ? 'IPv6' : 'IPv4'} address. It belongs into ${family === 4 ? 'ip6tables' : 'iptables'}.`,
        word,
      )
    if (prefix.value.prefixLength === 0 && !use.negated && parts.length === 1) return []
    tests.push(test(field, use.negated, [{ kind: 'range', ...prefixInterval(prefix.value) }]))
  }
  return tests
}

function readInterface(use: OptionUse, tests: Condition[]): void {
  const word = use.values[0] as Word
  const field = use.name === '-i' ? 'iif' : 'oif'
  if (word.text === '+' && !use.negated) return
  const parsed = fieldOf(field).parse(word.text.replaceAll(',', ' '), NO_NAMES)
  if (!parsed.ok || word.text === '')
    refuse(`"${word.text}" is not an interface name. It has 1 to 15 characters and no spaces.`, word)
  tests.push(test(field, use.negated, [{ kind: 'name', pattern: word.text }]))
}

const NO_NAMES = { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined }

/** Reads an option of a match that stands for itself; false where it is to be kept as text. */
function readInGroup(
  use: OptionUse,
  uses: readonly OptionUse[],
  family: Family,
  protocol: NamedProtocol,
  tests: Condition[],
): boolean {
  const siblings = uses.filter(({ owner }) => owner.instance === use.owner.instance)
  for (const group of MATCH_GROUPS) {
    const read = group.read(use, { siblings, family, protocol })
    if (read === undefined) continue
    if (typeof read === 'string') refuse(read, use.values[0] ?? use.word)
    if ('kind' in read) tests.push(read)
    else tests.push(...read)
    return true
  }
  return false
}
