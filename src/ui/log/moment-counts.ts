import { useMemo } from 'react'
import { useCursor } from '@/state/playback/cursor'
import { bindingsAt, conntrackAt, logAt } from '@/state/playback/moment'
import { useCurrentTrace } from '@/state/run-store'
import { useView } from '@/state/view-store'

/** How much the other tabs hold at the cursor, for the selected device. */
export function useMomentCounts(): {
  readonly log: number
  readonly bindings: number
  readonly conntrack: number
} {
  const trace = useCurrentTrace()
  const cursor = useCursor()
  const device = useView((view) => view.device)
  return useMemo(() => {
    if (!trace) return { log: 0, bindings: 0, conntrack: 0 }
    return {
      log: logAt(trace, cursor.step).length,
      bindings: device ? bindingsAt(trace, device, cursor.step).length : 0,
      conntrack: device ? conntrackAt(trace, device, cursor.step).length : 0,
    }
  }, [trace, cursor.step, device])
}
