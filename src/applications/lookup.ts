import type { ServerProgram } from '@/engine/host/program'
import type { Service } from '@/model/topology/topology'
import type { Application } from './application'
import { dns } from './dns'
import { http } from './http'
import { https } from './https'
import { APPLICATIONS } from './index'
import { tcp } from './tcp'
import { udp } from './udp'

export function applicationOf(id: string): Application | undefined {
  return APPLICATIONS.find((application) => application.id === id)
}

/** Ports on which a service without TLS speaks HTTP. */
const WEB_PORTS = new Set([80, 8000, 8080, 60080])

/** What a listening service does: by TLS, by its name, or as any service of its protocol. */
export function serverFor(service: Service): ServerProgram {
  const program = applicationFor(service).server
  if (!program) throw new Error(`no program for service ${service.name}`)
  return program as ServerProgram
}

function applicationFor({ protocol, tls, name, port }: Service): Application {
  if (protocol === 'udp') return port === 53 || name === 'dns' ? dns : udp
  if (tls) return https
  return name === 'http' || WEB_PORTS.has(port) ? http : tcp
}
