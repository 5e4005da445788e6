import { icmpPacket, udpPacket } from '@/model/packet/build'
import {
  type IcmpPacket,
  type OtherPacket,
  type Packet,
  PROTOCOL,
  type UdpPacket,
} from '@/model/packet/packet'
import { isIcmpError } from '../conntrack/icmp-types'
import { deviceOf, hostOf, type Moment, note, transmit } from '../moment'
import { icmpErrorAbout } from '../routing/icmp-error'
import { isBroadcast } from '../routing/lookup'
import { isMulticast } from '../routing/special-prefixes'
import type { Disposition, OutcomeCause } from '../trace'
import { socketKey } from './host-state'
import { putSocket, removeSocket } from './tcp'
import { receiveSegment } from './tcp-input'

/** A packet has passed the filter of the host it is meant for: its stack takes it. */
export function deliver(
  moment: Moment,
  device: string,
  packet: Packet,
  journey: number,
  connection: number,
): void {
  const place = moment.trace.length
  const disposition = take(moment, device, packet, journey, connection)
  // The end of this journey comes before what the host does because of it.
  moment.trace.splice(place, 0, { atMs: moment.nowMs, device, journey, kind: 'ended', disposition, packet })
}

function take(
  moment: Moment,
  device: string,
  packet: Packet,
  journey: number,
  connection: number,
): Disposition {
  const toMany = isBroadcast(deviceOf(moment, device), packet.dst) || isMulticast(packet.dst)
  // Only datagrams are for everybody: segments and questions to a broadcast are not answered (RFC 1122 3.2.2.6, 4.2.3.10).
  if (toMany && packet.kind !== 'udp') return { kind: 'no-listener' }
  switch (packet.kind) {
    case 'tcp':
      return { kind: receiveSegment(moment, device, packet, journey, connection) }
    case 'udp':
      return { kind: receiveDatagram(moment, device, packet, journey, connection) }
    case 'icmp':
      receiveIcmp(moment, device, packet, journey, connection)
      return { kind: 'delivered' }
    case 'other':
      answerUnknown(moment, device, packet, journey, connection)
      return { kind: 'no-listener' }
  }
}

/** Taken in silence: IGMP and "no next header" of IPv6, and UDP-Lite, which is malformed without ports. As measured. */
const SILENT_PROTOCOLS: Readonly<Record<4 | 6, readonly number[]>> = {
  4: [2, PROTOCOL.udplite],
  6: [59, PROTOCOL.udplite],
}

/** Nothing takes a protocol that no program can listen on. */
function answerUnknown(
  moment: Moment,
  device: string,
  packet: OtherPacket,
  journey: number,
  connection: number,
): void {
  if (SILENT_PROTOCOLS[packet.family].includes(packet.protocol)) return
  const error = icmpErrorAbout(deviceOf(moment, device), packet, 'no-protocol')
  if (error) transmit(moment, device, error, { role: 'error', connection, answers: journey })
}

function receiveDatagram(
  moment: Moment,
  device: string,
  packet: UdpPacket,
  journey: number,
  connection: number,
): 'delivered' | 'no-listener' {
  const waiting = hostOf(moment, device).udp.get(`${packet.dport}`)
  const fromPeer = waiting && waiting.remote.address === packet.src && waiting.remote.port === packet.sport
  if (waiting && fromPeer) {
    moment.tell(waiting.connection, { kind: 'datagram', payload: packet.payload ?? { bytes: 0 } }, journey)
    return 'delivered'
  }
  const { services, profile } = deviceOf(moment, device)
  const service = services.find(({ protocol, port }) => protocol === 'udp' && port === packet.dport)
  if (!service) {
    const error = icmpErrorAbout(deviceOf(moment, device), packet, 'icmp-port-unreachable')
    if (error) transmit(moment, device, error, { role: 'error', connection, answers: journey })
    return 'no-listener'
  }
  const program = moment.world.programs.server(service)
  const reaction = program.react(
    program.initial,
    { kind: 'datagram', payload: packet.payload ?? { bytes: 0 } },
    { lookupName: (name) => moment.world.network.lookupName(name) },
  )
  for (const action of reaction.actions) {
    if (action.kind !== 'send') continue
    const answer = udpPacket({
      src: packet.dst,
      dst: packet.src,
      sport: packet.dport,
      dport: packet.sport,
      payload: action.payload,
      hopLimit: profile.hopLimit,
    })
    transmit(moment, device, answer, { role: 'reply', connection, answers: journey })
  }
  return 'delivered'
}

const ECHO_REPLY = { 4: 0, 6: 129 } as const

/** Questions that a stack answers: echo, and in IPv4 the time (RFC 792). */
function answerTo({ family, type }: IcmpPacket): number | undefined {
  if (type === (family === 4 ? 8 : 128)) return ECHO_REPLY[family]
  return family === 4 && type === 13 ? 14 : undefined
}

function receiveIcmp(
  moment: Moment,
  device: string,
  packet: IcmpPacket,
  journey: number,
  connection: number,
): void {
  if (isIcmpError(packet)) {
    receiveError(moment, device, packet)
    return
  }
  const answers = answerTo(packet)
  if (answers !== undefined) {
    const { icmpId = 0, icmpSeq = 0, payload } = packet
    const reply = icmpPacket({
      src: packet.dst,
      dst: packet.src,
      type: answers,
      icmpId,
      icmpSeq,
      ...(payload ? { payload } : {}),
      tos: packet.tos,
      hopLimit: deviceOf(moment, device).profile.hopLimit,
    })
    transmit(moment, device, reply, { role: 'reply', connection, answers: journey, isIcmpOfStack: true })
    return
  }
  const waiting = hostOf(moment, device).echoes.get(`${packet.icmpId}`)
  if (packet.type === ECHO_REPLY[packet.family] && waiting) {
    moment.tell(
      waiting.connection,
      { kind: 'echo-reply', from: packet.src, afterMs: moment.nowMs - waiting.sentAtMs },
      journey,
    )
  }
}

/** What an error means to the program that waits, as connect() tells it [e6 G5, e10 J1]. */
const CAUSES: Readonly<Record<4 | 6, Readonly<Record<string, OutcomeCause>>>> = {
  4: {
    '3/0': 'net-unreachable',
    '3/2': 'proto-unreachable',
    '3/3': 'refused',
    '3/6': 'net-unreachable',
    '3/9': 'net-unreachable',
  },
  6: {
    '1/0': 'net-unreachable',
    '1/1': 'prohibited',
    '1/4': 'refused',
    '1/5': 'prohibited',
    '1/6': 'prohibited',
  },
}

/**
 * Errors that a program which sent a datagram is told of; the others are hints that pass, such as "no route" (RFC 1122
 * 4.1.3.3, `icmp_err_convert` and `tab_unreach` of the kernel).
 */
const HARD_ERRORS: Readonly<Record<4 | 6, readonly string[]>> = {
  4: ['3/2', '3/3', '3/6', '3/7', '3/8', '3/9', '3/10', '3/13', '3/14', '3/15', '12/0'],
  6: ['1/1', '1/4', '1/5', '1/6', '4/0', '4/1', '4/2'],
}

function receiveError(moment: Moment, device: string, packet: IcmpPacket): void {
  const { quoted } = packet
  if (!quoted) return
  const cause = CAUSES[packet.family][`${packet.type}/${packet.code}`] ?? 'host-unreachable'
  const host = hostOf(moment, device)
  const hard = HARD_ERRORS[packet.family].includes(`${packet.type}/${packet.code}`)
  const told = (connection: number) => {
    note(moment, device, {
      kind: 'socket',
      event: 'unreachable',
      sentence: 'is told that there is no way',
      connection,
    })
    moment.tell(connection, { kind: 'failed', cause })
  }
  if (quoted.kind === 'tcp') {
    const key = socketKey(
      { address: quoted.src, port: quoted.sport },
      { address: quoted.dst, port: quoted.dport },
    )
    const socket = host.tcp.get(key)
    if (!socket) return
    // Only a connection that is being opened ends by an error; a standing one takes it as a hint (RFC 1122 4.2.3.9).
    if (socket.state !== 'SYN-SENT') {
      putSocket(moment, device, { ...socket, hint: cause })
      return
    }
    removeSocket(moment, device, key)
    told(socket.connection)
  } else if (quoted.kind === 'udp') {
    const socket = host.udp.get(`${quoted.sport}`)
    const isItsPeer = socket?.remote.address === quoted.dst && socket.remote.port === quoted.dport
    if (socket && isItsPeer && hard) told(socket.connection)
  } else if (quoted.kind === 'icmp') {
    const waiting = host.echoes.get(`${quoted.icmpId}`)
    if (waiting) told(waiting.connection)
  }
}
