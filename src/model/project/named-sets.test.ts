import { describe, expect, test } from 'vitest'
import { applyEdit } from '../edits/apply'
import type { Edit } from '../edits/edit'
import { conditionOn, formatCondition, parseCell } from '../fields/cell'
import { HOME_INBOUND } from '../firewalls/home-chains'
import type { Result } from '../result'
import { findChain, rulesOf } from '../ruleset/chains'
import type { Rule } from '../ruleset/ruleset'
import { namesOf } from '../topology/names'
import { nodeKind } from '../topology/nodes/lookup'
import type { Design } from './design'
import { emptyDesign } from './document'
import {
  addSetEdit,
  formatSetValues,
  parseSetValues,
  removeSetEdit,
  renameSetEdit,
  setValuesEdit,
  usesOfSet,
} from './named-sets'

function apply(design: Design, edit: Edit): Design {
  const result = applyEdit(design, edit)
  if (!result.ok) throw new Error(result.diagnostics[0]?.message)
  return result.value.design
}
const sentence = (result: Result<unknown>) => result.diagnostics[0]?.message

const withRouter = apply(emptyDesign('d', 'D'), {
  kind: 'add-device',
  device: nodeKind('router').create(emptyDesign('d', 'D'), { x: 0, y: 0 }),
  index: 0,
})
const withSet = apply(withRouter, {
  kind: 'set-sets',
  sets: [
    { name: 'web', holds: 'ports', terms: [{ kind: 'range', first: 443, last: 443 }] },
    { name: 'office', holds: 'addresses', terms: [] },
  ],
})

function cell(design: Design, field: 'src' | 'dport', text: string) {
  const read = parseCell(field, text, namesOf(design))
  if (!read.ok || !read.value) throw new Error(sentence(read))
  return read.value
}
const rule: Rule = {
  kind: 'rule',
  id: 'r1',
  enabled: true,
  name: 'Web',
  match: [cell(withSet, 'dport', '@web, 8080')],
  target: { kind: 'accept' },
  log: false,
}
const router = withSet.devices[0]?.id ?? ''
const design = apply(withSet, {
  kind: 'insert-rows',
  device: router,
  chain: HOME_INBOUND,
  index: 0,
  rows: [rule],
})
const dportIn = (of: Design) => {
  const chain = of.devices[0] && findChain(of.devices[0].firewall.ruleset, HOME_INBOUND)
  const first = chain && rulesOf(chain)[0]
  return first && formatCondition(conditionOn(first.match, 'dport'), namesOf(of))
}

describe('the values of a set are written as in a cell', () => {
  test.each([
    ['ports', '443, 8000-8080'],
    ['addresses', '10.0.0.0/8, 192.0.2.1-192.0.2.9, 2001:db8::/32'],
    ['addresses', ''],
  ] as const)('%s: %s', (holds, text) => {
    const read = parseSetValues(design, holds, text)
    expect(read.ok && formatSetValues(design, { name: 'x', holds, terms: read.value })).toBe(text)
  })
  test.each([
    ['ports', '70000', /70000 is not a port/],
    ['addresses', '10.0.0.0/33', /33 is too long/],
    ['addresses', 'LAN', /Words that follow the drawing belong in the rule/],
    ['ports', '@web', /Words that follow the drawing belong in the rule/],
    ['ports', 'not 443', /"any" and "not" belong in the rule/],
    ['addresses', 'any', /"any" and "not" belong in the rule/],
  ] as const)('%s: %s is refused', (holds, text, why) => {
    expect(sentence(parseSetValues(design, holds, text))).toMatch(why)
  })
})

describe('a new set', () => {
  test('has a name that nothing has', () => {
    const twice = apply(
      apply(design, addSetEdit(design, 'ports')),
      addSetEdit(apply(design, addSetEdit(design, 'ports')), 'ports'),
    )
    expect(twice.sets.map(({ name }) => name)).toEqual(['web', 'office', 'ports-1', 'ports-2'])
  })
})

describe('renaming', () => {
  test('the rules that name it follow, in one step that undo takes back', () => {
    const edit = renameSetEdit(design, 'web', 'www')
    if (!edit.ok) throw new Error(sentence(edit))
    const result = applyEdit(design, edit.value)
    if (!result.ok) throw new Error(sentence(result))
    expect(dportIn(result.value.design)).toBe('@www, 8080')
    expect(apply(result.value.design, result.value.inverse)).toEqual(design)
  })
  test.each([
    ['office', 'There is a set named office already. Choose another name.'],
    ['a b', '"a b" cannot name a set.'],
    ['', '"" cannot name a set.'],
    ['a,b', '"a,b" cannot name a set.'],
    ['x'.repeat(32), 'cannot name a set'],
  ])('to %j is refused', (name, why) => {
    expect(sentence(renameSetEdit(design, 'web', name))).toContain(why)
  })
})

describe('deleting', () => {
  test('a set that rules name stays, and the sentence says which they are', () => {
    expect(sentence(removeSetEdit(design, 'web'))).toBe(
      'A rule names @web. Write something else there first: Home router inbound Web.',
    )
  })
  test('one that nothing names goes', () => {
    const edit = removeSetEdit(design, 'office')
    expect(edit.ok && apply(design, edit.value).sets.map(({ name }) => name)).toEqual(['web'])
  })
})

test('its values change for all rules at once', () => {
  const changed = apply(design, setValuesEdit(design, 'web', [{ kind: 'range', first: 80, last: 80 }]))
  expect(usesOfSet(changed, 'web').map(({ rule: { id } }) => id)).toEqual(['r1'])
  expect(changed.sets[0]?.terms).toEqual([{ kind: 'range', first: 80, last: 80 }])
})

test('a set of ports is no address, and the other way round', () => {
  expect(sentence(parseCell('src', '@web', namesOf(design)))).toBe(
    'web is a set of ports, and addresses belong here. Write a set of addresses, or the values.',
  )
  expect(sentence(parseCell('dport', '@office', namesOf(design)))).toBe(
    'office is a set of addresses, and ports belong here. Write a set of ports, or the values.',
  )
})
