import { blackListDefense } from '@/model/firewalls/built-in'
import type { WrittenRule } from '@/model/firewalls/written-rule'
import { prefixInterval } from '@/model/packet/prefix'
import type { Design } from '@/model/project/design'
import { homeNetwork, LOAD_IMAGES, OPEN_TWITTER, prefix, REACH_RDP, withRules } from '../home-network'

export const ID = 'black-list-defense'

/** Where the images come from. */
const AKAMAI = prefix('23.62.98.14/32')
/** Somebody who belongs on the list (RFC 5737, documentation). */
const STRANGER = prefix('192.0.2.0/24')

/** The two rules of the question; each row has a target inbound and one outbound (R003, R004). */
const TO_HTTPS: Omit<WrittenRule, 'target'> = {
  id: 'to-https',
  name: 'yourPC to SSLserver',
  cells: { dport: '443' },
}
const FROM_HTTPS: Omit<WrittenRule, 'target'> = {
  id: 'from-https',
  name: 'SSLserver to yourPC',
  cells: { sport: '443' },
}

function network(listed: readonly ReturnType<typeof prefix>[]): Design {
  const drawing = homeNetwork({
    id: ID,
    name: 'Home network with a black list',
    laptop: { profile: 'windows', ephemeralPorts: { first: 49152, last: 65535 }, firstPort: 62712 },
    flows: [OPEN_TWITTER, LOAD_IMAGES, REACH_RDP],
  })
  return withRules(drawing, {
    form: 'dual',
    policies: { inbound: 'drop', outbound: 'drop' },
    inbound: [
      { ...TO_HTTPS, target: 'drop' },
      { ...FROM_HTTPS, target: 'accept' },
    ],
    outbound: [
      { ...TO_HTTPS, target: 'accept' },
      { ...FROM_HTTPS, target: 'drop' },
    ],
    builtins: [blackListDefense(true, listed.map(prefixInterval))],
  })
}

export function start(): Design {
  return network([STRANGER, AKAMAI])
}

/** The address is off the list; the list still stands. */
export function solution(): Design {
  return network([STRANGER])
}
