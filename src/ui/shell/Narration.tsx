import { explain } from '@/analyses/explain-verdict/sentences'
import { deviceName, walksOf } from '@/analyses/explain-verdict/walks'
import { packetName } from '@/model/packet/label'
import { useCursor } from '@/state/playback/cursor'
import { useCurrentTrace, useRun } from '@/state/run-store'

/** Reads each packet's fate as a sentence to those who listen. Always there, never seen. */
export function Narration() {
  const trace = useCurrentTrace()
  const network = useRun((state) => state.network)
  const cursor = useCursor()
  const journey = trace?.journeys[cursor.journey]
  const step = trace?.steps[cursor.step]
  const fates = new Set(['ended', 'outcome', 'verdict'])
  const sentence = () => {
    if (!trace || !journey || !step || !fates.has(step.kind)) return ''
    if (step.kind === 'outcome') return `${deviceName(network, step.device)} sees: ${step.outcome.text}.`
    const explanation = explain(trace, network, journey, walksOf(trace, journey, cursor.step))
    return `Packet ${journey.index + 1}, ${packetName(journey.packet)}. ${explanation.headline} ${explanation.fact}`
  }
  return (
    <div role="log" aria-label="Narration" aria-live="polite" className="vh">
      {sentence()}
    </div>
  )
}
