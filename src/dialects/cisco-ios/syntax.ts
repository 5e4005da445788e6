import { type Word, wordsOf } from './words'

/** One line of a configuration, without a prompt before it. */
export interface Line {
  /** From 1. */
  readonly line: number
  readonly text: string
  readonly kind: 'blank' | 'comment' | 'command'
  readonly words: readonly Word[]
}

/** What a line is about, which for most lines is decided by a line above. */
export type Place =
  | { readonly kind: 'list'; readonly family: 4 | 6; readonly standard: boolean; readonly name: string }
  | { readonly kind: 'interface'; readonly name: string }
  | { readonly kind: 'group'; readonly holds: 'network' | 'service'; readonly name: string }
  /** Something else of the device. */
  | { readonly kind: 'other' }

export interface PlacedLine extends Line {
  readonly place: Place
  /** The line that opens the place; entries stand in the lines below. */
  readonly isHead: boolean
}

/** "R1(config-ext-nacl)#", as people paste it along. */
const PROMPT = /^\s*[\w.-]+(?:\([\w-]+\))?[#>]\s*/

export function readLines(text: string): PlacedLine[] {
  let place: Place = { kind: 'other' }
  return text.split(/\r?\n/).map((each, index) => {
    const line = readLine(each, index + 1)
    if (line.kind !== 'command') return { ...line, place, isHead: false }
    const opened = openedBy(line.words)
    if (opened) place = opened
    else if (!staysIn(place, line)) place = { kind: 'other' }
    return { ...line, place, isHead: opened !== undefined }
  })
}

function readLine(text: string, line: number): Line {
  const prompt = PROMPT.exec(text)?.[0] ?? ''
  const words = wordsOf(text.slice(prompt.length)).map((word) => ({
    ...word,
    offset: word.offset + prompt.length,
  }))
  const first = words[0]?.text ?? ''
  const kind = first === '' ? 'blank' : /^[!#]/.test(first) ? 'comment' : 'command'
  return { line, text, kind, words }
}

function openedBy(words: readonly Word[]): Place | undefined {
  const [first = '', second = '', third = '', fourth] = words.map(({ text }) => text.toLowerCase())
  const original = (at: number) => words[at]?.text ?? ''
  if (/^int(e(r(f(a(c(e)?)?)?)?)?)?$/.test(first) && second !== '')
    return {
      kind: 'interface',
      name: words
        .slice(1)
        .map(({ text }) => text)
        .join(''),
    }
  if (first === 'ip' && second === 'access-list' && (third === 'extended' || third === 'standard') && fourth)
    return { kind: 'list', family: 4, standard: third === 'standard', name: original(3) }
  if (first === 'ipv6' && second === 'access-list' && third !== '')
    return { kind: 'list', family: 6, standard: false, name: original(2) }
  if (first === 'object-group' && (second === 'network' || second === 'service') && third !== '')
    return { kind: 'group', holds: second, name: original(2) }
  // What "show access-lists" prints above the entries.
  const shown = /^(extended|standard) ip access list (\S+)$|^ipv6 access list (\S+)$/i.exec(
    words.map(({ text }) => text).join(' '),
  )
  if (!shown) return undefined
  const family = shown[3] === undefined ? 4 : 6
  return {
    kind: 'list',
    family,
    standard: shown[1]?.toLowerCase() === 'standard',
    name: shown[2] ?? shown[3] ?? '',
  }
}

const IN_LIST = /^(\d+|permit|deny|remark|evaluate|no|default|sequence)$/
const IN_GROUP = /^(host|range|any|description|group-object|no|tcp|udp|tcp-udp|icmp|ip|\d[\d./]*|[a-z]+)$/
/** Commands that stand by themselves and so end what went before. */
const GLOBAL =
  /^(access-list|exit|end|line|router|hostname|banner|logging|snmp-server|aaa|class-map|policy-map|route-map|crypto|username|enable|vlan|spanning-tree|service|version|boot|control-plane)$/

function staysIn(place: Place, { words, text }: Line): boolean {
  const first = words[0]?.text.toLowerCase() ?? ''
  if (GLOBAL.test(first)) return false
  switch (place.kind) {
    case 'list':
      return IN_LIST.test(first)
    case 'group':
      return IN_GROUP.test(first)
    case 'interface':
      // A command of its own begins at the margin; a prompt says nothing of that.
      return (
        /^\s/.test(text) ||
        !/^(ip (nat (inside source|outside source|pool)|route|access-list)|no ip (route|http))/.test(text)
      )
    case 'other':
      return false
  }
}
