import { describe, expect, test } from 'vitest'
import { allChains, findChain } from '../ruleset/chains'
import { askedChains } from './asked-chains'
import { blackListDefense, withBuiltin } from './built-in'
import type { FirewallKindId } from './firewall-kind'
import { HOME_INBOUND, HOME_OUTBOUND } from './home-chains'
import { FIREWALL_KINDS } from './index'
import { firewallKind } from './lookup'

const list = [{ first: 1, last: 9 }]

describe('every kind of firewall', () => {
  test('ids are unique', () => {
    expect(new Set(FIREWALL_KINDS.map(({ id }) => id)).size).toBe(FIREWALL_KINDS.length)
  })
  test.each(FIREWALL_KINDS.map((kind) => [kind.label, kind] as const))(
    '%s: what it creates is of its kind, and every base chain hangs somewhere',
    (_label, kind) => {
      const firewall = kind.create()
      expect(firewall.kind).toBe(kind.id)
      for (const place of ['router', 'host'] as const) {
        for (const { ref, chain } of allChains(firewall.ruleset)) {
          expect(kind.attachments(ref, chain, place)).not.toEqual([])
          expect(kind.policies).toContain(chain.base?.policy)
        }
      }
      expect(askedChains(firewall)).toEqual(allChains(firewall.ruleset))
    },
  )
  test.each(FIREWALL_KINDS.map((kind) => [kind.label, kind] as const))(
    '%s: each target has a word, and two targets never share one',
    (_label, kind) => {
      const words = kind.targets.map((target) => kind.word(target))
      expect(new Set(words).size).toBe(kind.targets.length)
    },
  )
})

describe('R034: a policy is the visible last row of each direction', () => {
  test.each(['home-stateless', 'home-stateful'] as const)('%s has one per direction', (id) => {
    const { ruleset } = firewallKind(id).create()
    expect(findChain(ruleset, HOME_INBOUND)?.base).toEqual({ policy: 'drop' })
    expect(findChain(ruleset, HOME_OUTBOUND)?.base).toEqual({ policy: 'accept' })
  })
})

describe('where home chains hang', () => {
  const kind = firewallKind('home-stateless')
  const { ruleset } = kind.create()
  const hangs = (name: 'inbound' | 'outbound', place: 'router' | 'host') =>
    allChains(ruleset)
      .filter(({ chain }) => chain.name === name)
      .flatMap(({ ref, chain }) => kind.attachments(ref, chain, place))
      .map(({ hook, iifSide, oifSide }) => [hook, iifSide ?? '-', oifSide ?? '-'].join(' '))

  test('on a router they are asked for what crosses the outside', () => {
    expect(hangs('inbound', 'router')).toEqual(['forward outside -', 'input outside -'])
    expect(hangs('outbound', 'router')).toEqual(['forward - outside', 'output - outside'])
  })
  test('on a host inbound is input and outbound is output', () => {
    expect(hangs('inbound', 'host')).toEqual(['input - -'])
    expect(hangs('outbound', 'host')).toEqual(['output - -'])
  })
  test('a chain that was kept from another kind is not asked', () => {
    const netfilter = firewallKind('netfilter').create()
    expect(askedChains({ ...netfilter, kind: 'home-stateless' })).toEqual([])
    expect(askedChains({ ...netfilter, kind: 'none' })).toEqual([])
  })
})

describe('locked rows', () => {
  const names = (id: FirewallKindId, enabled: boolean, ref = HOME_INBOUND) => {
    const kind = firewallKind(id)
    const firewall = withBuiltin(kind.create(), blackListDefense(enabled, list))
    return kind.lockedRules(firewall, ref).map((rule) => `${rule.enabled ? '' : '(off) '}${rule.name}`)
  }
  test('R006: Black List Defense runs before everything, inbound only', () => {
    expect(names('home-stateless', true)).toEqual(['Black List Defense'])
    expect(names('home-stateless', true, HOME_OUTBOUND)).toEqual([])
    expect(names('home-stateful', true)[0]).toBe('Black List Defense')
  })
  test('R006: turned off it stays visible', () => {
    expect(names('home-stateless', false)).toEqual(['(off) Black List Defense'])
  })
  test('R019, R021: a stateful filter accepts replies first, in both directions', () => {
    expect(names('home-stateful', false)).toEqual([
      '(off) Black List Defense',
      'replies to tracked connections',
    ])
    expect(names('home-stateful', false, HOME_OUTBOUND)).toEqual(['replies to tracked connections'])
  })
  test('R001: a stateless filter has no such row', () => {
    expect(firewallKind('home-stateless').keepsState).toBe(false)
    expect(names('home-stateless', true)).not.toContain('replies to tracked connections')
  })
  test('an empty list drops nothing, so there is no row', () => {
    const kind = firewallKind('home-stateless')
    expect(kind.lockedRules(withBuiltin(kind.create(), blackListDefense(true)), HOME_INBOUND)).toEqual([])
  })
})

test.each([
  ['home-stateless', 'dual', 'allow', 'block'],
  ['home-stateful', 'separate', 'accept', 'drop'],
  ['netfilter', 'separate', 'ACCEPT', 'DROP'],
  ['ipchains', 'separate', 'ACCEPT', 'DENY'],
] as const)('%s in %s form says %s and %s', (id, form, accept, drop) => {
  const kind = firewallKind(id)
  expect([kind.word('accept', form), kind.word('drop', form)]).toEqual([accept, drop])
})
