import type { Dialect } from '../dialect'
import { parseUci } from './parse'
import { printUci } from './print'

/** /etc/config/firewall of OpenWrt. */
export const uci: Dialect = {
  id: 'uci',
  label: 'OpenWrt (UCI)',
  fileName: 'firewall',
  detect: (text) =>
    /^\s*config\s+['"]?(defaults|zone|forwarding|rule|redirect|nat|ipset)['"]?(\s|$)/m.test(text) &&
    /^\s*(option|list)\s+\S+/m.test(text)
      ? 0.97
      : 0,
  parse: parseUci,
  print: printUci,
}
