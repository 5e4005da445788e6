import { EventQueue } from './event-queue'
import type { Programs } from './host/program'
import type { Network } from './network'
import { seededRandom } from './random'
import { type RecordedStep, stepsOf } from './recording'
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
  readonly recorded: readonly RecordedStep[]
  /** Told from `recorded` when first asked for. */
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
  const recorded: RecordedStep[] = []
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
    recorded.push(...stepped.trace)
    departures.push(...stepped.departures)
    for (const emitted of stepped.emitted) queue.add(emitted)
    if (allDone(world) && !queue.hasPackets()) break
  }
  const inOrder = inOrderOfTime(recorded)
  const steps = once(() => stepsOf(inOrder))
  return {
    recorded: inOrder,
    get steps() {
      return steps()
    },
    journeys: journeysOf(departures, inOrder, steps),
    outcomes: world.running.map(({ outcome }) => outcome),
    endsAtMs: nowMs,
    cut: !allDone(world),
  }
}

/** Remembers what `make` gives. */
function once<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

/** Steps come in the order of time, but for what a switch will do a moment later. Stable. */
function inOrderOfTime(steps: readonly RecordedStep[]): readonly RecordedStep[] {
  const ordered = steps.every((step, index) => index === 0 || step.atMs >= (steps[index - 1]?.atMs ?? 0))
  return ordered ? steps : [...steps].sort((a, b) => a.atMs - b.atMs)
}

function allDone(world: World): boolean {
  return world.running.every(({ outcome }) => outcome !== undefined)
}

function journeysOf(
  departures: readonly Departure[],
  recorded: readonly RecordedStep[],
  steps: () => readonly TraceStep[],
): Journey[] {
  const last: RecordedStep[] = []
  const ended: Extract<RecordedStep, { kind: 'ended' }>[] = []
  for (const step of recorded) {
    if (step.journey === undefined) continue
    last[step.journey] = step
    if (step.kind !== 'ended') continue
    const before = ended[step.journey]
    // Of a packet in fragments all but one end where they wait for the last one.
    if (!before || before.disposition.kind === 'incomplete') ended[step.journey] = step
  }
  const places = once(() => placesOf(departures.length, steps()))
  return departures.map((departure): Journey => {
    const { index } = departure
    const end = ended[index] ?? last[index]
    return {
      ...departure,
      endedAtMs: end?.atMs ?? departure.sentAtMs,
      get steps() {
        return places()[index] ?? []
      },
      disposition: end?.kind === 'ended' ? end.disposition : DELIVERED,
      at: end?.device ?? departure.from,
    }
  })
}

const DELIVERED: Disposition = { kind: 'delivered' }

/** Where the steps of each journey stand. */
function placesOf(journeys: number, steps: readonly TraceStep[]): readonly (readonly number[])[] {
  const places = Array.from({ length: journeys }, (): number[] => [])
  steps.forEach(({ journey }, index) => {
    if (journey !== undefined) places[journey]?.push(index)
  })
  return places
}
