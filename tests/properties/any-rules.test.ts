import fc from 'fast-check'
import { expect, test } from 'vitest'
import { APPLICATIONS } from '@/applications'
import { runFlow } from '@/applications/run-flow'
import { compileNetwork } from '@/engine/compile'
import { labDesign } from '@/engine/laboratory'
import type { Firewall } from '@/model/firewalls/firewall-kind'
import { NAT_MODES } from '@/model/firewalls/firewall-kind'
import type { Design, FlowRequest } from '@/model/project/design'
import { firewall } from '../arbitraries/design'

// Whatever rules stand in the network of the measurements, a run ends, says how each packet ended, and repeats.

const services = [
  { id: 'https', name: 'https', protocol: 'tcp', port: 443, tls: true },
  { id: 'dns', name: 'dns', protocol: 'udp', port: 53, tls: false },
] as const

const request = fc.record({
  from: fc.constantFrom('client', 'server', 'router'),
  application: fc.constantFrom(...APPLICATIONS.map(({ id }) => id)),
  to: fc.constantFrom(
    '203.0.113.80',
    '192.168.1.10',
    '203.0.113.1',
    '192.168.1.1',
    '203.0.113.99',
    '2001:db8:2::80',
    '198.51.100.1',
  ),
  connections: fc.integer({ min: 1, max: 3 }),
})

function designWith(
  client: Firewall,
  router: Firewall,
  server: Firewall,
  nat: (typeof NAT_MODES)[number],
): Design {
  return labDesign({
    client,
    router,
    server,
    nat,
    change: (design) => ({
      ...design,
      devices: design.devices.map((device) => ({ ...device, services })),
    }),
  })
}

test('every run ends, every journey ends once, and the same design gives the same trace', () => {
  let delivered = 0
  let lost = 0
  fc.assert(
    fc.property(
      firewall,
      firewall,
      firewall,
      fc.constantFrom(...NAT_MODES),
      request,
      (client, router, server, nat, asked) => {
        const design = designWith(client, router, server, nat)
        const flow: FlowRequest = { id: 'f', name: '', resolveFirst: false, port: 443, ...asked }
        const trace = runFlow(compileNetwork(design), design, flow)
        for (const journey of trace.journeys) {
          const ends = journey.steps.filter((index) => trace.steps[index]?.kind === 'ended')
          expect([journey.index, ends.length]).toEqual([journey.index, 1])
          if (journey.disposition.kind === 'delivered') delivered++
          else lost++
        }
        const again = runFlow(compileNetwork({ ...design }), design, flow)
        expect(again).toEqual(trace)
      },
    ),
    { seed: 203_0113, numRuns: 150 },
  )
  // Both happen, or the law says little.
  expect(delivered).toBeGreaterThan(100)
  expect(lost).toBeGreaterThan(100)
}, 60_000)
