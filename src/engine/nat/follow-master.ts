import type { ConntrackEntry } from '../conntrack/entry'
import { tupleIn } from '../conntrack/entry'
import type { Expectation } from '../conntrack/expectation'
import { invertTuple, opposite } from '../conntrack/tuple'
import type { TupleSearch } from './unique-tuple'
import { uniqueTuple } from './unique-tuple'

/**
 * An expected connection is translated as the one it belongs to, before any nat chain is asked: its source becomes what the
 * master's peer sends to, its destination the address and port that the master's end listens on. Source: nf_nat_helper.c,
 * `nf_nat_follow_master`; [F3].
 */
export function followMaster(
  entry: ConntrackEntry,
  master: ConntrackEntry,
  { nat }: Expectation,
  search: TupleSearch,
): ConntrackEntry {
  if (!nat) return entry
  const source = tupleIn(master, opposite(nat.direction)).dst
  const { src: destination } = tupleIn(master, opposite(nat.direction))
  const port = { first: nat.port, last: nat.port }
  const asItCame = invertTuple(entry.reply)
  const fromSource = uniqueTuple(search, asItCame, 'source', { addresses: { first: source, last: source } })
  if (!fromSource) return entry
  const to = { addresses: { first: destination, last: destination }, ports: port }
  const far = uniqueTuple(search, fromSource, 'destination', to) ?? fromSource
  return {
    ...entry,
    reply: invertTuple(far),
    nat: {
      source: far.src !== asItCame.src || far.sport !== asItCame.sport,
      destination: far.dst !== asItCame.dst || far.dport !== asItCame.dport,
      sourceDone: true,
      destinationDone: true,
    },
  }
}
