import { failure, success } from '../result'
import type { Field } from './field'
import { formatTerms, parseTerms } from './terms'

/** Interface names are at most 15 bytes (IFNAMSIZ less the end, linux/if.h) without slash or white space. */
const INTERFACE_NAME = /^[^\s/]{1,15}\+?$/

export function interfaceField(id: 'iif' | 'oif', label: string): Field {
  return {
    id,
    label,
    short: id === 'iif' ? 'in' : 'out',
    domain: { kind: 'names' },
    // Where there is none, the kernel compares an empty name: "any but wan0" holds (ip_tables.c, nft_meta.c).
    read: (context) => context[id] ?? '',
    parse: (text) =>
      parseTerms(text, (part) =>
        INTERFACE_NAME.test(part)
          ? success({ kind: 'name', pattern: part })
          : failure(
              `${part || 'Nothing'} is not an interface name. It has 1 to 15 characters and no spaces, such as eth0 or lan+.`,
              1,
              part.length,
            ),
      ),
    format: (terms, names) => formatTerms(terms, names, ({ first, last }) => `${first}-${last}`),
    formatValue: (value) => (value === '' ? 'none' : String(value)),
    source: 'iptables(8) -i, -o; nft(8) iifname, oifname',
  }
}

/** Whether a name fits a pattern; a trailing `+` stands for any end, the empty one too [E6]. */
export function matchesName(pattern: string, name: string): boolean {
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}
