import { changeBits, hexadecimal } from '@/model/fields/bits'
import type { MatchContext } from '@/model/fields/field'
import type { MarkChange, Target } from '@/model/ruleset/ruleset'

/** Targets that change what later rules see and let the packet go on. */
const CHANGES = ['mark', 'connmark', 'save-mark', 'restore-mark'] as const
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
  }
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
