import { type Choices, choices } from '../generate/choices'
import { NETWORKS, type TestNetwork } from '../generate/network'
import { type GeneratedRules, generateRules, hostRules, PORTS, TOOLS_OF, type Tool } from '../generate/rules'
import type { Question, Try } from './question'

/** A question together with the pieces of its rule text. */
export interface GeneratedQuestion {
  readonly seed: number
  readonly rules: readonly GeneratedRules[]
  readonly asked: Question
}

const TRIES = 8

/** What is left out, and why; every run says so. */
export const LEFT_OUT =
  'Left out: rules for segments with ACK alone. Which acknowledgments go alone and which go with data is a matter of timing.'
const isLeftOut = (match: string) => match.includes('--tcp-flags ALL ACK')

function withoutLeftOut(rules: GeneratedRules): GeneratedRules {
  const tables = rules.tables.map((table) => ({
    ...table,
    chains: table.chains.map((chain) => ({
      ...chain,
      rules: chain.rules.filter(({ matches }) => !matches.some(isLeftOut)),
    })),
  }))
  return { ...rules, tables }
}

export function generateQuestion(
  seed: number,
  families: readonly (4 | 6)[],
  tools: readonly Tool[],
): GeneratedQuestion {
  const random = choices(seed)
  const network = NETWORKS[random.one(families)]
  const tool = random.one(TOOLS_OF[network.family].filter((each) => tools.includes(each)))
  const ruled = ['router', ...['client', 'server'].filter(() => random.chance(25))]
  const rules = ruled.map((host) => withoutLeftOut(generateRules(random, network, tool, host)))
  const listening = Object.fromEntries(Object.keys(network.hosts).map((host) => [host, listen(random)]))
  return withRules(
    { seed, rules, asked: { topology: network, hosts: {}, tries: tries(random, network) } },
    rules,
    listening,
  )
}

/** The same question with other rules. */
export function withRules(
  { seed, asked }: GeneratedQuestion,
  rules: readonly GeneratedRules[],
  listening: Readonly<Record<string, readonly string[]>>,
): GeneratedQuestion {
  const ruled = hostRules(rules)
  const hosts = Object.fromEntries(
    Object.entries(listening).map(([host, ports]) => [host, { ...ruled[host], listen: ports }]),
  )
  const topology = { hosts: asked.topology.hosts }
  return { seed, rules, asked: { ...asked, topology, hosts } }
}

function listen(random: Choices): string[] {
  return PORTS.flatMap((port) =>
    ['tcp', 'udp'].filter(() => random.chance(70)).map((each) => `${each}/${port}`),
  )
}

/** Each to another place, so that no two flows of one question are the same after any translation of their source. */
function tries(random: Choices, { hosts, addresses, nobody }: TestNetwork): Try[] {
  const beyond = nobody.at(-1) as string
  const targets = [...Object.values(addresses), addresses.server, addresses.server, addresses.wan, beyond]
  const found = new Map<string, Try>()
  for (let index = 0; index < TRIES; index++) {
    const from = random.one(['client', 'client', 'desk', 'server', 'other', ...Object.keys(hosts)])
    const one: Try = {
      from,
      proto: random.chance(65) ? 'tcp' : 'udp',
      to: random.one(targets),
      port: random.one(PORTS),
    }
    found.set(`${one.proto} ${one.to} ${one.port}`, one)
  }
  return [...found.values()]
}
