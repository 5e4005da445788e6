import type { IpAddress } from '@/model/packet/address'
import { FAMILY, familyOf } from '@/model/packet/address'
import { icmpPacket, udpPacket } from '@/model/packet/build'
import { deviceOf, hostOf, type Moment, note, setHost, setRunning, transmit } from '../moment'
import { sourceAddressFor } from '../routing/lookup'
import type { Outcome } from '../trace'
import { NO_PORT_MEMORY, pickEphemeralPort } from './ports'
import type { ClientProgram, ProgramAction, ProgramEvent } from './program'
import { refusalOf } from './refusal'
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
  const host = hostOf(moment, device)
  const known = [...host.udp.entries()].find(([, socket]) => socket.connection === connection)
  const from = sourceAddressFor(deviceOf(moment, device), action.to)
  if (from === undefined) {
    tellClient(moment, connection, { kind: 'failed', cause: 'net-unreachable' })
    return
  }
  const local = known?.[1].local ?? bindUdp(moment, connection, device, from, action)
  if (!local) return
  const { to, port, payload } = action
  const profile = deviceOf(moment, device).profile
  const packet = udpPacket({
    src: local.address,
    dst: to,
    sport: local.port,
    dport: port,
    payload,
    hopLimit: profile.hopLimit,
  })
  const cause = refusalOf(
    transmit(moment, device, packet, { role: 'request', connection, retry: known ? 1 : 0 }),
  )
  if (cause) tellClient(moment, connection, { kind: 'failed', cause })
}

function bindUdp(
  moment: Moment,
  connection: number,
  device: string,
  address: IpAddress,
  action: Extract<ProgramAction, { kind: 'datagram' }>,
): { address: IpAddress; port: number } | undefined {
  const host = hostOf(moment, device)
  const { profile, firstPort } = deviceOf(moment, device)
  // connect() on UDP picks at random, both parities [G7]; a pinned port is for TCP stories and UDP alike.
  const picked =
    action.sourcePort === undefined
      ? pickEphemeralPort({
          profile: { ...profile, picker: profile.picker === 'linux-parity' ? 'random' : profile.picker },
          ...(firstPort === undefined ? {} : { firstPort }),
          destination: 'udp',
          memory: profile.picker === 'linux-parity' ? NO_PORT_MEMORY : host.ports,
          isFree: (port) => !host.udp.has(port),
          random: moment.random,
        })
      : { port: action.sourcePort, memory: host.ports }
  if (!picked || (action.sourcePort !== undefined && host.udp.has(action.sourcePort))) {
    tellClient(moment, connection, { kind: 'failed', cause: picked ? 'address-in-use' : 'no-free-port' })
    return undefined
  }
  const local = { address, port: picked.port }
  const udp = new Map(host.udp).set(picked.port, {
    connection,
    local,
    remote: { address: action.to, port: action.port },
  })
  setHost(moment, device, { ...host, udp, ports: picked.memory })
  note(moment, device, {
    kind: 'socket',
    event: 'port-picked',
    sentence: `picked source port ${picked.port}`,
    port: picked.port,
    connection,
  })
  return local
}

function sendEcho(moment: Moment, connection: number, device: string, to: IpAddress): void {
  const from = sourceAddressFor(deviceOf(moment, device), to)
  if (from === undefined) {
    tellClient(moment, connection, { kind: 'failed', cause: 'net-unreachable' })
    return
  }
  const host = hostOf(moment, device)
  const icmpId = 1 + Math.floor(moment.random() * 65535)
  setHost(moment, device, {
    ...host,
    echoes: new Map(host.echoes).set(icmpId, { connection, to, sentAtMs: moment.nowMs }),
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
  const cause = refusalOf(transmit(moment, device, packet, { role: 'request', connection }))
  if (cause) tellClient(moment, connection, { kind: 'failed', cause })
}
