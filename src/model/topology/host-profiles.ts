import type { HostProfile, PortPicker } from './host-profile'
import type { Device } from './topology'

/** Doubling from one second: RFC 6298 section 2 with an initial timeout of 1 s. */
const DOUBLING_MS = [1000, 3000, 7000, 15_000, 31_000, 63_000]
/** SYN-ACK: tcp_synack_retries = 5 (tcp(7)), the same doubling, and one more wait before it is given up. */
const LINUX_SYN_ACK = { synAckRetriesAtMs: DOUBLING_MS.slice(0, 5), synAckGiveUpAtMs: 63_000 }

interface Row {
  readonly id: string
  readonly label: string
  readonly ports: readonly [first: number, last: number]
  readonly picker: PortPicker
  /** Lowest port for a program without privileges. */
  readonly unprivileged: number
  readonly syn: { readonly synRetriesAtMs: readonly number[]; readonly synGiveUpAtMs: number }
  readonly synAck?: { readonly synAckRetriesAtMs: readonly number[]; readonly synAckGiveUpAtMs: number }
  readonly hopLimit: number
  readonly sources: HostProfile['sources']
}

/** Linux 6.18, measured: four tries a second apart (tcp_syn_linear_timeouts = 4), then doubling. */
const SYN_LINUX = {
  synRetriesAtMs: [1000, 2000, 3000, 4000, 5000, 7000, 11_000, 19_000, 35_000, 67_000],
  synGiveUpAtMs: 131_000,
}
const SYN_LINUX_OLD = { synRetriesAtMs: DOUBLING_MS, synGiveUpAtMs: 127_000 }
const SYN_WINDOWS = { synRetriesAtMs: [3000, 9000], synGiveUpAtMs: 21_000 }
const SYN_BSD = {
  synRetriesAtMs: [1000, 2000, 3000, 4000, 5000, 7000, 11_000, 19_000, 35_000],
  synGiveUpAtMs: 75_000,
}

const IP_SYSCTL = 'Linux, Documentation/networking/ip-sysctl.rst'
const RFC_6335 = 'RFC 6335 section 6 (dynamic ports)'
const TTL_64 = 'RFC 1700 "IP TIME TO LIVE PARAMETER"'

const linux: Omit<Row, 'id' | 'label' | 'syn'> = {
  ports: [32768, 60999],
  picker: 'linux-parity',
  unprivileged: 1024,
  hopLimit: 64,
  sources: {
    ephemeralPorts: `${IP_SYSCTL}, ip_local_port_range`,
    picker: 'measured on Linux 6.18: connect() takes the parity of the low end first',
    lowestUnprivilegedPort: `${IP_SYSCTL}, ip_unprivileged_port_start`,
    synRetriesAtMs: 'measured on Linux 6.18: tcp_syn_retries = 6, tcp_syn_linear_timeouts = 4',
    synGiveUpAtMs: 'measured on Linux 6.18',
    synAckRetriesAtMs: `${IP_SYSCTL}, tcp_synack_retries = 5`,
    synAckGiveUpAtMs: `${IP_SYSCTL}, tcp_synack_retries = 5`,
    hopLimit: `${IP_SYSCTL}, ip_default_ttl`,
  },
}

const oldSyn = {
  synRetriesAtMs: `${IP_SYSCTL}, tcp_syn_retries = 6 before 6.5`,
  synGiveUpAtMs: `${IP_SYSCTL}, tcp_syn_retries: "127 seconds"`,
}

const windows: Omit<Row, 'id' | 'label'> = {
  ports: [49152, 65535],
  picker: 'sequential',
  unprivileged: 0,
  syn: SYN_WINDOWS,
  hopLimit: 128,
  sources: {
    ephemeralPorts: 'Microsoft Learn, "Default dynamic port range for TCP/IP"',
    picker: 'assumed',
    lowestUnprivilegedPort: 'Windows has no privileged ports',
    synRetriesAtMs: 'assumed: 3 s doubling, two retries',
    synGiveUpAtMs: 'assumed: about 21 s',
    synAckRetriesAtMs: 'assumed: as Linux',
    synAckGiveUpAtMs: 'assumed: as Linux',
    hopLimit: 'assumed: DefaultTTL 128',
  },
}

const bsd: Omit<Row, 'id' | 'label'> = {
  ports: [49152, 65535],
  picker: 'random',
  unprivileged: 1024,
  syn: SYN_BSD,
  hopLimit: 64,
  sources: {
    ephemeralPorts: RFC_6335,
    picker: 'RFC 6056 section 3.3, algorithm assumed',
    lowestUnprivilegedPort: 'ip(4), IPPORT_RESERVED 1024',
    synRetriesAtMs: 'assumed',
    synGiveUpAtMs: 'assumed: about 75 s (net.inet.tcp.keepinit)',
    synAckRetriesAtMs: 'assumed: as Linux',
    synAckGiveUpAtMs: 'assumed: as Linux',
    hopLimit: TTL_64,
  },
}

/** A system that is told apart by the one thing it is named for (R048); everything else is as on Linux. */
function bindDemo(id: string, label: string, unprivileged: number, source: string): Row {
  return {
    ...linux,
    id,
    label,
    syn: SYN_LINUX,
    unprivileged,
    sources: { ...linux.sources, lowestUnprivilegedPort: source },
  }
}

const ROWS: readonly Row[] = [
  { ...linux, id: 'linux', label: 'Linux', syn: SYN_LINUX },
  {
    ...linux,
    id: 'linux-before-6.5',
    label: 'Linux before 6.5',
    syn: SYN_LINUX_OLD,
    sources: { ...linux.sources, ...oldSyn },
  },
  {
    ...linux,
    id: 'linux-2.2',
    label: 'Linux 2.2',
    ports: [1024, 4999],
    picker: 'sequential',
    syn: SYN_LINUX_OLD,
    sources: {
      ...linux.sources,
      ...oldSyn,
      ephemeralPorts: 'Linux 2.2, net/ipv4/tcp_ipv4.c: sysctl_local_port_range { 1024, 4999 }',
      picker: 'assumed: one after the other (tcp_port_rover)',
      lowestUnprivilegedPort: 'Linux 2.2, PROT_SOCK 1024',
    },
  },
  {
    ...linux,
    id: 'linux-2.2-busy',
    label: 'Linux 2.2, high usage',
    ports: [32768, 61000],
    picker: 'sequential',
    syn: SYN_LINUX_OLD,
    sources: {
      ...linux.sources,
      ...oldSyn,
      ephemeralPorts: 'Linux 2.2, comment at sysctl_local_port_range: "change this to 32768-61000"',
      picker: 'assumed: one after the other (tcp_port_rover)',
    },
  },
  { ...windows, id: 'windows', label: 'Windows' },
  {
    ...windows,
    id: 'windows-before-vista',
    label: 'Windows before Vista',
    ports: [1025, 5000],
    sources: {
      ...windows.sources,
      ephemeralPorts: 'Microsoft Learn, "Default dynamic port range for TCP/IP": 1025-5000 before Vista',
    },
  },
  { ...bsd, id: 'macos', label: 'macOS' },
  {
    ...bsd,
    id: 'freebsd',
    label: 'FreeBSD',
    ports: [10_000, 65535],
    sources: { ...bsd.sources, ephemeralPorts: 'FreeBSD ip(4), net.inet.ip.portrange.first 10000' },
  },
  { ...bsd, id: 'netbsd', label: 'NetBSD' },
  {
    ...bsd,
    id: 'openbsd',
    label: 'OpenBSD',
    ports: [1024, 49151],
    sources: { ...bsd.sources, ephemeralPorts: 'assumed' },
  },
  bindDemo(
    'strict',
    'strict: dynamic ports only',
    49152,
    'RFC 6335 section 6: well-known and registered are kept',
  ),
  bindDemo('classic-unix', 'classic Unix: 1024 and up', 1024, 'rresvport(3), IPPORT_RESERVED 1024'),
  bindDemo('open', 'open: every port', 0, `${IP_SYSCTL}, ip_unprivileged_port_start = 0`),
]

/** Operating systems that a host can be, in the order of the menu. */
export const HOST_PROFILES: readonly HostProfile[] = ROWS.map(
  ({ id, label, ports, picker, unprivileged, syn, synAck, hopLimit, sources }) => ({
    id,
    label,
    ephemeralPorts: { first: ports[0], last: ports[1] },
    picker,
    lowestUnprivilegedPort: unprivileged,
    ...syn,
    ...(synAck ?? LINUX_SYN_ACK),
    hopLimit,
    sources,
  }),
)

const BY_ID = new Map(HOST_PROFILES.map((profile) => [profile.id, profile]))

export function isHostProfile(id: string): boolean {
  return BY_ID.has(id)
}

/** The profile of that id. Documents are checked when they are read, so an unknown id is a fault of ours. */
export function hostProfile(id: string): HostProfile {
  const profile = BY_ID.get(id)
  if (!profile) throw new Error(`no host profile ${id}`)
  return profile
}

/** The device's profile with what the device overrides. */
export function settingsOf(device: Pick<Device, 'host'>): HostProfile {
  const profile = hostProfile(device.host.profile)
  const { ephemeralPorts } = device.host
  return ephemeralPorts === undefined ? profile : { ...profile, ephemeralPorts }
}
