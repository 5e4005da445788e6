import { readKeys } from './comparison'
import { type Cursor, NftError, type Remark, saying } from './cursor'
import { KEYS, readKey } from './keys'
import type { DraftSet } from './tables'
import { type Element, readElements } from './values'

/** Options of a set that take a value and say nothing of who is in it. */
const VALUED = new Set(['timeout', 'gc-interval', 'size', 'policy', 'comment'])

/** Reads the name and the body of a set or map; `block` reads items up to the closing brace. Throws NftError. */
export function readSet(
  cursor: Cursor,
  isMap: boolean,
  block: (item: () => void) => void,
): { readonly set: DraftSet; readonly remarks: readonly Remark[] } {
  const { text: name } = cursor.word('the name of a set')
  const remarks: Remark[] = []
  const elements: Element[] = []
  let types: readonly string[] | undefined
  const item = () => {
    const word = cursor.peek()
    if (cursor.accept('type')) types = readTypes(cursor)
    else if (cursor.accept('typeof')) types = readTypesOf(cursor)
    else if (cursor.accept('elements')) {
      cursor.expect('=')
      for (const each of readElements(cursor).elements) elements.push(each)
    } else if (cursor.accept('flags')) {
      do {
        if (cursor.word('flags').text === 'dynamic')
          remarks.push({
            kind: 'note',
            message: `${name} changes while packets pass: here it holds what the text lists.`,
            token: word,
          })
      } while (cursor.accept(','))
    } else if (VALUED.has(word.text)) {
      cursor.next()
      cursor.word('a value')
    } else if (!cursor.accept('auto-merge') && !cursor.accept('counter') && !cursor.accept('constant'))
      throw new NftError(`${saying(word)}, where type, flags or elements belongs.`, word)
  }
  if (cursor.accept('{')) block(item)
  return { set: { name, isMap, types, elements }, remarks }
}

/** `ipv4_addr . inet_service : verdict`: the types of the key. */
function readTypes(cursor: Cursor): string[] {
  const types = [cursor.word('a type').text]
  while (cursor.accept('.')) types.push(cursor.word('a type').text)
  if (cursor.accept(':')) {
    cursor.accept('interval')
    do cursor.word('a type')
    while (cursor.accept('.'))
  }
  return types
}

/** The same, said by keys: `ip saddr . tcp dport`. Undefined: a key is not known here. */
function readTypesOf(cursor: Cursor): string[] | undefined {
  const token = cursor.peek()
  const first = readKey(cursor)
  if (!first) throw new NftError(`${saying(token)}, where a key such as "ip saddr" belongs.`, token)
  const keys = readKeys(cursor, first)
  if (cursor.accept(':')) {
    cursor.accept('interval')
    const data = readKey(cursor)
    if (data) readKeys(cursor, data)
    else cursor.word('verdict or a key')
  }
  const rows = keys.flatMap(({ words }) => (Object.hasOwn(KEYS, words) ? (KEYS[words] ?? []) : []))
  return rows.length === keys.length ? rows.map(({ type }) => type.name) : undefined
}

export function addElements(set: DraftSet, added: readonly Element[]): void {
  for (const each of added) set.elements.push(each)
}
