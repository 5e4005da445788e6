import type { WrittenRule } from '@/model/firewalls/written-rule'
import type { Design, FlowRequest } from '@/model/project/design'
import type { HostSettings } from '@/model/topology/topology'
import { homeNetwork, OPEN_TWITTER, REACH_RDP, withRules } from '../home-network'

export const ID = 'who-picks-62712'

/** What the author of the rule took for the range of every client: that of Linux. */
export const RULE_PORTS = { first: 32768, last: 60999 }

const WEB: WrittenRule = {
  id: 'web',
  name: 'Web',
  cells: { protocol: 'tcp', src: 'LAN', dport: '443' },
  target: 'accept',
}

const REPLIES: WrittenRule = {
  id: 'https-replies',
  name: 'HTTPS replies',
  cells: {
    protocol: 'tcp',
    sport: '443',
    dst: 'LAN',
    dport: `${RULE_PORTS.first}-${RULE_PORTS.last}`,
    tcpFlags: 'not SYN',
  },
  target: 'accept',
}

/** A page with many parts: each connection has a port of its own (R027). */
const MANY: FlowRequest = {
  ...OPEN_TWITTER,
  id: 'many',
  name: 'Laptop opens 8 connections at once',
  connections: 8,
}

function network(laptop: HostSettings): Design {
  const drawing = homeNetwork({
    id: ID,
    name: 'Home network with a narrow rule',
    laptop,
    flows: [OPEN_TWITTER, MANY, REACH_RDP],
  })
  return withRules(drawing, {
    form: 'separate',
    policies: { inbound: 'drop', outbound: 'drop' },
    inbound: [REPLIES],
    outbound: [WEB],
  })
}

export function start(): Design {
  return network({ profile: 'windows', firstPort: 62712 })
}

export function solution(): Design {
  return network({ profile: 'linux' })
}
