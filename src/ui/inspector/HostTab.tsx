import { Plus, X } from 'lucide-react'
import { bindRefusal } from '@/engine/host/ports'
import { formatAddress, parseAddress } from '@/model/packet/address'
import { formatPortRange, parsePortRange, portBand } from '@/model/packet/port'
import { HOST_PROFILES, settingsOf } from '@/model/topology/host-profiles'
import type { Device, Service } from '@/model/topology/topology'
import { commit } from '@/state/design-store'
import { TextField } from './TextField'

/** How the device behaves as a host: its source ports, what listens on it, whom it asks for names. */
export function HostTab({ device }: { readonly device: Device }) {
  const profile = settingsOf(device)
  const put = (parts: Parameters<typeof putDevice>[1], label: string) => putDevice(device, parts, label)
  const services = (next: readonly Service[], label: string) => put({ services: next }, label)
  const changeService = (id: string, parts: Partial<Service>) =>
    services(
      device.services.map((each) => (each.id === id ? { ...each, ...parts } : each)),
      'change a service',
    )
  return (
    <div className="tab-form">
      <div className="pair">
        <label>
          Behaves as
          <select
            value={device.host.profile}
            onChange={(event) => {
              const { ephemeralPorts: _own, ...rest } = device.host
              put({ host: { ...rest, profile: event.target.value } }, 'change the host profile')
            }}
          >
            {HOST_PROFILES.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <span className="labelled">
          Picks source ports from
          <TextField
            label="Ephemeral ports"
            value={formatPortRange(profile.ephemeralPorts)}
            size={12}
            onTake={(text) => {
              const read = parsePortRange(text)
              if (!read.ok) return read.diagnostics[0]?.message
              return put(
                { host: { ...device.host, ephemeralPorts: read.value } },
                'change the ephemeral ports',
              )
            }}
          />
        </span>
        <span className="t3">
          {profile.ephemeralPorts.last - profile.ephemeralPorts.first + 1} ports, picked{' '}
          {profile.picker === 'linux-parity'
            ? 'by parity'
            : profile.picker === 'random'
              ? 'at random'
              : 'one after the other'}
        </span>
      </div>
      <div className="pair">
        <span className="labelled">
          Next source port
          <TextField
            label="Next source port"
            value={device.host.firstPort === undefined ? '' : String(device.host.firstPort)}
            placeholder="the host picks"
            size={12}
            onTake={(text) => {
              if (text.trim() === '') {
                const { firstPort: _gone, ...host } = device.host
                return put({ host }, 'let the host pick')
              }
              const read = parsePortRange(text)
              if (!read.ok) return read.diagnostics[0]?.message
              return put(
                { host: { ...device.host, firstPort: read.value.first } },
                'pin the next source port',
              )
            }}
          />
        </span>
        <span className="labelled">
          Name server
          <TextField
            label="Name server"
            value={device.nameServer === undefined ? '' : formatAddress(device.nameServer)}
            placeholder="none"
            size={16}
            onTake={(text) => {
              if (text.trim() === '')
                return commit(
                  { kind: 'set-device', id: device.id, parts: {}, cleared: ['nameServer'] },
                  'remove the name server',
                )
              const read = parseAddress(text)
              return read.ok
                ? put({ nameServer: read.value }, 'change the name server')
                : read.diagnostics[0]?.message
            }}
          />
        </span>
        <label>
          <input
            type="checkbox"
            checked={device.host.privileged ?? false}
            onChange={(event) => {
              const { privileged: _before, ...host } = device.host
              return put(
                { host: event.target.checked ? { ...host, privileged: true } : host },
                event.target.checked ? 'give programs privileges' : 'take privileges from programs',
              )
            }}
          />
          Programs have privileges
        </label>
      </div>
      <table>
        <thead>
          <tr>
            <th scope="col">listens as</th>
            <th scope="col">protocol</th>
            <th scope="col">port</th>
            <th scope="col">TLS</th>
            <th scope="col">may it?</th>
            <th scope="col">
              <span className="vh">delete</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {device.services.map((service) => (
            <tr key={service.id}>
              <td>
                <TextField
                  label="Name of the service"
                  value={service.name}
                  size={10}
                  onTake={(text) => changeService(service.id, { name: text.trim().slice(0, 40) })}
                />
              </td>
              <td>
                <select
                  aria-label="Protocol of the service"
                  value={service.protocol}
                  onChange={(event) =>
                    changeService(service.id, { protocol: event.target.value === 'udp' ? 'udp' : 'tcp' })
                  }
                >
                  <option>tcp</option>
                  <option>udp</option>
                </select>
              </td>
              <td>
                <TextField
                  label="Port of the service"
                  value={String(service.port)}
                  size={6}
                  onTake={(text) => {
                    const read = parsePortRange(text)
                    return read.ok
                      ? changeService(service.id, { port: read.value.first })
                      : read.diagnostics[0]?.message
                  }}
                />
              </td>
              <td>
                <input
                  type="checkbox"
                  aria-label="The service speaks TLS"
                  checked={service.tls}
                  onChange={(event) => changeService(service.id, { tls: event.target.checked })}
                />
              </td>
              <td className="t3">
                {portBand(service.port)} port:{' '}
                {bindRefusal(profile, service.port, device.host.privileged ?? false) ?? 'any program may'}
              </td>
              <td>
                <button
                  type="button"
                  className="btn quiet icon mini"
                  aria-label={`Delete the service ${service.name}`}
                  onClick={() =>
                    services(
                      device.services.filter(({ id }) => id !== service.id),
                      'delete a service',
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
          onClick={() =>
            services(
              [
                ...device.services,
                {
                  id: `service-${device.services.length + 1}-${device.services.map(({ id }) => id).join().length}`,
                  name: 'https',
                  protocol: 'tcp',
                  port: 443,
                  tls: true,
                },
              ],
              'add a service',
            )
          }
        >
          <Plus className="i s12" /> Service
        </button>
      </div>
    </div>
  )
}

function putDevice(
  device: Device,
  parts: Partial<Pick<Device, 'host' | 'services' | 'nameServer'>>,
  label: string,
): string | undefined {
  return commit({ kind: 'set-device', id: device.id, parts }, label)
}
