import { describe, expect, test } from 'vitest'
import { compileNetwork } from '@/engine/compile'
import { packetLabel } from '@/model/packet/label'
import type { TcpPacket } from '@/model/packet/packet'
import { backSegment, labDesign, SERVER, segment } from '../laboratory'
import { seededRandom } from '../random'
import { step } from '../step'
import type { TraceStep } from '../trace'
import { newWorld, type World } from '../world'
import { socketKey } from './host-state'
import type { ClientProgram, ProgramAction, ProgramEvent, ServerProgram } from './program'
import { TIME_WAIT_MS } from './tcp-input'

/** A client that connects from port 5000 and remembers what it was told. */
const client = (sourcePort: number): ClientProgram<readonly string[]> => ({
  initial: [],
  react(heard, event: ProgramEvent) {
    const connect: ProgramAction = { kind: 'connect', to: SERVER, port: 443, sourcePort }
    const told = event.kind === 'failed' ? `failed: ${event.cause}` : event.kind
    return { state: [...heard, told], actions: event.kind === 'start' ? [connect] : [] }
  },
})

/** A service that says nothing; it may close as soon as somebody connects. */
const server = (closes: boolean): ServerProgram => ({
  initial: undefined,
  react: (state, { kind }) => ({ state, actions: closes && kind === 'connected' ? [{ kind: 'close' }] : [] }),
})

/** The laboratory with https on the server and one program on the client; segments are handed to the hosts. */
class Hosts {
  #world: World
  #nowMs = 0
  readonly #random = seededRandom(1)
  said: readonly TraceStep[] = []

  constructor({ sourcePort = 5000, privileged = false, serverCloses = false } = {}) {
    const https = { id: 'https', name: 'https', protocol: 'tcp', port: 443, tls: true } as const
    const design = labDesign({
      change: (lab) => ({
        ...lab,
        devices: lab.devices.map((device) => ({
          ...device,
          host: { ...device.host, privileged },
          services: device.id === 'server' ? [https] : [],
        })),
      }),
    })
    const clients = [{ device: 'client', program: client(sourcePort) as ClientProgram }]
    const programs = { clients, server: () => server(serverCloses) }
    this.#world = newWorld(compileNetwork(design), programs, this.#random)
  }

  #step(event: Parameters<typeof step>[1]): TcpPacket[] {
    const stepped = step(this.#world, event, { now: this.#nowMs, random: this.#random }, () => 0)
    this.#world = stepped.world
    this.said = stepped.trace.flatMap((each) => (each.kind === 'rules-passed' ? [] : [each]))
    return stepped.departures.flatMap(({ packet }) => (packet.kind === 'tcp' ? [packet] : []))
  }

  start(): TcpPacket | undefined {
    return this.#step({ kind: 'start', connection: 0 })[0]
  }

  /** Hands a segment to a host and gives what it answers. */
  hear(device: 'client' | 'server', packet: TcpPacket): TcpPacket | undefined {
    return this.#step({ kind: 'local-delivery', device, packet, journey: 0 })[0]
  }

  wait(ms: number): void {
    this.#nowMs += ms
  }

  told(): unknown {
    return this.#world.running[0]?.state
  }

  /** State of the socket that `packet` belongs to at its receiver. */
  state(device: string, { src, dst, sport, dport }: TcpPacket): string | undefined {
    const key = socketKey({ address: dst, port: dport }, { address: src, port: sport })
    return this.#world.hosts.get(device)?.tcp.get(key)?.state
  }
}

const flags = (packet: TcpPacket | undefined) => packet && packetLabel(packet).split(' ')[0]
const numbers = (from: TcpPacket) => ({ seq: from.ack, ack: (from.seq + 1) >>> 0 })

/** A connection that the server closed first, so that it lies in TIME-WAIT there; `next` is its next number. */
function closedByServer(): { hosts: Hosts; next: number } {
  const hosts = new Hosts({ serverCloses: true })
  const synAck = hosts.hear('server', segment('S', { seq: 999 })) as TcpPacket
  const fin = hosts.hear('server', segment('A', numbers(synAck))) as TcpPacket
  hosts.hear('server', segment('FA', numbers(fin)))
  return { hosts, next: (fin.seq + 1) >>> 0 }
}

describe('RFC 9293 3.5: opening', () => {
  test('two SYNs that cross make one connection (figure 7)', () => {
    const hosts = new Hosts()
    const syn = hosts.start() as TcpPacket
    const crossed = hosts.hear('client', backSegment('S', { seq: 300, ack: 0 })) as TcpPacket
    expect([flags(crossed), crossed.seq, crossed.ack]).toEqual(['SYN-ACK', syn.seq, 301])
    hosts.hear('client', backSegment('SA', { seq: 300, ack: (syn.seq + 1) >>> 0 }))
    expect(hosts.told()).toEqual(['start', 'connected'])
    expect(hosts.state('client', backSegment('A'))).toBe('ESTABLISHED')
  })
  test('a SYN on a connection that stands makes it say where it is, and changes nothing (RFC 5961 4.2)', () => {
    const hosts = new Hosts()
    const synAck = hosts.hear('server', segment('S', { seq: 999 })) as TcpPacket
    hosts.hear('server', segment('A', numbers(synAck)))
    const answer = hosts.hear('server', segment('S', { seq: 77_777 })) as TcpPacket
    expect([flags(answer), answer.ack]).toEqual(['ACK', 1000])
    expect(hosts.state('server', segment('A'))).toBe('ESTABLISHED')
  })
})

describe('R029: source ports below 1024 need privileges', () => {
  test.each([
    [
      443,
      false,
      ['start', 'failed: prohibited'],
      'port 443 is below 1024: a program needs privileges for it',
    ],
    [443, true, ['start'], 'uses source port 443'],
    [1024, false, ['start'], 'uses source port 1024'],
  ])('connect() from port %i with privileges %s', (port, privileged, told, sentence) => {
    const hosts = new Hosts({ sourcePort: port, privileged })
    hosts.start()
    expect(hosts.told()).toEqual(told)
    expect(hosts.said.flatMap((each) => (each.kind === 'socket' ? [each.sentence] : []))).toContain(sentence)
  })
})

describe('RFC 9293 3.6: closing', () => {
  test('the side that closes first stays in TIME-WAIT', () => {
    const { hosts } = closedByServer()
    expect(hosts.state('server', segment('A'))).toBe('TIME-WAIT')
  })
  test('there a SYN with a higher number begins a new connection, whose numbers go on above the old ones (3.6.1)', () => {
    const { hosts, next } = closedByServer()
    const synAck = hosts.hear('server', segment('S', { seq: 50_000 })) as TcpPacket
    expect(flags(synAck)).toBe('SYN-ACK')
    expect((synAck.seq - next) >>> 0).toBeLessThan(100_000)
    expect(hosts.state('server', segment('A'))).toBe('SYN-RECEIVED')
  })
  test('a SYN with an old number only hears what is awaited', () => {
    const { hosts } = closedByServer()
    expect(flags(hosts.hear('server', segment('S', { seq: 500 })))).toBe('ACK')
    expect(hosts.state('server', segment('A'))).toBe('TIME-WAIT')
  })
  test(`${TIME_WAIT_MS / 1000} s later nothing is known of the connection`, () => {
    const { hosts } = closedByServer()
    hosts.wait(TIME_WAIT_MS - 1)
    expect(flags(hosts.hear('server', segment('S', { seq: 500 })))).toBe('ACK')
    hosts.wait(1)
    expect(flags(hosts.hear('server', segment('S', { seq: 500 })))).toBe('SYN-ACK')
  })
})
