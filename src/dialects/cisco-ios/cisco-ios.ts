import type { Dialect } from '../dialect'
import { parseCiscoIos } from './parse'
import { printCiscoIos } from './print'

/** Access lists of Cisco IOS, and the interfaces that they are bound to. */
export const ciscoIos: Dialect = {
  id: 'cisco-ios',
  label: 'Cisco IOS',
  fileName: 'access-lists.cfg',
  detect,
  parse: parseCiscoIos,
  print: printCiscoIos,
}

const SURE = [
  /^\s*(\S+[#>]\s*)?(ip access-list (extended|standard)|ipv6 access-list|access-list \d+ (permit|deny|remark)) ?/im,
  /^(extended|standard) ip access list |^ipv6 access list /im,
  /^! Made by Highport .* For Cisco IOS\.$/m,
]

function detect(text: string): number {
  if (SURE.some((sign) => sign.test(text))) return 0.97
  return /^\s*(ip access-group|ipv6 traffic-filter) \S+ (in|out)/m.test(text) ? 0.8 : 0
}
