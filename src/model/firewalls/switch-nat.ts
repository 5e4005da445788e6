import type { Edit } from '../edits/edit'
import type { Names } from '../fields/field'
import type { Rule, Ruleset, Table, Target } from '../ruleset/ruleset'
import { interfacesOn } from '../topology/sides'
import type { Device, PortMapping } from '../topology/topology'
import type { Firewall, NatMode } from './firewall-kind'
import { netfilterTable } from './netfilter'
import { sameValue } from './same-value'
import { writtenRule } from './written-rule'

/** The cells of these rules name no device. */
const NO_NAMES: Names = { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined }

export const MASQUERADE_RULE = 'masquerade'

/** What translation needs to know of the device. */
export type TranslatingDevice = Pick<Device, 'interfaces' | 'nat'>

const outsideOf = (device: TranslatingDevice) => interfacesOn(device, 'outside').map((each) => each.name)

/** "What leaves by an outside interface gets its address." Undefined where the device has no outside. */
export function masqueradeRule(names: readonly string[]): Rule | undefined {
  if (names.length === 0) return undefined
  return writtenRule(
    {
      id: MASQUERADE_RULE,
      name: 'behind the outside address',
      cells: { oif: names.map((pattern) => ({ kind: 'name', pattern })) },
      target: { kind: 'masquerade', to: {} },
    },
    NO_NAMES,
  )
}

/**
 * A port mapping as DNAT. A rule with a range of ports keeps the port of the packet, so a mapping that moves several
 * ports becomes a rule for each.
 */
function mappingRules(mapping: PortMapping): Rule[] {
  const { id, name, enabled, protocol, outside, insideAddress, insidePort } = mapping
  const moved = outside.first !== insidePort && outside.last > outside.first
  const parts = moved
    ? Array.from({ length: outside.last - outside.first + 1 }, (_, n) => ({
        id: `${id}-${outside.first + n}`,
        from: { first: outside.first + n, last: outside.first + n },
        to: insidePort + n,
      }))
    : [{ id, from: outside, to: insidePort }]
  return parts.map((part) => {
    const target: Target = {
      kind: 'dnat',
      to: {
        addresses: { first: insideAddress, last: insideAddress },
        ...(part.from.first !== part.to && { ports: { first: part.to, last: part.to } }),
      },
    }
    const dport = `${part.from.first}-${part.from.last}`
    const cells = { protocol, dst: 'outside address', dport }
    return { ...writtenRule({ id: part.id, name, cells, target }, NO_NAMES), enabled }
  })
}

/** What a home router's NAPT and port mappings are in netfilter. */
export function natTable(device: TranslatingDevice): Table {
  return natTableOf(outsideOf(device), device.nat.mappings)
}

/** The same from names of outside interfaces and mappings. */
export function natTableOf(outside: readonly string[], mappings: readonly PortMapping[]): Table {
  const table = netfilterTable('nat')
  const masquerade = masqueradeRule(outside)
  const rows: Readonly<Record<string, readonly Rule[]>> = {
    PREROUTING: mappings.flatMap(mappingRules),
    POSTROUTING: masquerade ? [masquerade] : [],
  }
  return { ...table, chains: table.chains.map((chain) => ({ ...chain, rows: rows[chain.name] ?? [] })) }
}

function isNatTable(table: Table): boolean {
  return (
    table.family !== 'ip6' &&
    table.chains.some((chain) => chain.name === 'POSTROUTING' && table.name === 'nat')
  )
}

/** In 2.2 the forward chain says what is masqueraded (ipchains(8), target MASQ). */
function withMasquerading(ruleset: Ruleset, device: TranslatingDevice): Ruleset {
  const rule = masqueradeRule(outsideOf(device))
  if (!rule) return ruleset
  const masquerades = (row: Table['chains'][number]['rows'][number]) =>
    row.kind === 'rule' && row.target.kind === 'masquerade'
  return {
    ...ruleset,
    tables: ruleset.tables.map((table) => ({
      ...table,
      chains: table.chains.map((chain) =>
        chain.name === 'forward' && chain.base && !chain.rows.some(masquerades)
          ? { ...chain, rows: [...chain.rows, rule] }
          : chain,
      ),
    })),
  }
}

/** The firewall with what the mode needs in it: nat tables, or a rule that masquerades. What is there already is kept. */
export function firewallForNat(firewall: Firewall, mode: NatMode, device: TranslatingDevice): Firewall {
  const { ruleset } = firewall
  if (mode === 'tables' && !ruleset.tables.some(isNatTable)) {
    return { ...firewall, ruleset: { ...ruleset, tables: [natTable(device), ...ruleset.tables] } }
  }
  if (mode === 'masquerading') return { ...firewall, ruleset: withMasquerading(ruleset, device) }
  return firewall
}

/** The firewall without what `firewallForNat` put in, where nobody changed it since. */
export function firewallWithoutNat(firewall: Firewall, device: TranslatingDevice): Firewall {
  const made = natTable(device)
  const tables = firewall.ruleset.tables.filter((table) => !sameValue(table, made))
  return tables.length === firewall.ruleset.tables.length
    ? firewall
    : { ...firewall, ruleset: { ...firewall.ruleset, tables } }
}

/** Turns a router's translation to another mode. Rules and mappings of the old mode are kept for the way back. */
export function natModeEdit(device: Device, mode: NatMode): Edit {
  const edits: Edit[] = [{ kind: 'set-device', id: device.id, parts: { nat: { ...device.nat, mode } } }]
  const firewall = firewallForNat(device.firewall, mode, device)
  if (firewall !== device.firewall) edits.push({ kind: 'set-firewall', device: device.id, firewall })
  return { kind: 'batch', edits }
}
