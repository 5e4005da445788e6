import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FieldId, FieldTest } from '@/model/fields/field'
import { fieldOf } from '@/model/fields/lookup'
import type { Packet } from '@/model/packet/packet'
import type { Chain, Rule } from '@/model/ruleset/ruleset'
import { CLIENT, datagram, icmp, SERVER, segment } from '../laboratory'
import { compileChain } from './compile-chain'
import { missesIn, walkChain } from './evaluate'
import { KEEP_NOTHING } from './recorder'

const range = (first: number, last: number) => ({ kind: 'range', first, last }) as const
const testOf = (field: FieldId, terms: FieldTest['terms'], negated: boolean): FieldTest => ({
  kind: 'test',
  field,
  negated,
  terms,
})
const ports = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 3 })), {
    minLength: 1,
    maxLength: 3,
  })
  .map((pairs) => pairs.map(([first, more]) => range(first, first + more)))
const condition = fc.oneof(
  fc
    .tuple(fc.constantFrom('sport', 'dport'), ports, fc.boolean())
    .map(([field, terms, negated]) => testOf(field as FieldId, terms, negated)),
  fc
    .tuple(fc.constantFrom(1, 6, 17), fc.boolean())
    .map(([protocol, negated]) => testOf('protocol', [range(protocol, protocol)], negated)),
  fc
    .tuple(fc.constantFrom('src', 'dst'), fc.constantFrom(CLIENT, SERVER), fc.boolean())
    .map(([field, at, negated]) =>
      testOf(field as FieldId, [{ kind: 'range', first: at, last: at }], negated),
    ),
)
const rule = fc.record({
  match: fc.array(condition, { maxLength: 3 }),
  target: fc.constantFrom('accept', 'drop', 'continue'),
  enabled: fc.boolean(),
})
const packet = fc
  .tuple(
    fc.constantFrom('tcp', 'udp', 'icmp'),
    fc.integer({ min: 0, max: 12 }),
    fc.integer({ min: 0, max: 12 }),
    fc.boolean(),
  )
  .map(([kind, sport, dport, back]): Packet => {
    const ends = back ? { src: SERVER, dst: CLIENT } : { src: CLIENT, dst: SERVER }
    if (kind === 'icmp') return icmp(8, ends)
    return kind === 'tcp' ? segment('S', { ...ends, sport, dport }) : datagram({ ...ends, sport, dport })
  })

/** The meaning of a rule, said as plainly as possible. */
function matches({ match }: Rule, of: Packet): boolean {
  return match.every((each) => {
    if (each.kind !== 'test') return false
    const value = fieldOf(each.field).read({ packet: of })
    if (value === undefined || typeof value === 'string') return false
    const inside = each.terms.some(
      (term) => term.kind === 'range' && value >= term.first && value <= term.last,
    )
    return inside !== each.negated
  })
}

test('the verdict is that of the first enabled rule that matches and decides, else the policy; each miss has its reason', () => {
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 12 }), packet, (rules, of) => {
      const rows = rules.map(
        ({ match, target, enabled }, index): Rule => ({
          kind: 'rule',
          id: `r${index}`,
          enabled,
          name: '',
          match,
          target: { kind: target as 'accept' | 'drop' | 'continue' },
          log: false,
        }),
      )
      const chain: Chain = { name: 'c', base: { policy: 'drop' }, rows }
      const compiled = compileChain(chain, {
        ref: { family: 'ip', table: 'filter', chain: 'c' },
        resolver: { token: () => [], set: () => undefined },
        names: { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined },
        kind: 'netfilter',
        builtins: [],
        locked: () => [],
      })
      const tried: { id: string; matched: boolean; reason: string | undefined }[] = []
      const decision = walkChain({
        chain: compiled,
        context: { packet: of },
        find: () => undefined,
        recorder: {
          ...KEEP_NOTHING,
          passed: (passed) => {
            for (const { rule: asked, failed } of missesIn(passed)) {
              const reason = failed.explain(passed.context).sentence
              tried.push({ id: asked.rule.id, matched: false, reason })
            }
          },
          matched: (_chain, { rule: asked }) => {
            tried.push({ id: asked.id, matched: true, reason: undefined })
          },
        },
      })
      const enabled = rows.filter((each) => each.enabled)
      const decisive = enabled.find((each) => matches(each, of) && each.target.kind !== 'continue')
      const by = decision.by
      expect(by.kind === 'rule' ? by.rule : undefined).toBe(decisive?.id)
      expect(decision.kind).toBe(decisive?.target.kind ?? 'drop')
      if (by.kind === 'rule') expect(by.number).toBe(enabled.findIndex(({ id }) => id === by.rule) + 1)
      const upTo = decisive ? enabled.slice(0, enabled.indexOf(decisive) + 1) : enabled
      expect(tried.map(({ id, matched }) => [id, matched])).toEqual(
        upTo.map((each) => [each.id, matches(each, of)]),
      )
      for (const each of tried) expect(each.reason === undefined).toBe(each.matched)
    }),
    { seed: 443, numRuns: 500 },
  )
})
