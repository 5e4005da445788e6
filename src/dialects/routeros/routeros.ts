import type { Dialect } from '../dialect'
import { parseRouteros } from './parse'
import { printRouteros } from './print'

/** Exports and commands of MikroTik RouterOS. */
export const routeros: Dialect = {
  id: 'routeros',
  label: 'MikroTik RouterOS',
  fileName: 'firewall.rsc',
  detect: (text) =>
    /^\s*(?:\[[^\]\s]*@[^\]]*\][^>]*>\s*)?\/(?:ip|ipv6)[\s/]+firewall\b/m.test(text)
      ? 0.98
      : /^\s*add\s+(?:\S+=.*\s)?(?:chain|action)=\S+/m.test(text)
        ? 0.9
        : 0,
  parse: parseRouteros,
  print: printRouteros,
}
