import { ciscoIos } from './cisco-ios/cisco-ios'
import { csv } from './csv/csv'
import type { Dialect } from './dialect'
import { homeRouter } from './home-router/home-router'
import { ip6tables } from './ip6tables/ip6tables'
import { ipchains } from './ipchains/ipchains'
import { iptables } from './iptables/iptables'
import { markdown } from './markdown/markdown'
import { nft } from './nft/nft'
import { pf } from './pf/pf'
import { routeros } from './routeros/routeros'
import { text } from './text/text'
import { uci } from './uci/uci'
import { ufw } from './ufw/ufw'
import { windowsNetsh, windowsPowershell } from './windows/windows'

/** The rule languages in the order of the menus. */
export const DIALECTS: readonly Dialect[] = [
  iptables,
  ip6tables,
  nft,
  ipchains,
  routeros,
  ciscoIos,
  uci,
  ufw,
  pf,
  windowsPowershell,
  windowsNetsh,
  homeRouter,
  text,
  markdown,
  csv,
]
