import { EventQueue } from './event-queue'
import type { Programs } from './host/program'
import type { Network } from './network'
import { seededRandom } from './random'
import { step } from './step'
import type { Disposition, Journey, Outcome, TraceStep } from './trace'
import { type Departure, newWorld, type World } from './world'

export interface RunLimits {
  /** Simulated milliseconds. */
  readonly timeMs: number
  readonly events: number
}

export const DEFAULT_LIMITS: RunLimits = { timeMs: 300_000, events: 20_000 }

/** The record of a run before it is known which flow it belongs to, with each client's outcome in order. */
export interface RunRecord {
  readonly steps: readonly TraceStep[]
  readonly journeys: readonly Journey[]
  readonly outcomes: readonly (Outcome | undefined)[]
  readonly endsAtMs: number
  /** Some limit was reached before every program had ended. */
  readonly cut: boolean
}

/**
 * Runs client programs through a network: folds steps over a queue of events in the order of simulated time. It ends
 * when every program has ended and no packet is on its way; timers that nobody waits for do not go off.
 */
export function run(
  network: Network,
  programs: Programs,
  seed: number,
  limits: RunLimits = DEFAULT_LIMITS,
): RunRecord {
  const random = seededRandom(seed)
  let world = newWorld(network, programs, random)
  const queue = new EventQueue()
  programs.clients.forEach((_, connection) => {
    queue.add({ atMs: 0, event: { kind: 'start', connection } })
  })
  const steps: TraceStep[] = []
  const departures: Departure[] = []
  let nowMs = 0
  let events = 0
  for (let next = queue.take(); next; next = queue.take()) {
    if (next.atMs > limits.timeMs || events++ >= limits.events) break
    nowMs = next.atMs
    const stepped = step(
      world,
      next.event,
      { now: nowMs, random },
      (journey) => departures[journey]?.connection ?? 0,
    )
    world = stepped.world
    steps.push(...stepped.trace)
    departures.push(...stepped.departures)
    for (const emitted of stepped.emitted) queue.add(emitted)
    if (allDone(world) && !queue.hasPackets()) break
  }
  const inOrder = inOrderOfTime(steps)
  return {
    steps: inOrder,
    journeys: journeysOf(departures, inOrder),
    outcomes: world.running.map(({ outcome }) => outcome),
    endsAtMs: nowMs,
    cut: !allDone(world),
  }
}

/** Steps come in the order of time, but for what a switch will do a moment later. Stable. */
function inOrderOfTime(steps: readonly TraceStep[]): readonly TraceStep[] {
  const ordered = steps.every((step, index) => index === 0 || step.atMs >= (steps[index - 1]?.atMs ?? 0))
  return ordered ? steps : [...steps].sort((a, b) => a.atMs - b.atMs)
}

function allDone(world: World): boolean {
  return world.running.every(({ outcome }) => outcome !== undefined)
}

function journeysOf(departures: readonly Departure[], steps: readonly TraceStep[]): Journey[] {
  const ofJourney = departures.map((): number[] => [])
  steps.forEach(({ journey }, index) => {
    if (journey !== undefined) ofJourney[journey]?.push(index)
  })
  return departures.map((departure): Journey => {
    const own = ofJourney[departure.index] ?? []
    const ended = own.map((index) => steps[index]).find((each) => each?.kind === 'ended')
    const last = steps[own.at(-1) ?? -1]
    const disposition: Disposition = ended?.kind === 'ended' ? ended.disposition : { kind: 'delivered' }
    return {
      ...departure,
      endedAtMs: ended?.atMs ?? last?.atMs ?? departure.sentAtMs,
      steps: own,
      disposition,
      at: ended?.device ?? last?.device ?? departure.from,
    }
  })
}
