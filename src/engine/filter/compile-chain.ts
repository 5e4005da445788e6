import { sortConditions } from '@/model/fields/cell'
import type { Interval, Resolver } from '@/model/fields/field'
import type { Chain, ChainRef, Rule } from '@/model/ruleset/ruleset'
import type { CompiledChain, CompiledRule } from '../network'
import { compileCondition } from './compile-condition'

interface CacheEntry {
  readonly key: string
  readonly locked: readonly Rule[]
  /** What was asked of the drawing and what it answered then. */
  readonly answers: readonly {
    readonly ask: (resolver: Resolver) => readonly Interval[]
    readonly answer: string
  }[]
  readonly compiled: CompiledChain
}

const cache = new WeakMap<Chain, CacheEntry[]>()

/** How many devices may share one chain object before the oldest compiled form is forgotten. */
const ENTRIES_PER_CHAIN = 4

/**
 * Makes a chain ready. The same chain object gives the same compiled object as long as everything that its tokens and
 * named sets stand for is the same, so an edit of one rule compiles one chain.
 */
export function compileChain(
  ref: ChainRef,
  chain: Chain,
  locked: readonly Rule[],
  resolver: Resolver,
): CompiledChain {
  const key = `${ref.family} ${ref.table} ${ref.chain}`
  const entries = cache.get(chain) ?? []
  const found = entries.find(
    (entry) =>
      entry.key === key &&
      sameRules(entry.locked, locked) &&
      entry.answers.every(({ ask, answer }) => answerText(ask(resolver)) === answer),
  )
  if (found) return found.compiled
  const recorded = recording(resolver)
  const compiled = build(ref, chain, locked, recorded.resolver)
  cache.set(
    chain,
    [{ key, locked, answers: recorded.answers, compiled }, ...entries].slice(0, ENTRIES_PER_CHAIN),
  )
  return compiled
}

function sameRules(a: readonly Rule[], b: readonly Rule[]): boolean {
  return (
    a.length === b.length &&
    a.every(
      (rule, index) => rule === b[index] || JSON.stringify(plain(rule)) === JSON.stringify(plain(b[index])),
    )
  )
}

/** Locked rules are made anew by their kind; they are few and compared by value. */
function plain(rule: Rule | undefined): unknown {
  return JSON.parse(
    JSON.stringify(rule ?? null, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)),
  )
}

function answerText(intervals: readonly Interval[]): string {
  return intervals.map(({ first, last }) => `${first}-${last}`).join()
}

function recording(resolver: Resolver): { resolver: Resolver; answers: CacheEntry['answers'][number][] } {
  const answers: CacheEntry['answers'][number][] = []
  return {
    answers,
    resolver: {
      token(token) {
        const answer = resolver.token(token)
        answers.push({ ask: (other) => other.token(token), answer: answerText(answer) })
        return answer
      },
      set(name) {
        const answer = resolver.set(name)
        answers.push({ ask: (other) => other.set(name) ?? [], answer: answerText(answer ?? []) })
        return answer
      },
    },
  }
}

function build(ref: ChainRef, chain: Chain, locked: readonly Rule[], resolver: Resolver): CompiledChain {
  const compile = (rule: Rule, isLocked: boolean, number?: number): CompiledRule => ({
    rule,
    ...(number === undefined ? {} : { number }),
    locked: isLocked,
    conditions: sortConditions(rule.match).map((condition) => compileCondition(condition, resolver)),
    target: rule.target,
  })
  const own = chain.rows.filter((row) => row.kind === 'rule').filter((rule) => rule.enabled)
  return {
    ref,
    ...(chain.base ? { policy: chain.base.policy } : {}),
    rules: [
      ...locked.filter((rule) => rule.enabled).map((rule) => compile(rule, true)),
      ...own.map((rule, index) => compile(rule, false, index + 1)),
    ],
  }
}
