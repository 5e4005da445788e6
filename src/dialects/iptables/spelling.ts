import type { CtState, FieldId } from '@/model/fields/field'
import type { Family } from '@/model/packet/address'
import { PROTOCOL, TCP_FLAG } from '@/model/packet/packet'
import { parseProtocol } from '@/model/packet/protocol'
import type { Hook, RejectKind } from '@/model/ruleset/ruleset'

/** A field's plainest words here; fields with several spellings are written by write-match.ts. */
export const FIELD_SPELLING: Partial<Record<FieldId, string>> = {
  protocol: '-p',
  src: '-s',
  dst: '-d',
  sport: '--sport',
  dport: '--dport',
  tcpFlags: '--tcp-flags',
  icmpType: '--icmp-type',
  icmpv6Type: '--icmpv6-type',
  ctState: '--ctstate',
  iif: '-i',
  oif: '-o',
}

export const STATE_SPELLING: Readonly<Record<CtState, string>> = {
  new: 'NEW',
  established: 'ESTABLISHED',
  related: 'RELATED',
  invalid: 'INVALID',
  untracked: 'UNTRACKED',
}

/** The six flags of `--tcp-flags`, in the order of iptables-save; ECE and CWR are never looked at [E1]. */
export const FLAG_SPELLING = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'] as const
export const SIX_FLAGS = FLAG_SPELLING.reduce((byte, name) => byte | TCP_FLAG[name], 0)

/** Protocols whose names both tools know without /etc/protocols (xtables_chain_protos); the rest are numbers. */
const PROTOCOL_NAMES: readonly (readonly [string, number])[] = [
  ['icmp', PROTOCOL.icmp],
  ['tcp', PROTOCOL.tcp],
  ['udp', PROTOCOL.udp],
  ['ipv6-icmp', PROTOCOL.icmpv6],
  ['icmpv6', PROTOCOL.icmpv6],
  ['esp', 50],
  ['ah', 51],
  ['sctp', PROTOCOL.sctp],
  ['udplite', PROTOCOL.udplite],
  ['dccp', 33],
]

export function writeProtocol(number: number): string {
  return PROTOCOL_NAMES.find(([, other]) => other === number)?.[0] ?? String(number)
}

/** "all" and 0 are no protocol at all; undefined where the name is not known. */
export function readProtocol(text: string): number | 'all' | undefined {
  const word = text.toLowerCase()
  if (word === 'all' || word === '0') return 'all'
  const own = PROTOCOL_NAMES.find(([name]) => name === word)?.[1]
  if (own !== undefined) return own
  const parsed = parseProtocol(word)
  return parsed.ok ? parsed.value : undefined
}

/** The tool fills `10/8` up with zeros. Leading zeros it reads as octal, and they are refused here. */
export function fullAddress(text: string): string {
  const found = /^(\d{1,3}(?:\.\d{1,3}){0,2})(\/.*)?$/.exec(text.trim())
  if (!found) return text.trim()
  const parts = (found[1] ?? '').split('.')
  while (parts.length < 4) parts.push('0')
  return parts.join('.') + (found[2] ?? '')
}

interface RejectSpelling {
  readonly name: string
  readonly short: string
  readonly means: RejectKind
}

/** Answers of REJECT in the order in which the tool looks an abbreviation up (libipt_REJECT, libip6t_REJECT). */
export const REJECT_SPELLING: Readonly<Record<Family, readonly RejectSpelling[]>> = {
  4: [
    { name: 'icmp-net-unreachable', short: 'net-unreach', means: 'icmp-net-unreachable' },
    { name: 'icmp-host-unreachable', short: 'host-unreach', means: 'icmp-host-unreachable' },
    { name: 'icmp-proto-unreachable', short: 'proto-unreach', means: 'icmp-proto-unreachable' },
    { name: 'icmp-port-unreachable', short: 'port-unreach', means: 'icmp-port-unreachable' },
    { name: 'icmp-net-prohibited', short: 'net-prohib', means: 'icmp-net-prohibited' },
    { name: 'icmp-host-prohibited', short: 'host-prohib', means: 'icmp-host-prohibited' },
    { name: 'tcp-reset', short: 'tcp-rst', means: 'tcp-reset' },
    { name: 'icmp-admin-prohibited', short: 'admin-prohib', means: 'icmp-admin-prohibited' },
  ],
  6: [
    { name: 'icmp6-no-route', short: 'no-route', means: 'icmp-net-unreachable' },
    { name: 'icmp6-adm-prohibited', short: 'adm-prohibited', means: 'icmp-admin-prohibited' },
    { name: 'icmp6-addr-unreachable', short: 'addr-unreach', means: 'icmp-host-unreachable' },
    { name: 'icmp6-port-unreachable', short: 'port-unreach', means: 'icmp-port-unreachable' },
    { name: 'tcp-reset', short: 'tcp-reset', means: 'tcp-reset' },
    { name: 'icmp6-policy-fail', short: 'policy-fail', means: 'icmp6-policy-fail' },
    { name: 'icmp6-reject-route', short: 'reject-route', means: 'icmp6-reject-route' },
  ],
}

/** What a family says instead of the answers that it does not have. */
const NEAREST: Partial<Record<RejectKind, string>> = {
  'icmp-proto-unreachable': 'icmp6-port-unreachable',
  'icmp-net-prohibited': 'icmp6-adm-prohibited',
  'icmp-host-prohibited': 'icmp6-adm-prohibited',
  'icmp6-policy-fail': 'icmp-admin-prohibited',
  'icmp6-reject-route': 'icmp-admin-prohibited',
}

export function writeReject(family: Family, kind: RejectKind): { name: string; exact: boolean } {
  const row = REJECT_SPELLING[family].find(({ means }) => means === kind)
  if (row) return { name: row.name, exact: true }
  return { name: NEAREST[kind] ?? 'icmp6-port-unreachable', exact: false }
}

/** Chains of the kernel: which interface they know. Source: iptables(8) -i, -o; SEMANTICS [E6]. */
export const HOOK_KNOWS: Readonly<Record<string, { readonly iif: boolean; readonly oif: boolean }>> = {
  prerouting: { iif: true, oif: false },
  input: { iif: true, oif: false },
  forward: { iif: true, oif: true },
  output: { iif: false, oif: true },
  postrouting: { iif: false, oif: true },
}

/** Where a target may stand: table, and hooks from which its chain may be reached (checkentry in the kernel). */
export const TARGET_PLACE: Readonly<
  Record<string, { readonly table?: string; readonly hooks?: readonly Hook[] }>
> = {
  SNAT: { table: 'nat', hooks: ['postrouting', 'input'] },
  MASQUERADE: { table: 'nat', hooks: ['postrouting'] },
  DNAT: { table: 'nat', hooks: ['prerouting', 'output'] },
  REDIRECT: { table: 'nat', hooks: ['prerouting', 'output'] },
  REJECT: { table: 'filter' },
  NOTRACK: { table: 'raw' },
  CT: { table: 'raw' },
  NETMAP: { table: 'nat' },
  'TCPMSS --clamp-mss-to-pmtu': { hooks: ['forward', 'output', 'postrouting'] },
  TTL: { table: 'mangle' },
  HL: { table: 'mangle' },
  TOS: { table: 'mangle' },
  DSCP: { table: 'mangle' },
}

/** xt_comment.h: 256 bytes with the end. */
export const COMMENT_BYTES = 255
/** xt_LOG.h: 30 bytes with the end. */
export const LOG_PREFIX_BYTES = 29
/** xt_NFLOG.h: 64 bytes with the end. */
export const NFLOG_PREFIX_BYTES = 63
/** XT_EXTENSION_MAXNAMELEN less the end. */
export const CHAIN_NAME_BYTES = 28
/** IFNAMSIZ less the end. */
export const INTERFACE_BYTES = 15
/** XT_MULTI_PORTS; a range takes two. */
export const MULTIPORT_SLOTS = 15
/** Text of a match or target that is kept: no real one is longer. */
export const OPAQUE_LENGTH = 1000
