import { type Diagnostic, diagnostic } from '../result'
import { rulesOf } from './chains'
import type { Chain, Rule, Ruleset, Table } from './ruleset'
import { chainsLedTo } from './targets'

/** Jumps lead to user chains of the same table and never round in a circle; rule ids are unique in their chain. */
export function checkRuleset(ruleset: Ruleset): Diagnostic[] {
  return ruleset.tables.flatMap((table) => [
    ...duplicateIds(table),
    ...brokenJumps(table),
    ...jumpLoops(table),
  ])
}

function at(rule: Rule | undefined): { line: number; column: number } {
  return { line: rule?.sourceLine ?? 1, column: 1 }
}

function duplicateIds(table: Table): Diagnostic[] {
  return table.chains.flatMap((chain) => {
    const seen = new Set<string>()
    return rulesOf(chain)
      .filter((rule) => seen.has(rule.id) || !seen.add(rule.id))
      .map((rule) =>
        diagnostic(
          'syntax-error',
          `Two rules of ${chain.name} have the id ${rule.id}. Ids are unique in a chain.`,
          at(rule),
        ),
      )
  })
}

/** Every chain that a rule may lead to, with the rule, in order. */
function jumpsOf(chain: Chain): { readonly rule: Rule; readonly to: string }[] {
  return rulesOf(chain).flatMap((rule) => chainsLedTo(rule.target).map((to) => ({ rule, to })))
}

function brokenJumps(table: Table): Diagnostic[] {
  const byName = new Map(table.chains.map((chain) => [chain.name, chain]))
  return table.chains.flatMap((chain) =>
    jumpsOf(chain).flatMap(({ rule, to: name }) => {
      const target = byName.get(name)
      if (!target) {
        return [
          diagnostic(
            'syntax-error',
            `${chain.name} jumps to ${name}, and table ${table.name} has no such chain. Add it, or jump elsewhere.`,
            at(rule),
          ),
        ]
      }
      if (target.base) {
        return [
          diagnostic(
            'syntax-error',
            `${chain.name} jumps to ${name}, which is a base chain. Only user chains can be jumped to.`,
            at(rule),
          ),
        ]
      }
      return []
    }),
  )
}

/**
 * One diagnostic per rule that closes a circle below a base chain; a circle that nothing leads to is loaded. An explicit stack: chains may be thousands deep.
 */
function jumpLoops(table: Table): Diagnostic[] {
  const byName = new Map(table.chains.map((chain) => [chain.name, chain]))
  const state = new Map<string, 'open' | 'done'>()
  const loops: Diagnostic[] = []
  for (const start of table.chains) {
    if (!start.base || state.has(start.name)) continue
    const stack: { chain: Chain; jumps: { to: string; rule: Rule }[]; next: number }[] = []
    const open = (chain: Chain) => {
      state.set(chain.name, 'open')
      stack.push({ chain, jumps: jumpsOf(chain), next: 0 })
    }
    open(start)
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const jump = top.jumps[top.next++]
      if (!jump) {
        state.set(top.chain.name, 'done')
        stack.pop()
        continue
      }
      const target = byName.get(jump.to)
      if (!target) continue
      if (state.get(target.name) === 'open') {
        loops.push(
          diagnostic(
            'syntax-error',
            `${top.chain.name} jumps to ${target.name}, which leads back to ${top.chain.name}. The kernel refuses a loop.`,
            at(jump.rule),
          ),
        )
      } else if (!state.has(target.name)) open(target)
    }
  }
  return loops
}

/** The first rule whose jump leads deeper below its base chain than `deepest` user chains. */
export function jumpTooDeep({ tables }: Ruleset, deepest: number): { chain: Chain; rule: Rule } | undefined {
  for (const table of tables) {
    const byName = new Map(table.chains.map((chain) => [chain.name, chain]))
    let level = new Set(table.chains.filter((chain) => chain.base))
    for (let depth = 0; level.size > 0; depth++) {
      const below = new Set<Chain>()
      for (const chain of level) {
        for (const { rule, to } of jumpsOf(chain)) {
          const target = byName.get(to)
          if (!target) continue
          if (depth === deepest) return { chain, rule }
          below.add(target)
        }
      }
      level = below
    }
  }
  return undefined
}
