/** How many words an option takes, and other spellings of it. Source: iptables(8), iptables-extensions(8). */
export interface OptionSpelling {
  /** The name that iptables-save writes. */
  readonly name: string
  readonly also?: readonly string[]
  readonly takes: number
}

const option = (name: string, takes: number, ...also: string[]): OptionSpelling => ({ name, takes, also })

/** Options that need no module. */
export const CORE_OPTIONS: readonly OptionSpelling[] = [
  option('-p', 1, '--protocol', '--proto'),
  option('-s', 1, '--source', '--src'),
  option('-d', 1, '--destination', '--dst'),
  option('-i', 1, '--in-interface'),
  option('-o', 1, '--out-interface'),
  option('-j', 1, '--jump'),
  option('-g', 1, '--goto'),
  option('-m', 1, '--match'),
  option('-f', 0, '--fragment', '--fragments'),
  option('-c', 2, '--set-counters'),
  option('-4', 0, '--ipv4'),
  option('-6', 0, '--ipv6'),
]

const PORTS = [option('--sport', 1, '--source-port'), option('--dport', 1, '--destination-port')]

/** Options of the matches that are understood, at least in part. Other matches are kept as they stand. */
export const MATCH_OPTIONS: Readonly<Record<string, readonly OptionSpelling[]>> = {
  tcp: [...PORTS, option('--tcp-flags', 2), option('--syn', 0), option('--tcp-option', 1)],
  udp: PORTS,
  sctp: [...PORTS, option('--chunk-types', 2)],
  dccp: [...PORTS, option('--dccp-types', 1), option('--dccp-option', 1)],
  icmp: [option('--icmp-type', 1)],
  icmp6: [option('--icmpv6-type', 1)],
  // After -m multiport, --dport is multiport's own [F1].
  multiport: [
    option('--sports', 1, '--source-ports', '--sport', '--source-port'),
    option('--dports', 1, '--destination-ports', '--dport', '--destination-port'),
    option('--ports', 1, '--port'),
  ],
  state: [option('--state', 1)],
  conntrack: [
    option('--ctstate', 1),
    ...[
      '--ctproto',
      '--ctorigsrc',
      '--ctorigdst',
      '--ctreplsrc',
      '--ctrepldst',
      '--ctorigsrcport',
      '--ctorigdstport',
      '--ctreplsrcport',
      '--ctrepldstport',
      '--ctstatus',
      '--ctexpire',
      '--ctdir',
    ].map((name) => option(name, 1)),
  ],
  comment: [option('--comment', 1)],
  mark: [option('--mark', 1)],
  connmark: [option('--mark', 1)],
  iprange: [option('--src-range', 1), option('--dst-range', 1)],
  length: [option('--length', 1)],
  ttl: [option('--ttl-eq', 1, '--ttl'), option('--ttl-lt', 1), option('--ttl-gt', 1)],
  hl: [option('--hl-eq', 1), option('--hl-lt', 1), option('--hl-gt', 1)],
  pkttype: [option('--pkt-type', 1)],
  ecn: [option('--ecn-tcp-cwr', 0), option('--ecn-tcp-ece', 0), option('--ecn-ip-ect', 1)],
  physdev: [
    option('--physdev-in', 1),
    option('--physdev-out', 1),
    ...['--physdev-is-in', '--physdev-is-out', '--physdev-is-bridged'].map((name) => option(name, 0)),
  ],
  frag: [
    ...['--fragid', '--fraglen'].map((name) => option(name, 1)),
    ...['--fragres', '--fragfirst', '--fragmore', '--fraglast'].map((name) => option(name, 0)),
  ],
  tos: [option('--tos', 1)],
  dscp: [option('--dscp', 1), option('--dscp-class', 1)],
  addrtype: [
    option('--src-type', 1),
    option('--dst-type', 1),
    option('--limit-iface-in', 0),
    option('--limit-iface-out', 0),
  ],
}

/** Matches that only the tool of one family has. */
export const MATCHES_OF_FAMILY: Readonly<Record<string, 4 | 6>> = {
  ttl: 4,
  realm: 4,
  hl: 6,
  frag: 6,
  ipv6header: 6,
  rt: 6,
  hbh: 6,
  dst: 6,
  mh: 6,
  eui64: 6,
}

/** The match that `-p NAME` brings along without being asked (and `-p 6` likewise). */
export const MATCH_OF_PROTOCOL: Readonly<Record<number, string>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  33: 'dccp',
  58: 'icmp6',
  132: 'sctp',
}

const MARK_CHANGES = ['--set-xmark', '--set-mark', '--and-mark', '--or-mark', '--xor-mark'].map((name) =>
  option(name, 1),
)
const RANDOM = [option('--random', 0), option('--random-fully', 0), option('--persistent', 0)]

/** Options of the targets that are understood. */
export const TARGET_OPTIONS: Readonly<Record<string, readonly OptionSpelling[]>> = {
  ACCEPT: [],
  DROP: [],
  RETURN: [],
  NOTRACK: [],
  MARK: MARK_CHANGES,
  CONNMARK: [
    ...MARK_CHANGES,
    option('--save-mark', 0),
    option('--restore-mark', 0),
    ...['--ctmask', '--nfmask', '--mask', '--left-shift-mark', '--right-shift-mark'].map((name) =>
      option(name, 1),
    ),
  ],
  TTL: ['--ttl-set', '--ttl-inc', '--ttl-dec'].map((name) => option(name, 1)),
  HL: ['--hl-set', '--hl-inc', '--hl-dec'].map((name) => option(name, 1)),
  TOS: ['--set-tos', '--and-tos', '--or-tos', '--xor-tos'].map((name) => option(name, 1)),
  DSCP: ['--set-dscp', '--set-dscp-class'].map((name) => option(name, 1)),
  TCPMSS: [option('--set-mss', 1), option('--clamp-mss-to-pmtu', 0)],
  NFLOG: ['--nflog-group', '--nflog-prefix', '--nflog-range', '--nflog-size', '--nflog-threshold'].map(
    (name) => option(name, 1),
  ),
  NETMAP: [option('--to', 1)],
  REJECT: [option('--reject-with', 1)],
  LOG: [
    option('--log-prefix', 1),
    option('--log-level', 1),
    ...['--log-tcp-sequence', '--log-tcp-options', '--log-ip-options', '--log-uid', '--log-macdecode'].map(
      (name) => option(name, 0),
    ),
  ],
  SNAT: [option('--to-source', 1, '--to'), ...RANDOM],
  DNAT: [option('--to-destination', 1, '--to'), ...RANDOM],
  MASQUERADE: [option('--to-ports', 1), ...RANDOM],
  REDIRECT: [option('--to-ports', 1), ...RANDOM],
}

/** Targets of iptables-extensions(8) that are read but not modelled, and whether the packet goes on after them. */
export const OTHER_TARGETS: Readonly<Record<string, 'goes on' | 'decides'>> = {
  AUDIT: 'goes on',
  CHECKSUM: 'goes on',
  CLASSIFY: 'goes on',
  CLUSTERIP: 'decides',
  CONNMARK: 'goes on',
  CONNSECMARK: 'goes on',
  CT: 'goes on',
  DNPT: 'goes on',
  ECN: 'goes on',
  HL: 'goes on',
  HMARK: 'goes on',
  IDLETIMER: 'goes on',
  LED: 'goes on',
  NFQUEUE: 'decides',
  QUEUE: 'decides',
  RATEEST: 'goes on',
  SECMARK: 'goes on',
  SET: 'goes on',
  SNPT: 'goes on',
  SYNPROXY: 'decides',
  TCPOPTSTRIP: 'goes on',
  TEE: 'goes on',
  TPROXY: 'decides',
  TRACE: 'goes on',
  TTL: 'goes on',
  ULOG: 'goes on',
}

/**
 * Finds an option by a name, another spelling, or an abbreviation of a long name that only it has (getopt_long(3)).
 */
export function findOption(options: readonly OptionSpelling[], text: string): OptionSpelling | undefined {
  const exact = options.find(({ name, also }) => name === text || also?.includes(text))
  if (exact || !/^--[a-z]/.test(text)) return exact
  const abbreviated = options.filter(({ name, also = [] }) =>
    [name, ...also].some((each) => each.startsWith(text)),
  )
  return abbreviated.length === 1 ? abbreviated[0] : undefined
}
