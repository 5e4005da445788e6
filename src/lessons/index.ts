import { blackListDefenseLesson } from './black-list-defense/lesson'
import type { Lesson } from './lesson'
import { replyThatNeverCame } from './reply-that-never-came/lesson'
import { whoPicks62712 } from './who-picks-62712/lesson'

/** The stories in the order of the picker; the first opens on the first visit. */
export const LESSONS: readonly Lesson[] = [replyThatNeverCame, blackListDefenseLesson, whoPicks62712]
