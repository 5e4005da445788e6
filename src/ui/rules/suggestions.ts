import { CT_STATES } from '@/model/fields/field'
import { ICMP_NAMES } from '@/model/packet/icmp'
import { SERVICES } from '@/model/packet/port'
import { PROTOCOL_NAMES } from '@/model/packet/protocol'
import type { Design } from '@/model/project/design'
import type { NamedSet } from '@/model/ruleset/ruleset'
import { settingsOf } from '@/model/topology/host-profiles'
import type { Device } from '@/model/topology/topology'
import type { ColumnId } from './columns'

export interface Suggestion {
  readonly text: string
  readonly note: string
}

/** What completion offers in a column, before what was typed narrows it. */
export function suggestionsFor(column: ColumnId, design: Design, device: Device): readonly Suggestion[] {
  switch (column) {
    case 'name':
      return []
    case 'protocol':
      return ['any', ...PROTOCOL_NAMES].map((text) => ({ text, note: '' }))
    case 'src':
    case 'dst':
      return [...addresses(design), ...ports(design).map(afterAddress)]
    case 'sport':
    case 'dport':
      return [{ text: 'any', note: '' }, ...ports(design)]
    case 'flags':
      return [
        { text: 'SYN', note: 'opens a connection' },
        { text: 'not SYN', note: 'all but the opening packet' },
        { text: 'established, related', note: 'replies to tracked connections' },
        ...CT_STATES.map((text) => ({ text, note: 'connection state' })),
        ...ICMP_NAMES[4].slice(0, 14).map(({ name }) => ({ text: name, note: 'ICMP type' })),
      ]
    case 'interface':
      return [
        { text: 'any', note: '' },
        ...device.interfaces.map(({ name, side }) => ({ text: name, note: side })),
      ]
  }
}

function setsOf({ sets }: Design, holds: NamedSet['holds']): Suggestion[] {
  const wanted = sets.filter((set) => set.holds === holds)
  return wanted.map(({ name }) => ({ text: `@${name}`, note: 'named set' }))
}

function addresses(design: Design): Suggestion[] {
  return [
    { text: 'any', note: '' },
    { text: 'LAN', note: 'prefixes inside' },
    { text: 'outside address', note: 'of this router' },
    ...design.devices
      .filter(({ interfaces }) => interfaces.length > 0)
      .map(({ name }) => ({ text: name, note: 'address of the device' })),
    ...setsOf(design, 'addresses'),
  ]
}

/** In a cell for both, a port stands after the address: "any:443". */
const afterAddress = ({ text, note }: Suggestion): Suggestion => ({ text: `any:${text}`, note })

function ports(design: Design): Suggestion[] {
  const clients = design.devices.filter(({ kind }) => kind === 'client')
  return [
    ...clients.map((client) => {
      const { first, last } = settingsOf(client).ephemeralPorts
      return { text: `ephemeral of ${client.name}`, note: `${first}-${last}` }
    }),
    ...setsOf(design, 'ports'),
    { text: '1024-65535', note: 'all high ports' },
    ...SERVICES.map(({ name, port, protocol }) => ({ text: String(port), note: `${name}, ${protocol}` })),
  ]
}
