import type { Edit } from '../edits/edit'
import type { Names, Term } from '../fields/field'
import type { Design } from '../project/design'
import { replaceChain } from '../ruleset/chains'
import type { ChainRef, Policy, Row } from '../ruleset/ruleset'
import { namesOf } from '../topology/names'
import { interfacesOn, placeOf } from '../topology/sides'
import type { Device } from '../topology/topology'
import type { Firewall, FirewallKindId, NatMode } from './firewall-kind'
import { HOME_INBOUND, HOME_OUTBOUND } from './home-chains'
import { firewallKind } from './lookup'
import { firewallForNat } from './switch-nat'
import { type WrittenRule, writtenRule } from './written-rule'

/** A ready-made rule set: "Start from ...". It replaces the rules of a device in one edit. */
export interface Preset {
  readonly id: string
  readonly label: string
  /** What it lets through, in one sentence. */
  readonly summary: string
  /** Rows of the table of stories that it is for. */
  readonly rows: readonly string[]
  apply(design: Design, deviceId: string): Edit
}

interface Rules {
  readonly kind: FirewallKindId
  readonly form?: Firewall['form']
  /** Chains that are not named stay empty with the kind's policy. */
  readonly chains: readonly {
    readonly ref: ChainRef
    readonly policy: Policy
    readonly rules: readonly WrittenRule[]
  }[]
  /** Present: the router translates, whatever it did before. */
  readonly nat?: 'on'
}

function preset(fixed: Omit<Preset, 'apply'>, rulesFor: (device: Device, design: Design) => Rules): Preset {
  return {
    ...fixed,
    apply: (design, deviceId) => {
      const device = design.devices.find((each) => each.id === deviceId)
      if (!device) throw new Error(`no device ${deviceId}`)
      return applied(device, rulesFor(device, design), namesOf(design))
    },
  }
}

function applied(device: Device, { kind: id, form, chains, nat }: Rules, names: Names): Edit {
  const kind = firewallKind(id)
  const rows = (rules: readonly WrittenRule[]): Row[] => rules.map((rule) => writtenRule(rule, names))
  const created = kind.create()
  const ruleset = chains.reduce((current, { ref, policy, rules }) => {
    const chain = current.tables
      .find((table) => table.family === ref.family && table.name === ref.table)
      ?.chains.find((each) => each.name === ref.chain)
    if (!chain) throw new Error(`${id} has no chain ${ref.chain}`)
    return replaceChain(current, ref, { ...chain, base: { ...chain.base, policy }, rows: rows(rules) })
  }, created.ruleset)
  const translates = placeOf(device) === 'router' && (nat === 'on' || device.nat.mode !== 'off')
  const mode: NatMode = translates ? (kind.nat.find((each) => each !== 'off') ?? 'off') : 'off'
  const firewall = firewallForNat(
    { ...created, form: form ?? 'separate', ruleset, builtins: device.firewall.builtins },
    mode,
    device,
  )
  const edits: Edit[] = [{ kind: 'set-firewall', device: device.id, firewall }]
  if (mode !== device.nat.mode) {
    edits.push({ kind: 'set-device', id: device.id, parts: { nat: { ...device.nat, mode } } })
  }
  return { kind: 'batch', edits }
}

function home(
  inbound: Policy,
  outbound: Policy,
  rules: { in?: readonly WrittenRule[]; out?: readonly WrittenRule[] },
) {
  return [
    { ref: HOME_INBOUND, policy: inbound, rules: rules.in ?? [] },
    { ref: HOME_OUTBOUND, policy: outbound, rules: rules.out ?? [] },
  ]
}

const filterChain = (chain: string): ChainRef => ({ family: 'ip', table: 'filter', chain })

/** The two rules of the question, word for word; they carry both targets on one row (R003, R004). */
const toHttps: WrittenRule = {
  id: 'to-https',
  name: 'yourPC to SSLserver',
  cells: { dport: '443' },
  target: 'drop',
}
const fromHttps: WrittenRule = {
  id: 'from-https',
  name: 'SSLserver to yourPC',
  cells: { sport: '443' },
  target: 'accept',
}

const ESTABLISHED: WrittenRule = {
  id: 'established',
  name: 'replies to what we opened',
  cells: { ctState: 'established, related' },
  target: 'accept',
}

/** The servers on the drawing that answer on port 443. */
function httpsServers(design: Design, self: Device): Term[] {
  return design.devices
    .filter((device) => device.kind === 'server' && device.id !== self.id)
    .filter((device) => device.services.some(({ protocol, port }) => protocol === 'tcp' && port === 443))
    .map(({ id }) => ({ kind: 'token', token: { kind: 'addresses-of', device: id } }))
}

/** Presets in the order of the menu. */
export const PRESETS: readonly Preset[] = [
  preset(
    {
      id: 'seed-rules',
      label: 'The two rules of the question',
      summary: 'Block inbound and allow outbound to port 443, and the other way round from port 443.',
      rows: ['R003', 'R004', 'R005'],
    },
    () => ({
      kind: 'home-stateless',
      form: 'dual',
      chains: home('drop', 'drop', {
        in: [toHttps, fromHttps],
        out: [
          { ...toHttps, target: 'accept' },
          { ...fromHttps, target: 'drop' },
        ],
      }),
    }),
  ),
  preset(
    {
      id: 'old-school',
      label: 'Old school: high ports open to port 443',
      summary: 'Everything may leave; what comes from port 443 may reach the ports 1024 to 65535.',
      rows: ['R013'],
    },
    () => ({
      kind: 'home-stateless',
      chains: home('drop', 'accept', {
        in: [
          {
            id: 'https-replies',
            name: 'HTTPS replies',
            cells: { protocol: 'tcp', sport: '443', dport: '1024-65535' },
            target: 'accept',
          },
        ],
      }),
    }),
  ),
  preset(
    {
      id: 'stateful-minimal',
      label: 'Stateful minimal: two rules',
      summary: 'HTTPS may be opened from inside; from outside only replies come in.',
      rows: ['R014', 'R015'],
    },
    (device) => {
      const [out] = interfacesOn(device, 'outside').map((each) => each.name)
      const https: WrittenRule = {
        id: 'https-out',
        name: 'HTTPS out',
        cells: { protocol: 'tcp', dport: '443', ...(out !== undefined && { oif: out }) },
        target: 'accept',
      }
      const router = placeOf(device) === 'router'
      return {
        kind: 'netfilter',
        chains: router
          ? [
              { ref: filterChain('INPUT'), policy: 'drop', rules: [] },
              { ref: filterChain('FORWARD'), policy: 'drop', rules: [ESTABLISHED, https] },
            ]
          : [
              { ref: filterChain('INPUT'), policy: 'drop', rules: [ESTABLISHED] },
              { ref: filterChain('OUTPUT'), policy: 'drop', rules: [https] },
            ],
      }
    },
  ),
  preset(
    {
      id: 'home-default',
      label: 'Home default: everything out, nothing in',
      summary: 'A stateful filter that lets everything leave and only replies come back.',
      rows: ['R035', 'R042'],
    },
    () => ({ kind: 'home-stateful', chains: home('drop', 'accept', {}) }),
  ),
  preset(
    {
      id: 'locked-egress',
      label: 'Locked egress: a list of what may leave',
      summary: 'Only HTTPS to the servers on the drawing and name lookups may leave; only replies come back.',
      rows: ['R036'],
    },
    (device, design) => {
      const servers = httpsServers(design, device)
      return {
        kind: 'home-stateful',
        chains: home('drop', 'drop', {
          out: [
            {
              id: 'https',
              name: 'HTTPS to known servers',
              cells: { protocol: 'tcp', dport: '443', ...(servers.length > 0 && { dst: servers }) },
              target: 'accept',
            },
            { id: 'names', name: 'Names', cells: { protocol: 'udp', dport: '53' }, target: 'accept' },
          ],
        }),
      }
    },
  ),
  preset(
    {
      id: 'stateless-filter',
      label: 'Stateless filter: everything out, nothing in',
      summary: 'The home default without memory: replies meet the inbound policy like everything else.',
      rows: ['R042', 'R115'],
    },
    () => ({ kind: 'home-stateless', chains: home('drop', 'accept', {}) }),
  ),
  preset(
    {
      id: 'nat-only',
      label: 'NAT only: no filter',
      summary: 'No rule at all; what nobody inside waits for has no binding and goes nowhere.',
      rows: ['R041', 'R042'],
    },
    () => ({ kind: 'none', chains: [], nat: 'on' }),
  ),
]

export function presetOf(id: string): Preset | undefined {
  return PRESETS.find((each) => each.id === id)
}
