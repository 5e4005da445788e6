import type { Dialect } from '../dialect'
import { parseIpchains } from './parse'
import { printIpchains } from './print'

/** Commands of Linux 2.2's ipchains and what ipchains-save prints. */
export const ipchains: Dialect = {
  id: 'ipchains',
  label: 'ipchains',
  fileName: 'rc.firewall',
  detect: (text) =>
    /^\s*(sudo\s+)?(\S*\/)?ipchains\s+-/m.test(text) ||
    /^:(input|forward|output)\s+(ACCEPT|DENY|REJECT)/m.test(text)
      ? 0.96
      : 0,
  parse: parseIpchains,
  print: printIpchains,
}
