import type { Rule } from '@/model/ruleset/ruleset'
import type { Loss } from './dialect'
import type { LeftOut } from './left-out'

/** Where Linux differs from a home gateway [B8]. */
export const NO_BINDING =
  'A packet from outside that no connection waits for is asked by inbound on Linux; a home router drops it unasked.'

/** Collects what a text cannot say while it is written. */
export class Losses {
  readonly all: Loss[] = []
  complete = true

  /** `exact`: worth knowing, and the text means the same. */
  readonly lose = (sentence: string, rule: string | undefined, exact: boolean): void => {
    const known = this.all.some((loss) => loss.rule === rule && loss.sentence === sentence)
    if (!known) this.all.push(rule === undefined ? { sentence } : { rule, sentence })
    if (!exact) this.complete = false
  }

  readonly leaveOut = (rule: Rule, { message, never }: LeftOut): void => {
    const sentence = `The rule is left out: ${message}${never ? ' No packet can match it.' : ''}`
    this.lose(sentence, rule.id, never || !rule.enabled)
  }
}
