import { familyOf } from '@/model/packet/address'
import type { Hook } from '@/model/ruleset/ruleset'
import { isIcmpError } from '../conntrack/track'
import { tupleOf } from '../conntrack/tuple'
import type { ChainDecision } from '../filter/evaluate'
import { type Passage, record } from '../passage'
import { interfaceByName, sourceAddressFor } from '../routing/lookup'
import { type End, withEnd, withQuoted } from './rewrite'
import { type Bound, bindDestination, bindNothing, bindSource, translatedTuple } from './tables'

/** Which half of a translation a hook does: destinations on the way in, sources on the way out. */
export const HALF_OF_HOOK: Partial<Record<Hook, 'source' | 'destination'>> = {
  prerouting: 'destination',
  output: 'destination',
  input: 'source',
  postrouting: 'source',
}

/** The nat chains are asked once per connection and half, for its first packet [B13]. Errors and INVALID never [B12]. */
export function needsBinding(passage: Passage, half: 'source' | 'destination'): boolean {
  const { entry, direction, ctState } = passage
  return (
    entry !== undefined &&
    !entry.confirmed &&
    direction === 'original' &&
    ctState === 'new' &&
    !entry.bound[half]
  )
}

/** Puts what a nat rule said into the entry; false where no port is left. */
export function bind(passage: Passage, decision: ChainDecision): boolean {
  const { entry, visit } = passage
  if (!entry || decision.kind !== 'translate') return true
  const { target } = decision
  const binding = { table: passage.state.conntrack, entry, nowMs: visit.nowMs, random: visit.random }
  passage.boundBy = target.kind
  if (target.kind === 'dnat' || target.kind === 'redirect') {
    const local = interfaceByName(visit.device, passage.iif)?.addresses.findLast(
      ({ address }) => familyOf(address) === passage.packet.family,
    )
    return take(passage, bindDestination(binding, target, local?.address))
  }
  const out = interfaceByName(visit.device, passage.oif)?.addresses.find(
    ({ address }) => familyOf(address) === passage.packet.family,
  )
  const masquerade = sourceAddressFor(visit.device, passage.packet.dst) ?? out?.address
  return take(passage, bindSource(binding, target.to, target.kind === 'masquerade' ? masquerade : undefined))
}

/** A flow that no rule translated gets the null binding [B19]; false where no port is left. */
export function bindRest(passage: Passage, half: 'source' | 'destination'): boolean {
  const { entry, visit } = passage
  if (!entry) return true
  if (half === 'destination')
    return take(passage, { kind: 'bound', entry: { ...entry, bound: { ...entry.bound, destination: true } } })
  return take(
    passage,
    bindNothing({ table: passage.state.conntrack, entry, nowMs: visit.nowMs, random: visit.random }),
  )
}

function take(passage: Passage, bound: Bound): boolean {
  if (bound.kind === 'exhausted') return false
  passage.entry = bound.entry
  return true
}

/** Rewrites the packet's half as the entry says, and the packet that an error quotes with it [B11]. */
export function applyTranslation(passage: Passage, half: 'source' | 'destination'): void {
  const { entry, direction, packet } = passage
  if (!entry || !direction || passage.ctState === 'invalid' || passage.ctState === 'untracked') return
  const wanted = translatedTuple(entry, direction)
  const end = half === 'source' ? 'src' : 'dst'
  const to: End =
    half === 'source'
      ? { address: wanted.src, port: wanted.sport }
      : { address: wanted.dst, port: wanted.dport }
  const after = isIcmpError(packet) ? translateError(passage, half, to) : moved(packet, end, to)
  if (after === packet) return
  record(passage, { kind: 'translated', change: half, by: passage.boundBy, before: packet, after })
  passage.packet = after
}

function moved(packet: Passage['packet'], end: 'src' | 'dst', to: End): Passage['packet'] {
  const now = tupleOf(packet)
  const port = end === 'src' ? now?.sport : now?.dport
  return packet[end] === to.address && port === to.port ? packet : withEnd(packet, end, to)
}

/** An error travels against the packet it quotes: what is its destination is the quoted packet's source. */
function translateError(passage: Passage, half: 'source' | 'destination', to: End): Passage['packet'] {
  const { packet, entry, direction } = passage
  if (packet.kind !== 'icmp' || !packet.quoted || !entry || !direction) return packet
  const quotedEnd = half === 'source' ? 'dst' : 'src'
  const quoted = moved(packet.quoted, quotedEnd, to)
  if (quoted === packet.quoted) return packet
  const carried = withQuoted(packet, quoted)
  if (half === 'destination') return { ...carried, dst: to.address }
  return packet.src === packet.quoted.dst ? { ...carried, src: to.address } : carried
}
