import type { Trace } from '@/engine/trace'
import type { Design } from '@/model/project/design'

/** What a goal is checked against: the design as it stands and its runs by flow id. */
export interface GoalContext {
  readonly design: Design
  trace(flow: string): Trace | undefined
}

export interface Goal {
  readonly id: string
  /** Imperative: "Let the reply reach port 62712." */
  readonly text: string
  reached(context: GoalContext): boolean
}

/** What to point at while a caption stands. */
export interface Caption {
  /** Journey of the story's flow (0-based) up to which the caption stands; captions are in order. */
  readonly untilJourney: number
  readonly text: string
}

/** A guided story: prose, start, goals, solution. */
export interface Lesson {
  readonly id: string
  readonly title: string
  /** One or two sentences under the title in the picker. */
  readonly summary: string
  start(): Design
  /** Flow that is selected when the story opens, and device and chain whose rules are shown. */
  readonly flow: string
  readonly device: string
  readonly captions: readonly Caption[]
  /** At least one. */
  readonly goals: readonly Goal[]
  /** A design that reaches all goals: proof that the story can be solved. */
  solution(): Design
}
