import { describe, expect, test } from 'vitest'
import { applyEdit } from '../edits/apply'
import { formatCondition } from '../fields/cell'
import type { Names } from '../fields/field'
import { formatAddress, parseAddress } from '../packet/address'
import type { Design } from '../project/design'
import { emptyDesign } from '../project/document'
import { nodeKind } from '../topology/nodes/lookup'
import type { Device, PortMapping } from '../topology/topology'
import { switchKindEdit } from './switch-kind'
import { natModeEdit, natTable } from './switch-nat'

const NAMES: Names = { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined }
const inside = parseAddress('192.168.1.10')
const mapping: PortMapping = {
  id: 'web',
  enabled: true,
  name: 'Web',
  protocol: 'tcp',
  outside: { first: 443, last: 443 },
  insideAddress: inside.ok ? inside.value : (0 as never),
  insidePort: 443,
}

function routerWith(...mappings: PortMapping[]): Device {
  const device = nodeKind('router').create(emptyDesign('d', 'D'), { x: 0, y: 0 })
  return { ...device, nat: { ...device.nat, mappings } }
}

function shown(device: Device): string[] {
  return natTable(device).chains.flatMap((chain) =>
    chain.rows.flatMap((row) => {
      if (row.kind === 'separator') return []
      const conditions = row.match.map((each) => formatCondition(each, NAMES))
      const to = row.target.kind === 'dnat' ? row.target.to : undefined
      const address = to?.addresses ? formatAddress(to.addresses.first) : ''
      const port = to?.ports ? `:${to.ports.first}` : ''
      return [`${chain.name} ${row.id} ${conditions.join(' ')} ${row.target.kind} ${address}${port}`.trim()]
    }),
  )
}

describe('R044: port mappings as destination translation', () => {
  test('a mapping names protocol, outside port and inside host', () => {
    expect(shown(routerWith(mapping))).toEqual([
      'PREROUTING web tcp outside address 443 dnat 192.168.1.10',
      'POSTROUTING masquerade wan masquerade',
    ])
  })
  test('another inside port is said', () => {
    const moved = { ...mapping, outside: { first: 8443, last: 8443 } }
    expect(shown(routerWith(moved))[0]).toBe('PREROUTING web tcp outside address 8443 dnat 192.168.1.10:443')
  })
  test('a range that keeps its ports is one rule, a range that moves is one per port', () => {
    const same = { ...mapping, outside: { first: 80, last: 90 }, insidePort: 80 }
    const moved = { ...mapping, outside: { first: 8000, last: 8001 }, insidePort: 80 }
    expect(shown(routerWith(same))[0]).toBe('PREROUTING web tcp outside address 80-90 dnat 192.168.1.10')
    expect(shown(routerWith(moved)).slice(0, 2)).toEqual([
      'PREROUTING web-8000 tcp outside address 8000 dnat 192.168.1.10:80',
      'PREROUTING web-8001 tcp outside address 8001 dnat 192.168.1.10:81',
    ])
  })
})

const drawn = (device: Device): Design => ({ ...emptyDesign('d', 'D'), devices: [device] })

function changed(design: Design, edit: (device: Device) => Parameters<typeof applyEdit>[1]): Design {
  const [device] = design.devices
  const result = device && applyEdit(design, edit(device))
  if (!result?.ok) throw new Error('the edit was refused')
  return result.value.design
}

describe('translation goes with the kind of firewall', () => {
  const to = (kind: Parameters<typeof switchKindEdit>[1]) => (device: Device) =>
    switchKindEdit(device, kind).edit
  test('NAPT becomes nat tables of netfilter, and NAPT again', () => {
    const start = drawn(routerWith(mapping))
    const netfilter = changed(start, to('netfilter'))
    expect(netfilter.devices[0]?.nat.mode).toBe('tables')
    expect(netfilter.devices[0]?.firewall.ruleset.tables.map(({ name }) => name)).toEqual(['nat', 'filter'])
    expect(changed(netfilter, to('home-stateful'))).toEqual(start)
  })
  test('NAPT becomes a masquerading rule of ipchains, and NAPT again', () => {
    const stateless = changed(drawn(routerWith()), to('home-stateless'))
    const ipchains = changed(stateless, to('ipchains'))
    expect(ipchains.devices[0]?.nat.mode).toBe('masquerading')
    const forward = ipchains.devices[0]?.firewall.ruleset.tables[0]?.chains[1]
    expect(forward?.rows.map((row) => row.kind === 'rule' && row.target.kind)).toEqual(['masquerade'])
    expect(changed(ipchains, to('home-stateless'))).toEqual(stateless)
  })
  test('R041: without a filter NAPT stays', () => {
    expect(changed(drawn(routerWith(mapping)), to('none')).devices[0]?.nat).toEqual({
      mode: 'napt',
      mappings: [mapping],
    })
  })
  test('turning nat tables on twice adds them once', () => {
    const netfilter = changed(changed(drawn(routerWith()), to('netfilter')), (device) =>
      natModeEdit(device, 'off'),
    )
    const on = changed(netfilter, (device) => natModeEdit(device, 'tables'))
    expect(on.devices[0]?.firewall).toEqual(netfilter.devices[0]?.firewall)
    expect(on.devices[0]?.nat.mode).toBe('tables')
  })
})
