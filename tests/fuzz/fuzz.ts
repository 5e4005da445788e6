import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import type { Dialect } from '@/dialects/dialect'
import { DIALECTS } from '@/dialects/index'
import { context, homeOf, netfilterOf } from '../arbitraries/rules'
import { Chance, mutate } from './mutate'

/** Languages that are read, which is what is tried. */
export const READ = DIALECTS.filter(({ parse }) => parse)

/** What a parser did that no text may make it do. */
export interface Trouble {
  readonly text: string
  readonly what: string
}

export interface FuzzCounts {
  readonly texts: number
  readonly read: number
  readonly refused: number
  readonly slowest: number
  readonly troubles: readonly Trouble[]
}

/** Firewalls that each language is started with, as it writes them. */
const WRITTEN = 30
/** Milliseconds that no text of at most 100,000 characters may take. */
const LIMIT = 1000
/** Troubles after which a run gives up. */
const MOST = 5

/** Texts to begin with: the cases of the language, in and out of a table, and what it writes of random firewalls. */
function beginnings(dialect: Dialect): string[] {
  const path = `src/dialects/${dialect.id}/cases.txt`
  const cases = existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .flatMap((line) => line.split(' ; ')[0] ?? [])
        .map((input) => input.replaceAll(' / ', '\n'))
    : []
  const firewalls = fc.sample(fc.oneof(homeOf(4), homeOf(6), netfilterOf(4), netfilterOf(6)), {
    seed: 20_263,
    numRuns: WRITTEN,
  })
  const written = DIALECTS.flatMap(({ id, print }) =>
    print && (id === dialect.id || !dialect.print) ? firewalls.map((each) => print(each, context).text) : [],
  )
  const inTable = cases.map((rules) => `*filter\n:user - [0:0]\n${rules}\nCOMMIT\n`)
  return [...cases, ...inTable, ...written, ...LISTINGS]
}

const LISTINGS = [
  'Chain INPUT (policy DROP 0 packets, 0 bytes)\n pkts bytes target     prot opt in     out     source               destination\n    0     0 LOG        tcp  --  lo     *       10.0.0.0/8           0.0.0.0/0            tcp dpts:1:5 limit: avg 3/min burst 5 /* a */ LOG flags 0 level 4 prefix "x"\n\nChain user (1 references)',
  'IPT="sudo iptables"; LAN=10.0.0.0/8\nfor p in 80 443; do\n  $IPT -A INPUT -p tcp --dport $p -j ACCEPT\ndone\nroot@gw:~# $IPT -A INPUT -s $LAN -j DROP && $IPT -P INPUT DROP >/dev/null 2>&1',
]

/** Tries `count` texts. `now` in milliseconds of the processor; without it nothing is timed. */
export function fuzz(dialect: Dialect, count: number, seed: number, now: () => number = () => 0): FuzzCounts {
  const chance = new Chance(seed)
  const texts = beginnings(dialect)
  const troubles: Trouble[] = []
  let read = 0
  let slowest = 0
  let tried = 0
  for (; tried < count && troubles.length < MOST; tried++) {
    const text = mutate(chance.of(texts), chance, texts)
    const before = now()
    try {
      const result = dialect.parse?.(text, context)
      if (result?.ok) read++
      else if (result?.diagnostics.length === 0) troubles.push({ text, what: 'fails without a word' })
      dialect.detect(text)
    } catch (error) {
      troubles.push({ text, what: String(error instanceof Error ? error.stack : error) })
    }
    const took = now() - before
    slowest = Math.max(slowest, took)
    if (took > LIMIT) troubles.push({ text, what: `takes ${Math.round(took)} ms` })
  }
  return { texts: tried, read, refused: tried - read, slowest, troubles }
}
