import { formatAddress } from '@/model/packet/address'
import { packetLength } from '@/model/packet/build'
import { type Packet, PROTOCOL, TCP_FLAG } from '@/model/packet/packet'
import { formatProtocol } from '@/model/packet/protocol'
import { BYTE, keepAddress, keepNumber, LineReader, portNote, takeSyslogHead, WORD } from './line-reader'
import type { LogFormat } from './log-line'

/** What stands in the port places of a protocol that has none. */
const NO_PORT = 65535
const DONT_FRAGMENT = 0x4000
const MORE_FRAGMENTS = 0x2000

export interface IpchainsEntry {
  readonly chain: string
  /** The word of the target: "DENY", "ACCEPT", the name of a chain, "-" for a rule that only counts. */
  readonly action: string
  /** The interface that the chain asked about: by which the packet came in `input`, by which it goes in the others. */
  readonly interface: string
  /** Number of the rule in its chain, from 1. */
  readonly rule: number
}

/**
 * The line of a rule with `-l` (R080): "Packet log: input DENY eth0 PROTO=6 SRC:sport DST:dport L= S= I= F= T= SYN (#28)".
 * Length, TOS, identification, fragment word and TTL are of the IP header; ICMP has type and code in the port places.
 * Source: linux/net/ipv4/ip_fw.c of 2.2, ipchains-HOWTO section 4.
 */
export function ipchainsLine(packet: Packet, entry: IpchainsEntry): string {
  const [sport, dport] = portPlaces(packet)
  const word =
    (packet.dontFragment ? DONT_FRAGMENT : 0) |
    (packet.fragment?.more ? MORE_FRAGMENTS : 0) |
    ((packet.fragment?.offset ?? 0) >> 3)
  return [
    `Packet log: ${entry.chain} ${entry.action} ${entry.interface}`,
    `PROTO=${packet.protocol}`,
    `${formatAddress(packet.src)}:${sport} ${formatAddress(packet.dst)}:${dport}`,
    `L=${packetLength(packet)} S=0x${hex(packet.tos, 2)} I=${packet.id} F=0x${hex(word, 4)} T=${packet.hopLimit}`,
    ...(opensConnection(packet) ? ['SYN'] : []),
    `(#${entry.rule})`,
  ].join(' ')
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}

function portPlaces(packet: Packet): readonly [number, number] {
  switch (packet.kind) {
    case 'tcp':
    case 'udp':
      return [packet.sport, packet.dport]
    case 'icmp':
      return [packet.type, packet.code]
    case 'other':
      return [NO_PORT, NO_PORT]
  }
}

/** What `-y` means: SYN without ACK and RST (R068). */
function opensConnection(packet: Packet): boolean {
  return (
    packet.kind === 'tcp' && (packet.flags & (TCP_FLAG.SYN | TCP_FLAG.ACK | TCP_FLAG.RST)) === TCP_FLAG.SYN
  )
}

const VERDICTS: Readonly<Record<string, readonly ['accept' | 'drop' | 'reject', string]>> = {
  ACCEPT: ['accept', 'The packet was let through.'],
  MASQ: ['accept', 'The packet was let through, with its source translated.'],
  REDIRECT: ['accept', 'The packet was sent to a port of this machine.'],
  DENY: ['drop', 'The packet was dropped, and nobody was told.'],
  REJECT: ['reject', 'The packet was dropped, and its sender was told with an ICMP error.'],
}

const CHAINS: Readonly<Record<string, string>> = {
  input: 'The chain that sees what comes in.',
  forward: 'The chain that sees what passes through.',
  output: 'The chain that sees what goes out.',
}

/** Lines of rules with `-l`. */
export const ipchainsLog: LogFormat = {
  id: 'ipchains',
  label: 'Linux 2.2 ipchains',
  source: 'linux/net/ipv4/ip_fw.c of 2.2; IPCHAINS-HOWTO section 4',
  detect: (text) => /\bPacket log:/.test(text),
  read(text, line) {
    const reader = new LineReader(text, line)
    takeSyslogHead(reader)
    if (!reader.take(/Packet log:/, () => 'A rule with -l writes such a line for each packet it matches.'))
      return undefined
    takePlace(reader)
    reader.take(/\s+PROTO=(\S*)/, ([, value = ''], facts) => {
      const number = Number(value)
      return keepNumber(facts, 'protocol', value, BYTE, `Protocol ${value} is ${formatProtocol(number)}.`)
    })
    takeEnd(reader, 'src')
    takeEnd(reader, 'dst')
    takeHeader(reader)
    const { facts } = reader
    if (facts.protocol === PROTOCOL.tcp && facts.rule !== undefined) facts.opens ??= false
    reader.takeUnknown()
    return reader.finish('ipchains', ['protocol', 'src', 'dst', 'sport', 'dport', 'rule'])
  },
  write({ packet, chain, action, rule, iif, oif }) {
    // The way out is known in forward and output alone.
    return ipchainsLine(packet, { chain, action, rule, interface: oif ?? iif ?? '' })
  },
}

/** Chain, target and interface: "input DENY eth0". */
function takePlace(reader: LineReader): void {
  reader.take(/\s+(\S+)/, ([, chain = ''], facts) => {
    facts.chain = chain
    return CHAINS[chain] ?? 'A chain that a person made.'
  })
  reader.take(/\s+(\S+)/, ([, action = ''], facts) => {
    const verdict = VERDICTS[action]
    if (verdict) facts.verdict = verdict[0]
    if (action === '-') return 'The rule has no target: it only counts, and the next rule is asked.'
    return verdict?.[1] ?? `The packet went on in the chain ${action}.`
  })
  reader.take(/\s+(?!PROTO=|L=)(\S+)/, ([, name = ''], facts) => {
    if (facts.chain === 'input') facts.iif = name
    else if (facts.chain === 'output' || facts.chain === 'forward') facts.oif = name
    else return `The interface that the built-in chain before it was asked about: ${name}.`
    return facts.iif === undefined ? `It was to go out by ${name}.` : `It came in by ${name}.`
  })
}

/** ICMP has its type and code in the places of the ports. */
function takeEnd(reader: LineReader, end: 'src' | 'dst'): void {
  reader.take(/\s+([\dXx#*.]+):([\dXx#*]+)/, ([, address = '', value = ''], facts) => {
    return keepAddress(facts, end, address, tellPlace(facts, end, value))
  })
}

function tellPlace(facts: LineReader['facts'], end: 'src' | 'dst', text: string): string {
  const value = /^\d+$/.test(text) && Number(text) <= WORD ? Number(text) : undefined
  if (facts.protocol === PROTOCOL.icmp) {
    const name = end === 'src' ? 'icmpType' : 'icmpCode'
    if (value !== undefined && value <= BYTE) facts[name] = value
    return `; ${text} is the ICMP ${end === 'src' ? 'type' : 'code'}.`
  }
  if (facts.protocol !== PROTOCOL.tcp && facts.protocol !== PROTOCOL.udp)
    return '; this protocol has no ports.'
  if (value !== undefined) facts[end === 'src' ? 'sport' : 'dport'] = value
  return ` and port.${portNote(value, facts.protocol)}`
}

function takeHeader(reader: LineReader): void {
  reader.take(/\s*L=(\S+)/, ([, value = ''], facts) =>
    keepNumber(facts, 'length', value, WORD, `${value} bytes, IP header and all.`),
  )
  reader.take(/\s+S=(\S+)/, ([, value = ''], facts) =>
    keepNumber(facts, 'tos', value, BYTE, 'Type of service.'),
  )
  reader.take(/\s+I=(\S+)/, ([, value = ''], facts) =>
    keepNumber(facts, 'id', value, WORD, 'Identification of the IP packet.'),
  )
  reader.take(/\s+F=0x([\dA-Fa-f]{1,4})(?!\S)/, ([, value = ''], facts) => tellFragment(value, facts))
  reader.take(/\s+T=(\S+)/, ([, value = ''], facts) =>
    keepNumber(facts, 'hopLimit', value, BYTE, `Time to live: it may cross ${value} more routers.`),
  )
  reader.take(/\s+SYN(?=\s|$)/, (_, facts) => {
    facts.opens = true
    facts.protocol ??= PROTOCOL.tcp
    return 'SYN without ACK and RST: it asks for a new connection.'
  })
  reader.take(/\s*\(#(\d+)\)/, ([, value = ''], facts) =>
    keepNumber(facts, 'rule', value, LAST_RULE, `Rule ${value} of the chain, counted from 1.`),
  )
}

const LAST_RULE = 0xffffffff

function tellFragment(value: string, facts: LineReader['facts']): string {
  const word = Number.parseInt(value, 16)
  facts.dontFragment = (word & DONT_FRAGMENT) !== 0
  facts.moreFragments = (word & MORE_FRAGMENTS) !== 0
  const offset = (word & 0x1fff) * 8
  if (offset > 0) {
    facts.fragmentOffset = offset
    delete facts.sport
    delete facts.dport
  }
  const parts = [
    ...(facts.dontFragment ? ["0x4000: routers must not cut it (don't fragment)"] : []),
    ...(facts.moreFragments ? ['0x2000: more fragments follow'] : []),
    ...(offset > 0 ? [`it begins at byte ${offset} of its packet`] : []),
  ]
  return `The fragment word. ${parts.join('; ') || 'The packet is whole, and may be cut'}.`
}
