import { familyOf, type IpAddress, parseAddress } from '@/model/packet/address'
import { parsePortRange } from '@/model/packet/port'
import { prefixContains } from '@/model/packet/prefix'
import type { Design, FlowRequest } from '@/model/project/design'
import { failure, type Result, success } from '@/model/result'
import type { Device } from '@/model/topology/topology'
import type { Application, Destination } from './application'
import { applicationOf } from './lookup'

/** What a person typed, taken apart. */
export interface Request {
  readonly application: Application
  /** One or more: a page may have parts on several hosts (R010). */
  readonly destinations: readonly Destination[]
}

/** Reads the flow's request: a URL, an address, a name, a device, several of them, or "tcp 22 -> server". */
export function parseRequest(
  flow: Pick<FlowRequest, 'application' | 'to' | 'port' | 'from'>,
  design: Design,
): Result<Request> {
  const typed = parseTyped(flow.to)
  if (typed.trouble !== undefined) return failure(typed.trouble)
  const id = typed.application ?? flow.application
  const application = applicationOf(id)
  if (!application)
    return failure(`${id} is not something that can be run. Choose https, http, dns, ping, tcp or udp.`)
  const from = design.devices.find((device) => device.id === flow.from)
  const hosts = typed.rest.split(/[\s,]+/).filter((part) => part !== '')
  if (hosts.length === 0)
    return failure(`Where to? Write ${application.placeholder}, an address, or the name of a device.`)
  const destinations: Destination[] = []
  for (const text of wholeName(typed.rest, design) ?? hosts) {
    const destination = parseDestination(text, application, typed.port ?? flow.port, from, design)
    if (!destination.ok) return destination
    destinations.push(destination.value)
  }
  return success({ application, destinations })
}

/** A device's name may hold spaces; then the whole text is one name. */
function wholeName(text: string, design: Design): string[] | undefined {
  const bare = text.trim().replace(/^[a-z]+:\/\//i, '')
  return bare.includes(' ') && deviceNamed(bare.replace(/:\d+$/, ''), design) ? [text.trim()] : undefined
}

/** Takes "tcp 22 -> server" and "udp 123 server" apart. */
function parseTyped(text: string): { application?: string; port?: number; rest: string; trouble?: string } {
  const arrow = /^\s*(tcp|udp)\s+(\d+|[a-z][\w-]*)\s*(?:->|to|→)?\s+(.+)$/i.exec(text)
  const port = arrow && parsePortRange(arrow[2] ?? '')
  if (arrow && port?.ok)
    return {
      application: (arrow[1] ?? '').toLowerCase(),
      port: port.value.first,
      rest: (arrow[3] ?? '').trim(),
    }
  if (port && !port.ok && /->|→/.test(text))
    return { rest: text.trim(), trouble: port.diagnostics[0]?.message ?? '' }
  const ping = /^\s*ping\s+(.+)$/i.exec(text)
  if (ping) return { application: 'ping', rest: (ping[1] ?? '').trim() }
  const scheme = /^\s*(https?):\/\//i.exec(text)
  return scheme ? { application: (scheme[1] ?? '').toLowerCase(), rest: text.trim() } : { rest: text.trim() }
}

function parseDestination(
  text: string,
  application: Application,
  givenPort: number | undefined,
  from: Device | undefined,
  design: Design,
): Result<Destination> {
  const found = /^(?:[a-z]+:\/\/)?(?:\[([^\]]+)\]|([^/:]+(?::[^/]*:[^/]*)?))(?::(\d+))?(?:\/.*)?$/i.exec(text)
  const host = (found?.[1] ?? found?.[2] ?? '').trim()
  if (!found || host === '')
    return failure(
      `${text} cannot be read. Write ${application.placeholder}, an address, or the name of a device.`,
    )
  const port = found[3] === undefined ? (givenPort ?? application.defaultPort) : Number(found[3])
  if (port === undefined && application.protocol !== 'icmp') {
    return failure(`${application.label} needs a port. Write ${application.placeholder}.`)
  }
  if (port !== undefined && (port < 1 || port > 65535))
    return failure(`${port} is not a port. Ports are 1 to 65535.`)
  const address = addressOf(host, from, design)
  if (address === undefined && application.id !== 'dns' && !mayBeName(host)) {
    return failure(
      `${host} is neither an address nor a name on the drawing. Write an address, or the name of a device.`,
    )
  }
  return success({ host, port: port ?? 0, ...(address === undefined ? {} : { address }) })
}

/** A name nobody here knows is a matter for the name server, and fails there. */
const mayBeName = (host: string) => /^[a-z\d]([\w.-]*[a-z\d])?$/i.test(host)

function deviceNamed(name: string, design: Design): Device | undefined {
  const wanted = name.trim().toLowerCase()
  const entry = design.names.find((each) => each.name.toLowerCase() === wanted)
  return design.devices.find((device) => device.id === entry?.device || device.name.toLowerCase() === wanted)
}

/** The address that a host means to the one who asks: on a shared prefix if there is one, else outside, else any. */
function addressOf(host: string, from: Device | undefined, design: Design): IpAddress | undefined {
  const literal = parseAddress(host)
  if (literal.ok) return literal.value
  const device = deviceNamed(host, design)
  if (!device) return undefined
  const own = from?.interfaces.flatMap((each) => each.addresses) ?? []
  const all = device.interfaces.flatMap(({ side, addresses }) =>
    addresses.map(({ address }) => ({ side, address })),
  )
  const families = new Set(own.map(({ address }) => familyOf(address)))
  const candidates = all.filter(({ address }) => families.size === 0 || families.has(familyOf(address)))
  const shared = candidates.find(({ address }) =>
    own.some((mine) => mine.prefixLength > 0 && prefixContains(mine, address)),
  )
  return (shared ?? candidates.find(({ side }) => side === 'outside') ?? candidates[0] ?? all[0])?.address
}

/** The flow in a sentence's words: "Laptop opens https://twitter.com", "Internet connects to 203.0.113.7 :3389". */
export function describeFlow(flow: FlowRequest, design: Design): string {
  if (flow.name !== '') return flow.name
  const from = design.devices.find((device) => device.id === flow.from)?.name ?? 'A device that is gone'
  const typed = parseTyped(flow.to)
  const application = applicationOf(typed.application ?? flow.application)
  const port = typed.port ?? flow.port
  return `${from} ${application?.verb ?? 'runs'} ${typed.rest}${port === undefined ? '' : ` :${port}`}`
}
