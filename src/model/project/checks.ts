import type { Table } from '../ruleset/ruleset'
import type { Device } from '../topology/topology'
import type { Design } from './design'

/** What is wrong and where: the keys and indices that lead to it. */
export interface DesignTrouble {
  readonly path: readonly (string | number)[]
  readonly sentence: string
}

/**
 * What the shape of a document cannot say: names and ids keep apart, and references lead somewhere. Jumps to chains that
 * are not there are no reason to refuse a document; checkRuleset tells of them.
 */
export function checkDesign(design: Design): DesignTrouble[] {
  return [
    ...twice(design.devices, 'id', ['devices'], 'devices'),
    ...twice(design.devices, 'name', ['devices'], 'devices', 'ignoring case'),
    ...twice(design.links, 'id', ['links'], 'links'),
    ...twice(design.names, 'name', ['names'], 'names', 'ignoring case'),
    ...twice(design.sets, 'name', ['sets'], 'sets'),
    ...twice(design.flows, 'id', ['flows'], 'flows'),
    ...design.devices.flatMap((device, index) => checkDevice(device, ['devices', index])),
    ...linkTroubles(design),
    ...danglingDevices(design),
  ]
}

type Path = DesignTrouble['path']

/** People refer to devices and hosts by name, so their case does not matter; ids are for programs. */
function twice<Key extends string>(
  list: readonly Readonly<Record<Key, string>>[],
  key: Key,
  path: Path,
  what: string,
  how: 'exactly' | 'ignoring case' = 'exactly',
): DesignTrouble[] {
  const first = new Map<string, number>()
  return list.flatMap((each, index): DesignTrouble[] => {
    const value = how === 'exactly' ? each[key] : each[key].toLowerCase()
    const before = first.get(value)
    if (before === undefined) {
      first.set(value, index)
      return []
    }
    return [
      {
        path: [...path, index, key],
        sentence: `${each[key]} is already the ${key} of /${[...path, before].join('/')}. No two ${what} share one.`,
      },
    ]
  })
}

/** What a device says twice. `at` leads to the device. */
export function checkDevice(device: Device, at: Path): DesignTrouble[] {
  return [
    ...twice(device.interfaces, 'id', [...at, 'interfaces'], 'interfaces of a device'),
    ...twice(device.interfaces, 'name', [...at, 'interfaces'], 'interfaces of a device'),
    ...twice(device.routes, 'id', [...at, 'routes'], 'routes of a device'),
    ...twice(device.services, 'id', [...at, 'services'], 'services of a device'),
    ...twice(device.nat.mappings, 'id', [...at, 'nat', 'mappings'], 'port mappings of a device'),
    ...checkTables(device.firewall.ruleset.tables, [...at, 'firewall', 'ruleset', 'tables']),
  ]
}

function checkTables(tables: readonly Table[], at: Path): DesignTrouble[] {
  const keys = tables.map((table) => ({ name: `${table.family} ${table.name}` }))
  return [
    ...twice(keys, 'name', at, 'tables of a device'),
    ...tables.flatMap((table, t) => [
      ...twice(table.chains, 'name', [...at, t, 'chains'], 'chains of a table'),
      ...table.chains.flatMap((chain, c) =>
        twice(chain.rows, 'id', [...at, t, 'chains', c, 'rows'], 'rows of a chain'),
      ),
    ]),
  ]
}

function linkTroubles(design: Design): DesignTrouble[] {
  const plugged = new Set<string>()
  return design.links.flatMap((link, index) =>
    link.ends.flatMap((end, side): DesignTrouble[] => {
      const path = ['links', index, 'ends', side]
      const device = design.devices.find((each) => each.id === end.device)
      if (!device) {
        return [{ path: [...path, 'device'], sentence: `There is no device with the id ${end.device}.` }]
      }
      if (!device.interfaces.some((each) => each.id === end.interface)) {
        return [
          {
            path: [...path, 'interface'],
            sentence: `${device.name} has no interface with the id ${end.interface}.`,
          },
        ]
      }
      if (side === 1 && link.ends[0].device === end.device) {
        return [{ path, sentence: 'A link joins two devices; both ends are the same one.' }]
      }
      const key = JSON.stringify([end.device, end.interface])
      if (plugged.has(key)) {
        return [{ path, sentence: `Interface ${end.interface} of ${device.name} is plugged into two links.` }]
      }
      plugged.add(key)
      return []
    }),
  )
}

function danglingDevices(design: Design): DesignTrouble[] {
  const ids = new Set(design.devices.map((device) => device.id))
  const gone = (id: string, path: Path): DesignTrouble[] =>
    ids.has(id) ? [] : [{ path, sentence: `There is no device with the id ${id}.` }]
  return [
    ...design.names.flatMap((entry, index) => gone(entry.device, ['names', index, 'device'])),
    ...design.flows.flatMap((flow, index) => gone(flow.from, ['flows', index, 'from'])),
  ]
}
