import type { Chain, Rule, Table } from '@/model/ruleset/ruleset'

/** A list and where it is bound. */
export interface BoundChain {
  readonly interface: string
  readonly direction: 'in' | 'out'
  readonly chain: Chain
}

/** What the lists of a table are, where the table has the shape in which lists are read. */
export interface ListShape {
  readonly lists: readonly Chain[]
  readonly bindings: readonly BoundChain[]
  /** Lists bound `in` beside lists bound `out`: what they permit is asked on. */
  readonly goesOn: ReadonlySet<Chain>
}

/** INPUT and FORWARD only jump, by interface, and the chains they jump to decide by themselves. */
export function listShape(table: Table): ListShape | undefined {
  const base = (hook: string) => table.chains.find((chain) => chain.base?.hook === hook)
  const [input, forward, output] = [base('input'), base('forward'), base('output')]
  const bases = table.chains.filter((chain) => chain.base)
  const isPlain = bases.length === 3 && bases.every((chain) => chain.base?.policy === 'accept')
  if (!isPlain || !input || !forward || !output || output.rows.length > 0) return undefined
  const lists = table.chains.filter((chain) => !chain.base)
  const asked = bindingsOf(input, lists)
  const passed = bindingsOf(forward, lists)
  const inward = passed?.filter(({ direction }) => direction === 'in')
  if (!asked || !passed || !inward || asked.length !== inward.length) return undefined
  if (lists.length === 0) return undefined
  const same = asked.every(
    (each, at) => each.interface === inward[at]?.interface && each.chain === inward[at]?.chain,
  )
  const inwardFirst = passed.slice(0, inward.length).every(({ direction }) => direction === 'in')
  const places = new Set(passed.map((each) => `${each.direction} ${each.interface}`))
  if (!same || !inwardFirst || places.size < passed.length) return undefined
  const hasOut = passed.length > inward.length
  const goesOn = new Set(hasOut ? inward.map(({ chain }) => chain) : [])
  const decides = lists.every((chain) =>
    chain.rows.every((row) => row.kind === 'separator' || !row.enabled || isDecision(row, goesOn.has(chain))),
  )
  return decides ? { lists, bindings: passed, goesOn } : undefined
}

function isDecision({ target }: Rule, goesOn: boolean): boolean {
  const { kind } = target
  return kind === 'drop' || kind === 'reject' || kind === 'return' || (kind === 'accept' && !goesOn)
}

/** The jumps of a base chain, undefined where it has anything else. */
function bindingsOf(chain: Chain, lists: readonly Chain[]): BoundChain[] | undefined {
  const found = chain.rows.map((row): BoundChain | undefined => {
    if (row.kind === 'separator' || !row.enabled || row.target.kind !== 'jump' || row.log) return undefined
    const [test, ...others] = row.match
    const { target } = row
    const list = lists.find(({ name }) => name === target.chain)
    if (test?.kind !== 'test' || others.length > 0 || test.negated || !list) return undefined
    const [term, ...terms] = test.terms
    if (term?.kind !== 'name' || terms.length > 0 || term.pattern.endsWith('+')) return undefined
    if (test.field !== 'iif' && test.field !== 'oif') return undefined
    return { interface: term.pattern, direction: test.field === 'iif' ? 'in' : 'out', chain: list }
  })
  return found.includes(undefined) ? undefined : found.filter((each) => each !== undefined)
}
