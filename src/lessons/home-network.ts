import type { Firewall } from '@/model/firewalls/firewall-kind'
import { HOME_INBOUND, HOME_OUTBOUND } from '@/model/firewalls/home-chains'
import { firewallKind } from '@/model/firewalls/lookup'
import { type WrittenRule, writtenRule } from '@/model/firewalls/written-rule'
import { type IpAddress, parseAddress } from '@/model/packet/address'
import { type Prefix, parseInterfaceAddress, parsePrefix } from '@/model/packet/prefix'
import type { Design, FlowRequest } from '@/model/project/design'
import type { Result } from '@/model/result'
import { replaceChain } from '@/model/ruleset/chains'
import type { Policy } from '@/model/ruleset/ruleset'
import { namesOf } from '@/model/topology/names'
import type { Device, HostSettings, Interface, Route, Service } from '@/model/topology/topology'

/** Texts in our own source: what does not parse is a fault of ours. */
function literal<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.diagnostics.map((each) => each.message).join(' '))
  return result.value
}

function address(text: string): IpAddress {
  return literal(parseAddress(text))
}

export function prefix(text: string): Prefix {
  return literal(parsePrefix(text))
}

function port(name: string, addressText: string, side: Interface['side']): Interface {
  return { id: name, name, addresses: [literal(parseInterfaceAddress(addressText))], side }
}

function defaultVia(gateway: string): Route {
  return { id: 'default-ipv4', destination: prefix('0.0.0.0/0'), via: address(gateway) }
}

const NO_FILTER = firewallKind('none').create()
const HTTPS: Service = { id: 'https', name: 'https', protocol: 'tcp', port: 443, tls: true }
const DNS: Service = { id: 'dns', name: 'dns', protocol: 'udp', port: 53, tls: false }

function webServer(
  id: string,
  name: string,
  position: Device['position'],
  addressText: string,
  gateway: string,
): Device {
  return {
    id,
    kind: 'server',
    name,
    position,
    interfaces: [port('eth0', addressText, 'outside')],
    routes: [defaultVia(gateway)],
    host: { profile: 'linux' },
    services: [HTTPS],
    firewall: NO_FILTER,
    nat: { mode: 'off', mappings: [] },
  }
}

/** What differs between the stories that happen at the same home router. */
export interface HomeStory {
  readonly id: string
  readonly name: string
  readonly laptop: HostSettings
  readonly flows: readonly FlowRequest[]
}

/**
 * The drawing of the home stories: Laptop behind a router with NAPT, the internet with the provider's name server, and
 * the two servers of one page. The router's rules are added with `withRules`.
 */
export function homeNetwork({ id, name, laptop, flows }: HomeStory): Design {
  return {
    id,
    name,
    devices: [
      {
        id: 'laptop',
        kind: 'client',
        name: 'Laptop',
        position: { x: 16, y: 116 },
        interfaces: [port('eth0', '192.168.1.10/24', 'outside')],
        routes: [defaultVia('192.168.1.1')],
        host: laptop,
        services: [],
        firewall: NO_FILTER,
        nat: { mode: 'off', mappings: [] },
        nameServer: address('203.0.113.1'),
      },
      {
        id: 'router',
        kind: 'router',
        name: 'Home router',
        position: { x: 200, y: 116 },
        interfaces: [port('lan', '192.168.1.1/24', 'inside'), port('wan', '203.0.113.7/24', 'outside')],
        routes: [defaultVia('203.0.113.1')],
        host: { profile: 'linux' },
        services: [],
        firewall: firewallKind('home-stateless').create(),
        nat: { mode: 'napt', mappings: [] },
        nameServer: address('203.0.113.1'),
      },
      {
        id: 'internet',
        kind: 'internet',
        name: 'Internet',
        position: { x: 508, y: 164 },
        interfaces: [
          port('net0', '203.0.113.1/24', 'outside'),
          port('net1', '104.244.42.2/24', 'outside'),
          port('net2', '23.62.98.1/24', 'outside'),
        ],
        routes: [],
        host: { profile: 'linux' },
        services: [DNS],
        firewall: NO_FILTER,
        nat: { mode: 'off', mappings: [] },
      },
      webServer('twitter', 'twitter.com', { x: 595, y: 72 }, '104.244.42.1/24', '104.244.42.2'),
      webServer('akamai', 'akamai CDN', { x: 595, y: 206 }, '23.62.98.14/24', '23.62.98.1'),
    ],
    links: [
      {
        id: 'link',
        ends: [
          { device: 'laptop', interface: 'eth0' },
          { device: 'router', interface: 'lan' },
        ],
      },
      {
        id: 'link-2',
        ends: [
          { device: 'router', interface: 'wan' },
          { device: 'internet', interface: 'net0' },
        ],
      },
      {
        id: 'link-3',
        ends: [
          { device: 'internet', interface: 'net1' },
          { device: 'twitter', interface: 'eth0' },
        ],
      },
      {
        id: 'link-4',
        ends: [
          { device: 'internet', interface: 'net2' },
          { device: 'akamai', interface: 'eth0' },
        ],
      },
    ],
    names: [
      { name: 'twitter.com', device: 'twitter' },
      { name: 'akamai.net', device: 'akamai' },
    ],
    sets: [],
    flows,
    seed: 1,
    lesson: id,
  }
}

const flow: Omit<FlowRequest, 'id' | 'application' | 'to'> = {
  name: '',
  from: 'laptop',
  connections: 1,
  resolveFirst: false,
  expect: 'works',
}

/** The page of the seed's question: the site itself, and its images from elsewhere (R010). */
export const OPEN_TWITTER: FlowRequest = {
  ...flow,
  id: 'twitter',
  application: 'https',
  to: 'https://twitter.com',
}
export const LOAD_IMAGES: FlowRequest = {
  ...flow,
  id: 'images',
  name: 'Laptop loads images from akamai CDN',
  application: 'https',
  to: 'https://akamai.net',
}
export const RESOLVE_NAMES: FlowRequest = {
  ...flow,
  id: 'names',
  name: 'Laptop resolves names',
  application: 'dns',
  to: 'twitter.com',
}
/** From outside there is nothing but the router's own address to aim at. */
export const REACH_RDP: FlowRequest = {
  ...flow,
  id: 'rdp',
  name: 'Internet to Laptop :3389',
  from: 'internet',
  application: 'tcp',
  to: '203.0.113.7',
  port: 3389,
  expect: 'blocked',
}

/** Rules and policies of the home router. */
export interface HomeRules {
  readonly inbound: readonly WrittenRule[]
  readonly outbound: readonly WrittenRule[]
  readonly policies: { readonly inbound: Policy; readonly outbound: Policy }
  readonly form: Firewall['form']
  readonly builtins?: Firewall['builtins']
}

/** The design with these rules at Home router. */
export function withRules(design: Design, rules: HomeRules): Design {
  const names = namesOf(design)
  const chain = (name: 'inbound' | 'outbound') => ({
    name,
    base: { policy: rules.policies[name] },
    rows: rules[name].map((rule) => writtenRule(rule, names)),
  })
  return {
    ...design,
    devices: design.devices.map((device) => {
      if (device.id !== 'router') return device
      const { firewall } = device
      const inbound = replaceChain(firewall.ruleset, HOME_INBOUND, chain('inbound'))
      const ruleset = replaceChain(inbound, HOME_OUTBOUND, chain('outbound'))
      return {
        ...device,
        firewall: { ...firewall, form: rules.form, ruleset, builtins: rules.builtins ?? firewall.builtins },
      }
    }),
  }
}
