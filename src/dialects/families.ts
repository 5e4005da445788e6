import { containsValue, unionIntervals } from '@/model/fields/intervals'
import { type Family, familyOf } from '@/model/packet/address'
import type { Rule } from '@/model/ruleset/ruleset'
import type { PrintContext } from './dialect'
import { ofFamily, plainTest } from './plain-terms'

/** Whether a rule of a table for both families can match packets of this one. */
export function concernsFamily({ match, target }: Rule, family: Family, context: PrintContext): boolean {
  const addresses = 'to' in target && typeof target.to === 'object' ? target.to.addresses : undefined
  if (addresses && familyOf(addresses.first) !== family) return false
  return match.every((condition) => {
    if (condition.kind !== 'test') return true
    const { negated, intervals } = plainTest(condition, context)
    switch (condition.field) {
      case 'src':
      case 'dst':
        return negated || intervals.length === 0 || ofFamily(intervals, family).length > 0
      case 'family':
        return containsValue(unionIntervals(intervals), family) !== negated
      case 'icmpType':
        return family === 4
      case 'icmpv6Type':
        return family === 6
      default:
        return true
    }
  })
}
