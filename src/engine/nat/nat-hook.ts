import { familyOf, fromInteger, type IpAddress, toInteger } from '@/model/packet/address'
import type { Hook, NatTo } from '@/model/ruleset/ruleset'
import { withTrackedEntry } from '../conntrack/conntrack-hook'
import type { ConntrackEntry } from '../conntrack/entry'
import { invertTuple, tupleKey } from '../conntrack/tuple'
import { askChain, concerns } from '../filter/base-chain'
import type { NatTarget } from '../filter/evaluate'
import { rejected } from '../filter/rejection'
import type { Stage } from '../network'
import { type Passage, record } from '../passage'
import { isOwnAddress, lookupRoute } from '../routing/lookup'
import type { Disposition, TraceStep } from '../trace'
import { translated } from './apply'
import { HALF_OF_HOOK, type Half } from './half'
import { masqueradeAddress, redirectAddress } from './own-address'
import { uniqueTuple } from './unique-tuple'

type TranslatedBy = Extract<TraceStep, { kind: 'translated' }>['by']

/**
 * The nat chains of a hook and the translation that follows. The chains are asked once per connection and half, for its
 * first packet [B13]; what the tracker does not know is not translated [B12].
 */
export function natOnHook(passage: Passage, hook: Hook, chains: readonly Stage[]): Disposition | undefined {
  const half = HALF_OF_HOOK[hook]
  const entry = passage.tracking?.entry
  if (!half || !entry || !passage.tracking) return undefined
  let by: TranslatedBy = 'binding'
  if (asksChains(passage) && !isDone(entry, half)) {
    const asked = chains.filter((stage) => concerns(passage, stage))
    for (const stage of asked) {
      const decision = askChain(passage, hook, stage)
      if (decision.kind === 'drop') return { kind: 'dropped', by: decision.by }
      // Only nft has it here: iptables keeps REJECT to its table filter.
      if (decision.kind === 'reject') return rejected(passage, hook, decision)
      if (decision.kind !== 'translate') continue
      if (!bind(passage, half, decision.target)) return { kind: 'nat-exhausted' }
      by = decision.target.kind
      break
    }
    // A flow that no rule translates still needs a reply tuple of its own [B19].
    if (by === 'binding' && !bindTo(passage, half, {})) return { kind: 'nat-exhausted' }
  }
  const sentTo = passage.packet.dst
  rewrite(passage, half, by)
  return hook === 'output' && passage.packet.dst !== sentTo ? reroute(passage) : undefined
}

/** What is made here is routed anew as soon as it goes elsewhere; without a route it ends there (nf_nat_proto.c). */
function reroute({ packet: { dst }, visit: { device } }: Passage): Disposition | undefined {
  return isOwnAddress(device, dst) || lookupRoute(device, dst) ? undefined : { kind: 'no-route' }
}

/**
 * The first packet of a connection asks, of an expected one too; and the reset of a reject does, which belongs to a
 * connection that went no further. ICMP errors follow the connection that they are about and never ask.
 */
function asksChains({ packet, tracking }: Passage): boolean {
  return tracking?.state === 'new' || (tracking?.state === 'related' && packet.kind !== 'icmp')
}

function isDone({ nat }: ConntrackEntry, half: Half): boolean {
  return half === 'source' ? nat.sourceDone : nat.destinationDone
}

function bind(passage: Passage, half: Half, target: NatTarget): boolean {
  const { device } = passage.visit
  const { packet, iif, oif } = passage
  switch (target.kind) {
    case 'snat':
    case 'dnat':
      return bindTo(passage, half, target.to)
    case 'netmap': {
      const address = movedInto(target.onto, half === 'source' ? packet.src : packet.dst)
      return bindTo(passage, half, { addresses: { first: address, last: address } })
    }
    case 'masquerade':
    case 'redirect': {
      const own =
        target.kind === 'masquerade'
          ? masqueradeAddress(device, packet, oif)
          : redirectAddress(device, packet, iif)
      if (own === undefined) return false
      return bindTo(passage, half, { ...target.to, addresses: { first: own, last: own } })
    }
  }
}

/** The address with its host part in another network. */
function movedInto({ first, last }: { first: IpAddress; last: IpAddress }, address: IpAddress): IpAddress {
  const hostPart = toInteger(last) - toInteger(first)
  return fromInteger(familyOf(first), toInteger(first) | (toInteger(address) & hostPart))
}

/** Gives the connection its reply tuple; false where none is left. */
function bindTo(passage: Passage, half: Half, to: NatTo): boolean {
  const entry = passage.tracking?.entry
  // Once confirmed a connection keeps its tuples.
  if (!entry || entry.confirmed) return true
  const { nowMs, random } = passage.visit
  const search = { table: passage.state.conntrack, entry: entry.id, nowMs, random }
  const current = invertTuple(entry.reply)
  const found = uniqueTuple(search, current, half, to)
  if (!found) return false
  const isChanged = tupleKey(found) !== tupleKey(current)
  const done = half === 'source' ? { sourceDone: true } : { destinationDone: true }
  withTrackedEntry(passage, {
    ...entry,
    ...(isChanged ? { reply: invertTuple(found) } : {}),
    nat: { ...entry.nat, ...done, ...(isChanged ? { [half]: true } : {}) },
  })
  return true
}

function rewrite(passage: Passage, half: Half, by: TranslatedBy): void {
  const { packet: before, tracking } = passage
  if (!tracking?.entry) return
  const after = translated(before, tracking.entry, tracking.direction, half)
  if (after === before) return
  passage.packet = after
  record(passage, { kind: 'translated', change: half, by, before, after })
}
