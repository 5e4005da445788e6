import { familyOf, formatAddress, type IpAddress } from '../packet/address'
import type { FlowRequest } from '../project/design'
import type { Plan, PlannedHost } from './draw'
import { SITE } from './hosts'
import type { PortAsked } from './rule-facts'
import type { FoundServer } from './servers'

type Draft = Omit<Plan, 'flows'> & { readonly isRouter: boolean; readonly found: readonly FoundServer[] }

/** More than this many would be a list, not something to look at. */
const FLOWS_AT_MOST = 16

type Wish = Pick<FlowRequest, 'from' | 'application' | 'to' | 'port'>

/** What is run at once: a page opened from every client, and a connection to every port that the rules let in. */
export function plannedFlows(draft: Draft): FlowRequest[] {
  const clients = draft.ports.flatMap(({ hosts }) => hosts.filter(({ kind }) => kind === 'client'))
  const wishes = [
    ...(draft.isRouter
      ? clients.map(opens)
      : [{ from: 'machine', application: 'https', to: `https://${SITE}` }]),
    ...inward(draft, clients),
  ]
  return wishes.slice(0, FLOWS_AT_MOST).map((wish, index) => ({
    id: `flow-${index + 1}`,
    name: '',
    ...wish,
    connections: 1,
    resolveFirst: false,
  }))
}

const opens = ({ id }: PlannedHost): Wish => ({ from: id, application: 'https', to: `https://${SITE}` })

function inward(
  { ports, machine, isRouter, found, outside }: Draft,
  clients: readonly PlannedHost[],
): Wish[] {
  const uplink = ports.filter(({ side }) => side === 'outside').flatMap(({ addresses }) => addresses)
  const hosts = ports.flatMap((port) => port.hosts)
  const from = isRouter
    ? 'internet'
    : ([...outside, ...clients].find(({ kind }) => kind === 'client')?.id ?? 'internet')
  const mapped = found.flatMap((server) =>
    server.mapped.flatMap((port) => {
      const at = uplink.find(({ address }) => familyOf(address) === familyOf(server.address))
      return at ? [knocks(from, at.address, port)] : []
    }),
  )
  const direct = found
    .filter(({ mapped }) => mapped.length === 0)
    .flatMap(({ address }) =>
      hosts
        .filter(({ addresses }) => addresses.some((each) => each.address === address))
        .flatMap(({ services }) => services.map((port) => knocks(from, address, port))),
    )
  const own = uplink
    .slice(0, 1)
    .flatMap(({ address }) => machine.services.map((port) => knocks(from, address, port)))
  return [...mapped, ...direct, ...own]
}

/** One connection to one port, as the program that people have for it. */
function knocks(from: string, address: IpAddress, { protocol, port, tls }: PortAsked): Wish {
  const host = formatAddress(address)
  const bracketed = familyOf(address) === 6 ? `[${host}]` : host
  if (protocol === 'tcp' && port === 443) return { from, application: 'https', to: `https://${bracketed}` }
  if (protocol === 'tcp' && port === 80) return { from, application: 'http', to: `http://${bracketed}` }
  if (tls) return { from, application: 'https', to: `https://${bracketed}:${port}` }
  return { from, application: protocol, to: host, port }
}
