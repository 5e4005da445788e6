import { describe, expect, test } from 'vitest'
import { answer, filter, iptables, type Json, ping, syn, TOPOLOGY } from './laboratory'
import { replayText } from './replay'

const { hosts } = TOPOLOGY
const good = { topology: TOPOLOGY, packets: [syn] }
const packet = (change: Json) => ({ ...good, packets: [syn, { ...syn, ...change }] })
const router = (change: Json) => ({ ...good, hosts: { router: change } })
const client = (change: Json) => ({
  ...good,
  topology: { hosts: { ...hosts, client: { ...hosts.client, ...change } } },
})
const interfaceOf = (eth0: unknown) => client({ interfaces: { eth0 } })
const AN_OBJECT = 'An object belongs here.'
const A_LIST = 'A list belongs here.'
const A_TEXT = 'A text belongs here.'
const A_FLAG = 'true or false belongs here.'
const A_ROUTE = 'A route is "default via ADDRESS" or "PREFIX via ADDRESS".'

type Bad = [what: string, value: unknown, at: string, sentence: string]

const CASES: Bad[] = [
  ['a list', [], '', AN_OBJECT],
  ['a text', 'case', '', AN_OBJECT],
  ['nothing', null, '', AN_OBJECT],
  ['an unknown member', { ...good, paquets: [] }, '/paquets', 'There is no "paquets" here.'],
  ['no topology', { packets: [] }, '/topology', AN_OBJECT],
  ['no packets', { topology: TOPOLOGY }, '/packets', A_LIST],
  ['packets that are no list', { ...good, packets: syn }, '/packets', A_LIST],
]

const TOPOLOGIES: Bad[] = [
  ['no hosts', { ...good, topology: {} }, '/topology/hosts', AN_OBJECT],
  ['not one host', { ...good, topology: { hosts: {} } }, '/topology/hosts', 'A case has at least one host.'],
  [
    'an unknown member',
    { ...good, topology: { hosts, links: [] } },
    '/topology/links',
    'There is no "links"',
  ],
  [
    'a host that is a text',
    client({ ...hosts.client, forward: 'yes' }),
    '/topology/hosts/client/forward',
    A_FLAG,
  ],
  [
    'an unknown member of a host',
    client({ rules: '' }),
    '/topology/hosts/client/rules',
    'There is no "rules"',
  ],
  ['no interfaces', client({ interfaces: null }), '/topology/hosts/client/interfaces', AN_OBJECT],
  ['an interface that is a text', interfaceOf('x'), '/topology/hosts/client/interfaces/eth0', AN_OBJECT],
  [
    'an unknown member of an interface',
    interfaceOf({ address: '10.0.0.1/8' }),
    '/topology/hosts/client/interfaces/eth0/address',
    'There is no "address" here. There are addr, link, mtu.',
  ],
  [
    'an address that is none',
    interfaceOf({ addr: '10.0.0/8' }),
    '/topology/hosts/client/interfaces/eth0/addr',
    '10.0.0 is not an address.',
  ],
  [
    'the second address of a list',
    interfaceOf({ addr: ['10.0.0.1/8', 7] }),
    '/topology/hosts/client/interfaces/eth0/addr/1',
    A_TEXT,
  ],
  [
    'a prefix length too long',
    interfaceOf({ addr: '10.0.0.1/33' }),
    '/topology/hosts/client/interfaces/eth0/addr',
    '33',
  ],
  [
    'a link that takes too little',
    interfaceOf({ addr: '10.0.0.1/8', mtu: 60 }),
    '/topology/hosts/client/interfaces/eth0/mtu',
    'A whole number from 68 to 65535 belongs here.',
  ],
  [
    'a link that is a number',
    interfaceOf({ addr: '10.0.0.1/8', link: 1 }),
    '/topology/hosts/client/interfaces/eth0/link',
    A_TEXT,
  ],
  [
    'lo on a link',
    client({ interfaces: { lo: { link: 'lan' } } }),
    '/topology/hosts/client/interfaces/lo/link',
    'lo is the host itself: it is on no link.',
  ],
  [
    'names with slashes and tildes, which a JSON Pointer escapes',
    { ...good, topology: { hosts: { 'a/b~c': { interfaces: { eth0: { addr: 'x' } } } } } },
    '/topology/hosts/a~1b~0c/interfaces/eth0/addr',
    'x is not an address.',
  ],
  ['routes that are no list', client({ routes: 'default' }), '/topology/hosts/client/routes', A_LIST],
  [
    'a route without "via"',
    client({ routes: ['default 1.1.1.1'] }),
    '/topology/hosts/client/routes/0',
    A_ROUTE,
  ],
  ['a route that is a number', client({ routes: [1] }), '/topology/hosts/client/routes/0', A_TEXT],
  [
    'a gateway that is no address',
    client({ routes: ['default via eth0'] }),
    '/topology/hosts/client/routes/0',
    'eth0 is not an address.',
  ],
  [
    'a destination that is no prefix',
    client({ routes: ['10.0.0.0/8 via 192.168.1.1', '10/8 via 192.168.1.1'] }),
    '/topology/hosts/client/routes/1',
    '10 is not an address.',
  ],
  [
    'a gateway that is on no attached network',
    client({ routes: ['default via 10.0.0.1'] }),
    '/topology/hosts/client/routes/0',
    '10.0.0.1 is on no network that client is attached to.',
  ],
  [
    "a gateway that is the host's own address",
    client({ routes: ['default via 192.168.1.10'] }),
    '/topology/hosts/client/routes/0',
    '192.168.1.10 is an address of client itself.',
  ],
  [
    'a route of two families',
    client({ routes: ['10.0.0.0/8 via 2001:db8:1::1'] }),
    '/topology/hosts/client/routes/0',
    '10.0.0.0/8 and 2001:db8:1::1 are of two address families.',
  ],
  [
    'two routes to one prefix',
    client({ routes: ['default via 192.168.1.1', 'default via 192.168.1.2'] }),
    '/topology/hosts/client/routes/1',
    'There is a route to 0.0.0.0/0 already.',
  ],
]

const text = (...rules: string[]) => router({ ruleset: filter(...rules) })

const HOSTS: Bad[] = [
  ['hosts that are a list', { ...good, hosts: [] }, '/hosts', AN_OBJECT],
  [
    'a host that is not in the topology',
    { ...good, hosts: { moon: {} } },
    '/hosts/moon',
    'There is no host moon',
  ],
  ['an unknown member', router({ rules: '' }), '/hosts/router/rules', 'There is no "rules" here.'],
  ['a ruleset that is a text', router({ ruleset: '' }), '/hosts/router/ruleset', AN_OBJECT],
  ['no tool', router({ ruleset: { text: '' } }), '/hosts/router/ruleset/tool', 'Nothing is none of'],
  [
    'an unknown tool',
    router({ ruleset: { tool: 'pf', text: '' } }),
    '/hosts/router/ruleset/tool',
    '"pf" is none of',
  ],
  ['no text', router({ ruleset: { tool: 'iptables-restore' } }), '/hosts/router/ruleset/text', A_TEXT],
  [
    'a text that the tool refuses',
    text('-A INPUT --dport 1 -j DROP'),
    '/hosts/router/ruleset/text',
    'Line 5, column 10: --dport needs a protocol.',
  ],
  [
    'a jump to a chain that is not there',
    text('-A FORWARD -j web'),
    '/hosts/router/ruleset/text',
    'Line 5, column',
  ],
  [
    'a table that is never committed',
    router({ ruleset: iptables('*filter\n-A INPUT -j DROP\n') }),
    '/hosts/router/ruleset/text',
    'COMMIT is missing',
  ],
  [
    'the second text of a list',
    router({ ruleset: [filter(), { tool: 'ip6tables-restore', text: '*filter\n-A X -j DROP\nCOMMIT\n' }] }),
    '/hosts/router/ruleset/1/text',
    'Line 2, column',
  ],
  [
    'two texts of one language',
    router({ ruleset: [filter(), filter()] }),
    '/hosts/router/ruleset/1/tool',
    'Two texts of iptables on one host: the second would replace the first.',
  ],
  ['settings that are a list', router({ sysctl: [] }), '/hosts/router/sysctl', AN_OBJECT],
  [
    'a setting that is no number',
    router({ sysctl: { 'net/ipv4/ip_forward': 'yes' } }),
    '/hosts/router/sysctl/net~1ipv4~1ip_forward',
    'A whole number from 0 to 1 belongs here.',
  ],
  ['ports that are no list', router({ listen: 'tcp/80' }), '/hosts/router/listen', A_LIST],
  ['a port without a protocol', router({ listen: [80] }), '/hosts/router/listen/0', A_TEXT],
  ['a port of icmp', router({ listen: ['icmp/8'] }), '/hosts/router/listen/0', 'written as "tcp/443"'],
  ['port 0', router({ listen: ['tcp/0'] }), '/hosts/router/listen/0', 'written as "tcp/443"'],
  ['a port too high', router({ listen: ['tcp/1', 'tcp/65536'] }), '/hosts/router/listen/1', 'written as'],
]

const OPTIONS: Bad[] = [
  ['options that are a list', { ...good, options: [] }, '/options', AN_OBJECT],
  ['an unknown option', { ...good, options: { loud: true } }, '/options/loud', 'There is no "loud" here.'],
  ['quiet that is a number', { ...good, options: { quiet: 1 } }, '/options/quiet', A_FLAG],
  [
    'stack_answers that is a text',
    { ...good, options: { stack_answers: 'y' } },
    '/options/stack_answers',
    A_FLAG,
  ],
  ['a negative seed', { ...good, options: { seed: -1 } }, '/options/seed', 'A whole number from 0'],
]

const number = (last: number) => `A whole number from 0 to ${last} belongs here.`
const error = (inner: Json) => ({ proto: 'icmp', icmp_type: 3, inner })

const PACKETS: Bad[] = [
  ['a packet that is a text', { ...good, packets: ['syn'] }, '/packets/0', AN_OBJECT],
  ['an unknown member', packet({ prot: 'tcp' }), '/packets/1/prot', 'There is no "prot" here.'],
  [
    'an unknown host',
    packet({ from: 'moon' }),
    '/packets/1/from',
    '"moon" is none of client, router, server.',
  ],
  ['no host', packet({ from: undefined }), '/packets/1/from', 'Nothing is none of'],
  ['an unknown way in', packet({ inject: 'air' }), '/packets/1/inject', '"air" is none of local, wire.'],
  ['out that is a number', packet({ out: 0 }), '/packets/1/out', A_TEXT],
  [
    'no such interface',
    packet({ inject: 'wire', out: 'eth9' }),
    '/packets/1/out',
    'client has no interface eth9.',
  ],
  [
    'a wire that does not lead there',
    packet({ from: 'router', inject: 'wire', dst: '8.8.8.8' }),
    '/packets/1/dst',
    'router has no route to the destination. Name the interface with "out".',
  ],
  ['a negative wait', packet({ wait: -1 }), '/packets/1/wait', 'A number of seconds'],
  ['no protocol', packet({ proto: undefined }), '/packets/1/proto', A_TEXT],
  ['an unknown protocol', packet({ proto: 'tpc' }), '/packets/1/proto', 'tpc is not a protocol.'],
  ['a protocol number too high', packet({ proto: 256 }), '/packets/1/proto', number(255)],
  ['no source', packet({ src: undefined }), '/packets/1/src', A_TEXT],
  ['a source that is no address', packet({ src: '1.2.3' }), '/packets/1/src', '1.2.3 is not an address.'],
  ['a destination too large', packet({ dst: '1.2.3.300' }), '/packets/1/dst', '300 is too large'],
  [
    'ends of two families',
    packet({ dst: '2001:db8:2::80' }),
    '/packets/1/dst',
    'Source and destination are of two address families.',
  ],
  ['a port too high', packet({ dport: 65536 }), '/packets/1/dport', number(65535)],
  ['a port that is a text', packet({ sport: '443' }), '/packets/1/sport', number(65535)],
  ['no port', packet({ dport: undefined }), '/packets/1/dport', number(65535)],
  ['no port of a datagram', packet({ proto: 'udp', sport: undefined }), '/packets/1/sport', number(65535)],
  ['an unknown flag', packet({ flags: 'SX' }), '/packets/1/flags', 'Flags are letters of FSRPAUEC'],
  ['flags that are a number', packet({ flags: 2 }), '/packets/1/flags', A_TEXT],
  ['a sequence number too high', packet({ seq: 2 ** 32 }), '/packets/1/seq', number(2 ** 32 - 1)],
  ['an acknowledgment that is a fraction', packet({ ack: 0.5 }), '/packets/1/ack', number(2 ** 32 - 1)],
  ['a window too large', packet({ window: 65536 }), '/packets/1/window', number(65535)],
  ['options that are a number', packet({ tcp_options: 1 }), '/packets/1/tcp_options', AN_OBJECT],
  [
    'a block of one number',
    packet({ tcp_options: { sack: [[5]] } }),
    '/packets/1/tcp_options/sack/0',
    'A block is two sequence numbers',
  ],
  ['a TTL too large', packet({ ttl: 256 }), '/packets/1/ttl', number(255)],
  ['a TOS byte too large', packet({ tos: 256 }), '/packets/1/tos', number(255)],
  ['an id too large', packet({ id: 65536 }), '/packets/1/id', number(65535)],
  ['a payload that is a flag', packet({ payload: true }), '/packets/1/payload', A_TEXT],
  ['a payload too long', packet({ payload: 65536 }), '/packets/1/payload', number(65535)],
  ['a fragment that is a number', packet({ fragment: 8 }), '/packets/1/fragment', AN_OBJECT],
  [
    'an offset that no fragment has',
    packet({ fragment: { offset: 4, more: true } }),
    '/packets/1/fragment/offset',
    'Offsets of fragments are multiples of 8.',
  ],
  ['a fragment without its flag', packet({ fragment: { offset: 0 } }), '/packets/1/fragment/more', A_FLAG],
  ['no ICMP type', packet({ ...ping, icmp_type: undefined }), '/packets/1/icmp_type', number(255)],
  ['an ICMP code too large', packet({ ...ping, icmp_code: 256 }), '/packets/1/icmp_code', number(255)],
  ['an ICMP id too large', packet({ ...ping, icmp_id: 65536 }), '/packets/1/icmp_id', number(65535)],
  ['an ICMP number too large', packet({ ...ping, icmp_seq: -1 }), '/packets/1/icmp_seq', number(65535)],
  [
    'a quoted packet without protocol',
    packet(error({ src: '1.1.1.1', dst: '1.1.1.2' })),
    '/packets/1/inner/proto',
    A_TEXT,
  ],
  [
    'a quoted packet that is a text',
    { ...good, packets: [{ ...ping, inner: 'x' }] },
    '/packets/0/inner',
    AN_OBJECT,
  ],
  [
    'a packet quoted by a quoted packet',
    packet(error({ ...ping, from: undefined, inner: { proto: 'udp', src: 'x' } })),
    '/packets/1/inner/inner/src',
    'x is not an address.',
  ],
]

describe.each([
  ['a case', CASES],
  ['the topology', TOPOLOGIES],
  ['hosts', HOSTS],
  ['options', OPTIONS],
  ['packets', PACKETS],
])('what is wrong with %s is said, with its place', (_part, rows) => {
  test.each(rows)('%s', (_what, value, at, sentence) => {
    const result = replayText(JSON.stringify(value))
    if (!('error' in result)) throw new Error('the case was answered')
    expect(result.at).toBe(at)
    expect(result.error).toContain(sentence)
  })
})

test('no value in any place makes the program fail: it is answered, or refused with a place that leads there', () => {
  const whole = {
    topology: TOPOLOGY,
    hosts: { router: { ruleset: filter(), sysctl: { 'net/ipv4/ip_forward': 1 }, listen: ['tcp/80'] } },
    packets: [{ ...syn, inject: 'wire', out: 'eth0', wait: 1, ttl: 64, payload: 'x' }],
    options: { quiet: true, stack_answers: true, seed: 1 },
  }
  const values = [null, true, -1, 1.5, 1e300, '', 'x', [], [[]], {}, { x: {} }]
  for (const path of pathsIn(whole)) {
    for (const value of values) {
      const result = replayText(JSON.stringify(changed(whole, path, value)))
      if (!('error' in result)) continue
      expect(result.error).toMatch(/^\S.*[.)]$/)
      expect(result.at).toMatch(/^(\/.*)?$/)
    }
  }
})

test('members that are null are absent', () => {
  const { packets } = answer({}, [{ ...syn, ttl: null, out: null, wait: null }])
  expect(packets[0]?.verdict).toBe('delivered')
})

/** The way to every value of a document. */
function pathsIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]]
  const below = Object.entries(value).flatMap(([key, each]) => pathsIn(each).map((path) => [key, ...path]))
  return [[], ...below]
}

function changed(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to
  const members = value as Json
  const next = changed(members[key], rest, to)
  return Array.isArray(value) ? value.with(Number(key), next) : { ...members, [key]: next }
}
