import type { WrittenRule } from '@/model/firewalls/written-rule'
import type { Design } from '@/model/project/design'
import {
  type HomeRules,
  homeNetwork,
  LOAD_IMAGES,
  OPEN_TWITTER,
  REACH_RDP,
  RESOLVE_NAMES,
  withRules,
} from '../home-network'

export const ID = 'reply-that-never-came'

const INBOUND: readonly WrittenRule[] = [
  { id: 'https', name: 'HTTPS', cells: { protocol: 'tcp', dport: '443' }, target: 'accept' },
  {
    id: 'dns-replies',
    name: 'DNS replies',
    cells: { protocol: 'udp', sport: '53', dst: 'LAN' },
    target: 'accept',
  },
  {
    id: 'ping-replies',
    name: 'Ping replies',
    cells: { protocol: 'icmp', dst: 'LAN', icmpType: 'echo-reply' },
    target: 'accept',
  },
  {
    id: 'work-ssh',
    name: 'Work SSH',
    cells: { protocol: 'tcp', src: '198.51.100.0/24', dst: 'outside address', dport: '22' },
    target: 'accept',
  },
  {
    id: 'block-rdp',
    name: 'Block RDP',
    cells: { protocol: 'tcp', dst: 'LAN', dport: '3389' },
    target: 'drop',
  },
]

const OUTBOUND: readonly WrittenRule[] = [
  { id: 'web', name: 'Web', cells: { protocol: 'tcp', src: 'LAN', dport: '80, 443' }, target: 'accept' },
  { id: 'quic', name: 'QUIC', cells: { protocol: 'udp', src: 'LAN', dport: '443' }, target: 'accept' },
  { id: 'names', name: 'Names', cells: { protocol: 'udp', src: 'LAN', dport: '53' }, target: 'accept' },
  {
    id: 'ping',
    name: 'Ping',
    cells: { protocol: 'icmp', src: 'LAN', icmpType: 'echo-request' },
    target: 'accept',
  },
]

/** Accepts the reply and nothing that opens a connection: the narrowest rule without state. */
const REPLIES: WrittenRule = {
  id: 'https-replies',
  name: 'HTTPS replies',
  cells: {
    protocol: 'tcp',
    sport: '443',
    dst: 'Laptop',
    dport: 'ephemeral of Laptop',
    tcpFlags: 'not SYN',
  },
  target: 'accept',
}

const rules = (inbound: readonly WrittenRule[]): HomeRules => ({
  inbound,
  outbound: OUTBOUND,
  policies: { inbound: 'drop', outbound: 'drop' },
  form: 'separate',
})

function network(): Design {
  return homeNetwork({
    id: ID,
    name: 'Home network',
    laptop: { profile: 'windows', ephemeralPorts: { first: 49152, last: 65535 }, firstPort: 62712 },
    flows: [OPEN_TWITTER, LOAD_IMAGES, RESOLVE_NAMES, REACH_RDP],
  })
}

export function start(): Design {
  return withRules(network(), rules(INBOUND))
}

export function solution(): Design {
  return withRules(network(), rules([...INBOUND, REPLIES]))
}
