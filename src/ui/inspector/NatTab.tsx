import { Plus, X } from 'lucide-react'
import type { NatMode } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import { natModeEdit } from '@/model/firewalls/switch-nat'
import { formatAddress, parseAddress } from '@/model/packet/address'
import { formatPortRange, parsePortRange } from '@/model/packet/port'
import type { Device, PortMapping } from '@/model/topology/topology'
import { commit } from '@/state/design-store'
import { useRun } from '@/state/run-store'
import { TextField } from './TextField'

const LABELS: Readonly<Record<NatMode, string>> = {
  off: 'off',
  napt: 'NAPT: one outside address for all',
  tables: 'nat tables',
  masquerading: 'masquerading',
}

/** Translation at the outside: its switch, and what is sent to a host inside. */
export function NatTab({ device }: { readonly device: Device }) {
  const design = useRun((state) => state.design)
  const kind = firewallKind(device.firewall.kind)
  const put = (mappings: readonly PortMapping[], label: string) =>
    commit({ kind: 'set-device', id: device.id, parts: { nat: { ...device.nat, mappings } } }, label)
  const change = (id: string, parts: Partial<PortMapping>) =>
    put(
      device.nat.mappings.map((each) => (each.id === id ? { ...each, ...parts } : each)),
      'change a port mapping',
    )
  const add = () => {
    const inside = design.devices.find(
      (each) => each.kind === 'client' || (each.kind === 'server' && each.id !== device.id),
    )
    const address = inside?.interfaces[0]?.addresses[0]?.address
    const read = address === undefined ? parseAddress('192.168.1.10') : undefined
    const insideAddress = address ?? (read?.ok ? read.value : undefined)
    if (insideAddress === undefined) return
    const id = `mapping-${device.nat.mappings.length + 1}-${device.nat.mappings.map((each) => each.id).join().length}`
    put(
      [
        ...device.nat.mappings,
        {
          id,
          enabled: true,
          name: '',
          protocol: 'tcp',
          outside: { first: 443, last: 443 },
          insideAddress,
          insidePort: 443,
        },
      ],
      'add a port mapping',
    )
  }
  return (
    <div className="tab-form">
      <div className="pair">
        <label>
          Translation
          <select
            value={device.nat.mode}
            onChange={(event) =>
              commit(natModeEdit(device, event.target.value as NatMode), 'switch translation')
            }
          >
            {kind.nat.map((mode) => (
              <option key={mode} value={mode}>
                {LABELS[mode]}
              </option>
            ))}
          </select>
        </label>
      </div>
      {device.nat.mode === 'tables' && (
        <p className="t2">The chains of the nat table decide: see their tabs.</p>
      )}
      {device.nat.mode === 'napt' && (
        <>
          <table>
            <thead>
              <tr>
                <th scope="col">on</th>
                <th scope="col">name</th>
                <th scope="col">protocol</th>
                <th scope="col">outside port</th>
                <th scope="col">inside host</th>
                <th scope="col">inside port</th>
                <th scope="col">
                  <span className="vh">delete</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {device.nat.mappings.map((mapping) => (
                <tr key={mapping.id}>
                  <td>
                    <input
                      type="checkbox"
                      aria-label="The mapping is on"
                      checked={mapping.enabled}
                      onChange={(event) => change(mapping.id, { enabled: event.target.checked })}
                    />
                  </td>
                  <td>
                    <TextField
                      label="Name of the mapping"
                      value={mapping.name}
                      placeholder="unnamed"
                      size={10}
                      onTake={(text) => change(mapping.id, { name: text.trim().slice(0, 60) })}
                    />
                  </td>
                  <td>
                    <select
                      aria-label="Protocol of the mapping"
                      value={mapping.protocol}
                      onChange={(event) =>
                        change(mapping.id, { protocol: event.target.value === 'udp' ? 'udp' : 'tcp' })
                      }
                    >
                      <option>tcp</option>
                      <option>udp</option>
                    </select>
                  </td>
                  <td>
                    <TextField
                      label="Outside port"
                      value={formatPortRange(mapping.outside)}
                      size={11}
                      onTake={(text) => {
                        const read = parsePortRange(text)
                        return read.ok
                          ? change(mapping.id, { outside: read.value })
                          : read.diagnostics[0]?.message
                      }}
                    />
                  </td>
                  <td>
                    <TextField
                      label="Inside host"
                      value={formatAddress(mapping.insideAddress)}
                      size={15}
                      onTake={(text) => {
                        const read = parseAddress(text)
                        return read.ok
                          ? change(mapping.id, { insideAddress: read.value })
                          : read.diagnostics[0]?.message
                      }}
                    />
                  </td>
                  <td>
                    <TextField
                      label="Inside port"
                      value={String(mapping.insidePort)}
                      size={6}
                      onTake={(text) => {
                        const read = parsePortRange(text)
                        return read.ok
                          ? change(mapping.id, { insidePort: read.value.first })
                          : read.diagnostics[0]?.message
                      }}
                    />
                  </td>
                  <td>
                    <button
                      type="button"
                      className="btn quiet icon mini"
                      aria-label="Delete the mapping"
                      onClick={() =>
                        put(
                          device.nat.mappings.filter(({ id }) => id !== mapping.id),
                          'delete a port mapping',
                        )
                      }
                    >
                      <X className="i s12" />
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {device.nat.mappings.length === 0 && (
            <p className="t3">No port mapping: what nobody inside has asked for ends at "no binding".</p>
          )}
          <div>
            <button type="button" className="btn quiet mini" onClick={add}>
              <Plus className="i s12" /> Port mapping
            </button>
          </div>
        </>
      )}
    </div>
  )
}
