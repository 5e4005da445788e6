import type { Edit } from '../edits/edit'
import { parseCell } from '../fields/cell'
import type { Condition, FieldId, Term } from '../fields/field'
import { fieldOf } from '../fields/lookup'
import { failure, type Result, success } from '../result'
import { allChains } from '../ruleset/chains'
import type { ChainRef, NamedSet, Rule } from '../ruleset/ruleset'
import { namesOf } from '../topology/names'
import type { Design } from './design'

/** A rule that names a set. */
export interface SetUse {
  readonly device: string
  readonly chain: ChainRef
  /** Place of the row in its chain. */
  readonly index: number
  readonly rule: Rule
}

const FIELD_OF: Readonly<Record<NamedSet['holds'], FieldId>> = { addresses: 'src', ports: 'dport' }
/** Cells take names apart at commas, colons and spaces; 31 characters are what the kernel's sets may have (ipset(8)). */
const NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,30}$/

/** All rules that name a set, in the order of the drawing. */
export function usesOfSet({ devices }: Design, name: string): SetUse[] {
  return devices.flatMap((device) =>
    allChains(device.firewall.ruleset).flatMap(({ ref, chain }) =>
      chain.rows.flatMap((row, index) =>
        row.kind === 'rule' && row.match.some((condition) => names(condition, name))
          ? [{ device: device.id, chain: ref, index, rule: row }]
          : [],
      ),
    ),
  )
}

function names(condition: Condition, name: string): boolean {
  return condition.kind === 'test' && condition.terms.some((term) => isSet(term, name))
}

const isSet = (term: Term, name: string) => term.kind === 'set' && term.name === name

/** Reads the values of a set as a cell writes them: addresses, prefixes and ranges, or ports and ranges of ports. */
export function parseSetValues(
  design: Design,
  holds: NamedSet['holds'],
  text: string,
): Result<NamedSet['terms']> {
  if (text.trim() === '') return success([])
  const parsed = parseCell(FIELD_OF[holds], text, namesOf(design))
  if (!parsed.ok) return parsed
  const test = parsed.value
  if (!test || test.negated)
    return failure('A set lists values. "any" and "not" belong in the rule.', 1, text.length)
  const ranges = test.terms.filter((term) => term.kind === 'range')
  return ranges.length === test.terms.length
    ? success(ranges)
    : failure('A set holds values alone. Words that follow the drawing belong in the rule.', 1, text.length)
}

export function formatSetValues(design: Design, { holds, terms }: NamedSet): string {
  return terms.length === 0 ? '' : fieldOf(FIELD_OF[holds]).format(terms, namesOf(design))
}

/** What is wrong with a name for a set; nothing where it can be had. */
function troubleWithName({ sets }: Design, name: string): string | undefined {
  if (!NAME.test(name))
    return `"${name}" cannot name a set. Write a letter, then up to 30 letters, digits, "-", "_" or ".".`
  return sets.some((set) => set.name === name)
    ? `There is a set named ${name} already. Choose another name.`
    : undefined
}

/** Adds an empty set. */
export function addSetEdit({ sets }: Design, holds: NamedSet['holds']): Edit {
  const taken = new Set(sets.map(({ name }) => name))
  let number = 1
  while (taken.has(`${holds}-${number}`)) number++
  return { kind: 'set-sets', sets: [...sets, { name: `${holds}-${number}`, holds, terms: [] }] }
}

/** Gives a set another name; the rules that name it follow. */
export function renameSetEdit(design: Design, from: string, to: string): Result<Edit> {
  const trouble = troubleWithName(design, to)
  if (trouble !== undefined) return failure(trouble, 1, to.length)
  const sets = design.sets.map((set) => (set.name === from ? { ...set, name: to } : set))
  const renamed = (rule: Rule): Rule => ({
    ...rule,
    match: rule.match.map((each) => withName(each, from, to)),
  })
  const rules = usesOfSet(design, from).map(
    ({ device, chain, index, rule }): Edit => ({
      kind: 'replace-row',
      device,
      chain,
      index,
      row: renamed(rule),
    }),
  )
  return success({ kind: 'batch', edits: [{ kind: 'set-sets', sets }, ...rules] })
}

function withName(condition: Condition, from: string, to: string): Condition {
  if (condition.kind !== 'test' || !names(condition, from)) return condition
  const terms = condition.terms.map((term): Term => (isSet(term, from) ? { kind: 'set', name: to } : term))
  return { ...condition, terms }
}

/** Replaces the values of a set. */
export function setValuesEdit({ sets }: Design, name: string, terms: NamedSet['terms']): Edit {
  return { kind: 'set-sets', sets: sets.map((set) => (set.name === name ? { ...set, terms } : set)) }
}

/** Takes a set away; refused while rules name it, since they would match nothing from then on. */
export function removeSetEdit(design: Design, name: string): Result<Edit> {
  const uses = usesOfSet(design, name)
  if (uses.length > 0) {
    const many = uses.length === 1 ? 'A rule names' : `${uses.length} rules name`
    return failure(`${many} @${name}. Write something else there first: ${placesOf(design, uses)}.`, 1, 0)
  }
  return success({ kind: 'set-sets', sets: design.sets.filter((set) => set.name !== name) })
}

/** "Home router inbound HTTPS, Home router inbound r4". */
function placesOf({ devices }: Design, uses: readonly SetUse[]): string {
  const deviceName = (id: string) => devices.find((device) => device.id === id)?.name ?? id
  return uses
    .map(({ device, chain, rule }) => `${deviceName(device)} ${chain.chain} ${rule.name || rule.id}`)
    .join(', ')
}
