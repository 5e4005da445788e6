import { FAMILY, familyOf, formatAddress, type IpAddress } from '@/model/packet/address'
import { icmpPacket, otherPacket, packetLength, tcpPacket, udpPacket } from '@/model/packet/build'
import { packetName } from '@/model/packet/label'
import { type Packet, PROTOCOL, TCP_FLAG } from '@/model/packet/packet'
import { formatProtocol } from '@/model/packet/protocol'
import { formatTcpFlags } from '@/model/packet/tcp-flags'
import { failure, type Result, success } from '@/model/result'
import type { LoggedFacts } from './log-line'

/** The packet of a line, whole enough to ask rules about. */
export interface LoggedPacket {
  readonly packet: Packet
  /** What the line leaves open and was filled in, as sentences. */
  readonly assumed: readonly string[]
}

/** Where a line says that its packet was seen. */
export interface LoggedPlace {
  readonly iif?: string
  readonly oif?: string
  /** The machine that wrote the line. */
  readonly host?: string
}

export function loggedPlace({ iif, oif, host }: LoggedFacts): LoggedPlace {
  return {
    ...(iif === undefined ? {} : { iif }),
    ...(oif === undefined ? {} : { oif }),
    ...(host === undefined ? {} : { host }),
  }
}

/** The packet that a line tells of; a failure says what it lacks. */
export function loggedPacket(facts: LoggedFacts): Result<LoggedPacket> {
  const { src, dst, protocol } = facts
  if (src === undefined || dst === undefined)
    return failure(`The line does not tell the ${src === undefined ? 'source' : 'destination'} address.`)
  if (familyOf(src) !== familyOf(dst)) return failure('The line has addresses of two families.')
  if (protocol === undefined) return failure('The line does not tell the protocol.')
  const ends = { src, dst, ...headerOf(facts) }
  if (protocol === PROTOCOL.tcp || protocol === PROTOCOL.udp) return withPorts(facts, ends, protocol)
  if (protocol === FAMILY[familyOf(src)].protocolOfIcmp) return icmp(facts, ends)
  return success({ packet: fill(otherPacket({ ...ends, protocol }), facts), assumed: [] })
}

type Ends = { readonly src: IpAddress; readonly dst: IpAddress }

function headerOf(facts: LoggedFacts) {
  const { hopLimit, tos, id, dontFragment, fragmentOffset: offset = 0, moreFragments: more = false } = facts
  return {
    ...(hopLimit === undefined ? {} : { hopLimit }),
    ...(tos === undefined ? {} : { tos }),
    ...(id === undefined ? {} : { id }),
    ...(offset > 0 || more ? { fragment: { offset, more } } : {}),
    // Lines say that the bit is set, or else that it is not.
    ...(hopLimit === undefined && dontFragment === undefined ? {} : { dontFragment: dontFragment ?? false }),
  }
}

function withPorts(facts: LoggedFacts, ends: Ends, protocol: number): Result<LoggedPacket> {
  const isLaterFragment = (facts.fragmentOffset ?? 0) > 0
  const { sport = isLaterFragment ? 0 : undefined, dport = isLaterFragment ? 0 : undefined } = facts
  if (sport === undefined || dport === undefined)
    return failure(`The line does not tell the ${sport === undefined ? 'source' : 'destination'} port.`)
  if (protocol === PROTOCOL.udp) {
    const packet = udpPacket({ ...ends, sport, dport })
    return success({ packet: fill(packet, facts), assumed: [] })
  }
  const { flags, assumed } = flagsOf(facts, isLaterFragment)
  const numbers = {
    ...(facts.seq === undefined ? {} : { seq: facts.seq }),
    ...(facts.ack === undefined ? {} : { ack: facts.ack }),
    ...(facts.window === undefined ? {} : { window: facts.window }),
  }
  const options = optionBytes(facts, flags, familyOf(ends.src))
  const packet = tcpPacket({ ...ends, sport, dport, flags, ...numbers, ...options })
  return success({ packet: fill(packet, facts), assumed })
}

function flagsOf(facts: LoggedFacts, isLaterFragment: boolean): { flags: number; assumed: string[] } {
  if (facts.flags !== undefined) return { flags: facts.flags, assumed: [] }
  if (isLaterFragment) return { flags: 0, assumed: [] }
  if (facts.opens === true) return { flags: TCP_FLAG.SYN, assumed: [] }
  if (facts.opens === false)
    return {
      flags: TCP_FLAG.ACK,
      assumed: ['Its flags are not told, but that it opens no connection: it is taken for an ACK.'],
    }
  return { flags: TCP_FLAG.SYN, assumed: ['Its TCP flags are not told: it is taken for a SYN.'] }
}

/** TCP options where the length of the line leaves room for them: a SYN carries some and nothing else. */
function optionBytes({ length }: LoggedFacts, flags: number, family: 4 | 6): { optionBytes?: number } {
  if (length === undefined) return {}
  const room = length - (family === 4 ? 20 : 40) - 20
  return { optionBytes: flags & TCP_FLAG.SYN && room > 0 && room <= MOST_OPTION_BYTES ? room : 0 }
}

const MOST_OPTION_BYTES = 40

/** The bytes that the line counts and no header takes are payload. */
function fill<P extends Packet>(packet: P, { length = 0 }: LoggedFacts): P {
  const bytes = length - packetLength(packet)
  return bytes > 0 ? { ...packet, payload: { bytes } } : packet
}

function icmp(facts: LoggedFacts, ends: Ends): Result<LoggedPacket> {
  const isLaterFragment = (facts.fragmentOffset ?? 0) > 0
  const type = facts.icmpType ?? (isLaterFragment ? 0 : undefined)
  if (type === undefined) return failure('The line does not tell the ICMP type.')
  const quoted = facts.quoted ? loggedPacket(facts.quoted) : undefined
  const packet = icmpPacket({
    ...ends,
    type,
    code: facts.icmpCode ?? 0,
    ...(facts.icmpId === undefined ? {} : { icmpId: facts.icmpId }),
    ...(facts.icmpSeq === undefined ? {} : { icmpSeq: facts.icmpSeq }),
    ...(quoted?.ok ? { quoted: quoted.value.packet } : {}),
  })
  const assumed =
    facts.icmpCode === undefined && !isLaterFragment ? ['Its ICMP code is not told: 0 is taken.'] : []
  return success({ packet: fill(packet, facts), assumed })
}

/** "SYN 198.51.100.7:1063 to 203.0.113.2:111"; what the line does not tell is a question mark. */
export function loggedName(facts: LoggedFacts): string {
  const whole = loggedPacket(facts)
  if (whole.ok && whole.value.assumed.length === 0 && (facts.fragmentOffset ?? 0) === 0)
    return packetName(whole.value.packet)
  const word =
    facts.flags === undefined ? protocolWord(facts) : formatTcpFlags(facts.flags).replaceAll(', ', '-')
  const part = (facts.fragmentOffset ?? 0) > 0 ? ` fragment from byte ${facts.fragmentOffset}` : ''
  return `${word}${part} ${endText(facts, 'src')} to ${endText(facts, 'dst')}`
}

function protocolWord({ protocol, opens }: LoggedFacts): string {
  if (opens === true) return 'SYN'
  return protocol === undefined ? 'packet' : formatProtocol(protocol)
}

function endText(facts: LoggedFacts, end: 'src' | 'dst'): string {
  const address = facts[end]
  const port = facts[end === 'src' ? 'sport' : 'dport']
  const text = address === undefined ? '?' : formatAddress(address)
  if (port === undefined) return text
  return typeof address === 'bigint' ? `[${text}]:${port}` : `${text}:${port}`
}
