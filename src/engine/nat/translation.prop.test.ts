import fc from 'fast-check'
import { expect, test } from 'vitest'
import { offsetAddress } from '@/model/packet/address'
import { packetAddresses } from '@/model/packet/label'
import type { Packet } from '@/model/packet/packet'
import {
  CLIENT,
  datagram,
  icmp,
  Laboratory,
  netfilter,
  noFilter,
  ROUTER_WAN,
  SERVER,
  segment,
  turned,
} from '../laboratory'

/** Few hosts, ports and destinations, so that connections clash. */
const flow = fc.record({
  host: fc.integer({ min: 0, max: 4 }),
  port: fc.constantFrom(400, 700, 2000, 2001),
  server: fc.constantFrom(53, 443),
  kind: fc.constantFrom('tcp', 'udp', 'icmp'),
})
type Flow = typeof flow extends fc.Arbitrary<infer T> ? T : never

function packetOf({ host, port, server, kind }: Flow): Packet {
  const ends = { src: offsetAddress(CLIENT, host), dst: SERVER }
  if (kind === 'icmp') return icmp(8, { ...ends, icmpId: port })
  const ports = { ...ends, sport: port, dport: server }
  return kind === 'tcp' ? segment('S', ports) : datagram(ports)
}

function answerTo(packet: Packet): Packet {
  const back = turned(packet)
  if (back.kind === 'icmp') return { ...back, type: 0 }
  return back.kind === 'tcp' && packet.kind === 'tcp'
    ? segment('SA', { ...back, seq: 9000, ack: packet.seq + 1 })
    : back
}

const wire = (packet: Packet) =>
  `${packet.protocol} ${packetAddresses(packet)} ${packet.kind === 'icmp' ? packet.icmpId : ''}`

test.each([
  [
    'netfilter masquerade',
    () =>
      new Laboratory({
        router: netfilter({
          'nat POSTROUTING': { rules: [[{ oif: 'wan0' }, { kind: 'masquerade', to: {} }]] },
        }),
      }),
  ],
  ['home NAPT', () => new Laboratory({ router: noFilter(), nat: 'napt' })],
])('%s: on the outside no two flows look alike, and each answer comes back to who asked', (_name, make) => {
  fc.assert(
    fc.property(
      fc.uniqueArray(flow, { maxLength: 40, selector: (each) => wire(packetOf(each)) }),
      (flows) => {
        const lab = make()
        const sent = flows.map((each) => {
          const inside = packetOf(each)
          return { inside, outside: lab.inject('router', 'lan0', inside).last }
        })
        expect(new Set(sent.map(({ outside }) => wire(outside))).size).toBe(flows.length)
        for (const { inside, outside } of sent) {
          expect(outside.src).toBe(ROUTER_WAN)
          const forwarded = lab.inject('router', 'wan0', answerTo(outside)).hops[0]?.result
          const seen = forwarded?.forward?.packet ?? forwarded?.steps.find((step) => step.kind === 'ended')
          const back = seen && 'packet' in seen ? seen.packet : (seen as Packet | undefined)
          expect(back && wire(back)).toBe(wire(answerTo(inside)))
        }
      },
    ),
    { seed: 61000, numRuns: 60 },
  )
})
