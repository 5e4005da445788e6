import type { Condition, EitherTest, FieldId, FieldTest, Term } from '@/model/fields/field'
import type { Rule } from '@/model/ruleset/ruleset'
import { addCondition } from './add-condition'
import { LeftOut } from './left-out'

/**
 * The matches, one for each way in which the tests of `either` can hold and none of those before: no packet has two of
 * them. `keeps` says what the language has words for.
 */
export function separateEithers(
  match: readonly Condition[],
  keeps: (either: EitherTest) => boolean = () => false,
): readonly (readonly Condition[])[] {
  return match.reduce<readonly (readonly Condition[])[]>(
    (ways, condition) => {
      if (condition.kind !== 'either' || keeps(condition))
        return ways.map((way) => addCondition(way, condition))
      return condition.tests.flatMap((test, at) => {
        const before = condition.tests.slice(0, at).map((each) => ({ ...each, negated: !each.negated }))
        return ways.map((way) => [...before, test].reduce<readonly Condition[]>(addCondition, way))
      })
    },
    [[]],
  )
}

/**
 * The rules, one after the other, that do what a rule with alternatives, concatenations or a map does, for languages that
 * look at one field at a time; the rule itself where it has none. All have its id. Throws LeftOut.
 */
export function separateRules(rule: Rule, keeps?: Parameters<typeof separateEithers>[1]): readonly Rule[] {
  const ways = separateEithers(rule.match, keeps)
  const isWhole = ways.length === 1 && rule.match.every((each) => each.kind !== 'either' || keeps?.(each))
  return isWhole ? separateLookUps(rule) : ways.flatMap((match) => separateLookUps({ ...rule, match }))
}

function separateLookUps(rule: Rule): readonly Rule[] {
  const plain = rule.match.filter((condition) => condition.kind !== 'concatenation')
  if (plain.length === rule.match.length && rule.target.kind !== 'map') return [rule]
  const matches = rule.match.reduce<readonly (readonly Condition[])[]>(
    (ways, condition) => {
      if (condition.kind !== 'concatenation') return ways
      if (condition.negated)
        throw new LeftOut('it wants several fields together to have none of some values.')
      return ways.flatMap((way) => condition.entries.map((entry) => withEntry(way, condition.fields, entry)))
    },
    [plain],
  )
  const { target } = rule
  const rules = matches.flatMap((match): Rule[] =>
    target.kind === 'map'
      ? target.entries.map((entry) => ({
          ...rule,
          match: withEntry(match, target.fields, entry.key),
          target: entry.target,
        }))
      : [{ ...rule, match }],
  )
  if (rules.length === 0) throw new LeftOut('what it looks up is empty.', true)
  return rules
}

function withEntry(
  match: readonly Condition[],
  fields: readonly FieldId[],
  entry: readonly Term[],
): readonly Condition[] {
  return fields.reduce<readonly Condition[]>((conditions, field, index) => {
    const term = entry[index]
    const test: FieldTest | undefined = term && { kind: 'test', field, negated: false, terms: [term] }
    return test ? addCondition(conditions, test) : conditions
  }, match)
}
