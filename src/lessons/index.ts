import type { Lesson } from './lesson'
import { replyThatNeverCame } from './reply-that-never-came/lesson'

/** The stories in the order of the picker; the first opens on the first visit. */
export const LESSONS: readonly Lesson[] = [replyThatNeverCame]

export function lessonOf(id: string): Lesson | undefined {
  return LESSONS.find((lesson) => lesson.id === id)
}
