import { compileNetwork } from '@/engine/compile'
import { ip, netfilter } from '@/engine/laboratory'
import { writtenRule } from '@/model/firewalls/written-rule'
import { offsetAddress } from '@/model/packet/address'
import type { Design } from '@/model/project/design'
import { namesOf } from '@/model/topology/names'
import type { Device, Interface, Route } from '@/model/topology/topology'
import { begin, runSome } from '@/state/rerun'
import { medianMilliseconds, type Row } from './row'

export const name = 'design: every flow again after one edit'

const RULES = 200
const FLOWS = 20
const FRAME_MS = 16

/** The first address of the i-th network of the row. */
const network = (i: number) => offsetAddress(ip('198.18.0.0'), i * 256)

/** Client, routers and a server in a row; each router asks its share of the rules before one that accepts. */
function rowOfRouters(count: number): Design {
  const devices = Array.from({ length: count }, (_, i): Device => {
    const sides = [...(i > 0 ? [i - 1] : []), ...(i < count - 1 ? [i] : [])]
    const interfaces = sides.map((at, place): Interface => {
      const address = offsetAddress(network(at), at === i ? 1 : 2)
      return {
        id: `eth${place}`,
        name: `eth${place}`,
        addresses: [{ address, prefixLength: 24 }],
        side: at === i ? 'inside' : 'outside',
      }
    })
    const isRouter = i > 0 && i < count - 1
    const routes = Array.from({ length: count - 1 }, (_, at): Route | undefined =>
      sides.includes(at)
        ? undefined
        : {
            id: `r${at}`,
            destination: { address: network(at), prefixLength: 24 },
            via: at > i ? offsetAddress(network(i), 2) : offsetAddress(network(i - 1), 1),
          },
    ).filter((route) => route !== undefined)
    return {
      id: `d${i}`,
      kind: i === 0 ? 'client' : isRouter ? 'router' : 'server',
      name: `d${i}`,
      position: { x: 0, y: 0 },
      interfaces,
      routes,
      host: { profile: 'linux' },
      services: [{ id: 'https', name: 'https', protocol: 'tcp', port: 443, tls: true }],
      firewall: isRouter ? firewall(RULES / (count - 2)) : netfilter(),
      nat: { mode: 'off', mappings: [] },
    }
  })
  const links = Array.from({ length: count - 1 }, (_, i) => {
    const port = (device: number) =>
      devices[device]!.interfaces.find(
        (each) => each.addresses[0]!.address > network(i) && each.addresses[0]!.address < network(i + 1),
      )!.id
    return {
      id: `l${i}`,
      ends: [
        { device: `d${i}`, interface: port(i) },
        { device: `d${i + 1}`, interface: port(i + 1) },
      ] as const,
    }
  })
  const server = offsetAddress(network(count - 2), 2)
  return {
    id: 'row',
    name: 'row',
    devices,
    links,
    names: [{ name: 'example.com', device: `d${count - 1}` }],
    sets: [],
    flows: Array.from({ length: FLOWS }, (_, i) => ({
      id: `f${i}`,
      name: '',
      from: 'd0',
      application: 'https',
      to: server === undefined ? '' : 'https://example.com',
      connections: 1,
      resolveFirst: false,
    })),
    seed: 1,
  }
}

function firewall(count: number) {
  const misses = Array.from(
    { length: count - 1 },
    (_, i) => [{ protocol: 'udp', dport: String(1000 + i) }, 'drop'] as const,
  )
  return netfilter({
    'filter FORWARD': { policy: 'drop', rules: [...misses, [{ protocol: 'tcp' }, 'accept']] },
  })
}

/** The design with one more rule at the end of the first router's FORWARD. */
function edited(design: Design, n: number): Design {
  const row = writtenRule(
    { id: `new${n}`, name: '', cells: { protocol: 'udp', dport: '9' }, target: 'drop' },
    namesOf(design),
  )
  const devices = design.devices.map((device) => {
    if (device.id !== 'd1') return device
    const tables = device.firewall.ruleset.tables.map((table) => ({
      ...table,
      chains: table.chains.map((chain) =>
        chain.name === 'FORWARD' ? { ...chain, rows: [row, ...chain.rows] } : chain,
      ),
    }))
    return { ...device, firewall: { ...device.firewall, ruleset: { tables } } }
  })
  return { ...design, devices }
}

function measure(count: number): Row[] {
  const design = rowOfRouters(count)
  let state = begin(design, 'f0')
  let turns = 0
  const finish = () => {
    for (turns = 0; state.waiting.length > 0; turns++) state = runSome(state)
  }
  const edit = () => begin(edited(design, n++), 'f0', state)
  finish()
  let n = 0
  for (const { outcome } of state.traces.values()) {
    if (!outcome.works) throw new Error(`the flow does not work: ${outcome.text}`)
  }
  const compile = medianMilliseconds(() => compileNetwork(edited(design, n++)), 31)
  const oneTurn = medianMilliseconds(() => runSome(edit()), 31)
  const all = medianMilliseconds(() => {
    state = edit()
    finish()
  }, 31)
  const traces = [...state.traces.values()]
  const recorded = traces.reduce((sum, trace) => sum + trace.recorded.length, 0)
  const packets = traces.reduce((sum, trace) => sum + trace.journeys.length, 0)
  const steps = traces[0]!.steps.length
  let k = 1
  const told = medianMilliseconds(() => traces[k++]!.steps.length, FLOWS - 2)
  const unit = 'ms, a frame'
  const row = (what: string, ours: number): Row => ({ what, ours, anchor: FRAME_MS, unit })
  return [
    row(`${count} devices in a row, ${RULES} rules: compile after an edit`, compile),
    row('the turn of the edit: the flow that is looked at and what fits beside it', oneTurn),
    row(`all ${FLOWS} flows in ${turns} turns: ${packets} packets, ${recorded} steps recorded`, all),
    row(`tell the ${steps} steps of the flow that is looked at`, told),
  ]
}

/** A path of four devices is what people draw; ten in a row, all met by every flow, is the worst that ten devices can be. */
export function run(): Row[] {
  return [4, 10].flatMap(measure)
}
