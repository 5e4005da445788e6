import type { Answer, Case } from '../case'
import { type Choices, choices } from './choices'
import { NETWORKS, type TestNetwork } from './network'
import { generatePackets } from './packets'
import { type GeneratedRules, generateRules, hostRules, TOOLS_OF, type Tool } from './rules'
import { spoil } from './spoil'

/** A case together with the pieces of its rule text. */
export interface GeneratedCase {
  readonly seed: number
  readonly rules: readonly GeneratedRules[]
  readonly asked: Case
}

export interface Wanted {
  readonly families: readonly (4 | 6)[]
  readonly tools: readonly Tool[]
  readonly packets: number
  /** In so many of 100 cases rules are added that tools refuse: whether they load is compared too. */
  readonly spoiled: number
}

export function generateCase(seed: number, wanted: Wanted, engine: (given: Case) => Answer): GeneratedCase {
  const random = choices(seed)
  const family = random.one(wanted.families)
  const network = NETWORKS[family]
  const tool = random.one(TOOLS_OF[family].filter((each) => wanted.tools.includes(each)))
  const right = hostsWithRules(random).map((host) => generateRules(random, network, tool, host))
  const rules = random.chance(wanted.spoiled) ? right.map((each) => spoil(random, each)) : right
  const given = caseOf(network, rules, random.chance(25))
  return {
    seed,
    rules,
    asked: { ...given, packets: generatePackets(random, network, wanted.packets, given, engine) },
  }
}

function hostsWithRules(random: Choices): string[] {
  const hosts = ['router']
  if (random.chance(12)) hosts.push('client')
  if (random.chance(12)) hosts.push('server')
  return hosts
}

/** With `answering` the hosts' own stacks reply. */
function caseOf(
  { hosts }: TestNetwork,
  rules: readonly GeneratedRules[],
  answering: boolean,
): Omit<Case, 'packets'> {
  const options = { seed: 1, ...(answering && { stack_answers: true }) }
  return { topology: { hosts }, hosts: hostRules(rules), options }
}

/** The same case with other rules or packets. */
export function withPieces(
  given: GeneratedCase,
  rules: readonly GeneratedRules[],
  packets: Case['packets'],
): GeneratedCase {
  return { ...given, rules, asked: { ...given.asked, hosts: hostRules(rules), packets } }
}
