import type { PacketSpec } from '../../kernel/case'
import { ADDRESS, type Row } from './row'

/** Fragments, with conntrack in use on every host: they are put together before any rule is asked. */

const datagram = (family: 4 | 6): PacketSpec => ({
  from: 'client',
  proto: 'udp',
  src: ADDRESS[family].client,
  dst: ADDRESS[family].server,
  sport: 40_000,
  dport: 53,
  id: 77,
})
const first = (family: 4 | 6, more: Partial<PacketSpec> = {}): PacketSpec => ({
  ...datagram(family),
  fragment: { offset: 0, more: true },
  payload: 1272,
  ...more,
})
/** A later fragment has no ports. */
const later = (
  family: 4 | 6,
  offset: number,
  payload: number,
  more: Partial<PacketSpec> & { readonly last?: boolean } = {},
): PacketSpec => {
  const { sport: _, dport: __, ...header } = datagram(family)
  const { last = true, ...rest } = more
  return { ...header, fragment: { offset, more: !last }, payload, ...rest }
}
const WAITS = '- vanished'
const WHOLE = 'NEW NEW NEW delivered'
const both = (make: (family: 4 | 6) => Omit<Row, 'family'>, label4: string, label6: string): Row[] =>
  ([4, 6] as const).map((family) => {
    const { name, ...row } = make(family)
    return { ...row, family, name: `${family === 4 ? label4 : label6} ${name}` }
  })
const PORTS = '*filter\n:FORWARD DROP\n-A FORWARD -p udp --dport 53 -j ACCEPT\nCOMMIT\n'

export const FRAGMENT_ROWS: readonly Row[] = [
  ...both(
    (family) => ({
      name: 'fragments are put together before any rule: a rule with ports sees one whole packet',
      rules: PORTS,
      packets: [
        [first(family), WAITS],
        [later(family, 1280, 400), WHOLE],
      ],
    }),
    '[E7] [E8]',
    '[e10 G4]',
  ),
  ...both(
    (family) => ({
      name: 'in any order, and each of them waits where it comes: only the last to come goes on',
      rules: PORTS,
      packets: [
        [later(family, 2560, 40), WAITS],
        [first(family), WAITS],
        [later(family, 1280, 1280, { last: false }), WHOLE],
      ],
    }),
    '[E8]',
    '[e10 G4]',
  ),
  ...both(
    (family) => ({
      name: 'a lone fragment waits: no rule is asked, none counts it',
      rules: '*raw\n-A PREROUTING -j LOG\nCOMMIT\n*filter\n:FORWARD DROP\nCOMMIT\n',
      packets: [[later(family, 1280, 400, { inject: 'wire' }), WAITS]],
    }),
    '[E9]',
    '[e10 G4]',
  ),
  ...both(
    (family) => ({
      name: 'what is put together at the router leaves in fragments of the old size, and is put together where it arrives',
      rules: PORTS,
      packets: [
        [first(family, { inject: 'wire', payload: 600 }), WAITS],
        [later(family, 608, 304, { inject: 'wire', last: false }), WAITS],
        [later(family, 912, 700, { inject: 'wire' }), 'NEW NEW delivered'],
      ],
    }),
    '[E8b]',
    '[e10 G4]',
  ),
  ...both(
    (family) => ({
      name: 'a fragment that comes twice is taken once',
      packets: [
        [first(family), WAITS],
        [first(family), WAITS],
        [later(family, 1280, 400), WHOLE],
      ],
    }),
    '[E8]',
    '[e10 G4]',
  ),
  ...both(
    (family) => ({
      name: 'fragments that overlap are all lost',
      packets: [
        [first(family), WAITS],
        [later(family, 1272, 400), WAITS],
        [later(family, 1280, 400), WAITS],
      ],
    }),
    '[E8]',
    '[e10 G4]',
  ),
  {
    name: '[E8] a translation finds the port in the packet that was put together',
    rules: '*nat\n-A POSTROUTING -o wan0 -p udp --dport 53 -j SNAT --to-source 203.0.113.1:7000\nCOMMIT\n',
    packets: [
      [first(4), WAITS],
      [later(4, 1280, 400), `${WHOLE} as 203.0.113.1:7000 > 203.0.113.80:53`],
    ],
  },
  {
    name: '[e10 G1] the only fragment of a packet loses its fragment header',
    family: 6,
    rules: PORTS,
    packets: [[{ ...datagram(6), fragment: { offset: 0, more: false }, payload: 40 }, WHOLE]],
  },
]
