import { describe, expect, test } from 'vitest'
import { ruleNumbers } from './chains'
import { checkRuleset } from './check'
import type { Chain, Rule, Target } from './ruleset'

const rule = (id: string, target: Target, enabled = true): Rule => ({
  kind: 'rule',
  id,
  enabled,
  name: '',
  match: [],
  target,
  log: false,
})
const jump = (id: string, chain: string) => rule(id, { kind: 'jump', chain })
const user = (name: string, ...rows: Rule[]): Chain => ({ name, rows })
const input = (...rows: Rule[]): Chain => ({
  name: 'INPUT',
  base: { hook: 'input', priority: 0, policy: 'drop' },
  rows,
})
const messages = (...chains: Chain[]) =>
  checkRuleset({ tables: [{ name: 'filter', family: 'ip', chains }] }).map(({ message }) => message)

describe('the chains of a table are checked', () => {
  test('chains that jump downwards are fine, also to one chain twice', () => {
    expect(messages(input(jump('a', 'x'), jump('b', 'y')), user('x', jump('c', 'y')), user('y'))).toEqual([])
  })
  test('a jump to a chain that is not there', () => {
    expect(messages(input(jump('a', 'x')))).toEqual([
      'INPUT jumps to x, and table filter has no such chain. Add it, or jump elsewhere.',
    ])
  })
  test('a jump to a base chain', () => {
    expect(messages(input(), user('x', jump('a', 'INPUT')))[0]).toContain('which is a base chain')
  })
  test('a circle is named where it closes', () => {
    expect(messages(input(jump('a', 'x')), user('x', jump('b', 'y')), user('y', jump('c', 'x')))).toEqual([
      'y jumps to x, which leads back to y. The kernel refuses a loop.',
    ])
  })
  test('two rules with one id', () => {
    expect(messages(input(rule('a', { kind: 'drop' }), rule('a', { kind: 'accept' })))[0]).toContain(
      'the id a',
    )
  })
  test('10,000 chains in a row are answered', () => {
    const chains = Array.from({ length: 10_000 }, (_, i) =>
      user(`c${i}`, ...(i < 9_999 ? [jump('a', `c${i + 1}`)] : [])),
    )
    expect(messages(...chains)).toEqual([])
  })
})

test('R087: numbers are 1-based over the rules that are on', () => {
  const chain = input(
    rule('a', { kind: 'drop' }),
    rule('b', { kind: 'drop' }, false),
    rule('c', { kind: 'drop' }),
  )
  expect([...ruleNumbers(chain)]).toEqual([
    ['a', 1],
    ['c', 2],
  ])
})
