import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dialectOf } from '@/dialects/lookup'
import { firewall as wildFirewall } from '../arbitraries/design'
import { context, homeOf, netfilterOf } from '../arbitraries/rules'
import { inNftTable } from './nft-place'
import { casesFor, loadersOf } from './tools'

/*
 * What is written loads in the real tool. Where a tool is not installed, or namespaces may not be made, the tests are
 * skipped and say so in their names; on Debian: apt-get install iptables nftables.
 */

const RUNS = { seed: 20_261, numRuns: 80 } as const

describe.each(['iptables', 'ip6tables', 'nft'] as const)('text in %s', (language) => {
  const loaders = loadersOf(language)
  const print = dialectOf(language)?.print
  const families =
    language === 'nft' ? ([4, 6] as const) : language === 'iptables' ? ([4] as const) : ([6] as const)

  test.skipIf(loaders.length > 0)(`is not loaded: no tool for ${language} can be run here`, () => {})

  test.runIf(loaders.length > 0).each(loaders)(
    '$name takes generated tables',
    ({ load }) => {
      const nat = { ...context, nat: 'napt' as const }
      for (const family of families) {
        fc.assert(
          fc.property(fc.oneof(homeOf(family), netfilterOf(family)), (firewall) => {
            const text = print?.(firewall, nat).text ?? ''
            expect({ said: load(text), text }).toEqual({ said: '', text })
          }),
          RUNS,
        )
      }
    },
    120_000,
  )

  test.runIf(loaders.length > 0).each(loaders)(
    '$name takes what is left of firewalls as odd as can be',
    ({ load }) => {
      fc.assert(
        fc.property(wildFirewall, fc.string({ unit: 'binary', maxLength: 300 }), (firewall, odd) => {
          const named = {
            ...context,
            designName: odd,
            deviceName: odd,
            interfaces: [{ name: odd, side: 'outside' as const }],
          }
          const text = print?.(firewall, named).text ?? ''
          expect({ said: load(text), text }).toEqual({ said: '', text })
        }),
        { ...RUNS, endOnFailure: true },
      )
    },
    120_000,
  )
})

/** What the kernel of this machine has not: a tool's own answer to it says nothing of the rule. */
const KERNEL_LACKS = /(?:Extension|match|target).*(?:not supported|missing kernel module)/i

describe.each(['iptables', 'ip6tables'] as const)('cases of %s', (language) => {
  const [legacy] = loadersOf(language)
  test.runIf(legacy).each(casesFor(language))('$input: $verdict', ({ input, verdict }) => {
    const [, table = 'filter', rules = ''] = /^(?:(\w+): )?(.*)$/.exec(input) ?? []
    const user = table === 'filter' ? [':user - [0:0]'] : []
    const said = legacy?.load([`*${table}`, ...user, ...rules.split(' / '), 'COMMIT', ''].join('\n')) ?? ''
    if (KERNEL_LACKS.test(said)) return
    expect(said === '' ? 'ok' : `fail: ${said}`).toMatch(new RegExp(`^${verdict}`))
  })
})

describe('cases of nft', () => {
  const [nft] = loadersOf('nft')
  test.runIf(nft).each(casesFor('nft'))('$input: $verdict', ({ input, verdict }) => {
    const said = nft?.load(inNftTable(input)) ?? ''
    expect(said === '' ? 'ok' : `fail: ${said}`).toMatch(new RegExp(`^${verdict}`))
  })
})
