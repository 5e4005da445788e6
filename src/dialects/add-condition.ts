import type { Condition, FieldTest, Term } from '@/model/fields/field'
import { complementIntervals, familyInterval, intersectIntervals } from '@/model/fields/intervals'
import { fieldOf } from '@/model/fields/lookup'
import { familyOf, type IpAddress } from '@/model/packet/address'

/** Two tests of one field on a line hold together: they become one where intervals can say it. */
export function addCondition(match: readonly Condition[], added: Condition): Condition[] {
  if (added.kind !== 'test' || fieldOf(added.field).domain.kind === 'names') return [...match, added]
  const at = match.findIndex((each) => each.kind === 'test' && each.field === added.field)
  const present = match[at]
  if (present?.kind !== 'test') return [...match, added]
  if (present.negated && added.negated) {
    return match.with(at, { ...present, terms: [...present.terms, ...added.terms] })
  }
  if (fieldOf(added.field).domain.kind === 'bits') return [...match, added]
  const [plain, other] = present.negated ? [added, present] : [present, added]
  const ranges = (terms: readonly Term[]) => terms.filter((term) => term.kind === 'range')
  const domain = domainOf(plain)
  const others = other.negated
    ? complementIntervals(ranges(other.terms), domain.first, domain.last)
    : ranges(other.terms)
  const common = intersectIntervals(ranges(plain.terms), others)
  if (common.length === 0) return [...match, added]
  return match.with(at, { ...plain, terms: common.map((interval) => ({ kind: 'range', ...interval })) })
}

function domainOf(of: FieldTest) {
  const { domain } = fieldOf(of.field)
  if (domain.kind === 'numbers') return domain
  const first = of.terms[0]
  return familyInterval(first?.kind === 'range' ? familyOf(first.first as IpAddress) : 4)
}
