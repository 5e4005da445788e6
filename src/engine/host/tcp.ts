// Read first: RFC 9293 sections 3.5 (establishing), 3.6 (closing), 3.8 (data), 3.10 (event processing).
import { tcpPacket } from '@/model/packet/build'
import { type Payload, TCP_FLAG, type TcpPacket } from '@/model/packet/packet'
import { deviceOf, hostOf, type Moment, note, setHost, setRunning, transmit } from '../moment'
import { sourceAddressFor } from '../routing/lookup'
import type { OutcomeCause } from '../trace'
import { segmentLength, socketKey, type TcpSocket } from './host-state'
import { takePort } from './local-port'
import type { ProgramAction } from './program'
import { noWay } from './refusal'
import { retryDelay } from './tcp-timers'

const { SYN, ACK, FIN, PSH } = TCP_FLAG

/** Of a socket that has sent nothing yet. */
export const UNSENT = { unacknowledged: [], retries: 0, repeats: 0, timer: 0 } as const

/** The socket of that key; what stayed in TIME-WAIT long enough is gone. */
export function socketOf(moment: Moment, device: string, key: string): TcpSocket | undefined {
  const socket = hostOf(moment, device).tcp.get(key)
  return socket?.untilMs !== undefined && socket.untilMs <= moment.nowMs ? undefined : socket
}

export function putSocket(moment: Moment, device: string, socket: TcpSocket): void {
  const host = hostOf(moment, device)
  setHost(moment, device, { ...host, tcp: host.tcp.with(socket.key, socket) })
}

export function removeSocket(moment: Moment, device: string, key: string): void {
  const host = hostOf(moment, device)
  setHost(moment, device, { ...host, tcp: host.tcp.without(key) })
}

/** connect(): picks a port, sends the SYN, and waits. */
export function connectSocket(
  moment: Moment,
  connection: number,
  device: string,
  action: Extract<ProgramAction, { kind: 'connect' }>,
): void {
  const fail = (cause: OutcomeCause) => moment.tell(connection, { kind: 'failed', cause })
  const address = sourceAddressFor(deviceOf(moment, device), action.to)
  if (address === undefined) {
    fail('net-unreachable')
    return
  }
  const remote = { address: action.to, port: action.port }
  const taken = takePort(moment, device, {
    protocol: 'tcp',
    connection,
    to: remote,
    sourcePort: action.sourcePort,
    isFree: (port) => !socketOf(moment, device, socketKey({ address, port }, remote)),
  })
  if (taken.cause) {
    fail(taken.cause)
    return
  }
  const iss = Math.floor(moment.random() * 2 ** 32)
  const local = { address, port: taken.port }
  const key = socketKey(local, remote)
  putSocket(moment, device, {
    ...UNSENT,
    key,
    owner: { kind: 'client', connection },
    connection,
    state: 'SYN-SENT',
    local,
    remote,
    sndNxt: iss,
    sndUna: iss,
    rcvNxt: 0,
  })
  const running = moment.world.running[connection]
  if (running) setRunning(moment, connection, { ...running, socket: key })
  emit(moment, device, key, SYN, undefined, undefined)
}

/** Sends a segment with the next sequence number; what takes numbers is kept until it is acknowledged. */
export function emit(
  moment: Moment,
  device: string,
  key: string,
  flags: number,
  payload: Payload | undefined,
  answers: number | undefined,
): void {
  const socket = socketOf(moment, device, key)
  if (!socket) return
  const packet = tcpPacket({
    src: socket.local.address,
    dst: socket.remote.address,
    sport: socket.local.port,
    dport: socket.remote.port,
    flags,
    seq: socket.sndNxt,
    ack: flags & ACK ? socket.rcvNxt : 0,
    ...(payload ? { payload } : {}),
    hopLimit: deviceOf(moment, device).profile.hopLimit,
  })
  const length = segmentLength(packet)
  if (length > 0) {
    const first = socket.unacknowledged.length === 0
    putSocket(moment, device, {
      ...socket,
      sndNxt: (socket.sndNxt + length) >>> 0,
      unacknowledged: [...socket.unacknowledged, packet],
      ...(first ? { retries: 0, repeats: 0 } : {}),
    })
    if (first) armTimer(moment, device, key)
  }
  send(moment, device, socket, packet, { ...(answers === undefined ? {} : { answers }), retry: 0 })
}

function send(
  moment: Moment,
  device: string,
  socket: TcpSocket,
  packet: TcpPacket,
  { answers, retry }: { answers?: number; retry: number },
): void {
  const role = socket.owner.kind === 'client' ? 'request' : 'reply'
  const ended = transmit(moment, device, packet, {
    role,
    connection: socket.connection,
    retry,
    ...(answers === undefined ? {} : { answers }),
  })
  // A drop in the host's own OUTPUT is silence to TCP; no way out is told at once [e6 G5].
  const cause = noWay(ended)
  if (cause && socket.state === 'SYN-SENT') {
    removeSocket(moment, device, socket.key)
    moment.tell(socket.connection, { kind: 'failed', cause })
  }
}

/** Sets the retransmission timer for the oldest segment; an earlier timer is void from here on. */
export function armTimer(moment: Moment, device: string, key: string): void {
  const host = hostOf(moment, device)
  const socket = socketOf(moment, device, key)
  const oldest = socket?.unacknowledged[0]
  if (!socket || !oldest) return
  const delay = retryDelay(deviceOf(moment, device).profile, socket)
  const timer = host.nextTimer
  setHost(moment, device, {
    ...host,
    nextTimer: timer + 1,
    tcp: host.tcp.with(key, { ...socket, timer }),
  })
  moment.emitted.push({
    atMs: moment.nowMs + delay.afterMs,
    event: { kind: 'tcp-timer', device, socket: key, timer, what: delay.last ? 'give-up' : 'retransmit' },
  })
}

/** A timer fires: the oldest segment is sent again, or the connection is given up. */
export function tcpTimer(
  moment: Moment,
  device: string,
  key: string,
  timer: number,
  what: 'retransmit' | 'give-up',
): void {
  const socket = socketOf(moment, device, key)
  if (socket?.timer !== timer) return
  if (what === 'give-up') {
    giveUp(moment, device, socket)
    return
  }
  const oldest = socket.unacknowledged[0]
  if (oldest?.kind !== 'tcp') return
  const retries = socket.retries + 1
  const repeats = socket.repeats + 1
  putSocket(moment, device, { ...socket, retries, repeats })
  note(moment, device, {
    kind: 'socket',
    event: 'retransmit',
    sentence: `no answer: sends it again (retry ${retries})`,
    connection: socket.connection,
  })
  armTimer(moment, device, key)
  send(moment, device, socket, { ...oldest, ack: oldest.flags & ACK ? socket.rcvNxt : 0 }, { retry: repeats })
}

function giveUp(moment: Moment, device: string, socket: TcpSocket): void {
  removeSocket(moment, device, socket.key)
  note(moment, device, {
    kind: 'socket',
    event: 'gave-up',
    sentence: 'gives up waiting for an answer',
    connection: socket.connection,
  })
  if (socket.owner.kind === 'client') {
    moment.tell(socket.connection, { kind: 'failed', cause: socket.hint ?? 'timed-out' })
  }
}

/** A client program sends data. */
export function sendSegment(
  moment: Moment,
  device: string,
  connection: number,
  payload: Payload,
  answers: number | undefined,
): void {
  const key = moment.world.running[connection]?.socket
  if (key !== undefined) emit(moment, device, key, ACK | PSH, payload, answers)
}

/** A program has no more to say: FIN. */
export function closeSocket(
  moment: Moment,
  device: string,
  connection: number,
  answers: number | undefined,
): void {
  const key = moment.world.running[connection]?.socket
  if (key !== undefined) finishSending(moment, device, key, answers)
}

export function finishSending(
  moment: Moment,
  device: string,
  key: string,
  answers: number | undefined,
): void {
  const socket = socketOf(moment, device, key)
  if (!socket || (socket.state !== 'ESTABLISHED' && socket.state !== 'CLOSE-WAIT')) return
  putSocket(moment, device, { ...socket, state: socket.state === 'ESTABLISHED' ? 'FIN-WAIT-1' : 'LAST-ACK' })
  emit(moment, device, key, FIN | ACK, undefined, answers)
}
