import { sortConditions } from '@/model/fields/cell'
import type { Condition, FieldId, Interval, Term } from '@/model/fields/field'
import { flagTerms } from '@/model/fields/tcp-flags'
import { icmpTypeRange, parseIcmpType } from '@/model/packet/icmp'
import { PROTOCOL, TCP_FLAG } from '@/model/packet/packet'
import { parsePortRange } from '@/model/packet/port'
import { parsePrefix, prefixInterval } from '@/model/packet/prefix'
import { parseProtocol } from '@/model/packet/protocol'
import type { Target } from '@/model/ruleset/ruleset'
import type { Word } from '../iptables/words'

/** What the words behind `-A CHAIN` say. */
export interface ReadRule {
  readonly match: readonly Condition[]
  /** Of `-b`: the same for the other direction. */
  readonly back: readonly Condition[] | undefined
  readonly target: Target
  readonly log: boolean
  readonly remarks: readonly Remark[]
}

export interface Remark {
  readonly kind: 'syntax-error' | 'note' | 'approximated' | 'ignored'
  readonly message: string
  readonly word: Word
}

interface End {
  address?: { readonly negated: boolean; readonly interval: Interval }
  ports?: { readonly negated: boolean; readonly interval: Interval; readonly word: Word }
}

const TARGETS: Readonly<Record<string, Target>> = {
  ACCEPT: { kind: 'accept' },
  DENY: { kind: 'drop' },
  REJECT: { kind: 'reject', with: 'icmp-port-unreachable' },
  MASQ: { kind: 'masquerade', to: {} },
  RETURN: { kind: 'return' },
}

/** Long names of ipchains(8). */
const LONG: Readonly<Record<string, string>> = {
  '--protocol': '-p',
  '--source': '-s',
  '--src': '-s',
  '--destination': '-d',
  '--dst': '-d',
  '--interface': '-i',
  '--jump': '-j',
  '--syn': '-y',
  '--log': '-l',
  '--bidirectional': '-b',
  '--fragment': '-f',
  '--source-port': '--sport',
  '--destination-port': '--dport',
}

/** -y looks at these three; FIN does not matter (R068). */
const OPENING = flagTerms({ mask: TCP_FLAG.SYN | TCP_FLAG.ACK | TCP_FLAG.RST, value: TCP_FLAG.SYN })

/** Whether `-y` takes a packet with these flags for one that opens a connection. */
export const opensConnection = (flags: number): boolean =>
  (flags & (TCP_FLAG.SYN | TCP_FLAG.ACK | TCP_FLAG.RST)) === TCP_FLAG.SYN

/** Reads a rule. `interfaceField`: what `-i` means in the chain, the way in or the way out. */
export function readRuleWords(words: readonly Word[], interfaceField: 'iif' | 'oif'): ReadRule {
  const remarks: Remark[] = []
  const say = (kind: Remark['kind'], message: string, word: Word) => {
    remarks.push({ kind, message, word })
  }
  const ends: { src: End; dst: End } = { src: {}, dst: {} }
  const tests: Condition[] = []
  let protocol: { readonly number: number; readonly negated: boolean } | undefined
  let opening: { readonly negated: boolean; readonly word: Word } | undefined
  let target: Target = { kind: 'continue' }
  let icmpType: { readonly negated: boolean; readonly word: Word } | undefined
  let [log, both] = [false, false]
  let at = 0
  const peek = () => words[at]
  const isBang = () => peek()?.text === '!' && !peek()?.quoted
  const bang = () => {
    if (!isBang()) return false
    at++
    return true
  }
  const isValue = (word: Word | undefined) =>
    word !== undefined && word.text !== '!' && (word.quoted || !/^-[a-zA-Z-]/.test(word.text))
  const value = (option: Word, what: string): Word | undefined => {
    if (isValue(peek())) return words[at++]
    say('syntax-error', `${option.text} needs ${what} after it.`, option)
    return undefined
  }

  while (at < words.length) {
    const outer = bang()
    const option = words[at++]
    if (!option) break
    const name = LONG[option.text] ?? option.text
    switch (name) {
      case '-s':
      case '-d':
        readEnd(name === '-s' ? 'src' : 'dst', option, outer)
        break
      case '--sport':
      case '--dport': {
        const negated = bang() !== outer
        const word = value(option, 'a port')
        if (word) takePorts(ends[name === '--sport' ? 'src' : 'dst'], word, negated)
        break
      }
      case '-p': {
        const negated = bang() !== outer
        const word = value(option, 'a protocol')
        if (!word || /^(all|0)$/i.test(word.text)) break
        const read = parseProtocol(word.text)
        if (read.ok) protocol = { number: read.value, negated }
        else say('syntax-error', `${word.text} is not a protocol. Write tcp, udp, icmp or a number.`, word)
        break
      }
      case '-i': {
        const negated = bang() !== outer
        const word = value(option, 'an interface')
        if (word && word.text !== '+')
          tests.push({
            kind: 'test',
            field: interfaceField,
            negated,
            terms: [{ kind: 'name', pattern: word.text }],
          })
        break
      }
      case '-y':
        opening = { negated: outer, word: option }
        break
      case '--icmp-type': {
        const negated = bang() !== outer
        const word = value(option, 'a type')
        if (word) icmpType = { negated, word }
        break
      }
      case '-l':
        log = true
        break
      case '-b':
        both = true
        break
      case '-v':
      case '-n':
        break
      case '-j': {
        const word = value(option, 'a target')
        if (word) target = readTarget(word)
        break
      }
      case '-f':
        tests.push({ kind: 'opaque', dialect: 'ipchains', text: outer ? '! -f' : '-f' })
        say(
          'approximated',
          '-f is kept as it stands and assumed not to match: fragments are not drawn.',
          option,
        )
        break
      case '-t':
      case '-m':
        at += name === '-t' ? 2 : 1
        say(
          'ignored',
          `${option.text} changes what others do with the packet, not what happens to it here.`,
          option,
        )
        break
      default:
        say('syntax-error', `${option.text} is not an option of a rule of ipchains.`, option)
    }
  }

  const isPlain = (number: number) => protocol?.number === number && !protocol.negated
  if (opening) {
    if (!isPlain(PROTOCOL.tcp)) say('syntax-error', '-y looks at flags of TCP. Write -p tcp.', opening.word)
    tests.push({ kind: 'test', field: 'tcpFlags', negated: opening.negated, terms: OPENING })
  }
  if (icmpType) takeIcmpType(icmpType.word, icmpType.negated)
  if (protocol)
    tests.push(range('protocol', protocol.negated, { first: protocol.number, last: protocol.number }))
  const ported = isPlain(PROTOCOL.tcp) || isPlain(PROTOCOL.udp)
  if (isPlain(PROTOCOL.icmp)) takeIcmpEnds(ends.src.ports, ends.dst.ports)
  else
    for (const { ports } of [ends.src, ends.dst])
      if (ports && !ported)
        say('syntax-error', `${ports.word.text} is a port, which needs -p tcp or -p udp.`, ports.word)
  const forth = [...tests, ...endTests('src', ends.src), ...endTests('dst', ends.dst)]
  const back = [...tests, ...endTests('src', ends.dst), ...endTests('dst', ends.src)]
  return { match: sortConditions(forth), back: both ? sortConditions(back) : undefined, target, log, remarks }

  function readEnd(side: 'src' | 'dst', option: Word, outer: boolean): void {
    const end = ends[side]
    const negated = bang() !== outer
    const word = peek()
    if (!isValue(word) || !word) {
      say('note', `${option.text} has no address: any is assumed.`, option)
      return
    }
    if (isPorts(word.text)) {
      say('note', `${option.text} has ports alone: any address is assumed.`, option)
      at++
      takePorts(end, word, negated)
      return
    }
    at++
    const read = readAddress(word.text)
    if (typeof read === 'string') say('syntax-error', read, word)
    else if (read) end.address = { negated, interval: read }
    const portNegated =
      isBang() && isValue(words[at + 1]) && isPorts(words[at + 1]?.text ?? '') ? bang() : false
    const port = peek()
    if (port && isValue(port)) {
      at++
      takePorts(end, port, portNegated)
    }
  }

  function takePorts(end: End, word: Word, negated: boolean): void {
    const interval = readPorts(word.text)
    if (interval) end.ports = { negated, interval, word }
    else if (parseIcmpType(4, word.text).ok) end.ports = { negated, interval: { first: 0, last: 0 }, word }
    else
      say('syntax-error', `${word.text} is not a port. Write 80, 1024:65535 or the name of a service.`, word)
  }

  function takeIcmpType(word: Word, negated: boolean): void {
    if (!isPlain(PROTOCOL.icmp)) {
      say('syntax-error', `${word.text} is a type of ICMP, which needs -p icmp.`, word)
      return
    }
    const read = parseIcmpType(4, word.text)
    const number = Number(word.text)
    if (read.ok) tests.push(range('icmpType', negated, read.value))
    else if (Number.isInteger(number) && number >= 0 && number <= 255)
      tests.push(range('icmpType', negated, icmpTypeRange(number)))
    else say('syntax-error', `${word.text} is not a type of ICMP.`, word)
  }

  /** Of ICMP the type stands where the source port does, the code where the destination port does. */
  function takeIcmpEnds(type: End['ports'], code: End['ports']): void {
    if (!type && !code) return
    const number = type && /^\d+$/.test(type.word.text) ? Number(type.word.text) : undefined
    if (type && !code) takeIcmpType(type.word, type.negated)
    else if (code && (number === undefined || number > 255 || type?.negated || code.negated))
      say('syntax-error', 'A code of ICMP needs one type before it, as -s 0/0 3 -d 0/0 4.', code.word)
    else if (code && number !== undefined) {
      const { first, last } = code.interval
      if (Number(last) > 255 || !/^[\d:]+$/.test(code.word.text))
        say('syntax-error', `${code.word.text} is not a code of ICMP.`, code.word)
      else
        tests.push(
          range('icmpType', false, {
            first: number * 256 + Number(first),
            last: number * 256 + Number(last),
          }),
        )
    }
  }

  function endTests(side: 'src' | 'dst', { address, ports }: End): Condition[] {
    const port = side === 'src' ? 'sport' : 'dport'
    return [
      ...(address ? [range(side, address.negated, address.interval)] : []),
      ...(ports && ported ? [range(port, ports.negated, ports.interval)] : []),
    ]
  }

  function readTarget(word: Word): Target {
    const known = TARGETS[word.text]
    if (known) return known
    if (word.text !== 'REDIRECT') return { kind: 'jump', chain: word.text }
    const port = isValue(peek()) ? words[at++] : undefined
    const interval = port && readPorts(port.text)
    const ports = interval && { first: Number(interval.first), last: Number(interval.last) }
    return { kind: 'redirect', to: ports ? { ports } : {} }
  }
}

function range(field: FieldId, negated: boolean, interval: Interval): Condition {
  const terms: Term[] = [{ kind: 'range', ...interval }]
  return { kind: 'test', field, negated, terms }
}

/** "61000:65095", "80", ":1023"; an address has dots or a slash. */
const isPorts = (text: string) => /^\d*:\d*$/.test(text) || (/^\d+$/.test(text) && Number(text) > 0)

function readPorts(text: string): Interval | undefined {
  const found = /^(\d*):(\d*)$/.exec(text)
  const read = parsePortRange(found ? `${found[1] || 0}-${found[2] || 65535}` : text)
  return read.ok ? read.value : undefined
}

/** An interval, nothing for every address, or what is wrong. */
function readAddress(text: string): Interval | string | undefined {
  if (/^(any|0|0\.0\.0\.0)(\/(0|0\.0\.0\.0))?$/i.test(text)) return undefined
  const [, parts = '', mask = ''] = /^([\d.]+)(\/.*)?$/.exec(text) ?? []
  if (parts === '') return `${text} is a name, which the tool looks up when it loads. Write its address.`
  const numbers = parts.split('.')
  while (numbers.length < 4) numbers.push('0')
  const prefix = parsePrefix(numbers.join('.') + mask)
  return prefix.ok
    ? prefixInterval(prefix.value)
    : (prefix.diagnostics[0]?.message ?? `${text} is no address.`)
}
