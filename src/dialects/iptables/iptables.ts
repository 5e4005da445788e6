import type { Dialect } from '../dialect'
import { detectIptables } from './detect'
import { parseIptables } from './parse'
import { printIptables } from './print'

/** iptables-save format and `iptables` command lines: what IPv4 packets are asked on Linux. */
export const iptables: Dialect = {
  id: 'iptables',
  label: 'iptables',
  fileName: 'iptables.rules',
  detect: (text) => detectIptables(text, 4),
  parse: (text, context) => parseIptables(text, context, 4),
  print: (firewall, context) => printIptables(firewall, context, 4),
}
