import type { IpAddress } from '@/model/packet/address'
import { deviceOf, hostOf, type Moment, note, setHost } from '../moment'
import type { OutcomeCause } from '../trace'
import { bindRefusal, NO_PORT_MEMORY, pickEphemeralPort } from './ports'

export interface PortWish {
  readonly protocol: 'tcp' | 'udp'
  readonly connection: number
  readonly to: { readonly address: IpAddress; readonly port: number }
  /** The port that the program insists on; absent: the host picks. */
  readonly sourcePort: number | undefined
  /** No other socket has this port, for TCP towards the same peer. */
  isFree(port: number): boolean
}

export type PortTaken =
  | { readonly port: number; readonly cause?: undefined }
  | { readonly port?: undefined; readonly cause: OutcomeCause }

/**
 * The local port of a new socket, and a line about it. A port on which a service of the host listens is never taken: it
 * was bound by name. The port that a story pins is that of the first TCP and of the first UDP socket.
 */
export function takePort(moment: Moment, device: string, wish: PortWish): PortTaken {
  const { services, profile, privileged } = deviceOf(moment, device)
  const { protocol, sourcePort } = wish
  const isFree = (port: number) =>
    wish.isFree(port) && !services.some((each) => each.protocol === protocol && each.port === port)
  if (sourcePort === undefined) return pick(moment, device, wish, isFree)
  const refusal = bindRefusal(profile, sourcePort, privileged)
  if (refusal !== undefined) {
    refuse(moment, device, wish, sourcePort, refusal)
    return { cause: 'prohibited' }
  }
  if (!isFree(sourcePort)) {
    refuse(moment, device, wish, sourcePort, `source port ${sourcePort} is in use`)
    return { cause: 'address-in-use' }
  }
  say(moment, device, wish, `uses source port ${sourcePort}`, sourcePort)
  return { port: sourcePort }
}

function pick(
  moment: Moment,
  device: string,
  { protocol, connection, to }: PortWish,
  isFree: (port: number) => boolean,
): PortTaken {
  const { profile, firstPort } = deviceOf(moment, device)
  const host = hostOf(moment, device)
  // connect() on UDP picks at random among both parities on Linux [G7].
  const anyParity = protocol === 'udp' && profile.picker === 'linux-parity'
  const pinned = host.ports.started.includes(protocol) ? undefined : firstPort
  const picked = pickEphemeralPort({
    profile: anyParity ? { ...profile, picker: 'random' } : profile,
    ...(pinned === undefined ? {} : { firstPort: pinned }),
    destination: `${to.address}:${to.port}`,
    memory: anyParity ? NO_PORT_MEMORY : host.ports,
    isFree,
    random: moment.random,
  })
  if (!picked) return { cause: 'no-free-port' }
  const memory = anyParity ? host.ports : picked.memory
  const started = [...new Set([...host.ports.started, protocol])]
  setHost(moment, device, { ...host, ports: { ...memory, started } })
  say(moment, device, { connection }, `picked source port ${picked.port}`, picked.port)
  return { port: picked.port }
}

function say(
  moment: Moment,
  device: string,
  { connection }: Pick<PortWish, 'connection'>,
  sentence: string,
  port: number,
): void {
  note(moment, device, { kind: 'socket', event: 'port-picked', sentence, port, connection })
}

function refuse(
  moment: Moment,
  device: string,
  { connection }: PortWish,
  port: number,
  sentence: string,
): void {
  note(moment, device, { kind: 'socket', event: 'bind-refused', sentence, port, connection })
}
