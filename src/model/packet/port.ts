import { failure, type Result, success } from '../result'

/** Both ends are inside. */
export interface PortRange {
  readonly first: number
  readonly last: number
}

/** RFC 6335 section 6. The dynamic band starts at 49152, which some texts leave out by writing "above 49152". */
export const PORT_BANDS = [
  { id: 'well-known', first: 0, last: 1023 },
  { id: 'registered', first: 1024, last: 49151 },
  { id: 'dynamic', first: 49152, last: 65535 },
] as const
export type PortBand = (typeof PORT_BANDS)[number]['id']

export function portBand(port: number): PortBand {
  return PORT_BANDS.find((band) => port <= band.last)?.id ?? 'dynamic'
}

export interface NamedService {
  readonly name: string
  readonly port: number
  readonly protocol: 'tcp' | 'udp'
}

const BOTH = ['tcp', 'udp'] as const
const TCP = ['tcp'] as const
const UDP = ['udp'] as const

/** Names of /etc/services that people write into rules; the first name of a port and protocol is the one written. */
export const SERVICES: readonly NamedService[] = (
  [
    ['ftp-data', 20, TCP],
    ['ftp', 21, TCP],
    ['ssh', 22, TCP],
    ['telnet', 23, TCP],
    ['smtp', 25, TCP],
    ['domain', 53, BOTH],
    ['dns', 53, BOTH],
    ['bootps', 67, UDP],
    ['bootpc', 68, UDP],
    ['tftp', 69, UDP],
    ['http', 80, TCP],
    ['www', 80, TCP],
    ['kerberos', 88, BOTH],
    ['pop3', 110, TCP],
    ['sunrpc', 111, BOTH],
    ['ntp', 123, UDP],
    ['epmap', 135, TCP],
    ['netbios-ns', 137, UDP],
    ['netbios-dgm', 138, UDP],
    ['netbios-ssn', 139, TCP],
    ['imap', 143, TCP],
    ['imap2', 143, TCP],
    ['snmp', 161, UDP],
    ['bgp', 179, TCP],
    ['ldap', 389, TCP],
    ['https', 443, BOTH],
    ['microsoft-ds', 445, TCP],
    ['isakmp', 500, UDP],
    ['syslog', 514, UDP],
    ['submission', 587, TCP],
    ['ldaps', 636, TCP],
    ['domain-s', 853, TCP],
    ['imaps', 993, TCP],
    ['pop3s', 995, TCP],
    ['openvpn', 1194, UDP],
    ['mysql', 3306, TCP],
    ['ms-wbt-server', 3389, TCP],
    ['rdp', 3389, TCP],
    ['sip', 5060, BOTH],
    ['postgresql', 5432, TCP],
    ['http-alt', 8080, TCP],
  ] as const
).flatMap(([name, port, protocols]) => protocols.map((protocol) => ({ name, port, protocol })))

/** Finds a service by name, ignoring case; the first protocol listed wins where it has two. */
export function serviceByName(name: string): NamedService | undefined {
  const wanted = name.trim().toLowerCase()
  return SERVICES.find((service) => service.name === wanted)
}

export function serviceName(port: number, protocol: 'tcp' | 'udp'): string | undefined {
  return SERVICES.find((service) => service.port === port && service.protocol === protocol)?.name
}

/** Reads a port number, a service name, or a range `first-last` or `first:last`; an open end means 0 or 65535. */
export function parsePortRange(text: string): Result<PortRange> {
  const trimmed = text.trim()
  const range = /^(\d*)\s*[-:]\s*(\d*)$/.exec(trimmed)
  if (range && trimmed.length > 1) {
    const first = parsePort(range[1] || '0', 1)
    const last = parsePort(range[2] || '65535', trimmed.length - (range[2] ?? '').length + 1)
    if (!first.ok) return first
    if (!last.ok) return last
    if (first.value > last.value) {
      return failure(
        `${trimmed} runs backwards. Write the lower port first: ${last.value}-${first.value}.`,
        1,
        trimmed.length,
      )
    }
    return success({ first: first.value, last: last.value })
  }
  const port = parsePort(trimmed, 1)
  return port.ok ? success({ first: port.value, last: port.value }) : port
}

function parsePort(text: string, column: number): Result<number> {
  if (/^\d+$/.test(text)) {
    const port = Number(text)
    return port <= 65535
      ? success(port)
      : failure(`${text} is not a port. Ports are 0 to 65535.`, column, text.length)
  }
  const service = serviceByName(text)
  if (service) return success(service.port)
  return failure(
    `${text || 'Nothing'} is not a port. Write a number from 0 to 65535, a range such as 1024-65535, or a service such as https.`,
    column,
    text.length,
  )
}

export function formatPortRange({ first, last }: PortRange): string {
  return first === last ? String(first) : `${first}-${last}`
}
