import { Plus, X } from 'lucide-react'
import { formatAddress, parseAddress } from '@/model/packet/address'
import { formatPrefix, parsePrefix, prefixOf } from '@/model/packet/prefix'
import type { Device, Route } from '@/model/topology/topology'
import { commit } from '@/state/design-store'
import { TextField } from './TextField'

/** Where the device sends what is not its own: the longest prefix wins. */
export function RoutesTab({ device }: { readonly device: Device }) {
  const put = (routes: readonly Route[], label: string) =>
    commit({ kind: 'set-device', id: device.id, parts: { routes } }, label)
  const change = (id: string, parts: Partial<Route>) =>
    put(
      device.routes.map((each) => (each.id === id ? { ...each, ...parts } : each)),
      'change a route',
    )
  const add = () => {
    const destination = parsePrefix('0.0.0.0/0')
    const via = device.interfaces[0]?.addresses[0]?.address
    if (!destination.ok || via === undefined) return
    const id = `route-${device.routes.length + 1}-${device.routes.map((route) => route.id).join().length}`
    put([...device.routes, { id, destination: destination.value, via }], 'add a route')
  }
  return (
    <div className="tab-form">
      <table>
        <thead>
          <tr>
            <th scope="col">destination</th>
            <th scope="col">by way of</th>
            <th scope="col">
              <span className="vh">delete</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {device.interfaces.flatMap((port) =>
            port.addresses.map((own) => (
              <tr key={`${port.id} ${own.address}`}>
                <td className="mono t2">{formatPrefix(prefixOf(own))}</td>
                <td className="t2">attached to {port.name}</td>
                <td />
              </tr>
            )),
          )}
          {device.routes.map((route) => (
            <tr key={route.id}>
              <td>
                <TextField
                  label="Destination of the route"
                  value={route.destination.prefixLength === 0 ? 'default' : formatPrefix(route.destination)}
                  size={22}
                  onTake={(text) => {
                    const wide = formatAddress(route.via).includes(':') ? '::/0' : '0.0.0.0/0'
                    const read = parsePrefix(text.trim() === 'default' ? wide : text)
                    return read.ok
                      ? change(route.id, { destination: read.value })
                      : read.diagnostics[0]?.message
                  }}
                />
              </td>
              <td>
                <TextField
                  label="Next hop of the route"
                  value={formatAddress(route.via)}
                  size={22}
                  onTake={(text) => {
                    const read = parseAddress(text)
                    return read.ok ? change(route.id, { via: read.value }) : read.diagnostics[0]?.message
                  }}
                />
              </td>
              <td>
                <button
                  type="button"
                  className="btn quiet icon mini"
                  aria-label="Delete the route"
                  onClick={() =>
                    put(
                      device.routes.filter(({ id }) => id !== route.id),
                      'delete a route',
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
      <div>
        <button type="button" className="btn quiet mini" onClick={add}>
          <Plus className="i s12" /> Route
        </button>
      </div>
    </div>
  )
}
