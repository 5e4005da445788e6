import { firewallKind } from '@/model/firewalls/lookup'
import type { Family } from '@/model/packet/address'
import {
  type Diagnostic,
  type DiagnosticKind,
  diagnostic,
  failure,
  type Result,
  success,
} from '@/model/result'
import type { ImportedLine, ImportedRules, ParseContext } from '../dialect'
import { readTag } from '../iptables/tag'
import { assembleTable, type Binding } from './assemble'
import { AccessList, type Note } from './lists'
import { readExtended, readStandard } from './read-entry'
import { ObjectGroups } from './read-groups'
import { Refusal } from './refusal'
import { listKind } from './spelling'
import { type PlacedLine, readLines } from './syntax'
import { type Word, wordsOf } from './words'

/** Reads access lists and where they are bound, out of a configuration of Cisco IOS. */
export function parseCiscoIos(text: string, context: ParseContext): Result<ImportedRules> {
  const lines = readLines(text)
  const reading = new Reading(context)
  for (const line of lines) reading.readGroup(line)
  for (const line of lines) reading.read(line)
  return reading.finish(lines)
}

/** Collects lists while lines are read. Lives as long as one call of `parseCiscoIos`. */
class Reading {
  readonly #context: ParseContext
  readonly #groups = new ObjectGroups()
  readonly #lists: AccessList[] = []
  readonly #bindings: Binding[] = []
  readonly #silent: Record<Family, Set<string>> = { 4: new Set(), 6: new Set() }
  readonly #diagnostics: Diagnostic[] = []
  readonly #fates = new Map<number, ImportedLine['fate']>()
  /** Remarks that wait for the entry below them, by list. */
  readonly #remarks = new Map<AccessList, { readonly line: number; readonly text: string }[]>()
  #note: Note | undefined

  constructor(context: ParseContext) {
    this.#context = context
  }

  #say(kind: DiagnosticKind, message: string, line: PlacedLine, word?: Word): void {
    const [first] = line.words
    const offset = word?.offset ?? first?.offset ?? 0
    const length = (word ?? first)?.text.length ?? 0
    this.#diagnostics.push(diagnostic(kind, message, { line: line.line, column: offset + 1, length }))
    if (kind === 'syntax-error' || kind === 'ignored' || kind === 'unsupported')
      this.#fates.set(line.line, 'not-understood')
    if (kind === 'approximated') this.#fates.set(line.line, 'partly')
  }

  #attempt(line: PlacedLine, read: () => void): void {
    this.#fates.set(line.line, 'understood')
    try {
      read()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#say('syntax-error', error.message, line, error.word)
    }
  }

  /** Groups may stand below the lists that name them, so they are read first. */
  readGroup(line: PlacedLine): void {
    const { place } = line
    if (place.kind !== 'group' || line.kind !== 'command') return
    this.#attempt(line, () => {
      if (line.isHead) return
      if (place.holds === 'network') this.#groups.readNetwork(place.name, line)
      else this.#groups.readService(place.name, line)
    })
  }

  read(line: PlacedLine): void {
    if (line.kind === 'blank') this.#fates.set(line.line, 'blank')
    else if (line.kind === 'comment') this.#readComment(line)
    else if (line.place.kind === 'list') this.#attempt(line, () => this.#readListLine(line))
    else if (line.place.kind === 'interface') this.#readInterfaceLine(line)
    else if (line.place.kind === 'other') this.#readGlobal(line)
  }

  #readComment(line: PlacedLine): void {
    this.#fates.set(line.line, 'comment')
    const text = line.text.trim()
    const title = /^! == (.*) == (\[highport separator=.*\])$/.exec(text)
    const of = title && readTag(title[2] ?? '').tag?.entries.separator
    const list = this.#openList(line)
    if (title && typeof of === 'string' && list)
      list.rows.push({ kind: 'separator', id: of, title: title[1] ?? '' })
    const tag = /^! (\[highport rule=.*\])$/.exec(text)
    const read = tag && readTag(tag[1] ?? '').tag
    if (read) this.#note = { tag: read, entries: Number(read.entries.entries ?? 1) }
    const off = /^(\s*! off: )(.*)$/.exec(line.text)
    if (!off || !list || !this.#note) return
    const shift = (off[1] ?? '').length
    const words = wordsOf(off[2] ?? '').map((word) => ({ ...word, offset: word.offset + shift }))
    this.#attempt(line, () => this.#readEntry(list, line, words, false))
  }

  #openList({ place }: PlacedLine): AccessList | undefined {
    return place.kind === 'list' ? this.#list(place.name, place.family, place.standard) : undefined
  }

  #list(name: string, family: Family, standard: boolean): AccessList {
    const known = this.#lists.find((list) => list.name === name && list.family === family)
    if (known) return known
    const list = new AccessList(name, family, standard)
    this.#lists.push(list)
    return list
  }

  #readListLine(line: PlacedLine): void {
    const list = this.#openList(line)
    if (!list || line.isHead) return
    const [first, ...rest] = line.words
    if (first?.text.toLowerCase() === 'no') this.#remove(list, rest)
    else this.#readEntry(list, line, line.words, true)
  }

  #remove(list: AccessList, words: readonly Word[]): void {
    const number = /^\d+$/.test(words[0]?.text ?? '') ? Number(words[0]?.text) : undefined
    if (words[0]?.text.toLowerCase() === 'remark') {
      this.#remarks.delete(list)
      return
    }
    const wanted = number === undefined ? JSON.stringify(this.#readRule(list, words), bigints) : ''
    const gone = list.remove(({ sequence, read }) =>
      number === undefined ? JSON.stringify(read, bigints) === wanted : sequence === number,
    )
    if (!gone) throw new Refusal('The list has no such entry.', words[0])
  }

  #readRule(list: AccessList, words: readonly Word[]) {
    return list.standard ? readStandard(words) : readExtended(words, list.family, this.#groups)
  }

  /** `10 permit ...`, `permit ...`, `remark ...` of any list. */
  #readEntry(list: AccessList, line: PlacedLine, given: readonly Word[], enabled: boolean): void {
    const shown = withoutCount(given)
    const [first, second] = shown
    const leading = /^\d+$/.test(first?.text ?? '') ? 1 : first?.text.toLowerCase() === 'sequence' ? 2 : 0
    const words = shown.slice(leading)
    const [action] = words
    const behind = shown.at(-2)?.text.toLowerCase() === 'sequence' ? shown.at(-1) : undefined
    const number = leading === 1 ? first : leading === 2 ? second : behind
    const sequence = number === undefined ? undefined : Number(number.text)
    if (sequence !== undefined && !(sequence >= 1 && sequence <= 4294967295))
      throw new Refusal(`${number?.text} is no place in a list.`, number)
    if (action?.text.toLowerCase() === 'remark') {
      const text = action ? line.text.slice(action.offset + action.text.length).trim() : ''
      this.#remarks.set(list, [...(this.#remarks.get(list) ?? []), { line: line.line, text }])
      return
    }
    const note = this.#note
    if (action?.text.toLowerCase() === 'evaluate')
      throw new Refusal('evaluate lets in what another list has seen, which is not read.', action)
    const read = this.#readRule(list, words)
    if (enabled && sequence !== undefined && list.has(sequence))
      throw new Refusal(`The list has an entry ${sequence} already.`, number)
    for (const { word, text } of read.opaque)
      this.#say('approximated', `${text} is kept as it stands and assumed not to match.`, line, word)
    const name = this.#takeRemarks(list, note)
    list.add({ read, name, note, enabled, line: line.line }, sequence)
    if (note && list.entries.filter((entry) => entry.note === note).length >= note.entries)
      this.#note = undefined
  }

  /** The last remark names the entry below it; those above are titles. */
  #takeRemarks(list: AccessList, note: Note | undefined): string {
    const waiting = this.#remarks.get(list) ?? []
    this.#remarks.delete(list)
    const name = waiting.at(-1)?.text ?? ''
    for (const { line, text } of waiting.slice(0, -1))
      list.rows.push({ kind: 'separator', id: `remark-${line}`, title: text })
    const [head] = note ? list.entries.filter((entry) => entry.note === note) : []
    return head && name === '' ? head.name : name
  }

  #readInterfaceLine(line: PlacedLine): void {
    const { place } = line
    if (place.kind !== 'interface') return
    const words = line.words.map(({ text }) => text)
    const said = words.join(' ').toLowerCase()
    const bound = /^(ip access-group|ipv6 traffic-filter) (\S+) (in|out)$/.exec(said)
    const quiet = /^(no )?(ip|ipv6) unreachables$/.exec(said)
    this.#fates.set(line.line, 'understood')
    if (line.isHead) return
    if (bound) {
      const family = bound[1] === 'ip access-group' ? 4 : 6
      const direction = bound[3] as Binding['direction']
      const before = this.#bindings.findIndex(
        (each) => each.interface === place.name && each.direction === direction && each.family === family,
      )
      if (before >= 0) {
        this.#say('note', 'This takes the place of the list that was bound here before.', line)
        this.#bindings.splice(before, 1)
      }
      this.#bindings.push({ interface: place.name, direction, list: words[2] ?? '', family, line: line.line })
    } else if (quiet) {
      const family = quiet[2] === 'ip' ? 4 : 6
      if (quiet[1]) this.#silent[family].add(place.name)
      else this.#silent[family].delete(place.name)
    } else if (/^(ip access-group|ipv6 traffic-filter)( |$)/.test(said))
      this.#say('syntax-error', 'A list is bound with its name and in or out behind it.', line)
    else if (/^ip nat( |$)/.test(said)) this.#say('unsupported', 'Translation is not read.', line)
    else this.#say('ignored', 'This line says nothing of what passes.', line)
  }

  #readGlobal(line: PlacedLine): void {
    const [first, second, third, ...rest] = line.words
    const said = line.words.map(({ text }) => text.toLowerCase()).join(' ')
    if (first?.text.toLowerCase() === 'access-list' && second && third)
      this.#attempt(line, () => this.#readNumbered(line, second, [third, ...rest]))
    else if (/^no (access-list|ip access-list (extended|standard)|ipv6 access-list) \S+$/.test(said)) {
      const name = line.words.at(-1)?.text
      const family = said.startsWith('no ipv6') ? 6 : 4
      this.#fates.set(line.line, 'understood')
      const at = this.#lists.findIndex((list) => list.name === name && list.family === family)
      if (at >= 0) this.#lists.splice(at, 1)
    } else if (/^(access-list|access-group|ip access-list|ipv6 access-list)( |$)/.test(said))
      this.#say('syntax-error', 'This is not a list of IOS. Write access-list 101 permit ip any any.', line)
    else if (/^ip nat( |$)/.test(said)) this.#say('unsupported', 'Translation is not read.', line)
    else this.#say('ignored', 'This line says nothing of what passes.', line)
  }

  #readNumbered(line: PlacedLine, number: Word, words: readonly Word[]): void {
    if (/^(extended|standard|line|webtype|ethertype)$/i.test(words[0]?.text ?? ''))
      throw new Refusal('This is a list of an ASA, which is another language with netmasks.', words[0])
    const kind = /^\d+$/.test(number.text) ? listKind(Number(number.text)) : undefined
    if (!kind)
      throw new Refusal(
        `${number.text} is no number of an IP list. Write 1-199, 1300-1999 or 2000-2699.`,
        number,
      )
    if (words[0]?.text.toLowerCase() === 'dynamic')
      throw new Refusal('dynamic waits for somebody to log in, which is not read.', words[0])
    this.#readEntry(this.#list(number.text, 4, kind === 'standard'), line, words, true)
  }

  finish(lines: readonly PlacedLine[]): Result<ImportedRules> {
    if (this.#lists.length === 0) {
      const wrong = this.#diagnostics.filter(({ kind }) => kind === 'syntax-error')
      if (wrong.length > 0) return { ok: false, diagnostics: wrong }
      return failure('No access list is in this text, such as "access-list 101 permit tcp any any eq 80".')
    }
    for (const [list, waiting] of this.#remarks)
      if (this.#lists.includes(list))
        for (const { line, text } of waiting)
          list.rows.push({ kind: 'separator', id: `remark-${line}`, title: text })
    this.#sayUnbound()
    const ids = new Map<number, string[]>()
    const told = (line: number, id: string) => ids.set(line, [...(ids.get(line) ?? []), id])
    const say = (each: Diagnostic) => this.#diagnostics.push(each)
    const assembly = { lists: this.#lists, bindings: this.#bindings, silent: this.#silent }
    const families = ([4, 6] as const).filter((family) => this.#lists.some((list) => list.family === family))
    const tables = families.map((family) => assembleTable(assembly, family, this.#context, told, say))
    const imported: ImportedRules = {
      firewall: { ...firewallKind('netfilter').create(), ruleset: { tables } },
      rules: this.#lists.reduce((sum, list) => sum + list.entries.length, 0),
      lines: lines.map(({ line, text }) => ({
        line,
        text,
        fate: this.#fates.get(line) ?? 'not-understood',
        rules: ids.get(line) ?? [],
      })),
    }
    return success(
      imported,
      this.#diagnostics.sort((a, b) => a.line - b.line || a.column - b.column),
    )
  }

  #sayUnbound(): void {
    for (const list of this.#lists) {
      const isBound = this.#bindings.some((each) => each.list === list.name && each.family === list.family)
      if (isBound) continue
      const command = list.family === 4 ? 'ip access-group' : 'ipv6 traffic-filter'
      const line = list.entries[0]?.line ?? 1
      const message = `The list ${list.name} is bound to no interface: no packet is asked. Write "${command} ${list.name} in" below an interface.`
      this.#diagnostics.push(diagnostic('note', message, { line, column: 1 }))
    }
  }
}

const bigints = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)

/** "(12 matches)", which "show access-lists" puts behind an entry. */
function withoutCount(words: readonly Word[]): readonly Word[] {
  const at = words.findIndex(({ text }) => /^\(\d+$/.test(text))
  if (at < 0 || !/^match(es)?\)$/.test(words[at + 1]?.text ?? '')) return words
  return words.filter((_, index) => index !== at && index !== at + 1)
}
