import type { Application } from './application'
import { dns } from './dns'
import { http } from './http'
import { https } from './https'
import { ping } from './ping'
import { tcp } from './tcp'
import { udp } from './udp'

/** In the order of the picker. */
export const APPLICATIONS: readonly Application[] = [https, http, dns, ping, tcp, udp]
