import { CONNTRACK_TIMEOUTS, type ConntrackTimeout } from '@/engine/conntrack/timeouts'
import type { NetworkDevice } from '@/engine/network'
import type { Family } from '@/model/packet/address'

/** A setting of the kernel that changes what the engine does. */
export interface Sysctl {
  /** As below /proc/sys; `*` stands for one part of the path, such as the name of an interface. */
  readonly path: string
  readonly last: number
  /** The device with the setting; `part` is what `*` stands for. */
  set(device: NetworkDevice, value: number, part: string): NetworkDevice
}

const conntrack = (path: string, change: (on: boolean) => NetworkDevice['conntrack']): Sysctl => ({
  path: `net/netfilter/${path}`,
  last: 255,
  set: (device, value) => ({ ...device, conntrack: { ...device.conntrack, ...change(value !== 0) } }),
})

const forwarding = (path: string, families: readonly Family[]): Sysctl => ({
  path,
  last: 1,
  set: (device, value) => ({
    ...device,
    forwards: { ...device.forwards, ...Object.fromEntries(families.map((family) => [family, value !== 0])) },
  }),
})

/** Seconds; the kernel holds them as 32 bits of ticks. */
const timeouts = (Object.keys(CONNTRACK_TIMEOUTS) as ConntrackTimeout[]).map(
  (name): Sysctl => ({
    path: `net/netfilter/nf_conntrack_${name}`,
    last: 2 ** 31 - 1,
    set: (device, value) => {
      const before = device.conntrack?.timeouts ?? CONNTRACK_TIMEOUTS
      return { ...device, conntrack: { ...device.conntrack, timeouts: { ...before, [name]: value } } }
    },
  }),
)

/** Reverse path filter, of all interfaces or of one: the stricter of the two holds (ip-sysctl.rst). */
const reversePath: Sysctl = {
  path: 'net/ipv4/conf/*/rp_filter',
  last: 2,
  set: (device, value, name) => ({
    ...device,
    reversePathFilter: { ...device.reversePathFilter, [name]: value },
  }),
}

/** Every setting that a case may change. Source: nf_conntrack-sysctl.rst, ip-sysctl.rst. */
export const SYSCTLS: readonly Sysctl[] = [
  conntrack('nf_conntrack_tcp_loose', (on) => ({ tcpLoose: on })),
  conntrack('nf_conntrack_tcp_be_liberal', (on) => ({ tcpBeLiberal: on })),
  ...timeouts,
  reversePath,
  forwarding('net/ipv4/ip_forward', [4]),
  forwarding('net/ipv4/conf/all/forwarding', [4]),
  forwarding('net/ipv6/conf/all/forwarding', [6]),
]
