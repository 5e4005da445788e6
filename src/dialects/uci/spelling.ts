import type { Family } from '@/model/packet/address'
import { type IcmpTypeRange, icmpTypeRange, parseIcmpType } from '@/model/packet/icmp'
import { PROTOCOL } from '@/model/packet/packet'
import { parseProtocol } from '@/model/packet/protocol'
import type { RejectKind } from '@/model/ruleset/ruleset'

export type Verdict = 'accept' | 'drop' | 'reject'

/** Abbreviations are read, as the tool reads them. */
export function readVerdict(text: string): Verdict | undefined {
  const word = text.toLowerCase()
  return word === ''
    ? undefined
    : (['accept', 'reject', 'drop'] as const).find((each) => each.startsWith(word))
}

export const isYes = (text: string | undefined) => /^(1|yes|on|true|enabled)$/i.test(text ?? '')
export const isNo = (text: string | undefined) => /^(0|no|off|false|disabled)$/i.test(text ?? '')

/** Protocol numbers of a word; nothing for any protocol. */
export function readProtocols(
  word: string,
  family: Family | undefined,
): readonly number[] | 'any' | undefined {
  switch (word.toLowerCase()) {
    case 'all':
    case 'any':
    case '*':
    case '0':
      return 'any'
    case 'tcpudp':
      return [PROTOCOL.tcp, PROTOCOL.udp]
    case 'icmp':
      return family === 4
        ? [PROTOCOL.icmp]
        : family === 6
          ? [PROTOCOL.icmpv6]
          : [PROTOCOL.icmp, PROTOCOL.icmpv6]
    case 'icmpv6':
    case 'ipv6-icmp':
      return [PROTOCOL.icmpv6]
    default: {
      const parsed = parseProtocol(word)
      return parsed.ok ? [parsed.value] : undefined
    }
  }
}

/** Names that iptables has and the model does not list. */
const MORE_TYPES: Readonly<Record<Family, Readonly<Record<string, IcmpTypeRange>>>> = {
  4: {
    'host-redirect': icmpTypeRange(5, 1),
    'network-redirect': icmpTypeRange(5, 0),
    'ttl-exceeded': icmpTypeRange(11),
    'required-option-missing': icmpTypeRange(12, 1),
    'ip-header-bad': icmpTypeRange(12, 0),
  },
  6: {
    'bad-header': icmpTypeRange(4, 0),
    'unknown-header-type': icmpTypeRange(4, 1),
    'unknown-option': icmpTypeRange(4, 2),
    'ttl-exceeded': icmpTypeRange(3),
    'ttl-zero-during-transit': icmpTypeRange(3, 0),
    'ttl-zero-during-reassembly': icmpTypeRange(3, 1),
    'neighbour-solicitation': icmpTypeRange(135, 0),
    'neighbor-solicitation': icmpTypeRange(135, 0),
    'neighbour-advertisement': icmpTypeRange(136, 0),
    'neighbor-advertisement': icmpTypeRange(136, 0),
    'packet-too-big': icmpTypeRange(2, 0),
  },
}

export function readIcmpType(family: Family, text: string): IcmpTypeRange | undefined {
  const word = text.toLowerCase()
  const own = MORE_TYPES[family][word]
  if (own) return own
  const parsed = parseIcmpType(family, word)
  return parsed.ok ? parsed.value : undefined
}

/** `tcp_reject_code`, `any_reject_code`. */
export const REJECT_CODES: Readonly<Record<string, RejectKind>> = {
  'tcp-reset': 'tcp-reset',
  'port-unreachable': 'icmp-port-unreachable',
  'host-unreachable': 'icmp-host-unreachable',
  'no-route': 'icmp-net-unreachable',
  'admin-prohibited': 'icmp-admin-prohibited',
}

/** Conditions that are kept as they stand. */
export const OTHER_CONDITIONS: ReadonlySet<string> = new Set([
  'limit',
  'limit_burst',
  'helper',
  'mark',
  'src_mac',
  'start_date',
  'stop_date',
  'start_time',
  'stop_time',
  'weekdays',
  'monthdays',
])

/** Options that change no verdict. */
export const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'counter',
  'log_limit',
  'utc_time',
  'mtu_fix',
  'auto_helper',
  'helper',
  'custom_chains',
  'reload_set',
  'counters',
  'storage',
  'hashsize',
  'maxelem',
  'comment',
  'tcp_syncookies',
  'tcp_ecn',
  'tcp_window_scaling',
  'accept_redirects',
  'accept_source_route',
  'flow_offloading',
  'flow_offloading_hw',
  'synflood_rate',
  'synflood_burst',
  'connlimit_ports',
  '_name',
])
