/** Seconds after which an entry is forgotten, by the end of the sysctl's name. Source: nf_conntrack-sysctl.rst, defaults. */
export const CONNTRACK_TIMEOUTS = {
  tcp_timeout_syn_sent: 120,
  tcp_timeout_syn_recv: 60,
  tcp_timeout_established: 432_000,
  tcp_timeout_fin_wait: 120,
  tcp_timeout_close_wait: 60,
  tcp_timeout_last_ack: 30,
  tcp_timeout_time_wait: 120,
  tcp_timeout_close: 10,
  /** Of a connection whose segments come again and again unanswered, or whose window is closed. */
  tcp_timeout_max_retrans: 300,
  tcp_timeout_unacknowledged: 300,
  udp_timeout: 30,
  /** Of a flow that is answered and older than two seconds. */
  udp_timeout_stream: 120,
  icmp_timeout: 30,
  icmpv6_timeout: 30,
  generic_timeout: 600,
} as const

export type ConntrackTimeout = keyof typeof CONNTRACK_TIMEOUTS
export type ConntrackTimeouts = Readonly<Record<ConntrackTimeout, number>>
