import { Circle, CircleCheck, X } from 'lucide-react'
import { useState } from 'react'
import { lessonOf } from '@/lessons/lookup'
import { useCursor } from '@/state/playback/cursor'
import { useRun } from '@/state/run-store'

/** The story's caption for the packet under the cursor, and its goals as the engine checks them. */
export function StoryStrip() {
  const design = useRun((state) => state.design)
  const traces = useRun((state) => state.traces)
  const cursor = useCursor()
  const [closed, setClosed] = useState<string>()
  const lesson = design.lesson === undefined ? undefined : lessonOf(design.lesson)
  if (!lesson || closed === lesson.id) return null
  const caption =
    lesson.captions.find(({ untilJourney }) => cursor.journey <= untilJourney) ?? lesson.captions.at(-1)
  const context = { design, trace: (flow: string) => traces.get(flow) }
  return (
    <section className="story-strip" aria-label="Story">
      <p className="caption">{caption?.text}</p>
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
