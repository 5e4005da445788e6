import { LeftOut } from '../left-out'
import { byteLength, fitBytes, plainText } from '../plain-text'

/** NFTNL_UDATA_COMMENT_MAXLEN. */
const COMMENT_BYTES = 128
/** NF_LOG_PREFIXLEN less the end. */
const LOG_PREFIX_BYTES = 127
const INTERFACE_BYTES = 15
const CHAIN_BYTES = 31

/** A string of nft: it ends at the next quote and knows no escapes. */
export function quoted(text: string): string {
  return `"${text.replaceAll('"', "'")}"`
}

/** A trailing `+` of a pattern is `*` here. */
export function writeInterface(pattern: string): string {
  const wild = pattern.endsWith('+')
  const name = wild ? pattern.slice(0, -1) : pattern
  const fits = plainText(name) === name && !/["*\\\s/]/.test(name) && byteLength(name) <= INTERFACE_BYTES
  if (!fits || (name === '' && !wild)) throw new LeftOut('the name of an interface cannot be written here.')
  return quoted(wild ? `${name}*` : name)
}

export function writeComment(name: string): { text: string; cut: boolean } {
  const clean = plainText(name)
  const fitting = fitBytes(clean, COMMENT_BYTES)
  return { text: fitting === '' ? '' : `comment ${quoted(fitting)}`, cut: fitting !== clean }
}

/** A `$` in a log prefix names a variable of nft (nft(8), "log prefix"). */
export function writeLogPrefix(prefix: string): string {
  const clean = fitBytes(
    prefix.replace(/[\p{Cc}$\u2028\u2029]+/gu, ' ').replace(/[\p{Cf}\p{Cs}]/gu, ''),
    LOG_PREFIX_BYTES,
  )
  return clean === '' ? 'log' : `log prefix ${quoted(clean)}`
}

/** Words that nft's grammar keeps for itself where a chain's name could stand; nft(8) and its scanner. */
const RESERVED = new Set(
  `accept add ah all and any arp at bridge bypass ca chain chains comp comment constant continue counter counters create ct
  daddr dccp define delete describe destroy device devices dnat drop dport dst dup dynamic elements element eq ether export
  fib flags flow flush frag fwd ge get goto gt handle hash hook hopcount icmp icmpv6 igmp import include index inet insert
  interval ip ip6 jhash jump last le limit list log lt map maps mark masquerade meta meter meters monitor netdev notrack
  numgen or osf performance policy position priority queue quota redefine redirect reject rename replace reset return rt
  rule ruleset saddr sctp secmark set sets size snat socket sport src state synproxy table tables tcp th timeout to tproxy
  type typeof udp udplite undefine update vlan vmap xor xt`.split(/\s+/),
)

export const isReserved = (word: string) => RESERVED.has(word)

export function isChainName(name: string): boolean {
  return /^[A-Za-z_.][\w./-]*$/.test(name) && name.length <= CHAIN_BYTES && !RESERVED.has(name)
}
