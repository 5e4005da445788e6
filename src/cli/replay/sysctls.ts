import type { NetworkDevice } from '@/engine/network'

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

/** Every setting that a case may change. Source: nf_conntrack-sysctl.rst, ip-sysctl.rst. */
export const SYSCTLS: readonly Sysctl[] = [
  conntrack('nf_conntrack_tcp_loose', (on) => ({ tcpLoose: on })),
  conntrack('nf_conntrack_tcp_be_liberal', (on) => ({ tcpBeLiberal: on })),
]
