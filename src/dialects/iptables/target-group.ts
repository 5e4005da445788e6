import type { Family } from '@/model/packet/address'
import type { Target } from '@/model/ruleset/ruleset'
import { readConnmark, readMark } from './mark-targets'
import type { OptionUse } from './rule-syntax'

/** What the options of a target mean, a sentence where the tool refuses them, or nothing where they are kept as they stand. */
export type ReadTargetOptions = (options: readonly OptionUse[], family: Family) => Target | string | undefined

/** Targets that are read from their options alone. */
export const TARGET_READERS: Readonly<Record<string, ReadTargetOptions>> = {
  MARK: readMark,
  CONNMARK: readConnmark,
}
