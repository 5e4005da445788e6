import type { Family } from '@/model/packet/address'
import type { Remark } from '../refuse'
import { readProtocol } from '../spelling'
import type { Word } from '../words'
import { readExtras } from './read-extras'

/** Which columns a listing has, as the line above its rows says. */
export interface Columns {
  readonly number: boolean
  readonly counters: boolean
  readonly interfaces: boolean
}

/** A row of a listing as the words of a rule, and the runs of its last column that have none. */
export interface ListedRow {
  readonly rule: readonly Word[]
  /** Empty for a row without one. */
  readonly target: string
  readonly unread: readonly Word[]
  readonly remarks: readonly Remark[]
}

const HEADER = /^\s*(num\s+)?(pkts\s+bytes\s+)?target\s+prot\s+opt\s+(in\s+out\s+)?source\s+destination\b/

export function readColumns(line: string): Columns | undefined {
  const found = HEADER.exec(line)
  return found
    ? { number: found[1] !== undefined, counters: found[2] !== undefined, interfaces: found[3] !== undefined }
    : undefined
}

/** Where the line above the rows was lost: columns as numbers in front of the target suggest them. */
export function guessColumns(line: string): Columns {
  const before = /^\s*((?:\d+[KMGTP]?\s+)*)/.exec(line)?.[1] ?? ''
  const numbers = before.trim() === '' ? 0 : before.trim().split(/\s+/).length
  return { number: numbers % 2 === 1, counters: numbers >= 2, interfaces: numbers >= 2 }
}

const OPTION_CELL = /^(?:--|[–—]{1,2}|-f|!f)$/
const COUNTER = /^\d+[KMGTP]?$/
/** Spaces that stand for a target in a row without one. */
const EMPTY_TARGET = 9

/** Undefined: the line is no row of such a listing. */
export function readRow(line: string, columns: Columns, family: Family): ListedRow | undefined {
  const cells = [...line.matchAll(/\S+/g)].map(
    (found): Word => ({ text: found[0], offset: found.index, length: found[0].length, quoted: false }),
  )
  let at = 0
  if (columns.number && !/^\d+$/.test(cells[at++]?.text ?? '')) return undefined
  if (columns.counters) {
    if (!COUNTER.test(cells[at]?.text ?? '') || !COUNTER.test(cells[at + 1]?.text ?? '')) return undefined
    at += 2
  }
  const target = hasTarget(line, cells, at) ? cells[at++] : undefined
  const protocol = cells[at++]
  if (!protocol || !isProtocol(protocol)) return undefined
  const opt = OPTION_CELL.test(cells[at]?.text ?? '') ? cells[at++] : undefined
  const incoming = columns.interfaces ? cells[at++] : undefined
  const outgoing = columns.interfaces ? cells[at++] : undefined
  const [source, destination] = [cells[at], cells[at + 1]]
  if (!source || !destination || !isAddress(source) || !isAddress(destination)) return undefined

  const rule: Word[] = []
  const add = (option: string, cell: Word | undefined, any: RegExp) => {
    if (!cell || any.test(cell.text)) return
    const negated = cell.text.startsWith('!')
    if (negated) rule.push({ ...cell, text: '!' })
    rule.push({ ...cell, text: option }, { ...cell, text: cell.text.slice(negated ? 1 : 0), quoted: true })
  }
  add('-p', protocol, /^(?:all|0)$/)
  if (opt?.text === '!f') rule.push({ ...opt, text: '!' })
  if (opt?.text.endsWith('f')) rule.push({ ...opt, text: '-f' })
  add('-i', incoming, /^(?:\*|any)$/)
  add('-o', outgoing, /^(?:\*|any)$/)
  const local = (cell: Word): Word => ({
    ...cell,
    text: cell.text.replace(/^(!?)localhost$/, `$1${LOCALHOST[family]}`),
  })
  add('-s', local(source), ANYWHERE[family])
  add('-d', local(destination), ANYWHERE[family])
  const extras = readExtras(line, destination.offset + destination.length, target?.text ?? '')
  rule.push(...extras.match)
  if (target) rule.push({ ...target, text: extras.isGoto ? '-g' : '-j' }, { ...target, quoted: true })
  return {
    rule: [...rule, ...extras.target],
    target: target?.text ?? '',
    unread: extras.unread,
    remarks: extras.remarks,
  }
}

const ANYWHERE = { 4: /^(?:anywhere|0\.0\.0\.0\/0)$/, 6: /^(?:anywhere|::\/0)$/ } as const
/** RFC 6761, section 6.3. */
const LOCALHOST = { 4: '127.0.0.1', 6: '::1' } as const

const isProtocol = ({ text }: Word) => /^!?(?:all|\d{1,3}|[a-z][\w.-]*)$/i.test(text)
const isAddress = ({ text }: Word) => /^!?[\w.:/-]+$/.test(text)

/** The target column is empty for a rule that only counts; the one after it, "opt", was empty in old ip6tables. */
function hasTarget(line: string, cells: readonly Word[], at: number): boolean {
  const [first, second, third] = [cells[at], cells[at + 1], cells[at + 2]]
  if (third && OPTION_CELL.test(third.text)) return true
  if (!first || !second || OPTION_CELL.test(second.text)) return false
  const before = cells[at - 1]
  const gap = line.slice(before ? before.offset + before.length : 0, first.offset)
  const known = readProtocol(first.text.replace(/^!/, ''))
  return known === undefined || (!/\t/.test(gap) && gap.length < EMPTY_TARGET)
}
