// Read first: RFC 9293 section 3.10.7 (SEGMENT ARRIVES).
import { TCP_FLAG, type TcpPacket } from '@/model/packet/packet'
import { resetFor } from '../filter/reject'
import { deviceOf, type Moment, note, transmit } from '../moment'
import { segmentLength, socketKey, type TcpSocket } from './host-state'
import type { ProgramEvent } from './program'
import { armTimer, emit, finishSending, putSocket, removeSocket, socketOf, UNSENT } from './tcp'

const { SYN, ACK, FIN, RST, PSH } = TCP_FLAG

/** How long the side that closed first keeps its ports (Linux TCP_TIMEWAIT_LEN; assumed for the others). */
export const TIME_WAIT_MS = 60_000

/** What became of a segment at the host: 'delivered', or nobody listens. */
export function receiveSegment(
  moment: Moment,
  device: string,
  packet: TcpPacket,
  journey: number,
  connection: number,
): 'delivered' | 'no-listener' {
  const local = { address: packet.dst, port: packet.dport }
  const remote = { address: packet.src, port: packet.sport }
  const key = socketKey(local, remote)
  const socket = socketOf(moment, device, key)
  const { services, profile } = deviceOf(moment, device)
  const service = services.find(({ protocol, port }) => protocol === 'tcp' && port === packet.dport)
  const opens = (packet.flags & (SYN | ACK | RST)) === SYN
  if (socket && !(service && opens && isBegunAnew(socket, packet))) {
    continueSocket(moment, device, socket, packet, journey)
    return 'delivered'
  }
  if (service && opens) {
    const iss = socket ? (socket.sndNxt + NEXT_ISS) >>> 0 : Math.floor(moment.random() * 2 ** 32)
    putSocket(moment, device, {
      ...UNSENT,
      key,
      owner: { kind: 'server', service: service.id, state: moment.world.programs.server(service).initial },
      connection,
      state: 'SYN-RECEIVED',
      local,
      remote,
      sndNxt: iss,
      sndUna: iss,
      rcvNxt: (packet.seq + 1) >>> 0,
    })
    emit(moment, device, key, SYN | ACK, undefined, journey)
    return 'delivered'
  }
  const reset = resetOfStack(packet, profile.hopLimit)
  if (reset) transmit(moment, device, reset, { role: 'reply', connection, answers: journey })
  return service ? 'delivered' : 'no-listener'
}

/** How far beyond the old connection's numbers the new one's begin (tcp_minisocks.c). */
const NEXT_ISS = 65_535 + 2

/** Whether a SYN may take the place of a connection that lies in TIME-WAIT (RFC 9293 3.6.1, RFC 6191). */
function isBegunAnew({ state, rcvNxt }: TcpSocket, { seq }: TcpPacket): boolean {
  return state === 'TIME-WAIT' && serialBefore(rcvNxt, seq)
}

function continueSocket(
  moment: Moment,
  device: string,
  socket: TcpSocket,
  packet: TcpPacket,
  journey: number,
): void {
  if (packet.flags & RST) {
    resetSocket(moment, device, socket, packet)
    return
  }
  if (socket.state === 'SYN-SENT') {
    answerToSyn(moment, device, socket, packet, journey)
    return
  }
  if (packet.flags & SYN && !completesCrossing(socket, packet)) {
    if (socket.state === 'SYN-RECEIVED') answerAgain(moment, device, socket, journey)
    // A SYN on a connection that stands only makes it say where it is (RFC 5961 section 4.2).
    else emit(moment, device, socket.key, ACK, undefined, journey)
    return
  }
  // Without ACK a segment says nothing to a connection (RFC 9293 3.10.7.4, fifth).
  if (!(packet.flags & ACK)) return
  if (socket.state === 'SYN-RECEIVED' && !acknowledgesNews(socket, packet)) {
    const reset = resetOfStack(packet, deviceOf(moment, device).profile.hopLimit)
    if (reset)
      transmit(moment, device, reset, { role: 'reply', connection: socket.connection, answers: journey })
    return
  }
  const acknowledged = acknowledge(moment, device, socket, packet, journey)
  if (!(packet.flags & SYN)) receiveData(moment, device, acknowledged, packet, journey)
}

/** Both sides sent a SYN at once; this is the other side's answer to ours (RFC 9293 figure 7). */
function completesCrossing({ state, rcvNxt, sndNxt }: TcpSocket, { flags, seq, ack }: TcpPacket): boolean {
  const answers = (flags & ACK) !== 0 && ack === sndNxt
  return state === 'SYN-RECEIVED' && answers && (seq + 1) >>> 0 === rcvNxt
}

/** The SYN came again: so does the answer, with the same numbers, and the wait for its ACK starts over. */
function answerAgain(moment: Moment, device: string, socket: TcpSocket, journey: number): void {
  const [synAck] = socket.unacknowledged
  if (!synAck) return
  const repeats = socket.repeats + 1
  putSocket(moment, device, { ...socket, repeats })
  armTimer(moment, device, socket.key)
  const { connection } = socket
  transmit(moment, device, synAck, { role: 'reply', connection, answers: journey, retry: repeats })
}

/** A reset counts only when its number is the one awaited (RFC 5961 section 3.2). */
function resetSocket(moment: Moment, device: string, socket: TcpSocket, packet: TcpPacket): void {
  const connecting = socket.state === 'SYN-SENT'
  const acceptable = connecting
    ? (packet.flags & ACK) !== 0 && packet.ack === socket.sndNxt
    : packet.seq === socket.rcvNxt
  if (!acceptable) return
  removeSocket(moment, device, socket.key)
  note(moment, device, {
    kind: 'socket',
    event: connecting ? 'refused' : 'reset',
    sentence: connecting ? 'the connection was refused' : 'the connection was reset',
    connection: socket.connection,
  })
  if (socket.owner.kind === 'client') {
    moment.tell(socket.connection, { kind: 'failed', cause: connecting ? 'refused' : 'reset' })
  }
}

function answerToSyn(
  moment: Moment,
  device: string,
  socket: TcpSocket,
  packet: TcpPacket,
  journey: number,
): void {
  const opened = (packet.flags & (SYN | ACK)) === (SYN | ACK) && packet.ack === socket.sndNxt
  if (!opened && (packet.flags & (SYN | ACK)) === SYN) {
    crossSyns(moment, device, socket, packet, journey)
    return
  }
  if (!opened) {
    const reset =
      packet.flags & ACK ? resetOfStack(packet, deviceOf(moment, device).profile.hopLimit) : undefined
    if (reset)
      transmit(moment, device, reset, { role: 'request', connection: socket.connection, answers: journey })
    return
  }
  putSocket(moment, device, {
    ...socket,
    state: 'ESTABLISHED',
    sndUna: packet.ack,
    rcvNxt: (packet.seq + 1) >>> 0,
    ...UNSENT,
  })
  note(moment, device, {
    kind: 'socket',
    event: 'established',
    sentence: 'the connection stands',
    connection: socket.connection,
  })
  emit(moment, device, socket.key, ACK, undefined, journey)
  moment.tell(socket.connection, { kind: 'connected' }, journey)
}

/** The other side's SYN crosses ours: it is answered with our number, and both wait for that answer. */
function crossSyns(
  moment: Moment,
  device: string,
  socket: TcpSocket,
  packet: TcpPacket,
  journey: number,
): void {
  putSocket(moment, device, {
    ...socket,
    ...UNSENT,
    state: 'SYN-RECEIVED',
    sndNxt: socket.sndUna,
    rcvNxt: (packet.seq + 1) >>> 0,
  })
  emit(moment, device, socket.key, SYN | ACK, undefined, journey)
}

const serialBefore = (a: number, b: number) => ((a - b) | 0) < 0

/** Whether the segment acknowledges something that was sent and not acknowledged before. */
function acknowledgesNews({ sndUna, sndNxt }: TcpSocket, { ack }: TcpPacket): boolean {
  return serialBefore(sndUna, ack) && !serialBefore(sndNxt, ack)
}

/** Takes what the other side has now acknowledged off the list and moves the state on. */
function acknowledge(
  moment: Moment,
  device: string,
  socket: TcpSocket,
  packet: TcpPacket,
  journey: number,
): TcpSocket {
  if (!acknowledgesNews(socket, packet)) return socket
  const left = socket.unacknowledged.filter(
    (each) => each.kind === 'tcp' && serialBefore(packet.ack, (each.seq + segmentLength(each)) >>> 0),
  )
  const finAcknowledged = left.length === 0 && packet.ack === socket.sndNxt
  const state = stateAfterAck(socket, finAcknowledged)
  const { hint: _, ...unhinted } = socket
  const moved: TcpSocket = {
    ...unhinted,
    ...UNSENT,
    sndUna: packet.ack,
    unacknowledged: left,
    state,
    ...(state === 'TIME-WAIT' ? { untilMs: moment.nowMs + TIME_WAIT_MS } : {}),
  }
  putSocket(moment, device, moved)
  if (left.length > 0) armTimer(moment, device, socket.key)
  if (socket.state === 'SYN-RECEIVED') sayOpened(moment, device, socket, journey)
  if (moved.state === 'CLOSED') removeSocket(moment, device, socket.key)
  if (moved.state === 'CLOSED' || (moved.state === 'TIME-WAIT' && socket.state === 'CLOSING')) {
    sayClosed(moment, device, socket, journey)
  }
  return socketOf(moment, device, socket.key) ?? moved
}

/** A connection that waited for the ACK of its own SYN stands. */
function sayOpened(moment: Moment, device: string, socket: TcpSocket, journey: number): void {
  const { connection, owner, key } = socket
  if (owner.kind === 'client') {
    note(moment, device, {
      kind: 'socket',
      event: 'established',
      sentence: 'the connection stands',
      connection,
    })
    moment.tell(connection, { kind: 'connected' }, journey)
    return
  }
  note(moment, device, { kind: 'socket', event: 'accepted', sentence: 'accepts the connection', connection })
  tellServer(moment, device, key, { kind: 'connected' }, undefined)
}

function stateAfterAck(socket: TcpSocket, finAcknowledged: boolean): TcpSocket['state'] {
  switch (socket.state) {
    case 'SYN-RECEIVED':
      return 'ESTABLISHED'
    case 'FIN-WAIT-1':
      return finAcknowledged ? 'FIN-WAIT-2' : 'FIN-WAIT-1'
    case 'CLOSING':
      return finAcknowledged ? 'TIME-WAIT' : 'CLOSING'
    case 'LAST-ACK':
      return finAcknowledged ? 'CLOSED' : 'LAST-ACK'
    default:
      return socket.state
  }
}

function receiveData(
  moment: Moment,
  device: string,
  socket: TcpSocket,
  packet: TcpPacket,
  journey: number,
): void {
  const length = segmentLength(packet)
  if (length === 0 || socket.state === 'CLOSED') return
  if (packet.seq !== socket.rcvNxt) {
    // Heard before, or ahead of what is missing: only the acknowledgment is said again.
    emit(moment, device, socket.key, ACK, undefined, journey)
    return
  }
  const next = { ...socket, rcvNxt: (socket.rcvNxt + length) >>> 0 }
  putSocket(moment, device, next)
  const before = moment.departures.length
  const { payload } = packet
  if (payload && payload.bytes > 0) tell(moment, device, next, { kind: 'data', payload }, journey)
  if (packet.flags & FIN) receiveFin(moment, device, next.key, journey)
  // What the program said carried the acknowledgment; otherwise it goes alone.
  if (moment.departures.length === before) emit(moment, device, next.key, ACK, undefined, journey)
}

function receiveFin(moment: Moment, device: string, key: string, journey: number): void {
  const socket = socketOf(moment, device, key)
  if (!socket) return
  if (socket.state === 'ESTABLISHED') {
    putSocket(moment, device, { ...socket, state: 'CLOSE-WAIT' })
    tell(moment, device, socket, { kind: 'finished' }, journey)
    return
  }
  if (socket.state === 'FIN-WAIT-1' || socket.state === 'FIN-WAIT-2') {
    const done = socket.state === 'FIN-WAIT-2'
    const next: TcpSocket = done
      ? { ...socket, state: 'TIME-WAIT', untilMs: moment.nowMs + TIME_WAIT_MS }
      : { ...socket, state: 'CLOSING' }
    putSocket(moment, device, next)
    emit(moment, device, key, ACK, undefined, journey)
    if (done) sayClosed(moment, device, socket, journey)
  }
}

/** Both sides have said everything and know that the other has heard it. */
function sayClosed(moment: Moment, device: string, { connection, owner }: TcpSocket, journey: number): void {
  note(moment, device, { kind: 'socket', event: 'closed', sentence: 'the connection is closed', connection })
  if (owner.kind === 'client') moment.tell(connection, { kind: 'closed' }, journey)
}

function tell(
  moment: Moment,
  device: string,
  socket: TcpSocket,
  event: Extract<ProgramEvent, { kind: 'data' | 'finished' }>,
  journey: number,
): void {
  if (socket.owner.kind === 'client') moment.tell(socket.connection, event, journey)
  else tellServer(moment, device, socket.key, event, journey)
}

function tellServer(
  moment: Moment,
  device: string,
  key: string,
  event: Extract<ProgramEvent, { kind: 'connected' | 'data' | 'finished' }>,
  answers: number | undefined,
): void {
  const socket = socketOf(moment, device, key)
  if (socket?.owner.kind !== 'server') return
  const { service: id, state } = socket.owner
  const service = deviceOf(moment, device).services.find((each) => each.id === id)
  if (!service) return
  const reaction = moment.world.programs
    .server(service)
    .react(state, event, { lookupName: (name) => moment.world.network.lookupName(name) })
  putSocket(moment, device, { ...socket, owner: { ...socket.owner, state: reaction.state } })
  for (const action of reaction.actions) {
    if (action.kind === 'send') emit(moment, device, key, ACK | PSH, action.payload, answers)
    if (action.kind === 'close') finishSending(moment, device, key, answers)
  }
}

/** ECN bits are of the sender's path and not given back (RFC 3168 section 6.1.5). */
const WITHOUT_ECN = 0xfc

/** The reset of a host's own stack carries the type of service of what it answers, as measured; a firewall's carries none. */
function resetOfStack(segment: TcpPacket, hopLimit: number): TcpPacket | undefined {
  const reset = resetFor(segment, hopLimit)
  return reset && { ...reset, tos: segment.tos & WITHOUT_ECN }
}
