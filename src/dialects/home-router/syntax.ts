/** Keys of the form, in the order in which it is written. `inbound` and `outbound` hold a verdict. */
export const KEYS = [
  { id: 'protocol', label: 'protocol', also: ['proto'] },
  { id: 'src', label: 'src ip', also: ['source ip', 'src address', 'source address'] },
  { id: 'dst', label: 'dest ip', also: ['dst ip', 'destination ip', 'dest address', 'destination address'] },
  { id: 'sport', label: 'src port', also: ['source port'] },
  { id: 'dport', label: 'dst port', also: ['dest port', 'dstn port', 'destination port'] },
  { id: 'inbound', label: 'inbound', also: [] },
  { id: 'outbound', label: 'outbound', also: [] },
  { id: 'name', label: 'name', also: [] },
  { id: 'active', label: 'active', also: [] },
] as const
export type KeyId = (typeof KEYS)[number]['id']

/** One `key value` line. */
export interface KeyLine {
  readonly line: number
  readonly key: KeyId
  readonly value: string
  /** Column of the value, from 1. */
  readonly column: number
}

/** Lines that make one rule, and the title above them. */
export interface Block {
  readonly keys: readonly KeyLine[]
  readonly title: { readonly line: number; readonly text: string } | undefined
}

/** Everything that stands in no block is prose. */
export interface HomeRouterText {
  readonly lines: readonly string[]
  readonly blocks: readonly Block[]
}

const SPELLINGS: readonly (readonly [string, KeyId])[] = KEYS.flatMap(({ id, label, also }) =>
  [label, ...also].map((spelling) => [spelling, id] as const),
)

const KEY_LINE = new RegExp(
  `^(\\s*(${SPELLINGS.map(([spelling]) => spelling.replace(' ', '\\s+')).join('|')})(?:\\s*[:=]\\s*|\\s+))(\\S.*?)\\s*$`,
  'i',
)

/** The notation of a connection: "yourPC-[highport] --> SSLserver:443" (R012). */
const ARROW = /^\S.*?\s*(?:-->|->|→)\s*.*\S$/

const VERDICT = /^(allow|accept|permit|pass|block|drop|deny|reject)$/i

function readKeyLine(text: string, line: number): KeyLine | undefined {
  const found = KEY_LINE.exec(text)
  if (!found) return undefined
  const spelled = (found[2] ?? '').toLowerCase().replace(/\s+/g, ' ')
  const key = SPELLINGS.find(([spelling]) => spelling === spelled)?.[1]
  // "src ip (any)" talks about the form; it does not fill it in.
  if (!key || (key !== 'name' && /^\(/.test(found[3] ?? ''))) return undefined
  return { line, key, value: found[3] ?? '', column: (found[1] ?? '').length + 1 }
}

/** Whether a name can stand on a line of its own above its block and be read back as the name. */
export function canBeTitle(name: string): boolean {
  return ARROW.test(name) && !KEY_LINE.test(name) && !name.startsWith('#')
}

/**
 * Finds the blocks in a page of prose. A block is a run of key lines with a verdict and at least one address or port; a
 * key that stands again begins the next block, and so does another key after a blank line once the block has a verdict;
 * other blank lines may stand between its lines.
 */
export function readSyntax(text: string): HomeRouterText {
  const lines = text.split(/\r?\n/)
  if (lines.length > 1 && lines.at(-1) === '') lines.pop()
  const blocks: Block[] = []
  let keys: KeyLine[] = []
  let title: Block['title']
  const close = () => {
    if (isBlock(keys)) blocks.push({ keys, title })
    if (keys.length > 0) title = undefined
    keys = []
  }
  let afterBlank = false
  lines.forEach((textLine, index) => {
    const line = index + 1
    if (textLine.trim() === '') {
      afterBlank = true
      return
    }
    const key = readKeyLine(textLine, line)
    const isNew = afterBlank && key !== undefined && !isLateKey(key.key) && isBlock(keys)
    afterBlank = false
    if (key) {
      if (isNew || keys.some((each) => each.key === key.key)) close()
      keys.push(key)
      return
    }
    close()
    title = canBeTitle(textLine.trim()) ? { line, text: textLine.trim() } : undefined
  })
  close()
  return { lines, blocks }
}

/** Keys that end a block: after a blank line they still belong to it. */
function isLateKey(key: KeyId): boolean {
  return isVerdictKey(key) || key === 'active'
}

function isBlock(keys: readonly KeyLine[]): boolean {
  const verdict = keys.some(({ key, value }) => isVerdictKey(key) && VERDICT.test(value))
  const packet = keys.some(({ key }) => key === 'src' || key === 'dst' || key === 'sport' || key === 'dport')
  return verdict && packet
}

export function isVerdictKey(key: KeyId): key is 'inbound' | 'outbound' {
  return key === 'inbound' || key === 'outbound'
}
