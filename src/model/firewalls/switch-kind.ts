import type { Edit } from '../edits/edit'
import { fieldsOf } from '../fields/cell'
import { fieldOf } from '../fields/lookup'
import { allChains, replaceChain } from '../ruleset/chains'
import type { Chain, Row, Rule, Ruleset } from '../ruleset/ruleset'
import { interfacesOn, placeOf } from '../topology/sides'
import type { Device } from '../topology/topology'
import { askedChains } from './asked-chains'
import { REPLIES_RULE } from './built-in'
import type { Firewall, FirewallKind, FirewallKindId, NatMode } from './firewall-kind'
import { isHomeChain } from './home-chains'
import { firewallKind } from './lookup'
import { firewallForNat, firewallWithoutNat } from './switch-nat'
import { type Place, unwrapped, wrapped } from './switch-shape'
import { sided } from './switch-sides'

export interface Switched {
  readonly firewall: Firewall
  /** What could not be taken along as it was, a sentence each. */
  readonly notes: readonly string[]
}

export function placeFor(device: Device): Place {
  return { kind: placeOf(device), outside: interfacesOn(device, 'outside').map((each) => each.name) }
}

/** The same filter as another kind. What cannot be taken along is kept, turned off, and said. */
export function switchKind(firewall: Firewall, to: FirewallKindId, place: Place): Switched {
  if (firewall.kind === to) return { firewall, notes: [] }
  const kind = firewallKind(to)
  if (to === 'none') return switchedOff(firewall)
  if (firewall.ruleset.tables.length === 0) {
    return { firewall: { ...kind.create(), builtins: firewall.builtins }, notes: [] }
  }
  const from = firewall.kind === 'none' ? shapeOf(firewall.ruleset) : firewall.kind
  const moved = moveTables({ ...firewall, kind: from }, to, place)
  const off = turnedOff({ ...moved.firewall, kind: to }, kind)
  return { firewall: off.firewall, notes: [...moved.notes, ...off.notes] }
}

/** The device edit for a switch of kind: the filter, and the translation that the kind has for the one that is on. */
export function switchKindEdit(
  device: Device,
  to: FirewallKindId,
): { readonly edit: Edit; readonly notes: readonly string[] } {
  const { firewall, notes } = switchKind(device.firewall, to, placeFor(device))
  const mode = natModeFor(device, firewallKind(to))
  const complete = firewallForNat(firewallWithoutNat(firewall, device), mode, device)
  const edits: Edit[] = [{ kind: 'set-firewall', device: device.id, firewall: complete }]
  if (mode !== device.nat.mode) {
    edits.push({ kind: 'set-device', id: device.id, parts: { nat: { ...device.nat, mode } } })
  }
  return { edit: { kind: 'batch', edits }, notes: [...notes, ...natNotes(device, mode)] }
}

function natModeFor(device: Device, kind: FirewallKind): NatMode {
  if (device.nat.mode === 'off' || placeOf(device) === 'host') return 'off'
  if (kind.nat.includes(device.nat.mode)) return device.nat.mode
  return kind.nat.find((mode) => mode !== 'off') ?? 'off'
}

function natNotes(device: Device, mode: NatMode): string[] {
  if (mode === device.nat.mode) return []
  if (mode === 'masquerading' && device.nat.mappings.length > 0) {
    return ['ipchains has no port mappings; they are kept and not used.']
  }
  if (mode === 'tables') {
    return ['What nobody inside waits for is addressed to the router itself now, and meets INPUT.']
  }
  return []
}

/** A device without a filter keeps its tables for the way back; nothing asks them. */
function switchedOff(firewall: Firewall): Switched {
  const rules = firewall.ruleset.tables.flatMap((table) =>
    table.chains.flatMap((chain) => chain.rows.filter((row) => row.kind === 'rule')),
  )
  const what = rules.length === 1 ? 'The rule is' : `The ${rules.length} rules are`
  return {
    firewall: { ...firewall, kind: 'none' },
    notes: rules.length === 0 ? [] : [`${what} kept and not asked while there is no filter.`],
  }
}

/** The kind that tables were written for. */
function shapeOf(ruleset: Ruleset): Exclude<FirewallKindId, 'none'> {
  const chains = ruleset.tables.flatMap(({ family, name: table, chains: all }) =>
    all.filter((chain) => chain.base).map(({ name: chain }) => ({ family, table, chain })),
  )
  if (chains.some(isHomeChain)) return 'home-stateless'
  return chains.some(({ chain }) => chain === 'input') ? 'ipchains' : 'netfilter'
}

const NO_STATE = 'Replies are not let in by themselves any more: this filter keeps no state.'

const isHome = (kind: FirewallKindId) => kind === 'home-stateless' || kind === 'home-stateful'

function moveTables(firewall: Firewall, to: FirewallKindId, place: Place): Switched {
  const { kind: from } = firewall
  if (from === to || from === 'none' || to === 'none') return { firewall, notes: [] }
  if (isHome(from) && isHome(to)) {
    const loses = firewallKind(from).keepsState && !firewallKind(to).keepsState
    return { firewall, notes: loses ? [NO_STATE] : [] }
  }
  if (to === 'netfilter' || to === 'ipchains') {
    if (from === 'netfilter' || from === 'ipchains') return renamed(firewall, from, to)
    return {
      firewall: { ...firewall, form: 'separate', ruleset: wrapped(firewall, to, place) },
      notes: to === 'ipchains' ? ['Linux 2.2 ipchains sees IPv4 only; IPv6 packets are not asked.'] : [],
    }
  }
  if (from !== 'netfilter' && from !== 'ipchains') return { firewall, notes: [] }
  const back = unwrapped(firewall, from, place)
  if (back) {
    const hadState = allChains(firewall.ruleset).some(({ chain }) =>
      chain.rows.some((row) => row.id === REPLIES_RULE && row.kind === 'rule' && row.enabled),
    )
    return { firewall: back, notes: hadState && !firewallKind(to).keepsState ? [NO_STATE] : [] }
  }
  const { ruleset, notes } = sided(firewall, place)
  return { firewall: { ...firewall, form: 'separate', ruleset }, notes }
}

const CASES = {
  netfilter: (name: string) => name.toUpperCase(),
  ipchains: (name: string) => name.toLowerCase(),
}

/** netfilter and ipchains have chains of the same names, in other letters, that are asked at other places. */
function renamed(firewall: Firewall, from: 'netfilter' | 'ipchains', to: 'netfilter' | 'ipchains'): Switched {
  const table = firewallKind(to).create().ruleset.tables[0]
  const old = firewall.ruleset.tables.find((each) => each.name === 'filter')
  if (!table || !old) return { firewall, notes: [] }
  const chains = table.chains.map((chain): Chain => {
    const own = old.chains.find((each) => each.base && CASES[to](each.name) === chain.name)
    if (!own?.base || !chain.base) return chain
    return { ...chain, base: { ...chain.base, policy: own.base.policy }, rows: own.rows }
  })
  const users = old.chains.filter((chain) => !chain.base)
  const rest = firewall.ruleset.tables.filter((each) => each !== old)
  const notes =
    from === 'netfilter'
      ? [
          'input and output of ipchains are asked of packets that are passed on too, before and after forward.',
        ]
      : [
          'INPUT and OUTPUT of netfilter are asked only of packets of the device itself; the rest meets FORWARD.',
        ]
  return {
    firewall: { ...firewall, ruleset: { tables: [{ ...table, chains: [...chains, ...users] }, ...rest] } },
    notes,
  }
}

/** Turns off the rules that the kind cannot ask, in the chains that it asks, and names what it does not ask at all. */
function turnedOff(firewall: Firewall, kind: FirewallKind): Switched {
  const notes: string[] = []
  const asked = askedChains(firewall)
  const ruleset = asked.reduce((current, { ref, chain }) => {
    const rows = chain.rows.map((row): Row => {
      const why = row.kind === 'rule' && row.enabled ? cannot(row, kind) : undefined
      if (why === undefined || row.kind === 'separator') return row
      const what = row.name === '' ? `Rule ${row.id}` : `Rule "${row.name}"`
      notes.push(`${what} of ${chain.name} is turned off: ${why}`)
      return { ...row, enabled: false }
    })
    const same = rows.every((row, at) => row === chain.rows[at])
    return same ? current : replaceChain(current, ref, { ...chain, rows })
  }, firewall.ruleset)
  const used = new Set(asked.map(({ table }) => table))
  for (const table of firewall.ruleset.tables) {
    if (used.has(table) || table.chains.every((chain) => chain.rows.length === 0)) continue
    notes.push(`Table ${table.name} is kept and not asked: a ${kind.label} has no such table.`)
  }
  return { firewall: ruleset === firewall.ruleset ? firewall : { ...firewall, ruleset }, notes }
}

function cannot(rule: Rule, kind: FirewallKind): string | undefined {
  const label = `a ${kind.label}`
  for (const condition of rule.match) {
    if (condition.kind === 'opaque') {
      if (!kind.targets.includes('opaque')) return `${label} does not know "${condition.text}".`
      continue
    }
    const missing = fieldsOf(condition).find((field) => !kind.fields.includes(field))
    if (missing) return `${label} cannot look at the ${fieldOf(missing).label}.`
    if ((condition.kind === 'concatenation' || condition.kind === 'either') && kind.id !== 'netfilter')
      return `${label} cannot look at several fields together.`
  }
  if (kind.targets.includes(rule.target.kind)) return undefined
  return `${label} has no ${firewallKind('netfilter').word(rule.target.kind)}.`
}
