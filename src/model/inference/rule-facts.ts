import { fieldsOf } from '../fields/cell'
import type { Condition, FieldId, Term } from '../fields/field'
import { askedChains } from '../firewalls/asked-chains'
import type { Firewall } from '../firewalls/firewall-kind'
import { firewallKind } from '../firewalls/lookup'
import { FAMILY, type Family, familyOf, type IpAddress } from '../packet/address'
import { intervalAsPrefix, type Prefix } from '../packet/prefix'
import { type ChainOfRuleset, chainKey, ruleNumbers, rulesOf } from '../ruleset/chains'
import type { Hook, PlainTarget, Rule, TableFamily } from '../ruleset/ruleset'
import { chainsLedTo, plainTargetsOf } from '../ruleset/targets'

/** A rule that is on, with where it is asked. */
export interface RuleFact {
  readonly rule: Rule
  /** A user chain is asked from wherever it is led to. */
  readonly hooks: ReadonlySet<Hook>
  readonly families: readonly Family[]
  /** "Line 12", or "Rule 3 of FORWARD" where no line is known. */
  readonly where: string
}

const FAMILIES_OF: Readonly<Record<TableFamily, readonly Family[]>> = { ip: [4], ip6: [6], inet: [4, 6] }

export function ruleFacts(firewall: Firewall): RuleFact[] {
  const chains = askedChains(firewall)
  const hooks = hooksOf(firewall, chains)
  return chains.flatMap(({ ref, chain }) => {
    const numbers = ruleNumbers(chain)
    return rulesOf(chain)
      .filter(({ enabled }) => enabled)
      .map((rule) => ({
        rule,
        hooks: hooks.get(chainKey(ref)) ?? new Set(),
        families: FAMILIES_OF[ref.family],
        where:
          rule.sourceLine === undefined
            ? `Rule ${numbers.get(rule.id)} of ${ref.chain}`
            : `Line ${rule.sourceLine}`,
      }))
  })
}

function hooksOf(firewall: Firewall, chains: readonly ChainOfRuleset[]): Map<string, Set<Hook>> {
  const kind = firewallKind(firewall.kind)
  const hooks = new Map(
    chains.map(({ ref, chain }) => [
      chainKey(ref),
      new Set(kind.attachments(ref, chain, 'router').map(({ hook }) => hook)),
    ]),
  )
  // Hooks only grow, so this comes to an end.
  const queue = [...chains]
  for (let each = queue.pop(); each; each = queue.pop()) {
    const own = hooks.get(chainKey(each.ref)) ?? new Set()
    for (const name of new Set(rulesOf(each.chain).flatMap(({ target }) => chainsLedTo(target)))) {
      const next = chains.find(({ ref, table }) => table === each?.table && ref.chain === name)
      const reached = next && hooks.get(chainKey(next.ref))
      if (!next || !reached || [...own].every((hook) => reached.has(hook))) continue
      for (const hook of own) reached.add(hook)
      queue.push(next)
    }
  }
  return hooks
}

/** What the rules speak of: IPv4, IPv6 or both. */
export function familiesOf(firewall: Firewall): readonly Family[] {
  const spoken = new Set(askedChains(firewall).flatMap(({ ref }) => FAMILIES_OF[ref.family]))
  return spoken.size === 0 ? [4, 6] : ([4, 6] as const).filter((family) => spoken.has(family))
}

/** The terms that a field is asked for, in conditions and in maps. */
function termsOf({ match, target }: Rule, field: FieldId, negated: boolean): readonly Term[] {
  const asked = match.flatMap((condition) => termsOfCondition(condition, field, negated))
  const at = target.kind === 'map' && !negated ? target.fields.indexOf(field) : -1
  return target.kind === 'map' && at >= 0
    ? [...asked, ...target.entries.flatMap(({ key }) => key[at] ?? [])]
    : asked
}

function termsOfCondition(condition: Condition, field: FieldId, negated: boolean): readonly Term[] {
  if (condition.kind === 'either')
    return condition.tests.flatMap((each) => termsOfCondition(each, field, negated))
  if (condition.kind === 'opaque' || condition.negated !== negated) return []
  if (condition.kind === 'test') return condition.field === field ? condition.terms : []
  const at = condition.fields.indexOf(field)
  return at < 0 ? [] : condition.entries.flatMap((entry) => entry[at] ?? [])
}

/** A name such as ppp+ stands for many; the interface that is drawn is the first of them. */
export function interfaceName(pattern: string): string {
  return pattern.endsWith('+') ? `${pattern.slice(0, -1)}0` : pattern
}

/** Interfaces that the rule asks for, or (negated) asks not to be; the loopback is no interface of a drawing. */
export function interfacesAsked(rule: Rule, field: 'iif' | 'oif', negated = false): string[] {
  return termsOf(rule, field, negated)
    .flatMap((term) => (term.kind === 'name' && term.pattern !== '+' ? [interfaceName(term.pattern)] : []))
    .filter((name) => name !== 'lo' && name !== 'lo0')
}

const prefixes = { src: new WeakMap<Rule, readonly Prefix[]>(), dst: new WeakMap<Rule, readonly Prefix[]>() }

/** Prefixes that the rule asks for; single addresses have the full length. What is all addresses, or no prefix, is not there. */
export function prefixesAsked(rule: Rule, field: 'src' | 'dst'): readonly Prefix[] {
  const known = prefixes[field].get(rule)
  if (known) return known
  const found = termsOf(rule, field, false).flatMap((term) => {
    const prefix = term.kind === 'range' ? intervalAsPrefix(term) : undefined
    return prefix && prefix.prefixLength > 0 ? [prefix] : []
  })
  prefixes[field].set(rule, found)
  return found
}

export function isHost({ address, prefixLength }: Prefix): boolean {
  return prefixLength === FAMILY[familyOf(address)].bits
}

/** Single ports that the rule asks for with the protocols they are of; what it leaves open is not there. */
export function servicesAsked(rule: Rule): PortAsked[] {
  const protocols = termsOf(rule, 'protocol', false).flatMap((term) => {
    if (term.kind !== 'range' || term.first !== term.last) return []
    return term.first === 6 ? ['tcp' as const] : term.first === 17 ? ['udp' as const] : []
  })
  const ports = termsOf(rule, 'dport', false).flatMap((term) =>
    term.kind === 'range' && term.first === term.last ? [Number(term.first)] : [],
  )
  return protocols.flatMap((protocol) => ports.map((port) => ({ protocol, port })))
}

export interface PortAsked {
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  /** Absent: as the port usually has it. */
  readonly tls?: boolean
}

/** Whether connections may begin by this rule: it does not ask for states, or for new ones too. */
export function takesNew(rule: Rule): boolean {
  const states = termsOf(rule, 'ctState', false)
  return (
    rule.match.every((each) => each.kind !== 'test' || each.field !== 'ctState') ||
    states.some((term) => term.kind === 'range' && term.first === 0)
  )
}

export function asksOnly(rule: Rule, fields: readonly FieldId[]): boolean {
  return rule.match.every((condition) => fieldsOf(condition).every((field) => fields.includes(field)))
}

export function acts(rule: Rule, kinds: readonly PlainTarget['kind'][]): boolean {
  return plainTargetsOf(rule.target).some(({ kind }) => kinds.includes(kind))
}

/** Where translations send packets: addresses, single ones first in their ranges. */
export function translatesTo(rule: Rule, kind: 'snat' | 'dnat'): { address: IpAddress; port?: number }[] {
  return plainTargetsOf(rule.target).flatMap((target) => {
    if (target.kind !== kind || !target.to.addresses) return []
    const { addresses, ports } = target.to
    return [{ address: addresses.first, ...(ports && { port: ports.first }) }]
  })
}
