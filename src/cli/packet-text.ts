import { FAMILY, familyOf, type IpAddress, parseAddress } from '@/model/packet/address'
import { icmpPacket, otherPacket, tcpPacket, udpPacket } from '@/model/packet/build'
import { parseIcmpType } from '@/model/packet/icmp'
import { type Packet, PROTOCOL, TCP_FLAG } from '@/model/packet/packet'
import { parsePortRange } from '@/model/packet/port'
import { parseProtocol } from '@/model/packet/protocol'
import { parseFlagLetters } from '@/model/packet/tcp-flags'
import { failure, type Result, success } from '@/model/result'

/** A packet with the interfaces it is at. */
export interface PlacedPacket {
  readonly packet: Packet
  readonly iif?: string
  readonly oif?: string
}

const EXAMPLE = 'Write it as "tcp 104.244.42.1:443 > 192.168.1.10:62712 SA iif=wan".'

interface End {
  readonly address: IpAddress
  readonly port: number | undefined
}

/**
 * Reads `PROTOCOL SOURCE > DESTINATION [FLAGS | TYPE] [iif=NAME] [oif=NAME] [ttl=N]`. TCP and UDP ends have a port, IPv6
 * ends stand in brackets then. Flags are letters of FSRPAUEC, S where there are none; an ICMP type is a name or `8/0`.
 */
export function parsePacketText(text: string): Result<PlacedPacket> {
  const found = /^\s*(\S+)\s+(\S+?)\s*(?:->|→|>)\s*(\S+)((?:\s+\S+)*)\s*$/.exec(text)
  if (!found) return failure(`"${text}" is not a packet. ${EXAMPLE}`)
  const protocol = parseProtocol(found[1] ?? '')
  if (!protocol.ok) return protocol
  const source = parseEnd(found[2] ?? '')
  if (!source.ok) return source
  const destination = parseEnd(found[3] ?? '')
  if (!destination.ok) return destination
  const [src, dst] = [source.value, destination.value]
  if (familyOf(src.address) !== familyOf(dst.address))
    return failure('Source and destination are of two address families. Both are IPv4, or both IPv6.')
  const more = readMore((found[4] ?? '').split(/\s+/).filter(Boolean))
  if (!more.ok) return more
  const { word, iif, oif, hopLimit } = more.value
  const packet = build(protocol.value, src, dst, word, hopLimit === undefined ? {} : { hopLimit })
  if (!packet.ok) return packet
  return success({ packet: packet.value, ...(iif && { iif }), ...(oif && { oif }) })
}

interface More {
  word?: string
  iif?: string
  oif?: string
  hopLimit?: number
}

function readMore(words: readonly string[]): Result<More> {
  const more: More = {}
  for (const word of words) {
    const [key = '', value = ''] = word.split('=', 2)
    if (!word.includes('=')) {
      if (more.word !== undefined) return failure(`"${word}" is one word too many. ${EXAMPLE}`)
      more.word = word
    } else if ((key === 'iif' || key === 'oif') && value !== '') more[key] = value
    else if (key === 'ttl' && /^\d+$/.test(value) && Number(value) <= 255) more.hopLimit = Number(value)
    else
      return failure(
        `"${word}" is nothing that is known of a packet. There are iif=NAME, oif=NAME and ttl=NUMBER.`,
      )
  }
  return success(more)
}

function build(
  protocol: number,
  src: End,
  dst: End,
  word: string | undefined,
  free: { readonly hopLimit?: number },
): Result<Packet> {
  const ends = { src: src.address, dst: dst.address, ...free }
  const family = familyOf(src.address)
  const stray = () => failure(`"${word}" does not go with that protocol. ${EXAMPLE}`)
  if (protocol === PROTOCOL.tcp || protocol === PROTOCOL.udp) {
    if (src.port === undefined || dst.port === undefined)
      return failure(`Both ends need a port, such as 192.168.1.10:62712. ${EXAMPLE}`)
    const ports = { sport: src.port, dport: dst.port }
    if (protocol === PROTOCOL.udp)
      return word === undefined ? success(udpPacket({ ...ends, ...ports })) : stray()
    const flags = word === undefined ? TCP_FLAG.SYN : word === '-' ? 0 : parseFlagLetters(word)
    if (flags === undefined)
      return failure(`"${word}" are no flags. They are letters of FSRPAUEC, such as SA, or "-" for none.`)
    return success(tcpPacket({ ...ends, ...ports, flags }))
  }
  if (src.port !== undefined || dst.port !== undefined) return failure('Only TCP and UDP have ports.')
  if (protocol === FAMILY[family].protocolOfIcmp) {
    const type = parseIcmpType(family, word ?? 'echo-request')
    if (!type.ok) return type
    return success(
      icmpPacket({
        ...ends,
        type: Math.floor(type.value.first / 256),
        code: type.value.first % 256,
        icmpId: 1,
        icmpSeq: 1,
      }),
    )
  }
  return word === undefined ? success(otherPacket({ ...ends, protocol })) : stray()
}

function parseEnd(text: string): Result<End> {
  const bracketed = /^\[([^\]]+)\](?::(.+))?$/.exec(text)
  const plain = /^([^:]+):([^:]+)$/.exec(text)
  const addressText = bracketed?.[1] ?? plain?.[1] ?? text
  const portText = bracketed ? bracketed[2] : plain?.[2]
  const address = parseAddress(addressText)
  if (!address.ok) return address
  if (portText === undefined) return success({ address: address.value, port: undefined })
  const port = parsePortRange(portText)
  if (!port.ok) return port
  if (port.value.first !== port.value.last)
    return failure(`A packet has one port, and ${portText} are several.`)
  return success({ address: address.value, port: port.value.first })
}
