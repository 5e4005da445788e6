import { type Family, familyOf, parseAddress } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import { parsePortRange } from '@/model/packet/port'
import { HELPERS, type NatTo, type Target } from '@/model/ruleset/ruleset'
import { own } from '../own'
import { OTHER_TARGETS } from './options'
import type { ReadMatch } from './parse-match'
import type { Remark } from './refuse'
import { type OptionUse, type RuleSyntax, writeUse } from './rule-syntax'
import { LOG_PREFIX_BYTES, REJECT_SPELLING, TARGET_PLACE } from './spelling'
import { TARGET_READERS } from './target-readers'
import type { Word } from './words'

export interface ReadTarget {
  readonly target: Target
  readonly remarks: readonly Remark[]
  /** Where the kernel lets this target stand, and the word to point at when it stands elsewhere. */
  readonly place?: (typeof TARGET_PLACE)[string] & { readonly word: Word }
  /** `--to-destination A:8000-8010/80`: ports move together from this one on. Only port mappings of ours mean that. */
  readonly shiftFrom?: number
}

/** Protocols whose ports NAT can change. */
const NAT_PORT_PROTOCOLS = [6, 17, 33, 132, 1, 58]

/** Reads `-j` or `-g`. User chains of the table hide targets of the same name. */
export function readTarget(
  syntax: RuleSyntax,
  match: ReadMatch,
  table: string,
  family: Family,
  isUserChain: (name: string) => boolean,
): ReadTarget {
  const remarks: Remark[] = []
  const jumps = syntax.uses.filter(
    (use) => use.owner.kind === 'core' && (use.name === '-j' || use.name === '-g'),
  )
  const [jump, second] = jumps
  const name = jump?.values[0]
  if (!jump || !name) return { target: { kind: 'continue' }, remarks }
  const complain = (message: string, word: Word, kind: Remark['kind'] = 'syntax-error') =>
    remarks.push({ kind, message, word })
  if (second && second.name !== jump.name) complain('A second target. A rule has one.', second.word)
  if (jump.name === '-g') return { target: { kind: 'goto', chain: name.text }, remarks }
  if (isUserChain(name.text)) return { target: { kind: 'jump', chain: name.text }, remarks }

  const options = syntax.uses.filter((use) => use.owner.kind === 'target')
  for (const [index, use] of options.entries())
    if (use.owner.known && options.findIndex(({ name: other }) => other === use.name) < index)
      complain(`${use.name} stands twice. One is allowed in a rule.`, use.word)
  const value = (option: string): Word | undefined => options.find((use) => use.name === option)?.values[0]
  const place = own(TARGET_PLACE, name.text) ?? TARGET_PLACE[[name.text, options[0]?.name].join(' ')]
  const answer = (target: Target, more: Partial<ReadTarget> = {}): ReadTarget => ({
    target,
    remarks,
    ...(place && { place: { ...place, word: name } }),
    ...more,
  })
  const nat = (word: Word | undefined): { to: NatTo; shiftFrom?: number } => {
    const random = options.some((use) => use.name.startsWith('--random'))
    if (options.some((use) => use.name === '--persistent'))
      complain('--persistent changes nothing here: one client always gets the same address.', name, 'ignored')
    if (!word) return { to: random ? { random } : {} }
    const read = readNatTo(word.text, family)
    if (!read) {
      complain(
        `${word.text} is not where to translate to. Write 192.0.2.1, 192.0.2.1:8080 or ports 1024-2000.`,
        word,
      )
      return { to: {} }
    }
    if (
      read.to.ports &&
      (!match.protocol || match.protocol.negated || !NAT_PORT_PROTOCOLS.includes(match.protocol.number))
    )
      complain('Ports need -p tcp or -p udp before them.', word)
    return { ...read, to: { ...read.to, ...(random && { random }) } }
  }

  switch (name.text) {
    case 'ACCEPT':
      return answer({ kind: 'accept' })
    case 'DROP':
      if (table === 'nat') complain('The nat table is not for filtering: DROP is refused there.', name)
      return answer({ kind: 'drop' })
    case 'RETURN':
      return answer({ kind: 'return' })
    case 'REJECT': {
      const word = value('--reject-with')
      const rows = REJECT_SPELLING[family]
      const row = word
        ? rows.find(({ name: full, short }) =>
            [full, short].some((each) => each.startsWith(word.text.toLowerCase())),
          )
        : rows.find(({ means }) => means === 'icmp-port-unreachable')
      if (!row) {
        complain(
          `${word?.text} is not an answer of REJECT. Write ${rows[0]?.name}, ${rows[3]?.name} or tcp-reset.`,
          word ?? name,
        )
        return answer({ kind: 'drop' })
      }
      if (row.means === 'tcp-reset' && (match.protocol?.number !== 6 || match.protocol.negated))
        complain('tcp-reset answers TCP alone. Write -p tcp.', word ?? name)
      return answer({ kind: 'reject', with: row.means })
    }
    case 'LOG': {
      const prefix = value('--log-prefix')
      if (prefix && prefix.text.length > LOG_PREFIX_BYTES)
        complain(`The tool keeps ${LOG_PREFIX_BYTES} characters of a log prefix.`, prefix, 'note')
      for (const use of options.filter((each) => each.name !== '--log-prefix'))
        complain(`${use.name} changes what the log line shows, not what happens.`, use.word, 'ignored')
      return answer({ kind: 'log', prefix: (prefix?.text ?? '').slice(0, LOG_PREFIX_BYTES) })
    }
    case 'SNAT':
    case 'DNAT': {
      const option = name.text === 'SNAT' ? '--to-source' : '--to-destination'
      const word = value(option)
      if (!word) complain(`${name.text} needs ${option}.`, name)
      const { to, shiftFrom } = nat(word)
      if (word && !to.addresses && !to.ports) complain(`${option} needs an address.`, word)
      return answer(
        { kind: name.text === 'SNAT' ? 'snat' : 'dnat', to },
        shiftFrom === undefined ? {} : { shiftFrom },
      )
    }
    case 'MASQUERADE':
    case 'REDIRECT': {
      const word = value('--to-ports')
      const { to } = nat(word && { ...word, text: `:${word.text}` })
      return answer({ kind: name.text === 'MASQUERADE' ? 'masquerade' : 'redirect', to })
    }
    case 'NOTRACK':
      return answer({ kind: 'notrack' })
    default: {
      const read = own(TARGET_READERS, name.text)?.(options, family)
      if (name.text === 'TCPMSS' && !asksForSyn(syntax.uses))
        complain('TCPMSS is for the SYN of TCP alone. Write -p tcp --syn.', name)
      if (typeof read === 'string') {
        complain(read, name)
        return answer({ kind: 'continue' })
      }
      const known = read ?? (name.text === 'CT' ? readHelper(name, options, match, complain) : undefined)
      return answer(known ?? readOther(name, options, family, complain))
    }
  }
}

/** `CT --helper ftp`: the tool wants the helper's protocol in the rule. */
function readHelper(
  name: Word,
  options: readonly OptionUse[],
  { protocol }: ReadMatch,
  complain: (message: string, word: Word) => unknown,
): Target | undefined {
  const [option] = options
  const helper = HELPERS.find((each) => each === option?.values[0]?.text)
  if (options.length !== 1 || option?.name !== '--helper' || helper === undefined) return undefined
  if (protocol?.number !== PROTOCOL.tcp || protocol.negated)
    complain(`The helper ${helper} reads TCP alone. Write -p tcp.`, name)
  return { kind: 'helper', name: helper }
}

function asksForSyn(uses: readonly OptionUse[]): boolean {
  return uses.some(
    ({ name, negated, values }) =>
      !negated &&
      (name === '--syn' || (name === '--tcp-flags' && /\b(SYN|ALL)\b/i.test(values[1]?.text ?? ''))),
  )
}

function readOther(
  name: Word,
  options: readonly OptionUse[],
  family: Family,
  complain: (message: string, word: Word, kind?: Remark['kind']) => unknown,
): Target {
  if (name.text === 'CT' && options.length === 1 && options[0]?.name === '--notrack')
    return { kind: 'notrack' }
  const effect = own(OTHER_TARGETS, name.text)
  if (!effect) {
    complain(
      `${name.text} is neither a chain of this table nor a target. Add the chain, or mend the name.`,
      name,
    )
    return { kind: 'jump', chain: name.text }
  }
  const text = ['-j', name.text, ...options.map(writeUse)].join(' ')
  if (effect === 'goes on')
    complain(
      `${text} is kept as it stands; the packet goes on after it, as in the tool.`,
      name,
      'approximated',
    )
  else
    complain(
      `${text} would decide about the packet and is not modelled: the rule never decides here.`,
      name,
      'unsupported',
    )
  return { kind: 'opaque', dialect: family === 4 ? 'iptables' : 'ip6tables', text }
}

/** `[address[-address]][:port[-port[/base]]]`; IPv6 addresses may stand in brackets, and must where ports follow. */
export function readNatTo(text: string, family: Family): { to: NatTo; shiftFrom?: number } | undefined {
  const found =
    family === 4 || text.startsWith('[') || text.startsWith(':')
      ? /^(\[[^\]]+\](?:-\[?[^\]]+\]?)?|[^:[]*)(?::(.+))?$/.exec(text)
      : [text, text, undefined]
  if (!found) return undefined
  const bare = (part: string | undefined) => part?.replace(/[[\]]/g, '')
  const [firstText, lastText] = (found[1] ?? '').split('-').map(bare)
  const [range, base] = (found[2] ?? '').split('/')
  const to: { -readonly [Key in keyof NatTo]: NatTo[Key] } = {}
  if (firstText) {
    const first = parseAddress(firstText)
    const last = parseAddress(lastText ?? firstText)
    if (!first.ok || !last.ok || familyOf(first.value) !== family || familyOf(last.value) !== family)
      return undefined
    if (first.value > last.value) return undefined
    to.addresses = { first: first.value, last: last.value }
  }
  if (range) {
    if (!/^\d+(-\d+)?$/.test(range)) return undefined
    const ports = parsePortRange(range)
    if (!ports.ok) return undefined
    to.ports = ports.value
  }
  if (base === undefined) return { to }
  return /^\d+$/.test(base) ? { to, shiftFrom: Number(base) } : undefined
}
