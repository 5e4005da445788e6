import { compileNetwork } from '@/engine/compile'
import { type DeviceState, newDeviceState } from '@/engine/device-state'
import type { Network, NetworkDevice } from '@/engine/network'
import { arrive, type MadePacket, originate, type PipelineResult, type Visit } from '@/engine/pipeline'
import { seededRandom } from '@/engine/random'
import { decideOut } from '@/engine/routing/decide'
import type { Packet } from '@/model/packet/packet'
import { dispositionText } from '../lost-where'
import { type PacketJson, packetJson } from '../packet-json'
import { type HopJson, hopsOf, lastRule } from './hops'
import { BadCase } from './json-reader'
import type { ReplayCase } from './read-case'
import type { ReplayPacket } from './read-packet'

/** What became of one packet. */
export interface PacketResult {
  readonly verdict: 'delivered' | 'dropped' | 'sent' | 'vanished'
  readonly at: { readonly host: string; readonly iif?: string; readonly oif?: string }
  readonly rule?: NonNullable<ReturnType<typeof lastRule>>
  readonly reason?: string
  readonly received?: PacketJson
  readonly hops: readonly HopJson[]
  readonly generated: readonly (PacketResult & { readonly from: string; readonly packet: PacketJson })[]
}

/** A packet cannot come round more often than its TTL lets it; this ends what routing loops on a wire would not. */
const HOPS_LIMIT = 256

/** Injects the packets of a case in order and returns what became of each. */
export function injectAll(given: ReplayCase): PacketResult[] {
  const network = networkOf(given)
  const states = new Map<string, DeviceState>()
  const random = seededRandom(given.seed)
  let nowMs = 0
  return given.packets.map((injected, index) => {
    nowMs += injected.waitMs
    const visitOf = (device: NetworkDevice, packet: Packet, inherits?: Visit['inherits']): Visit => ({
      network,
      device,
      state: states.get(device.id) ?? newDeviceState(device),
      packet,
      journey: index,
      nowMs,
      random,
      ...(inherits && { inherits }),
    })
    const walk: Walk = { network, states, visitOf, quiet: given.quiet }
    return follow(walk, start(walk, injected, index))
  })
}

interface Walk {
  readonly network: Network
  readonly states: Map<string, DeviceState>
  visitOf(device: NetworkDevice, packet: Packet, inherits?: Visit['inherits']): Visit
  readonly quiet: boolean
}

/** One device to be visited next. */
interface Stop {
  readonly device: NetworkDevice
  readonly packet: Packet
  /** Absent: the packet is made here. */
  readonly iif?: string
  readonly inherits?: Visit['inherits']
}

function networkOf({ design, conntrack }: ReplayCase): Network {
  const network = compileNetwork(design)
  const devices = new Map(
    [...network.devices].map(([id, device]) => {
      const settings = conntrack.get(id)
      return [id, settings ? { ...device, conntrack: settings } : device]
    }),
  )
  return { ...network, devices }
}

function deviceOf(network: Network, id: string): NetworkDevice {
  const device = network.devices.get(id)
  if (!device) throw new Error(`no device ${id}`)
  return device
}

function start({ network }: Walk, { from, inject, out, packet }: ReplayPacket, index: number): Stop {
  const device = deviceOf(network, from)
  if (inject === 'local') return { device, packet }
  const place = `/packets/${index}`
  const route = decideOut(device, packet.dst)
  const oif = out ?? (route.kind === 'out' ? route.oif : undefined)
  if (oif === undefined)
    throw new BadCase(
      `${from} has no route to the destination. Name the interface with "out".`,
      `${place}/dst`,
    )
  const port = device.interfaces.find(({ name }) => name === oif)
  if (!port) throw new BadCase(`${from} has no interface ${oif}.`, `${place}/out`)
  const nextHop = route.kind === 'out' && route.oif === oif ? route.nextHop : packet.dst
  const neighbor = network.neighbor(device.id, oif, nextHop) ?? onlyNeighbor(network, device, port.link)
  if (!neighbor)
    throw new BadCase(
      `Nobody on the link of ${oif} takes the packet.`,
      `${place}/${out === undefined ? 'dst' : 'out'}`,
    )
  return { device: deviceOf(network, neighbor.device), iif: neighbor.interface, packet }
}

/** The other host on the link, where there is just one. */
function onlyNeighbor(network: Network, device: NetworkDevice, link: string | undefined) {
  if (link === undefined) return undefined
  const others = [...network.devices.values()].flatMap((other) =>
    other.id === device.id
      ? []
      : other.interfaces
          .filter((each) => each.link === link)
          .map((each) => ({ device: other.id, interface: each.name })),
  )
  const [only, second] = others
  return second === undefined ? only : undefined
}

function follow(walk: Walk, first: Stop): PacketResult {
  const hops: HopJson[] = []
  const generated: PacketResult['generated'][number][] = []
  let stop: Stop = first
  for (let visited = 0; visited < HOPS_LIMIT; visited++) {
    const { device, packet, iif, inherits } = stop
    const visit = walk.visitOf(device, packet, inherits)
    const result = iif === undefined ? originate(visit) : arrive(visit, iif)
    walk.states.set(device.id, result.state)
    hops.push(...hopsOf(device.name, iif, result))
    if (!walk.quiet) for (const made of result.made) generated.push(followMade(walk, device, made))
    if (!result.forward) return { ...endOf(device, result, hops), hops, generated }
    const { neighbor } = result.forward
    stop = {
      device: deviceOf(walk.network, neighbor.device),
      iif: neighbor.interface,
      packet: result.forward.packet,
    }
  }
  const at = { host: stop.device.name, ...(stop.iif !== undefined && { iif: stop.iif }) }
  return { verdict: 'vanished', at, reason: 'it went round in a circle', hops, generated }
}

function followMade(
  walk: Walk,
  device: NetworkDevice,
  { packet, inherits }: MadePacket,
): PacketResult['generated'][number] {
  return {
    from: device.name,
    packet: packetJson(packet),
    ...follow(walk, { device, packet, inherits }),
  }
}

function endOf(
  device: NetworkDevice,
  result: PipelineResult,
  hops: readonly HopJson[],
): Omit<PacketResult, 'hops' | 'generated'> {
  const last = hops.at(-1)
  const at = {
    host: device.name,
    ...(last?.iif !== undefined && { iif: last.iif }),
    ...(last?.oif !== undefined && { oif: last.oif }),
  }
  if (result.deliver) return { verdict: 'delivered', at, received: packetJson(result.deliver.packet) }
  const { ended } = result
  if (!ended) throw new Error('a visit ends, forwards or delivers')
  if (ended.kind === 'dropped' || ended.kind === 'rejected')
    return { verdict: 'dropped', at, rule: lastRule(ended.by) }
  const left = ended.kind === 'no-neighbor' || ended.kind === 'no-link'
  return left
    ? { verdict: 'sent', at }
    : { verdict: 'vanished', at, reason: dispositionText(ended).replace(/^lost: /, '') }
}
