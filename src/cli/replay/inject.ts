import { type DeviceState, newDeviceState } from '@/engine/device-state'
import type { Network, NetworkDevice } from '@/engine/network'
import { arrive, originate, type PipelineResult, type Visit } from '@/engine/pipeline'
import { seededRandom } from '@/engine/random'
import { decideOut } from '@/engine/routing/decide'
import type { Packet } from '@/model/packet/packet'
import type { ChainRef } from '@/model/ruleset/ruleset'
import { dispositionText } from '../lost-where'
import { type PacketJson, packetJson } from '../packet-json'
import { type HopJson, hopsOf, type RuleJson, ruleJson } from './hops'
import { BadCase } from './json-reader'
import type { ReplayCase } from './read-case'
import type { ReplayPacket } from './read-packet'
import { type Stacks, stacksOf } from './stack'

/** What became of one packet. */
export interface PacketResult {
  readonly verdict: 'delivered' | 'dropped' | 'sent' | 'vanished'
  readonly at: { readonly host: string; readonly iif?: string; readonly oif?: string }
  readonly rule?: RuleJson
  readonly reason?: string
  readonly received?: PacketJson
  readonly hops: readonly HopJson[]
  readonly generated: readonly GeneratedResult[]
}

/** What became of a packet that a host made because of another one. */
export interface GeneratedResult extends PacketResult {
  readonly from: string
  /** As it was made. */
  readonly packet: PacketJson
}

/** A packet cannot come round more often than its TTL lets it; this ends what routing loops on a wire would not. */
const HOPS_LIMIT = 256
/** Answers to answers because of one injected packet: two stacks that talk for ever are stopped here. */
const GENERATED_LIMIT = 64

/** Injects the packets of a case in order and returns what became of each. */
export function injectAll(given: ReplayCase): PacketResult[] {
  const walk = newWalk(given)
  return given.packets.map((injected, index) => {
    walk.nowMs += injected.waitMs
    walk.journey = index
    walk.generated = 0
    return follow(walk, start(walk, injected, index))
  })
}

/** The network with its memory while the packets of a case are sent. */
interface Walk {
  readonly network: Network
  readonly states: Map<string, DeviceState>
  readonly random: () => number
  readonly quiet: boolean
  readonly stacks: Stacks | undefined
  /** How results write a table. */
  readonly tableOf: (device: string, ref: ChainRef) => string
  nowMs: number
  /** Number of the injected packet, and how many packets hosts have made because of it. */
  journey: number
  generated: number
}

/** One device to be visited next. */
interface Stop {
  readonly device: NetworkDevice
  readonly packet: Packet
  /** Absent: the packet is made here. */
  readonly iif?: string
  readonly inherits?: Visit['inherits']
  readonly isIcmpOfStack?: boolean
}

function newWalk(given: ReplayCase): Walk {
  const { network } = given
  const random = seededRandom(given.seed)
  return {
    network,
    states: new Map(),
    random,
    quiet: given.quiet,
    stacks: given.stackAnswers ? stacksOf(network, random) : undefined,
    tableOf: (device, { family, table }) =>
      given.withFamily.get(device)?.has(`${family} ${table}`) ? `${family} ${table}` : table,
    nowMs: 0,
    journey: 0,
    generated: 0,
  }
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

function visit(walk: Walk, { device, packet, iif, inherits }: Stop): PipelineResult {
  const { network, states, journey, nowMs, random } = walk
  const state = states.get(device.id) ?? newDeviceState(device)
  const each: Visit = {
    network,
    device,
    state,
    packet,
    journey,
    nowMs,
    random,
    ...(inherits && { inherits }),
  }
  const result = iif === undefined ? originate(each) : arrive(each, iif)
  states.set(device.id, result.state)
  return result
}

function follow(walk: Walk, first: Stop): PacketResult {
  const hops: HopJson[] = []
  const generated: GeneratedResult[] = []
  /** What is under way; more than one where a packet goes in fragments. */
  const stops: Stop[] = []
  let stop: Stop = first
  for (let visited = 0; visited < HOPS_LIMIT; visited++) {
    const { device, iif } = stop
    const result = visit(walk, stop)
    const [other] = stops
    // The last fragment tells of them all.
    if (result.ended?.kind === 'incomplete' && other?.device === device) {
      stops.shift()
      stop = other
      continue
    }
    hops.push(...hopsOf(device.name, iif, result, walk.tableOf))
    for (const { packet, inherits } of walk.quiet || stop.isIcmpOfStack ? [] : result.made)
      generated.push(followMade(walk, { device, packet, inherits }))
    if (result.forward) {
      const { neighbor, pieces } = result.forward
      const next = deviceOf(walk.network, neighbor.device)
      const [arriving, ...others] = pieces.map((packet) => ({
        device: next,
        iif: neighbor.interface,
        packet,
      }))
      stops.unshift(...others)
      if (arriving) stop = arriving
      continue
    }
    const end = endOf(walk, device, result, hops)
    if (result.deliver) {
      for (const answer of walk.stacks?.(device.id, result.deliver.packet, walk.nowMs) ?? [])
        generated.push(followMade(walk, { device, ...answer }))
    }
    return { ...end, hops, generated }
  }
  const at = { host: stop.device.name, ...(stop.iif !== undefined && { iif: stop.iif }) }
  return { verdict: 'vanished', at, reason: 'it went round in a circle', hops, generated }
}

function followMade(walk: Walk, stop: Stop): GeneratedResult {
  const { device, packet } = stop
  const what = { from: device.name, packet: packetJson(packet) }
  if (++walk.generated <= GENERATED_LIMIT) return { ...what, ...follow(walk, stop) }
  const reason = `it answers an answer, and ${GENERATED_LIMIT} of those are enough`
  return { ...what, verdict: 'vanished', at: { host: device.name }, reason, hops: [], generated: [] }
}

function endOf(
  { tableOf }: Walk,
  device: NetworkDevice,
  result: PipelineResult,
  hops: readonly HopJson[],
): Omit<PacketResult, 'hops' | 'generated'> {
  const last = hops.at(-1)
  const at: { host: string; iif?: string; oif?: string } = { host: device.name }
  if (last?.iif !== undefined) at.iif = last.iif
  if (last?.oif !== undefined) at.oif = last.oif
  if (result.deliver) return { verdict: 'delivered', at, received: packetJson(result.deliver.packet) }
  const { ended } = result
  if (!ended) throw new Error('a visit ends, forwards or delivers')
  if (ended.kind === 'dropped' || ended.kind === 'rejected')
    return { verdict: 'dropped', at, rule: ruleJson(ended.by, (ref) => tableOf(device.id, ref)) }
  const left = ended.kind === 'no-neighbor' || ended.kind === 'no-link'
  return left
    ? { verdict: 'sent', at }
    : { verdict: 'vanished', at, reason: dispositionText(ended).replace(/^lost: /, '') }
}
