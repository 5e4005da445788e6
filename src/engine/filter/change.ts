import { changeBits, hexadecimal } from '@/model/fields/bits'
import type { MatchContext } from '@/model/fields/field'
import type { Packet } from '@/model/packet/packet'
import type { MarkChange, Target } from '@/model/ruleset/ruleset'

/** Targets that change what later rules see and let the packet go on. */
const CHANGES = ['mark', 'connmark', 'save-mark', 'restore-mark', 'hop-limit', 'tos', 'mss', 'nflog'] as const
type ChangeTarget = Extract<Target, { readonly kind: (typeof CHANGES)[number] }>

const KINDS: ReadonlySet<string> = new Set(CHANGES)

/** What a rule did to the packet or its connection. */
export interface Change {
  /** The packet as the rules after this one see it. */
  readonly context: MatchContext
  /** "the mark is now 0x5". */
  readonly effect: string
}

/** Nothing where the target is not one that changes what later rules see. */
export function changeBy(target: Target, context: MatchContext): Change | undefined {
  return KINDS.has(target.kind) ? changed(target as ChangeTarget, context) : undefined
}

function changed(target: ChangeTarget, context: MatchContext): Change {
  const mark = context.mark ?? 0
  const entry = context.tracking?.entry
  switch (target.kind) {
    case 'mark':
      return withMark(context, target)
    case 'connmark':
      return withConnectionMark(context, target)
    case 'save-mark':
      return withConnectionMark(context, { mask: target.to, flip: (mark & target.from) >>> 0 })
    case 'restore-mark':
      return entry
        ? withMark(context, { mask: target.to, flip: (entry.mark & target.from) >>> 0 })
        : { context, effect: NO_CONNECTION }
    case 'hop-limit': {
      const { hopLimit } = context.packet
      const moved = { set: target.by, increase: hopLimit + target.by, decrease: hopLimit - target.by }
      const now = Math.min(255, Math.max(0, moved[target.change]))
      return { context: withPacket(context, { hopLimit: now }), effect: `the TTL is now ${now}` }
    }
    case 'tos': {
      const tos = changeBits(context.packet.tos, target) & 0xff
      return {
        context: withPacket(context, { tos }),
        effect: `the type of service is now ${hexadecimal(tos)}`,
      }
    }
    case 'mss':
      return { context: withSegmentSize(context), effect: 'the segment size that it announces is bounded' }
    case 'nflog':
      return { context, effect: `group ${target.group} is told` }
  }
}

function withPacket(
  context: MatchContext,
  change: Pick<Packet, 'hopLimit'> | Pick<Packet, 'tos'>,
): MatchContext {
  return { ...context, packet: { ...context.packet, ...change } }
}

/** An option of TCP with the segment size has kind, length and 16 bits (RFC 9293 section 3.2). */
const SEGMENT_SIZE_BYTES = 4

/** A segment without options and data gets the option; one that has options is taken to have it (xt_TCPMSS). */
function withSegmentSize(context: MatchContext): MatchContext {
  const { packet } = context
  const isBare = packet.kind === 'tcp' && packet.optionBytes === 0 && !packet.payload?.bytes
  return isBare ? { ...context, packet: { ...packet, optionBytes: SEGMENT_SIZE_BYTES } } : context
}

function withMark(context: MatchContext, change: MarkChange): Change {
  const mark = changeBits(context.mark ?? 0, change)
  return { context: { ...context, mark }, effect: `the mark is now ${hexadecimal(mark)}` }
}

/** A packet without a connection has no connection's mark to change [e11 B5]. */
function withConnectionMark(context: MatchContext, change: MarkChange): Change {
  const { tracking } = context
  if (!tracking?.entry) return { context, effect: NO_CONNECTION }
  const mark = changeBits(tracking.entry.mark, change)
  const entry = { ...tracking.entry, mark }
  return {
    context: { ...context, tracking: { ...tracking, entry } },
    effect: `the connection's mark is now ${hexadecimal(mark)}`,
  }
}

const NO_CONNECTION = 'there is no connection whose mark it could be'
