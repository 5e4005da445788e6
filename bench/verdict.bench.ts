import { compileNetwork } from '@/engine/compile'
import { newDeviceState } from '@/engine/device-state'
import { walkChain } from '@/engine/filter/evaluate'
import { KEEP_NOTHING } from '@/engine/filter/recorder'
import { labDesign, netfilter, segment } from '@/engine/laboratory'
import { arrive } from '@/engine/pipeline'
import { type IpAddress, offsetAddress } from '@/model/packet/address'
import { medianMilliseconds, type Row } from './row'

export const name = 'verdict: one packet through one chain'

const PACKETS = 64

/** A rule that no packet of the bench matches before the last: as real tables are walked. */
interface Plain {
  readonly protocol: number
  readonly first: IpAddress
  readonly last: IpAddress
  readonly dport: number
}

function rulesOf(count: number): Plain[] {
  const base = segment('S').src
  return Array.from({ length: count }, (_, i) => {
    const first = offsetAddress(base, 100_000 + i * 256)
    return { protocol: 6, first, last: offsetAddress(first, 255), dport: 1000 + (i % 50_000) }
  })
}

function deviceWith(rules: readonly Plain[]) {
  const firewall = netfilter({ 'filter FORWARD': { policy: 'drop' } })
  const [table] = firewall.ruleset.tables
  const rows = rules.map(({ protocol, first, last, dport }, i) => ({
    kind: 'rule' as const,
    id: `r${i}`,
    enabled: true,
    name: '',
    match: [
      {
        kind: 'test' as const,
        field: 'protocol' as const,
        negated: false,
        terms: [{ kind: 'range' as const, first: protocol, last: protocol }],
      },
      {
        kind: 'test' as const,
        field: 'src' as const,
        negated: false,
        terms: [{ kind: 'range' as const, first, last }],
      },
      {
        kind: 'test' as const,
        field: 'dport' as const,
        negated: false,
        terms: [{ kind: 'range' as const, first: dport, last: dport }],
      },
    ],
    target: { kind: 'accept' as const },
    log: false,
  }))
  const chains = table!.chains.map((chain) => (chain.name === 'FORWARD' ? { ...chain, rows } : chain))
  const design = labDesign({ router: { ...firewall, ruleset: { tables: [{ ...table!, chains }] } } })
  const network = compileNetwork(design)
  return { network, device: network.devices.get('router')! }
}

function measure(count: number): Row[] {
  const rules = rulesOf(count)
  const { network, device } = deviceWith(rules)
  const { chain } = device.stages.find((stage) => stage.hook === 'forward')!
  const packets = Array.from({ length: PACKETS }, (_, i) => segment('S', { sport: 1024 + i }))
  let sink = 0
  const perPacket = (run: (packet: (typeof packets)[number]) => unknown) =>
    (medianMilliseconds(() => {
      for (const packet of packets) if (run(packet)) sink++
    }) *
      1000) /
    PACKETS
  // The plainest thing that gives the same verdict: a scan over objects.
  const scan = perPacket((packet) =>
    rules.find(
      (rule) =>
        rule.protocol === packet.protocol &&
        packet.src >= rule.first &&
        packet.src <= rule.last &&
        packet.dport === rule.dport,
    ),
  )
  const verdict = perPacket((packet) =>
    walkChain({ chain, context: { packet, ctState: 'new' }, find: device.chain, recorder: KEEP_NOTHING }),
  )
  const state = newDeviceState()
  const trace = perPacket((packet) =>
    arrive({ network, device, state, packet, journey: 0, nowMs: 0, random: () => 0.5 }, 'lan0'),
  )
  if (sink === 0) throw new Error('nothing was measured')
  const rows: Row[] = [
    { what: `verdict alone, ${count} rules`, ours: verdict, anchor: scan, unit: 'us/packet' },
    {
      what: `whole trace, ${count} rules`,
      ours: trace,
      anchor: scan,
      unit: 'us/packet',
      ...(count === 10_000 ? { goal: { atMost: 50 } } : {}),
    },
  ]
  return rows
}

export function run(): Row[] {
  return [100, 1000, 10_000].flatMap(measure)
}
