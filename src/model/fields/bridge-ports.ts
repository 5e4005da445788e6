import type { Field } from './field'
import { interfaceField } from './interface-field'

/** No device here bridges, so no packet came or goes by a port of a bridge: a negated test holds. */
const NO_PORT = ''

function bridgePortField(id: 'physIn' | 'physOut', label: string): Field {
  return {
    ...interfaceField(id === 'physIn' ? 'iif' : 'oif', label),
    id,
    short: id === 'physIn' ? 'physdev-in' : 'physdev-out',
    read: () => NO_PORT,
    formatValue: () => 'no port',
    source: 'iptables-extensions(8) physdev',
  }
}

export const physInField = bridgePortField('physIn', 'bridge port in')
export const physOutField = bridgePortField('physOut', 'bridge port out')
