import { LESSONS } from './index'
import type { Lesson } from './lesson'

export function lessonOf(id: string): Lesson | undefined {
  return LESSONS.find((lesson) => lesson.id === id)
}
