import type { IpAddress } from '@/model/packet/address'
import { FAMILY, familyOf } from '@/model/packet/address'
import { icmpPacket, udpPacket } from '@/model/packet/build'
import { deviceOf, hostOf, type Moment, note, setHost, setRunning, transmit } from '../moment'
import { sourceAddressFor } from '../routing/lookup'
import type { Outcome, OutcomeCause } from '../trace'
import type { HostState, UdpSocket } from './host-state'
import { takePort } from './local-port'
import type { ClientProgram, ProgramAction, ProgramEvent } from './program'
import { refusalOfDatagram } from './refusal'
import { closeSocket, connectSocket, sendSegment } from './tcp'

/** Tells a client program what happened and does what it asks. A program that has ended hears nothing more. */
export function tellClient(moment: Moment, connection: number, event: ProgramEvent, answers?: number): void {
  const running = moment.world.running[connection]
  const program = moment.world.programs.clients[connection]?.program as ClientProgram | undefined
  if (!running || !program || running.outcome) return
  const reaction = program.react(running.state, event)
  setRunning(moment, connection, { ...running, state: reaction.state })
  for (const action of reaction.actions) act(moment, connection, running.device, action, answers)
}

function act(
  moment: Moment,
  connection: number,
  device: string,
  action: ProgramAction,
  answers: number | undefined,
): void {
  switch (action.kind) {
    case 'connect':
      connectSocket(moment, connection, device, action)
      return
    case 'send':
      sendSegment(moment, device, connection, action.payload, answers)
      return
    case 'close':
      closeSocket(moment, device, connection, answers)
      return
    case 'datagram':
      sendDatagram(moment, connection, device, action)
      return
    case 'echo':
      sendEcho(moment, connection, device, action.to)
      return
    case 'timer':
      moment.emitted.push({
        atMs: moment.nowMs + action.afterMs,
        event: { kind: 'program-timer', connection, name: action.name },
      })
      return
    case 'done':
      finish(moment, connection, device, {
        works: action.works,
        cause: action.cause,
        text: action.text,
      })
  }
}

function finish(moment: Moment, connection: number, device: string, outcome: Outcome): void {
  const running = moment.world.running[connection]
  if (!running) return
  setRunning(moment, connection, { ...running, outcome })
  note(moment, device, { kind: 'outcome', outcome, connection })
}

function sendDatagram(
  moment: Moment,
  connection: number,
  device: string,
  action: Extract<ProgramAction, { kind: 'datagram' }>,
): void {
  const fail = (cause: OutcomeCause) => tellClient(moment, connection, { kind: 'failed', cause })
  const from = sourceAddressFor(deviceOf(moment, device), action.to)
  if (from === undefined) {
    fail('net-unreachable')
    return
  }
  const known = udpSocketTo(hostOf(moment, device), connection, action)
  const opened = known ?? openUdp(moment, connection, device, from, action)
  if (typeof opened === 'string') {
    fail(opened)
    return
  }
  const { local, remote, sent } = opened
  const host = hostOf(moment, device)
  setHost(moment, device, { ...host, udp: host.udp.with(`${local.port}`, { ...opened, sent: sent + 1 }) })
  const packet = udpPacket({
    src: local.address,
    dst: remote.address,
    sport: local.port,
    dport: remote.port,
    payload: action.payload,
    hopLimit: deviceOf(moment, device).profile.hopLimit,
  })
  const cause = refusalOfDatagram(
    transmit(moment, device, packet, { role: 'request', connection, retry: sent }),
  )
  if (cause) fail(cause)
}

/** A program asks each peer from a socket of its own: a name server, then the service. */
function udpSocketTo(
  host: HostState,
  connection: number,
  { to, port }: Extract<ProgramAction, { kind: 'datagram' }>,
): UdpSocket | undefined {
  for (const socket of host.udp.values()) {
    if (socket.connection !== connection) continue
    if (socket.remote.address === to && socket.remote.port === port) return socket
  }
  return undefined
}

/** A new UDP socket, or why there is none. */
function openUdp(
  moment: Moment,
  connection: number,
  device: string,
  address: IpAddress,
  { to, port, sourcePort }: Extract<ProgramAction, { kind: 'datagram' }>,
): UdpSocket | OutcomeCause {
  const remote = { address: to, port }
  const taken = takePort(moment, device, {
    protocol: 'udp',
    connection,
    to: remote,
    sourcePort,
    isFree: (each) => !hostOf(moment, device).udp.get(`${each}`),
  })
  if (taken.cause) return taken.cause
  return { connection, local: { address, port: taken.port }, remote, sent: 0 }
}

function sendEcho(moment: Moment, connection: number, device: string, to: IpAddress): void {
  const from = sourceAddressFor(deviceOf(moment, device), to)
  if (from === undefined) {
    tellClient(moment, connection, { kind: 'failed', cause: 'net-unreachable' })
    return
  }
  const host = hostOf(moment, device)
  const icmpId = freeEchoId(host, moment.random)
  setHost(moment, device, {
    ...host,
    echoes: host.echoes.with(`${icmpId}`, { connection, to, sentAtMs: moment.nowMs }),
  })
  const packet = icmpPacket({
    src: from,
    dst: to,
    type: familyOf(to) === 4 ? 8 : 128,
    protocol: FAMILY[familyOf(to)].protocolOfIcmp,
    icmpId,
    icmpSeq: 1,
    payload: { bytes: 56 },
    hopLimit: deviceOf(moment, device).profile.hopLimit,
  })
  const cause = refusalOfDatagram(transmit(moment, device, packet, { role: 'request', connection }))
  if (cause) tellClient(moment, connection, { kind: 'failed', cause })
}

/** An identifier that no other echo waits for, from 1; there are far more of them than connections at once. */
function freeEchoId(host: HostState, random: () => number): number {
  let id = 1 + Math.floor(random() * 65_535)
  while (host.echoes.get(`${id}`)) id = (id % 65_535) + 1
  return id
}
