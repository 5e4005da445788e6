import { type GeneratedCase, withPieces } from './generate/case'
import type { GeneratedChain, GeneratedRules } from './generate/rules'

/** Whether a case is still worth showing. */
type StillFails = (given: GeneratedCase) => Promise<boolean>

/** The smallest case found by leaving out packets, tables, rules and conditions while it still fails. */
export async function shrink(given: GeneratedCase, fails: StillFails): Promise<GeneratedCase> {
  let smallest = given
  for (let again = true; again; ) {
    again = false
    for (const smaller of [fewerPackets, fewerHosts, fewerTables, fewerRules, fewerConditions, plainer]) {
      const found = await tryEach(smallest, smaller, fails)
      if (found) {
        smallest = found
        again = true
      }
    }
  }
  return smallest
}

type Smaller = (given: GeneratedCase) => Iterable<GeneratedCase>

/** Takes every smaller case that still fails, and goes on from there. */
async function tryEach(
  given: GeneratedCase,
  smaller: Smaller,
  fails: StillFails,
): Promise<GeneratedCase | undefined> {
  let best: GeneratedCase | undefined
  for (let found = true; found; ) {
    found = false
    for (const each of smaller(best ?? given)) {
      if (await fails(each)) {
        best = each
        found = true
        break
      }
    }
  }
  return best
}

function* fewerPackets(given: GeneratedCase): Iterable<GeneratedCase> {
  const { packets } = given.asked
  for (let size = Math.floor(packets.length / 2); size >= 1; size = Math.floor(size / 2))
    for (let start = packets.length - size; start >= 0; start -= size)
      yield withPieces(given, given.rules, [...packets.slice(0, start), ...packets.slice(start + size)])
}

function* fewerHosts(given: GeneratedCase): Iterable<GeneratedCase> {
  for (const each of given.rules)
    yield withRules(
      given,
      given.rules.filter((other) => other !== each),
    )
}

function* fewerTables(given: GeneratedCase): Iterable<GeneratedCase> {
  for (const host of given.rules)
    for (const table of host.tables)
      yield changed(given, host, { ...host, tables: host.tables.filter((other) => other !== table) })
}

function* fewerRules(given: GeneratedCase): Iterable<GeneratedCase> {
  yield* eachChain(given, function* (chain) {
    if (chain.rules.length > 1) yield { ...chain, rules: [] }
    for (const rule of chain.rules) yield { ...chain, rules: chain.rules.filter((other) => other !== rule) }
  })
  for (const host of given.rules) {
    for (const table of host.tables) {
      for (const chain of table.chains.filter(({ policy }) => policy === undefined)) {
        const chains = table.chains.filter((other) => other !== chain)
        if (chains.some(({ rules }) => rules.some(({ target }) => leadsTo(target, chain.name)))) continue
        yield changed(given, host, {
          ...host,
          tables: host.tables.map((each) => (each === table ? { ...table, chains } : each)),
        })
      }
    }
  }
}

function* fewerConditions(given: GeneratedCase): Iterable<GeneratedCase> {
  yield* eachChain(given, function* (chain) {
    for (const rule of chain.rules)
      for (const match of rule.matches) {
        const smaller = { ...rule, matches: rule.matches.filter((other) => other !== match) }
        yield { ...chain, rules: chain.rules.map((each) => (each === rule ? smaller : each)) }
      }
  })
}

/** Policies that accept. */
function* plainer(given: GeneratedCase): Iterable<GeneratedCase> {
  yield* eachChain(given, function* (chain) {
    if (chain.policy === 'DROP') yield { ...chain, policy: 'ACCEPT' }
  })
}

function* eachChain(
  given: GeneratedCase,
  smaller: (chain: GeneratedChain) => Iterable<GeneratedChain>,
): Iterable<GeneratedCase> {
  for (const host of given.rules)
    for (const table of host.tables)
      for (const chain of table.chains)
        for (const other of smaller(chain)) {
          const chains = table.chains.map((each) => (each === chain ? other : each))
          yield changed(given, host, {
            ...host,
            tables: host.tables.map((each) => (each === table ? { ...table, chains } : each)),
          })
        }
}

function changed(given: GeneratedCase, old: GeneratedRules, replacement: GeneratedRules): GeneratedCase {
  return withRules(
    given,
    given.rules.map((each) => (each === old ? replacement : each)),
  )
}

/** Also through a map of nft. */
const leadsTo = (target: string, chain: string) => target.split(/[ ,]/).includes(chain)

const withRules = (given: GeneratedCase, rules: readonly GeneratedRules[]) =>
  withPieces(given, rules, given.asked.packets)
