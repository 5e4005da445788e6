import { type Family, familyOf } from '../packet/address'
import { type Prefix, prefixOf } from '../packet/prefix'
import type { Design } from '../project/design'
import { namesPrivate, namesPublic, type PlannedAddresses, planAddresses } from './address-plan'
import { drawPlan, MACHINE, type Plan, type PlannedPort, type RulesOfDevice } from './draw'
import { plannedFlows } from './flows'
import { type Answers, type Guess, Inquiry } from './guess'
import { askClient, askOutside, askServers, freshAddresses, HOSTS_AT_MOST, SITE, visitor } from './hosts'
import { type InterfaceSide, interfaceSides, interfacesOf } from './interface-sides'
import { acts, familiesOf, type PortAsked, type RuleFact, ruleFacts } from './rule-facts'
import { insideOf, ownServices, readServices, serversInside, serversOutside, writeServices } from './servers'

/** A drawing made from rules alone, and everything in it that they do not say outright. */
export interface InferredDrawing {
  readonly design: Design
  /** Id of the device that has the rules. */
  readonly machine: string
  readonly guesses: readonly Guess[]
  /** What the rules name and the drawing leaves out, a sentence each. */
  readonly leftOut: readonly string[]
}

/**
 * Draws the network around a machine from nothing but its rules: the sides of its interfaces, the addresses behind them,
 * a client on each, the servers that they send connections on to, and a web server outside. Each answer replaces a guess,
 * and what follows from it is guessed anew. The rules themselves are taken as they are.
 */
export function inferDrawing(rules: RulesOfDevice, answers: Answers = {}): InferredDrawing {
  const facts = ruleFacts(rules.firewall)
  const inquiry = new Inquiry(answers)
  const families = familiesOf(rules.firewall)
  const isRouter = askPlace(inquiry, rules, facts) === 'router'
  const scene: Scene = { inquiry, rules, facts, families, isRouter, leftOut: [] }
  const plan = planOf(scene)
  return { design: drawPlan(plan), machine: MACHINE, guesses: inquiry.guesses, leftOut: scene.leftOut }
}

interface Scene {
  readonly inquiry: Inquiry
  readonly rules: RulesOfDevice
  readonly facts: readonly RuleFact[]
  readonly families: readonly Family[]
  readonly isRouter: boolean
  readonly leftOut: string[]
}

const PLACES = ['router', 'single host'] as const

function askPlace(inquiry: Inquiry, { firewall, nat }: RulesOfDevice, facts: readonly RuleFact[]) {
  const forwarded = facts.find(
    ({ rule, hooks }) => hooks.has('forward') && !hooks.has('input') && !acts(rule, ['drop', 'reject']),
  )
  const translated = facts.find(({ rule }) => acts(rule, ['masquerade', 'snat', 'dnat']))
  const isHome = firewall.kind === 'home-stateless' || firewall.kind === 'home-stateful'
  const because = forwarded
    ? `${forwarded.where} is about what passes through.`
    : translated
      ? `${translated.where} translates addresses.`
      : isHome || (nat !== undefined && nat !== 'off' && nat !== 'tables')
        ? 'Rules of that kind are those of a home router.'
        : undefined
  return inquiry.choice(
    {
      id: 'place',
      label: 'The machine with these rules',
      reason: because ?? 'No rule lets anything pass through, and nothing is translated.',
      place: 'the drawing: add the other kind of device, and import the rules there',
    },
    PLACES,
    because === undefined ? 'single host' : 'router',
  )
}

function planOf(scene: Scene): Plan {
  const { inquiry, facts, families, isRouter, rules, leftOut } = scene
  const name = isRouter ? 'Router' : 'This machine'
  const sides = isRouter ? askSides(scene) : hostInterfaces(facts)
  const hasGateway = askGateway(scene, sides)
  const interfaces = askInterfaces(scene, name, sides, hasGateway)
  const used = interfaces.flatMap(({ addresses }) => addresses)
  const inside = interfaces.filter(({ side }) => side === 'inside').flatMap(({ addresses }) => addresses)
  const isInside = insideOf(inside)
  const found = isRouter ? serversInside(facts, isInside) : []
  const servers = askServers(inquiry, found, inside, leftOut)
  const gateway = hasGateway ? freshAddresses(families, used, UPLINK_NUMBER) : []
  const taken = [...used, ...gateway]
  const withClients = portsWithClients(scene, interfaces, hasGateway)
  const ports = interfaces.map((port): PlannedPort => {
    const isMine = insideOf(port.addresses)
    const mine = servers.filter(({ addresses }) => addresses.some(({ address }) => isMine(address)))
    const hasClient = withClients.has(port.name)
    const label = interfaces.length > 2 ? `Laptop on ${port.name}` : 'Laptop'
    return { ...port, hosts: [...(hasClient ? askClient(inquiry, port, mine, label) : []), ...mine] }
  })
  const own = askOwnServices(scene, name)
  const site = askOutside(inquiry, serversOutside(facts, isInside), families, taken, leftOut)
  const visitors =
    isRouter || hasGateway ? [] : [visitor(families, [...taken, ...site.flatMap((host) => host.addresses)])]
  const draft = {
    machine: { kind: isRouter ? ('router' as const) : ('server' as const), name, services: own, rules },
    ports,
    ...(hasGateway && { gateway }),
    outside: [...site, ...visitors],
    known: untranslated(scene, ports),
    names: [{ name: SITE, device: 'site' }],
  }
  return { ...draft, flows: plannedFlows({ ...draft, isRouter, found }) }
}

/** Inside interfaces, and the one by which a host is in a network of its own; not more than can be looked at. */
function portsWithClients(
  { isRouter, leftOut }: Scene,
  interfaces: readonly AskedInterface[],
  hasGateway: boolean,
): ReadonlySet<string> {
  const all = interfaces
    .filter(({ side }) => side === 'inside' || (!isRouter && hasGateway))
    .map(({ name }) => name)
  const rest = all.slice(HOSTS_AT_MOST)
  if (rest.length > 0) leftOut.push(`No client is drawn on ${rest.join(', ')}.`)
  return new Set(all.slice(0, HOSTS_AT_MOST))
}

interface AskedInterface extends InterfaceSide {
  readonly addresses: readonly Prefix[]
}

/** The interfaces with their addresses. */
function askInterfaces(
  { inquiry, facts, families, isRouter }: Scene,
  machine: string,
  sides: readonly InterfaceSide[],
  hasGateway: boolean,
): AskedInterface[] {
  const ports = sides.map(({ name, side }) => ({
    name,
    side: hasGateway && !isRouter ? ('inside' as const) : side,
    isLocal: hasGateway || side === 'inside',
    number: !isRouter ? HOST_NUMBER : side === 'inside' ? 1 : UPLINK_NUMBER,
  }))
  const planned = planAddresses(facts, ports, families)
  return sides.map((port) => ({ ...port, addresses: askAddresses(inquiry, machine, port, planned) }))
}

/** Last numbers of addresses as people give them; an uplink has what its provider hands out. */
const HOST_NUMBER = 5
const UPLINK_NUMBER = 7

function askSides({ inquiry, facts }: Scene): InterfaceSide[] {
  return interfaceSides(facts).map(({ name, side, reason }) => ({
    name,
    reason,
    side: inquiry.choice(
      { id: `side of ${name}`, label: `${name} leads`, reason, place: 'Router, Interfaces' },
      ['inside', 'outside'],
      side,
    ),
  }))
}

/** All interfaces of a host lead to others; the first one leads to the internet too. */
function hostInterfaces(facts: readonly RuleFact[]): InterfaceSide[] {
  const named = interfacesOf(facts)
  return (named.length === 0 ? ['eth0'] : named).map((name, index) => ({
    name,
    side: index === 0 ? 'outside' : 'inside',
    reason: '',
  }))
}

function askAddresses(
  inquiry: Inquiry,
  machine: string,
  { name }: InterfaceSide,
  planned: ReadonlyMap<string, PlannedAddresses>,
): readonly Prefix[] {
  const { addresses, reason } = planned.get(name) ?? { addresses: [], reason: '' }
  return inquiry.addresses(
    { id: `addresses of ${name}`, label: `Addresses of ${name}`, reason, place: `${machine}, Interfaces` },
    addresses,
  )
}

function askOwnServices({ inquiry, facts }: Scene, machine: string): readonly PortAsked[] {
  const { services, reason } = ownServices(facts)
  return inquiry.text(
    { id: 'own services', label: `${machine} itself listens on`, reason, place: `${machine}, Host` },
    services,
    writeServices,
    readServices,
  )
}

const WAYS_OUT = ['a gateway that translates', 'the internet'] as const

/**
 * Whether another router stands between the machine and the internet: a host with private addresses has one, and a router
 * that translates nothing needs one for private addresses behind it.
 */
function askGateway(
  { inquiry, rules, facts, families, isRouter }: Scene,
  sides: readonly InterfaceSide[],
): boolean {
  if (!isRouter) return namesPrivate(facts)
  if (!families.includes(4) || translates(rules, facts, 4)) return false
  const inside = sides.filter(({ side }) => side === 'inside').map(({ name }) => name)
  if (namesPublic(facts, inside)) return false
  const question = {
    id: 'way out',
    label: 'Router sends what is for outside to',
    reason: 'The rules do not translate addresses, and the internet knows no way back to private ones.',
    place: 'the drawing: add or remove the router in between',
  }
  return inquiry.choice(question, WAYS_OUT, 'a gateway that translates') === 'a gateway that translates'
}

/** Networks inside whose addresses are not translated: the next router must know the way back. */
function untranslated({ facts, rules, isRouter }: Scene, ports: readonly PlannedPort[]): Plan['known'] {
  const uplinks = ports.filter(({ side }) => side === 'outside').flatMap(({ addresses }) => addresses)
  const inside = ports
    .filter(({ side }) => isRouter && side === 'inside')
    .flatMap(({ addresses }) => addresses)
  return inside.flatMap((prefix) => {
    const family = familyOf(prefix.address)
    const via = uplinks.find(({ address }) => familyOf(address) === family)?.address
    return via === undefined || translates(rules, facts, family) ? [] : [{ prefix: prefixOf(prefix), via }]
  })
}

function translates({ nat }: RulesOfDevice, facts: readonly RuleFact[], family: Family): boolean {
  if (family === 4 && (nat === 'napt' || nat === 'masquerading')) return true
  return facts.some(({ rule, families }) => families.includes(family) && acts(rule, ['masquerade', 'snat']))
}
