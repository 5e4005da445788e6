import { describe, expect, test } from 'vitest'
import { answer, filter, iptables, syn, TOPOLOGY } from './laboratory'
import { replayText } from './replay'

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)
const address = (index: number) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`

/** A filter table with user chains c0, c1, ... */
const chained = (count: number, ...rules: string[]) =>
  `*filter\n:FORWARD DROP\n${numbers(count)
    .map((index) => `:c${index} -`)
    .join('\n')}\n${rules.join('\n')}\nCOMMIT\n`

/** Each chain leads to the next. */
const inARow = (count: number, jump = '-j') =>
  chained(
    count,
    `-A FORWARD ${jump} c0`,
    ...numbers(count - 1).map((index) => `-A c${index} ${jump} c${index + 1}`),
    `-A c${count - 1} -p tcp -j ACCEPT`,
  )

const verdict = (text: string) => answer({ router: { ruleset: iptables(text) } }, [syn]).packets[0]

const refusal = (tool: string, text: string) => {
  const hosts = { router: { ruleset: { tool, text } } }
  const result = replayText(JSON.stringify({ topology: TOPOLOGY, hosts, packets: [syn] }))
  return 'error' in result ? result.error : 'answered'
}

describe('large rulesets are answered', () => {
  test('100,000 rules', () => {
    const rules = numbers(100_000).map(
      (index) => `-A FORWARD -s ${address(index)} -p tcp --dport 443 -j ACCEPT\n`,
    )
    const first = verdict(`*filter\n${rules.join('')}-A FORWARD -p tcp -j ACCEPT\nCOMMIT\n`)
    expect(first?.hops[1]?.path).toEqual([{ table: 'filter', chain: 'FORWARD', rule: 100_001 }])
  })

  test('10,000 user chains side by side', () => {
    const rules = numbers(10_000).flatMap((index) => [
      `-A FORWARD -s ${address(index)} -j c${index}`,
      `-A c${index} -p tcp -j ACCEPT`,
    ])
    expect(verdict(chained(10_000, ...rules))?.rule).toMatchObject({ policy: true })
  })

  test.each([
    ['jump', '-j'],
    ['goto', '-g'],
  ])('10,000 user chains one below the other, by %s', (_word, jump) => {
    const first = verdict(inARow(10_000, jump))
    expect(first?.hops[1]?.path).toHaveLength(10_001)
    expect(first?.verdict).toBe('delivered')
  })

  test('10,000 rules that log', () => {
    const log = numbers(10_000).map(() => '-A FORWARD -j LOG')
    expect(verdict(chained(0, ...log))?.hops[1]?.path).toHaveLength(10_001)
  })

  test('1,000 packets of one case', () => {
    const packets = numbers(1000).map((index) => ({ ...syn, sport: 1024 + index }))
    const { packets: results } = answer({ router: { ruleset: filter('-A FORWARD -j ACCEPT') } }, packets)
    expect(results.every((each) => each.verdict === 'delivered')).toBe(true)
  })
})

describe('circles of jumps are refused as the tool does, with the line', () => {
  const circle = (jump: string) =>
    chained(2, '-A FORWARD -j c0', `-A c0 ${jump} c1`, `-A c1 -p tcp ${jump} c0`)
  test.each([
    ['jumps', circle('-j')],
    ['gotos', circle('-g')],
  ])('%s', (_word, text) => {
    expect(refusal('iptables-legacy-restore', text)).toBe(
      'Line 7, column 1: c1 jumps to c0, which leads back to c1. The kernel refuses a loop.',
    )
  })

  test('a circle that nothing leads to is loaded', () => {
    const text = chained(1, '-A c0 -j c0')
    expect(refusal('iptables-legacy-restore', text)).toBe('answered')
    expect(refusal('iptables-restore', text)).toBe('answered')
  })

  test('the nft back end takes user chains 15 deep and no deeper; legacy takes any depth', () => {
    expect(refusal('iptables-restore', inARow(15))).toBe('answered')
    expect(refusal('iptables-restore', inARow(16))).toBe(
      'Line 34: c14 jumps deeper than 15 chains, which iptables-restore refuses ("Too many links").',
    )
    expect(refusal('ip6tables-restore', inARow(16))).toContain('Too many links')
    expect(refusal('iptables-legacy-restore', inARow(16))).toBe('answered')
  })
})
