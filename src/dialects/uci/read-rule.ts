import type { Condition } from '@/model/fields/field'
import type { Target } from '@/model/ruleset/ruleset'
import { PRIORITY } from '@/model/ruleset/ruleset'
import type { DraftRule } from './build'
import { RULE_OPTIONS, readMatch } from './read-match'
import { isNo, isYes, readVerdict } from './spelling'
import { head, joined, type Surroundings, verdictRules } from './surroundings'
import type { Section } from './syntax'
import { zoneConditions } from './zones'

/** Options that say what a target which is kept does. */
const SETS = ['set_mark', 'set_xmark', 'set_dscp', 'set_helper'] as const

/** Puts the rules of one `config rule` into their chain. */
export function addRule(section: Section, around: Surroundings): void {
  const { chains, zones, say } = around
  const value = (name: string) => section.options.get(name)?.values[0]
  const [src, dest] = [value('src'), value('dest')]
  const unknown = [src, dest].find((each) => each && each.text !== '*' && !zones.has(each.text))
  if (unknown) {
    say('syntax-error', `There is no zone ${unknown.text}.`, unknown)
    return
  }
  const read = readMatch(section, RULE_OPTIONS, 'tcpudp', around.ipsets, say)
  if (!read) return
  const device = deviceCondition(section, say)
  const [from, to] = [src && zones.get(src.text), dest && zones.get(dest.text)]
  const chain = src
    ? `${dest ? 'forward' : 'input'}${from ? `_${from.name}` : ''}`
    : `output${to ? `_${to.name}` : ''}`
  const common = commonParts(section)
  const targetValue = value('target')
  const word = targetValue?.text.toLowerCase() ?? ''
  const verdict = readVerdict(word)
  const place = from || to ? chain : chain.toUpperCase()
  for (const match of read.alternatives.map((each) => joined(each, device))) {
    const add = (rule: { readonly match: readonly Condition[]; readonly target: Target }) =>
      chains.add(place, { ...common, ...rule, ...(read.holds && { assume: 'matches' as const }) })
    if (word === 'notrack') {
      const inwards = from && zoneConditions(from, 'in')
      if (!inwards) {
        say('syntax-error', 'NOTRACK needs a source zone.', targetValue ?? head(section))
        return
      }
      chains.chain('raw', 'PREROUTING', { hook: 'prerouting', priority: PRIORITY.raw, policy: 'accept' })
      chains.add(
        'PREROUTING',
        { ...common, match: joined(match, inwards), target: { kind: 'notrack' } },
        'raw',
      )
    } else if (verdict) for (const rule of verdictRules(verdict, to, match, around)) add(rule)
    else if (word === '') add({ match, target: { kind: 'continue' } })
    else if (/^(mark|dscp|helper)$/.test(word)) {
      const sets = SETS.flatMap((name) => value(name)?.text ?? []).join(' ')
      say(
        'approximated',
        `${targetValue?.text} is kept as it stands; it decides nothing.`,
        targetValue ?? head(section),
      )
      add({ match, target: { kind: 'opaque', dialect: 'uci', text: `${targetValue?.text} ${sets}`.trim() } })
    } else {
      say(
        'syntax-error',
        `${targetValue?.text} is no target. Write ACCEPT, REJECT, DROP or NOTRACK.`,
        targetValue ?? head(section),
      )
      return
    }
  }
}

/** Name, log and switch of a section. */
export function commonParts(section: Section): Omit<DraftRule, 'match' | 'target'> {
  const value = (name: string) => section.options.get(name)?.values[0]?.text
  const name = value('name') ?? value('_name') ?? section.name ?? ''
  const log = value('log')
  const enabled = value('enabled')
  const prefix = isYes(log) ? `${name}: ` : log
  return {
    name,
    enabled: enabled === undefined || isYes(enabled),
    line: section.line,
    ...(log !== undefined && !isNo(log) && { log: true, ...(prefix !== undefined && { logPrefix: prefix }) }),
  }
}

function deviceCondition(section: Section, say: Surroundings['say']): Condition[] {
  const device = section.options.get('device')?.values[0]
  if (!device) return []
  const direction = section.options.get('direction')?.values[0]?.text ?? 'in'
  if (!/^[^\s/!*]{1,15}[*+]?$/.test(device.text)) {
    say('syntax-error', `${device.text || 'Nothing'} is no name of a device.`, device)
    return []
  }
  return [
    {
      kind: 'test',
      field: /^(out|egress|1)/i.test(direction) ? 'oif' : 'iif',
      negated: false,
      terms: [{ kind: 'name', pattern: device.text.replace(/\*$/, '+') }],
    },
  ]
}
