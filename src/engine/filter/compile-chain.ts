import { fieldsOf, sortConditions } from '@/model/fields/cell'
import type { Condition, Names, Resolver, Term } from '@/model/fields/field'
import { formatToken } from '@/model/fields/terms'
import type { BuiltinGroup } from '@/model/firewalls/firewall-kind'
import { chainKey } from '@/model/ruleset/chains'
import type { Chain, ChainRef, Rule, Target } from '@/model/ruleset/ruleset'
import type { CompiledChain, CompiledRule } from '../network'
import { compileCondition } from './compile-condition'
import { EntryTable } from './entry-table'
import { placeOfField } from './field-values'

/** What a chain's compiled form depends on besides the chain itself. */
export interface ChainSurroundings {
  readonly ref: ChainRef
  readonly resolver: Resolver
  readonly names: Names
  /** The built-in groups that the locked rules are made from; compared by identity. */
  readonly builtins: readonly BuiltinGroup[]
  /** The kind that made the locked rules. */
  readonly kind: string
  locked(): readonly Rule[]
}

interface Compilation {
  readonly key: string
  readonly builtins: readonly BuiltinGroup[]
  readonly compiled: CompiledChain
}

const cache = new WeakMap<Chain, readonly Compilation[]>()

/** How many devices may share one chain object before the oldest compiled form is forgotten. */
const KEPT_PER_CHAIN = 4

/**
 * Makes a chain ready. The same chain object gives the same compiled object as long as everything that its tokens and
 * named sets stand for is the same, so an edit of one rule compiles one chain.
 */
export function compileChain(chain: Chain, around: ChainSurroundings): CompiledChain {
  const key = `${around.kind} ${chainKey(around.ref)}${answers(chain, around)}`
  const known = cache.get(chain) ?? []
  const found = known.find((each) => each.key === key && each.builtins === around.builtins)
  if (found) return found.compiled
  const compiled = build(chain, around)
  cache.set(chain, [{ key, builtins: around.builtins, compiled }, ...known].slice(0, KEPT_PER_CHAIN))
  return compiled
}

/** The tokens and set names of a chain; most have none, so this is worth remembering. */
const references = new WeakMap<Chain, readonly Reference[]>()
type Reference = Extract<Term, { kind: 'token' | 'set' }>

function referencesOf(chain: Chain): readonly Reference[] {
  let found = references.get(chain)
  if (!found) {
    found = chain.rows
      .flatMap((row) => (row.kind === 'rule' && row.enabled ? askedOf(row) : []))
      .flatMap(termsOf)
      .filter((term) => term.kind === 'token' || term.kind === 'set')
    references.set(chain, found)
  }
  return found
}

function termsOf(condition: Condition): readonly Term[] {
  switch (condition.kind) {
    case 'test':
      return condition.terms
    case 'concatenation':
      return condition.entries.flat()
    case 'either':
      return condition.tests.flatMap(({ terms }) => terms)
    case 'opaque':
      return []
  }
}

/** What the drawing answers for each reference now, as one string. */
function answers(chain: Chain, { resolver, names }: ChainSurroundings): string {
  return referencesOf(chain)
    .map((term) => {
      const name = term.kind === 'token' ? formatToken(term.token, names) : `@${term.name}`
      const values = term.kind === 'token' ? resolver.token(term.token) : (resolver.set(term.name) ?? [])
      return `|${name}=${values.map(({ first, last }) => `${first}-${last}`).join()}`
    })
    .join('')
}

function build(chain: Chain, { ref, locked, resolver, names }: ChainSurroundings): CompiledChain {
  const compile = (rule: Rule, isLocked: boolean, number?: number): CompiledRule => ({
    rule,
    ...(number === undefined ? {} : { number }),
    locked: isLocked,
    conditions: sortConditions(askedOf(rule)).map((condition) =>
      compileCondition(condition, resolver, names),
    ),
    target: rule.target,
    ...lookupOf(rule.target, resolver),
  })
  const enabled = chain.rows.filter((row) => row.kind === 'rule').filter((rule) => rule.enabled)
  const rules = [
    ...locked()
      .filter((rule) => rule.enabled)
      .map((rule) => compile(rule, true)),
    ...enabled.map((rule, index) => compile(rule, false, index + 1)),
  ]
  const asked = rules.flatMap(({ conditions }) => conditions.flatMap(({ condition }) => fieldsOf(condition)))
  return {
    ref,
    asks: [...new Set(asked)].map(placeOfField),
    ...(chain.base ? { policy: chain.base.policy } : {}),
    ...(chain.base?.type ? { type: chain.base.type } : {}),
    rules,
  }
}

/** A rule with a map is met where the map has an entry too. */
function askedOf({ match, target }: Rule): readonly Condition[] {
  if (target.kind !== 'map') return match
  const { fields, entries } = target
  return [...match, { kind: 'concatenation', fields, negated: false, entries: entries.map(({ key }) => key) }]
}

function lookupOf(target: Target, resolver: Resolver): Pick<CompiledRule, 'lookup'> {
  if (target.kind !== 'map') return {}
  const { fields, entries } = target
  const table = new EntryTable(
    fields,
    entries.map(({ key }) => key),
    resolver,
  )
  return { lookup: (values) => entries[table.find(values)]?.target ?? { kind: 'continue' } }
}
