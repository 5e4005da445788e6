import { CHAIN_ROWS } from './chains'
import { CONNECTION_ROWS } from './connections'
import { DATAGRAM_ROWS } from './datagrams'
import { FRAGMENT_ROWS } from './fragments'
import { FRAME_ROWS } from './frames'
import { FTP_ROWS } from './ftp'
import { HEADER_TARGET_ROWS } from './header-targets'
import { ICMPV6_ROWS } from './icmpv6'
import { IPV6_ROWS } from './ipv6'
import { MARK_ROWS } from './marks'
import { NAT_ROWS } from './nat'
import { NFT_ROWS } from './nft'
import { REJECT_ROWS } from './reject'
import { ROUTING_ROWS } from './routing'
import { TCP_ROWS } from './tcp'
import { TCP_WINDOW_ROWS } from './tcp-window'

export const ROWS = [
  ...TCP_ROWS,
  ...TCP_WINDOW_ROWS,
  ...DATAGRAM_ROWS,
  ...HEADER_TARGET_ROWS,
  ...FRAME_ROWS,
  ...CONNECTION_ROWS,
  ...MARK_ROWS,
  ...NAT_ROWS,
  ...REJECT_ROWS,
  ...CHAIN_ROWS,
  ...ICMPV6_ROWS,
  ...FRAGMENT_ROWS,
  ...FTP_ROWS,
  ...ROUTING_ROWS,
  ...IPV6_ROWS,
  ...NFT_ROWS,
]
