import { Circle, CircleCheck, X } from 'lucide-react'
import { useState } from 'react'
import type { Lesson } from '@/lessons/lesson'
import { lessonOf } from '@/lessons/lookup'
import { useCursor } from '@/state/playback/cursor'
import { useRun } from '@/state/run-store'

/** The story's caption for the packet under the cursor, and its goals as the engine checks them. */
export function StoryStrip() {
  const lesson = useLesson()
  const cursor = useCursor()
  const [closed, setClosed] = useState<string>()
  if (!lesson || closed === lesson.id) return null
  const caption =
    lesson.captions.find(({ untilJourney }) => cursor.journey <= untilJourney) ?? lesson.captions.at(-1)
  return (
    <section className="story-strip" aria-label="Story">
      <p className="caption">{caption?.text}</p>
      <Goals lesson={lesson} />
      <button
        type="button"
        className="btn quiet icon mini"
        aria-label="Close the story's text"
        onClick={() => setClosed(lesson.id)}
      >
        <X className="i s12" />
      </button>
    </section>
  )
}

function useLesson(): Lesson | undefined {
  const id = useRun(({ design }) => design.lesson)
  return id === undefined ? undefined : lessonOf(id)
}

/** The story's goals by themselves, where there is no room beside its caption. */
export function StoryGoals() {
  const lesson = useLesson()
  if (!lesson) return null
  return (
    <section className="story-goals" aria-label="Goals of the story">
      <h2>{lesson.title}</h2>
      <Goals lesson={lesson} />
    </section>
  )
}

function Goals({ lesson }: { readonly lesson: Lesson }) {
  const design = useRun((state) => state.design)
  const traces = useRun((state) => state.traces)
  const context = { design, trace: (flow: string) => traces.get(flow) }
  return (
    <ul>
      {lesson.goals.map((goal) => {
        const reached = goal.reached(context)
        return (
          <li key={goal.id} className={reached ? 'accept' : 't2'}>
            {reached ? (
              <CircleCheck className="i s12 b" aria-label="reached" />
            ) : (
              <Circle className="i s12" aria-label="not reached yet" />
            )}
            <span>{goal.text}</span>
          </li>
        )
      })}
    </ul>
  )
}
