import { expect, test } from 'vitest'
import { parseInterfaceAddress } from '@/model/packet/prefix'
import type { Design } from '@/model/project/design'
import { CLIENT6, ip, Laboratory, must, netfilter, segment } from '../laboratory'

/** The router's wan0 with these addresses of IPv6, in the order in which they were added. */
const withAddresses =
  (...texts: readonly string[]) =>
  (design: Design): Design => ({
    ...design,
    devices: design.devices.map((device) => ({
      ...device,
      interfaces: device.interfaces.map((port) =>
        port.name === 'wan0'
          ? { ...port, addresses: texts.map((text) => must(parseInterfaceAddress(text))) }
          : port,
      ),
    })),
  })

test.each([
  ['of several global addresses the last added one', '2001:db8:2::80', '2001:db8:2::2'],
  ['for a unique local destination a unique local address', 'fd00:2::80', 'fd00:2::1'],
])('[e10 H3] MASQUERADE in IPv6 takes %s', (_, destination, taken) => {
  const router = netfilter({
    'ip6 nat POSTROUTING': { rules: [[{ oif: 'wan0' }, { kind: 'masquerade', to: {} }]] },
  })
  const change = withAddresses('2001:db8:2::1/64', 'fd00:2::1/64', '2001:db8:2::2/64')
  const lab = new Laboratory({ router, change })
  const sent = lab.inject('router', 'lan0', segment('S', { src: CLIENT6, dst: ip(destination) }))
  expect(sent.hops[0]?.result.steps.findLast((step) => step.kind === 'translated')).toMatchObject({
    after: { src: ip(taken) },
  })
})
