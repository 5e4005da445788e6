import type { Dialect } from '../dialect'
import { parseNft } from './parse'
import { printNft } from './print'

/** The language of nftables. */
export const nft: Dialect = {
  id: 'nft',
  label: 'nftables',
  fileName: 'firewall.nft',
  detect: (text) => (/^\s*(?:add\s+)?table\s+(?:ip|ip6|inet)\s+[\w-]+\s*(?:\{|$)/m.test(text) ? 0.95 : 0),
  parse: parseNft,
  print: printNft,
}
