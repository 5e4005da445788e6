import { Plus, X } from 'lucide-react'
import { formatAddress } from '@/model/packet/address'
import { parseInterfaceAddress } from '@/model/packet/prefix'
import type { Device, Interface, InterfaceAddress } from '@/model/topology/topology'
import { commit } from '@/state/design-store'
import { useRun } from '@/state/run-store'
import { useProblems } from '../canvas/problems'
import { TextField } from './TextField'

const textOf = ({ address, prefixLength }: InterfaceAddress) => `${formatAddress(address)}/${prefixLength}`

/** Where the device is plugged in: names, addresses, sides. */
export function InterfacesTab({ device }: { readonly device: Device }) {
  const design = useRun((state) => state.design)
  const problems = useProblems(device.id)
  const put = (interfaces: readonly Interface[], label: string) =>
    commit({ kind: 'set-device', id: device.id, parts: { interfaces } }, label)
  const change = (id: string, parts: Partial<Interface>, label: string) =>
    put(
      device.interfaces.map((each) => (each.id === id ? { ...each, ...parts } : each)),
      label,
    )
  const linkText = (id: string) => {
    const link = design.links.find(({ ends }) =>
      ends.some((end) => end.device === device.id && end.interface === id),
    )
    const far = link?.ends.find((end) => end.device !== device.id)
    return design.devices.find((each) => each.id === far?.device)?.name ?? 'not plugged in'
  }
  const takeAddresses = (id: string, text: string) => {
    const parts = text.split(/[\s,]+/).filter((part) => part !== '')
    const addresses: InterfaceAddress[] = []
    for (const part of parts) {
      const read = parseInterfaceAddress(part)
      if (!read.ok) return read.diagnostics[0]?.message
      addresses.push(read.value)
    }
    return change(id, { addresses }, 'change an address')
  }
  return (
    <div className="tab-form">
      <table>
        <thead>
          <tr>
            <th scope="col">name</th>
            <th scope="col">addresses</th>
            <th scope="col">side</th>
            <th scope="col">link to</th>
            <th scope="col">
              <span className="vh">delete</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {device.interfaces.map((each) => (
            <tr key={each.id}>
              <td>
                <TextField
                  label={`Name of interface ${each.name}`}
                  value={each.name}
                  size={6}
                  onTake={(text) => {
                    const name = text.trim()
                    if (!/^[^\s/]{1,15}$/.test(name))
                      return 'An interface name has 1 to 15 characters and no spaces, such as eth0.'
                    if (device.interfaces.some((other) => other.id !== each.id && other.name === name))
                      return `${name} is taken on this device.`
                    return change(each.id, { name }, 'rename an interface')
                  }}
                />
              </td>
              <td>
                <TextField
                  label={`Addresses of ${each.name}`}
                  value={each.addresses.map(textOf).join(', ')}
                  size={34}
                  placeholder="192.168.1.1/24"
                  onTake={(text) => takeAddresses(each.id, text)}
                />
              </td>
              <td>
                <select
                  aria-label={`Side of ${each.name}`}
                  value={each.side}
                  onChange={(event) =>
                    change(
                      each.id,
                      { side: event.target.value === 'inside' ? 'inside' : 'outside' },
                      'change the side of an interface',
                    )
                  }
                >
                  <option value="inside">inside</option>
                  <option value="outside">outside</option>
                </select>
              </td>
              <td className="t2">{linkText(each.id)}</td>
              <td>
                <button
                  type="button"
                  className="btn quiet icon mini"
                  aria-label={`Delete interface ${each.name}`}
                  disabled={linkText(each.id) !== 'not plugged in'}
                  onClick={() =>
                    put(
                      device.interfaces.filter(({ id }) => id !== each.id),
                      'delete an interface',
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
        <button
          type="button"
          className="btn quiet mini"
          onClick={() => {
            const numbers = device.interfaces.map(({ name }) => Number(/^eth(\d+)$/.exec(name)?.[1] ?? -1))
            const name = `eth${Math.max(-1, ...numbers) + 1}`
            put(
              [
                ...device.interfaces,
                { id: `if-${name}-${device.interfaces.length}`, name, addresses: [], side: 'outside' },
              ],
              'add an interface',
            )
          }}
        >
          <Plus className="i s12" /> Interface
        </button>
      </div>
      {problems.map((sentence) => (
        <p key={sentence} className="reject">
          {sentence}
        </p>
      ))}
    </div>
  )
}
