import { describe, expect, test } from 'vitest'
import { applyEdit } from '../edits/apply'
import { formatCondition } from '../fields/cell'
import type { Design } from '../project/design'
import { decodeDesign, emptyDesign, encodeDesign } from '../project/document'
import { connectEdit } from '../topology/connect'
import { namesOf } from '../topology/names'
import { NODE_KINDS_LIST } from '../topology/nodes'
import { nodeKind } from '../topology/nodes/lookup'
import type { NodeKindId } from '../topology/topology'
import { askedChains } from './asked-chains'
import { firewallKind } from './lookup'
import { PRESETS, presetOf } from './presets'

function apply(design: Design, edit: Parameters<typeof applyEdit>[1] | undefined): Design {
  const result = edit && applyEdit(design, edit)
  if (!result?.ok) throw new Error(result?.diagnostics.map((each) => each.message).join(' ') ?? 'no edit')
  return result.value.design
}

const empty = emptyDesign('d', 'D')
const KINDS: readonly NodeKindId[] = ['client', 'router', 'internet', 'server']
const devices = KINDS.reduce(
  (design, kind) =>
    apply(design, {
      kind: 'add-device',
      device: nodeKind(kind).create(design, { x: 0, y: 0 }),
      index: design.devices.length,
    }),
  empty,
)
const home = (
  [
    ['client', 'router'],
    ['router', 'internet'],
    ['server', 'internet'],
  ] as const
).reduce((design, [from, to]) => {
  const edit = connectEdit(design, from, to)
  return apply(design, edit.ok ? edit.value : undefined)
}, devices)

const started = (preset: string, device = 'router') =>
  apply(home, presetOf(preset)?.apply(home, device)).devices.find(({ id }) => id === device)

/** "inbound drop: tcp from 443 to 1024-65535 accept; ...". */
function shown(preset: string, device?: string): string[] {
  const firewall = started(preset, device)?.firewall
  const names = namesOf(home)
  return firewall
    ? askedChains(firewall).map(({ chain }) => {
        const rules = chain.rows.map((row) =>
          row.kind === 'rule'
            ? [
                ...row.match.map(
                  (each) => `${each.kind === 'test' ? each.field : ''} ${formatCondition(each, names)}`,
                ),
                row.target.kind,
              ].join(' ')
            : row.title,
        )
        return `${chain.name} ${chain.base?.policy}: ${rules.join('; ')}`
      })
    : []
}

describe('every preset', () => {
  test('ids are unique and each names the stories that it is for', () => {
    expect(new Set(PRESETS.map(({ id }) => id)).size).toBe(PRESETS.length)
    for (const { rows } of PRESETS) expect(rows.join()).toMatch(/^R\d{3}(,R\d{3})*$/)
  })
  test.each(
    PRESETS.flatMap((preset) =>
      NODE_KINDS_LIST.filter((kind) => kind.hasAddresses).map(
        (kind) => [preset.label, kind.id, preset] as const,
      ),
    ),
  )('%s at a %s: one edit, taken back exactly, using only what its kind has', (_label, device, preset) => {
    const edit = preset.apply(home, device)
    const applied = applyEdit(home, edit)
    if (!applied.ok) throw new Error(applied.diagnostics[0]?.message)
    expect(decodeDesign(encodeDesign(applied.value.design)).ok).toBe(true)
    const back = applyEdit(applied.value.design, applied.value.inverse)
    expect(back.ok && back.value.design).toEqual(home)

    const after = applied.value.design.devices.find(({ id }) => id === device)
    const kind = firewallKind(after?.firewall.kind ?? 'none')
    expect(kind.nat).toContain(after?.nat.mode)
    for (const { chain } of askedChains(after?.firewall ?? kind.create())) {
      for (const row of chain.rows) {
        if (row.kind === 'separator') continue
        expect(kind.targets).toContain(row.target.kind)
        for (const test of row.match) if (test.kind === 'test') expect(kind.fields).toContain(test.field)
      }
    }
  })
})

test('R013: old school lets port 443 reach the high ports, and nothing else in', () => {
  expect(shown('old-school')).toEqual([
    'inbound drop: protocol tcp sport 443 dport 1024-65535 accept',
    'outbound accept: ',
  ])
})

describe('R014, R015: stateful minimal has exactly two rules', () => {
  test('on a router they are in FORWARD, and translation goes on', () => {
    expect(shown('stateful-minimal').filter((line) => !line.endsWith(' accept: '))).toEqual([
      'POSTROUTING accept: oif wan masquerade',
      'INPUT drop: ',
      'FORWARD drop: ctState established, related accept; protocol tcp dport 443 oif wan accept',
    ])
  })
  test('on a client one is in each direction', () => {
    expect(shown('stateful-minimal', 'client')).toEqual([
      'INPUT drop: ctState established, related accept',
      'FORWARD accept: ',
      'OUTPUT drop: protocol tcp dport 443 oif eth0 accept',
    ])
  })
})

test('R035: home default lets everything out and only replies in', () => {
  expect(shown('home-default')).toEqual(['inbound drop: ', 'outbound accept: '])
  expect(started('home-default')?.firewall.kind).toBe('home-stateful')
})

test('R036: locked egress lists ports and addresses', () => {
  expect(shown('locked-egress')).toEqual([
    'inbound drop: ',
    'outbound drop: protocol tcp dst Server dport 443 accept; protocol udp dport 53 accept',
  ])
})

test('R041: NAT only has no rule and translates', () => {
  expect(shown('nat-only')).toEqual([])
  expect(started('nat-only')?.nat.mode).toBe('napt')
})

test('R042: the three routers of the story differ in kind and in nothing else', () => {
  const three = ['stateless-filter', 'home-default', 'nat-only'].map((id) => started(id))
  expect(three.map((device) => device?.firewall.kind)).toEqual(['home-stateless', 'home-stateful', 'none'])
  expect(three.map((device) => device?.nat.mode)).toEqual(['napt', 'napt', 'napt'])
  expect(shown('stateless-filter')).toEqual(shown('home-default'))
})
