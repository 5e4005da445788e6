import type { Dialect } from '../dialect'
import { detectIptables } from '../iptables/detect'
import { parseIptables } from '../iptables/parse'
import { printIptables } from '../iptables/print'

/** The same language for IPv6; each of the two tools never sees the other's packets [I1]. */
export const ip6tables: Dialect = {
  id: 'ip6tables',
  label: 'ip6tables',
  fileName: 'ip6tables.rules',
  detect: (text) => detectIptables(text, 6),
  parse: (text, context) => parseIptables(text, context, 6),
  print: (firewall, context) => printIptables(firewall, context, 6),
}
