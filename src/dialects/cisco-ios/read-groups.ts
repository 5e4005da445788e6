import type { Interval } from '@/model/fields/field'
import { unionIntervals } from '@/model/fields/intervals'
import { PROTOCOL } from '@/model/packet/packet'
import { readGroupAddress } from './read-address'
import { readIcmp, readProtocol, type Service } from './read-entry'
import { type Comparison, portsOf, readComparison } from './read-values'
import { Refusal } from './refusal'
import type { PlacedLine } from './syntax'
import { type Word, Words } from './words'

/** Most services that a group stands for. */
const SERVICES_AT_MOST = 200

/** The object groups of a text by name. */
export class ObjectGroups {
  readonly #networks = new Map<string, Interval[]>()
  readonly #services = new Map<string, Service[]>()

  /** Reads a line below the head of a group. Throws Refusal. */
  readNetwork(name: string, line: PlacedLine): void {
    const words = new Words(line.words)
    const own = this.#networks.get(name) ?? []
    if (words.skip('description')) return
    const added = words.skip('group-object') ? this.network(words.take()) : readGroupAddress(words)
    end(words)
    this.#networks.set(name, unionIntervals([...own, ...added]))
  }

  readService(name: string, line: PlacedLine): void {
    const words = new Words(line.words)
    const own = this.#services.get(name) ?? []
    if (words.skip('description')) return
    const added = words.skip('group-object') ? this.service(words.take()) : readServices(words)
    end(words)
    if (own.length + added.length > SERVICES_AT_MOST)
      throw new Refusal(`A group of more than ${SERVICES_AT_MOST} services is not read.`, line.words[0])
    this.#services.set(name, [...own, ...added])
  }

  network(name: Word | undefined): readonly Interval[] {
    return found(this.#networks, name, 'network')
  }

  service(name: Word | undefined): readonly Service[] {
    return found(this.#services, name, 'service')
  }
}

function found<T>(groups: ReadonlyMap<string, T>, name: Word | undefined, holds: string): T {
  const group = groups.get(name?.text ?? '')
  if (group) return group
  throw new Refusal(`There is no object-group ${holds} ${name?.text ?? ''} in this text.`, name)
}

function end(words: Words): void {
  const [rest] = words.rest
  if (rest) throw new Refusal(`${rest.text} is not read here.`, rest)
}

/** `tcp eq 80`, `udp source gt 1023 eq 53`, `tcp-udp 53`, `icmp echo`, `ip`, `47`. */
function readServices(words: Words): Service[] {
  const word = words.take()
  const both = word?.text.toLowerCase() === 'tcp-udp'
  const protocols = both ? [PROTOCOL.tcp, PROTOCOL.udp] : [readProtocol(word, 4)]
  const [only] = protocols
  const icmp = both ? {} : readIcmp(words, only === undefined ? {} : { protocol: only }, 4)
  const domain = portsOf(both ? undefined : only === PROTOCOL.udp ? 'udp' : 'tcp')
  const ported = only === PROTOCOL.tcp || only === PROTOCOL.udp || only === PROTOCOL.sctp
  const port = (): Comparison | undefined => {
    if (!ported) return undefined
    const [next] = words.rest
    const number = next && domain.number(next)
    if (number === undefined) return readComparison(words, domain)
    words.take()
    return { negated: false, intervals: [{ first: number, last: number }] }
  }
  const sport = words.skip('source') ? port() : undefined
  const dport = port()
  return protocols.map((protocol) => ({
    ...(protocol !== undefined && { protocol }),
    ...(sport && { sport }),
    ...(dport && { dport }),
    ...icmp,
  }))
}
