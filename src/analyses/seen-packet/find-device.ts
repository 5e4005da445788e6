import type { Network, NetworkDevice } from '@/engine/network'
import { interfaceByName, isOwnAddress, lookupRoute } from '@/engine/routing/lookup'
import { failure, type Result, success } from '@/model/result'
import type { SeenPacket } from './ask-device'

/** What is known of a packet before it is whole. */
type Sighting = Partial<Pick<SeenPacket, 'iif' | 'oif' | 'packet'>>

/**
 * The device at which a packet was seen: the one that is called as the line says, else the one that has the interfaces
 * that were named and is on the way between the addresses.
 */
export function findDevice(network: Network, seen: Sighting, host?: string): Result<NetworkDevice> {
  const filters = [...network.devices.values()].filter(({ firewall }) => firewall.id !== 'none')
  if (filters.length === 0) return failure('No device of the design has a firewall.')
  const called = filters.filter(({ name }) => host !== undefined && plain(name) === plain(host))
  const able = (called.length > 0 ? called : filters).filter((device) => hasInterfaces(device, seen))
  if (able.length === 0) {
    const names = [seen.iif, seen.oif].filter((name) => name !== undefined).join(' and ')
    return failure(`No device with a firewall has an interface ${names}.`)
  }
  const scores = able.map((device) => ({ device, score: fitness(device, seen) }))
  const best = Math.max(...scores.map(({ score }) => score))
  const fitting = scores.filter(({ score }) => score === best)
  const [only, another] = fitting
  if (only && !another) return success(only.device)
  return failure(`It may be of any of these: ${fitting.map(({ device }) => device.name).join(', ')}.`)
}

/** Names of machines have no blanks and no capitals. */
const plain = (name: string) =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s_.]+/g, '-')

function hasInterfaces(device: NetworkDevice, { iif, oif }: Sighting): boolean {
  return [iif, oif].every((name) => name === undefined || interfaceByName(device, name) !== undefined)
}

/** An address of its own counts most, then routes that go the way the packet went. */
function fitness(device: NetworkDevice, { packet, iif, oif }: Sighting): number {
  if (!packet) return 0
  const { src, dst } = packet
  const goesTo = (name: string | undefined, address: typeof src) => {
    const route = lookupRoute(device, address)
    if (!route || (name !== undefined && route.interface !== name)) return 0
    // An attached network says more than a default route.
    return route.via === undefined ? 2 : 1
  }
  const isRouter = device.forwards[packet.family]
  const ways = [lookupRoute(device, src)?.interface, lookupRoute(device, dst)?.interface]
  const passes = isRouter && ways[0] !== ways[1] ? goesTo(iif, src) + goesTo(oif, dst) : 0
  // What came in is for it, what only went out was made by it.
  const isOwn =
    (isOwnAddress(device, dst) && (iif !== undefined || oif === undefined)) ||
    (isOwnAddress(device, src) && iif === undefined)
  return (isOwn ? 8 : 0) + passes
}
