// Read first: RFC 9293 sections 3.5 (establishing), 3.6 (closing), 3.8 (data), 3.10 (event processing).
import { tcpPacket } from '@/model/packet/build'
import { type Payload, TCP_FLAG, type TcpPacket } from '@/model/packet/packet'
import { deviceOf, hostOf, type Moment, note, setHost, transmit } from '../moment'
import { sourceAddressFor } from '../routing/lookup'
import type { OutcomeCause } from '../trace'
import { type HostState, segmentLength, socketKey, type TcpSocket } from './host-state'
import { pickEphemeralPort } from './ports'
import type { ProgramAction } from './program'
import { refusalOf } from './refusal'
import { retryDelay } from './tcp-timers'

const { SYN, ACK, FIN, PSH } = TCP_FLAG

export function putSocket(moment: Moment, device: string, socket: TcpSocket): void {
  const host = hostOf(moment, device)
  setHost(moment, device, { ...host, tcp: new Map(host.tcp).set(socket.key, socket) })
}

export function removeSocket(moment: Moment, device: string, key: string): void {
  const host = hostOf(moment, device)
  const tcp = new Map(host.tcp)
  tcp.delete(key)
  setHost(moment, device, { ...host, tcp })
}

/** The socket of a client program or of a server's connection, by the number of the connection. */
export function socketOf(
  host: HostState,
  connection: number,
  owner: 'client' | 'server',
): TcpSocket | undefined {
  return [...host.tcp.values()].find((each) => each.connection === connection && each.owner.kind === owner)
}

/** connect(): picks a port, sends the SYN, and waits. */
export function connectSocket(
  moment: Moment,
  connection: number,
  device: string,
  action: Extract<ProgramAction, { kind: 'connect' }>,
): void {
  const { profile, firstPort } = deviceOf(moment, device)
  const fail = (cause: OutcomeCause) => moment.tell(connection, { kind: 'failed', cause })
  const address = sourceAddressFor(deviceOf(moment, device), action.to)
  if (address === undefined) {
    fail('net-unreachable')
    return
  }
  const remote = { address: action.to, port: action.port }
  const host = hostOf(moment, device)
  const isFree = (port: number) => !host.tcp.has(socketKey('tcp', { address, port }, remote))
  const picked =
    action.sourcePort === undefined
      ? pickEphemeralPort({
          profile,
          ...(firstPort === undefined ? {} : { firstPort }),
          destination: `${action.to}:${action.port}`,
          memory: host.ports,
          isFree,
          random: moment.random,
        })
      : { port: action.sourcePort, memory: host.ports }
  if (!picked) {
    fail('no-free-port')
    return
  }
  if (!isFree(picked.port)) {
    fail('address-in-use')
    return
  }
  const iss = Math.floor(moment.random() * 2 ** 32)
  const local = { address, port: picked.port }
  const socket: TcpSocket = {
    key: socketKey('tcp', local, remote),
    owner: { kind: 'client', connection },
    connection,
    state: 'SYN-SENT',
    local,
    remote,
    sndNxt: iss,
    sndUna: iss,
    rcvNxt: 0,
    unacknowledged: [],
    retries: 0,
    timer: 0,
  }
  setHost(moment, device, { ...hostOf(moment, device), ports: picked.memory })
  const how = action.sourcePort === undefined ? 'picked' : 'uses'
  note(moment, device, {
    kind: 'socket',
    event: 'port-picked',
    sentence: `${how} source port ${picked.port}`,
    port: picked.port,
    connection,
  })
  putSocket(moment, device, socket)
  emit(moment, device, socket.key, SYN, undefined, undefined)
  moment.emitted.push({
    atMs: moment.nowMs + profile.synGiveUpAtMs,
    event: { kind: 'tcp-timer', device, socket: socket.key, timer: -1, what: 'give-up' },
  })
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
  const socket = hostOf(moment, device).tcp.get(key)
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
      retries: first ? 0 : socket.retries,
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
  const cause = ended?.kind === 'dropped' ? undefined : refusalOf(ended)
  if (cause && socket.state === 'SYN-SENT') {
    removeSocket(moment, device, socket.key)
    moment.tell(socket.connection, { kind: 'failed', cause })
  }
}

/** Sets the retransmission timer for the oldest segment; an earlier timer is void from here on. */
export function armTimer(moment: Moment, device: string, key: string): void {
  const host = hostOf(moment, device)
  const socket = host.tcp.get(key)
  const oldest = socket?.unacknowledged[0]
  if (!socket || !oldest) return
  const delay = retryDelay(deviceOf(moment, device).profile, socket)
  const timer = host.nextTimer
  setHost(moment, device, {
    ...host,
    nextTimer: timer + 1,
    tcp: new Map(host.tcp).set(key, { ...socket, timer }),
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
  const socket = hostOf(moment, device).tcp.get(key)
  if (!socket) return
  const isConnecting = timer === -1 && socket.state === 'SYN-SENT'
  if (!isConnecting && socket.timer !== timer) return
  if (what === 'give-up') {
    giveUp(moment, device, socket)
    return
  }
  const oldest = socket.unacknowledged[0]
  if (oldest?.kind !== 'tcp') return
  const retries = socket.retries + 1
  putSocket(moment, device, { ...socket, retries })
  note(moment, device, {
    kind: 'socket',
    event: 'retransmit',
    sentence: `no answer: sends it again (retry ${retries})`,
    connection: socket.connection,
  })
  armTimer(moment, device, key)
  send(moment, device, socket, { ...oldest, ack: oldest.flags & ACK ? socket.rcvNxt : 0 }, { retry: retries })
}

function giveUp(moment: Moment, device: string, socket: TcpSocket): void {
  removeSocket(moment, device, socket.key)
  note(moment, device, {
    kind: 'socket',
    event: 'gave-up',
    sentence: 'gives up waiting for an answer',
    connection: socket.connection,
  })
  if (socket.owner.kind === 'client') moment.tell(socket.connection, { kind: 'failed', cause: 'timed-out' })
}

/** A client program sends data. */
export function sendSegment(
  moment: Moment,
  device: string,
  connection: number,
  payload: Payload,
  answers: number | undefined,
): void {
  const socket = socketOf(hostOf(moment, device), connection, 'client')
  if (socket) emit(moment, device, socket.key, ACK | PSH, payload, answers)
}

/** A program has no more to say: FIN. */
export function closeSocket(
  moment: Moment,
  device: string,
  connection: number,
  answers: number | undefined,
): void {
  const socket = socketOf(hostOf(moment, device), connection, 'client')
  if (socket) finishSending(moment, device, socket.key, answers)
}

export function finishSending(
  moment: Moment,
  device: string,
  key: string,
  answers: number | undefined,
): void {
  const socket = hostOf(moment, device).tcp.get(key)
  if (!socket || (socket.state !== 'ESTABLISHED' && socket.state !== 'CLOSE-WAIT')) return
  putSocket(moment, device, { ...socket, state: socket.state === 'ESTABLISHED' ? 'FIN-WAIT-1' : 'LAST-ACK' })
  emit(moment, device, key, FIN | ACK, undefined, answers)
}
