import type { FieldTest } from '@/model/fields/field'
import type { TableFamily, Target } from '@/model/ruleset/ruleset'
import {
  type Comparison,
  type FindSet,
  isReference,
  readKeys,
  readMapSide,
  readMask,
  readOperator,
  readSide,
} from './comparison'
import { type Cursor, NftError, saying } from './cursor'
import { type Key, readKey } from './keys'
import type { Token } from './lexer'
import { markChange } from './read-marks'
import { addComparison, entryTerms, fieldsIn, requireRows, restLast, rowsOf } from './read-match'
import { readNat } from './read-nat'
import { readReject } from './read-reject'
import { RuleBuilder } from './rule-builder'
import { readRight, readVerdict, skipCounter, type VerdictWords } from './values'
import { wordsOf } from './words'
import { isReserved } from './write-names'

/** What a rule's text stands in. */
export interface RulePlace {
  readonly family: TableFamily
  readonly find: FindSet
}

/** Statements that are kept as text, as conditions: whether they let a packet go on is not in the packet. */
const UNSURE = new Set(['limit', 'quota', 'meter', 'connlimit'])
/** Statements that end the rule and that the engine does not do. */
const OTHER_TARGETS = new Set(['queue', 'dup', 'fwd', 'tproxy', 'synproxy', 'flow', 'reset'])
/** Words that begin a statement, where what is kept as text ends. */
const BEGINNINGS = new Set([
  ...[
    'accept',
    'drop',
    'continue',
    'return',
    'jump',
    'goto',
    'reject',
    'snat',
    'dnat',
    'masquerade',
    'redirect',
  ],
  ...['counter', 'log', 'comment', 'notrack', 'limit', 'quota', 'queue', 'tproxy', 'synproxy', 'dup', 'fwd'],
])

/** Either direction: true of every packet that belongs to a connection. */
const HAS_CONNECTION: FieldTest = {
  kind: 'test',
  field: 'ctDirection',
  negated: false,
  terms: [
    { kind: 'range', first: 0, last: 0 },
    { kind: 'range', first: 1, last: 1 },
  ],
}

/** Reads the statements of one rule up to the end of the cursor. Throws NftError where nft would refuse it. */
export function readRule(cursor: Cursor, { family, find }: RulePlace): RuleBuilder {
  const builder = new RuleBuilder(family)
  while (!cursor.atEnd) {
    const token = cursor.peek()
    if (cursor.accept('comment')) {
      builder.name = cursor.word('a comment in quotes').text
      if (!cursor.atEnd)
        throw new NftError(
          `${saying(cursor.peek())} behind the comment, which is the last of a rule.`,
          cursor.peek(),
        )
      break
    }
    if (builder.target && isTerminal(builder.target))
      throw new NftError(`${saying(token)}, and the rule has ended before. nft refuses that.`, token)
    readStatement(cursor, builder, find)
  }
  return builder
}

/** Nothing may follow these. A map ends a rule for nft too, but for the comment. */
function isTerminal({ kind }: Target): boolean {
  return !['continue', 'notrack', 'opaque', 'map'].includes(kind)
}

function readStatement(cursor: Cursor, builder: RuleBuilder, find: FindSet): void {
  const token = cursor.peek()
  const verdict = readVerdict(cursor)
  if (verdict) {
    builder.setTarget(targetOf(verdict))
    return
  }
  const start = cursor.position
  const key = readKey(cursor)
  if (key) {
    readWithKey(cursor, key, builder, find, start)
    return
  }
  if (token.kind === 'word' && readKnown(cursor, token.text, builder, find)) return
  if (
    isReference(token) ||
    token.text.startsWith('@') ||
    token.text === 'numgen' ||
    token.text.endsWith('hash')
  ) {
    skipToBeginning(cursor)
    const text = wordsOf(cursor, start)
    if (/\bv?map\b/.test(text)) keepTarget(builder, text, token)
    else builder.addOpaque(text, token)
    return
  }
  throw new NftError(`${saying(token)}, which begins nothing that nft knows in a rule.`, token)
}

export function targetOf({ kind, chain }: VerdictWords): Exclude<Target, { kind: 'map' }> {
  return kind === 'jump' || kind === 'goto' ? { kind, chain: chain?.text ?? '' } : { kind }
}

/** A comparison, a map of verdicts, or a value being set. */
function readWithKey(cursor: Cursor, first: Key, builder: RuleBuilder, find: FindSet, start: number): void {
  if (cursor.accept('set')) {
    readExpression(cursor, find)
    const text = wordsOf(cursor, start)
    const change = builder.target ? undefined : markChange(text)
    // One rule does one thing here: a mark that is set beside a verdict is told.
    if (change && (cursor.atEnd || cursor.is('comment'))) {
      // Without a connection there is no mark of it to read, and the rule does not match.
      if (/ set ct mark\b/.test(text)) builder.add(HAS_CONNECTION)
      builder.setTarget(change)
    } else keep(builder, text, first.token)
    return
  }
  if (first.words === 'ct count') {
    skipToBeginning(cursor)
    builder.addOpaque(wordsOf(cursor, start), first.token)
    return
  }
  const keys = readKeys(cursor, first)
  const mask = readMask(cursor)
  if (cursor.accept('vmap')) {
    readVerdictMap(cursor, keys, mask, builder, find, start)
    return
  }
  const arithmetic = ['|', '^', '<<', '>>', 'or', 'xor', 'lshift', 'rshift'].some((each) => cursor.is(each))
  if (arithmetic) skipToBeginning(cursor)
  const operator = arithmetic ? 'implicit' : readOperator(cursor)
  if (!arithmetic && readKeyOnRight(cursor)) {
    builder.addOpaque(wordsOf(cursor, start), first.token)
    return
  }
  const comparison: Comparison | undefined = arithmetic
    ? undefined
    : { keys, mask, operator, right: readSide(cursor, find), token: first.token }
  if (!comparison || !addComparison(builder, comparison))
    builder.addOpaque(wordsOf(cursor, start), first.token)
}

/** A key compared with another key: `ct mark != meta mark`. */
function readKeyOnRight(cursor: Cursor): boolean {
  const { text } = cursor.peek()
  return (text === 'meta' || text === 'ct' || text === 'mark') && readKey(cursor) !== undefined
}

function readVerdictMap(
  cursor: Cursor,
  keys: readonly Key[],
  mask: Comparison['mask'],
  builder: RuleBuilder,
  find: FindSet,
  start: number,
): void {
  const token = cursor.last()
  const elements = restLast(readMapSide(cursor, find))
  const rows = rowsOf(keys)
  if (!rows || (mask && !rows[0]?.bits)) {
    builder.target = { kind: 'opaque', dialect: 'nft', text: wordsOf(cursor, start) }
    builder.remark('approximated', 'This map is kept as text: what it looks up is not known here.', token)
    return
  }
  requireRows(builder, rows, keys)
  const entries = elements.flatMap(({ key, verdict, token: at }) => {
    if (!verdict) throw new NftError('A verdict belongs behind the colon, such as accept or "jump web".', at)
    const ways = entryTerms(rows, key, mask)
    if (!ways) throw new NftError('This entry stands for too many values.', at)
    return ways.map((way) => ({ key: way, target: targetOf(verdict) }))
  })
  builder.target = { kind: 'map', fields: fieldsIn(rows), entries }
}

/** Statements that begin with a word of their own; false where the word is none of them. */
function readKnown(cursor: Cursor, word: string, builder: RuleBuilder, find: FindSet): boolean {
  const token = cursor.peek()
  const start = cursor.position
  const take = () => cursor.next()
  switch (word) {
    case 'counter':
      take()
      if (cursor.accept('name')) cursor.word('the name of a counter')
      else skipCounter(cursor)
      return true
    case 'log':
      take()
      readLog(cursor, builder)
      return true
    case 'reject':
      take()
      readReject(cursor, builder)
      return true
    case 'notrack':
      take()
      builder.setTarget({ kind: 'notrack' })
      return true
    case 'snat':
    case 'dnat':
    case 'masquerade':
    case 'redirect': {
      take()
      const target = readNat(cursor, word, builder, find)
      if (target) builder.setTarget(target)
      else keepTarget(builder, wordsOf(cursor, start), token)
      return true
    }
    case 'add':
    case 'update':
    case 'delete':
    case 'set':
      take()
      readSetStatement(cursor)
      keepSet(builder, wordsOf(cursor, start), token)
      return true
    case 'last':
      take()
      if (cursor.accept('used')) cursor.word('a time')
      return true
  }
  if (UNSURE.has(word)) {
    take()
    if (word === 'meter') skipToBrace(cursor)
    else skipToBeginning(cursor)
    builder.addOpaque(wordsOf(cursor, start), token)
    return true
  }
  if (OTHER_TARGETS.has(word)) {
    take()
    skipToBeginning(cursor)
    keepTarget(builder, wordsOf(cursor, start), token)
    return true
  }
  return false
}

/** A statement that decides nothing by itself: the rule's own target goes on standing. */
function keep(builder: RuleBuilder, text: string, token: Token): void {
  builder.remark('ignored', `"${text}" is not done here: what it changes is not followed.`, token)
  builder.kept.push(text)
}

/** A set that is added to; with a limit in it, it is a condition too. */
function keepSet(builder: RuleBuilder, text: string, token: Token): void {
  if (/\b(?:limit|quota|ct count)\b/.test(text)) builder.addOpaque(text, token)
  else keep(builder, text, token)
}

function keepTarget(builder: RuleBuilder, text: string, token: Token): void {
  builder.setTarget({ kind: 'opaque', dialect: 'nft', text })
  builder.remark('unsupported', `"${text}" is kept as text: the rule never decides here.`, token)
}

/** Up to the next word that begins a statement, or the end. */
function skipToBeginning(cursor: Cursor): void {
  let depth = 0
  while (!cursor.atEnd && (depth > 0 || !cursor.isOneOf(BEGINNINGS))) {
    const { text, kind } = cursor.next()
    if (kind === 'symbol' && text === '{') depth++
    if (kind === 'symbol' && text === '}') depth--
  }
}

/** Up to the end of what stands in braces. */
function skipToBrace(cursor: Cursor): void {
  while (!cursor.atEnd && !cursor.is('{')) cursor.next()
  let depth = 0
  while (!cursor.atEnd) {
    const { text, kind } = cursor.next()
    if (kind === 'symbol' && text === '{') depth++
    if (kind === 'symbol' && text === '}' && --depth === 0) return
  }
}

/** `add @clients { ip saddr limit rate 5/second }` */
function readSetStatement(cursor: Cursor): void {
  if (!isReference(cursor.peek())) cursor.word('"@" and the name of a set')
  else cursor.next()
  if (cursor.is('{')) skipToBrace(cursor)
  else skipToBeginning(cursor)
}

/** What a value is set to: keys and values, with bits and maps. */
function readExpression(cursor: Cursor, find: FindSet): void {
  const operators = ['&', '|', '^', '<<', '>>', 'and', 'or', 'xor', 'lshift', 'rshift']
  for (;;) {
    const key = readKey(cursor)
    if (key) readKeys(cursor, key)
    else readRight(cursor)
    if (cursor.accept('map')) readMapSide(cursor, find)
    if (!operators.some((operator) => cursor.accept(operator))) return
  }
}

function readLog(cursor: Cursor, builder: RuleBuilder): void {
  const options = ['prefix', 'level', 'group', 'snaplen', 'queue-threshold', 'flags']
  for (;;) {
    const option = options.find((each) => cursor.is(each))
    if (!option) break
    cursor.next()
    if (option !== 'flags') {
      const value = cursor.word(`the ${option} of the log`)
      if (option === 'prefix' && value.kind === 'word' && isReserved(value.text))
        throw new NftError(`${value.text} is a word of nft. Write the prefix in quotes.`, value)
      if (option === 'prefix') builder.logPrefix = value.text
      continue
    }
    do {
      const kind = cursor.word('a kind of flags, such as all')
      if (kind.text === 'tcp' || kind.text === 'ip') cursor.word('options or sequence')
      while (kind.text === 'tcp' && cursor.accept(',')) cursor.word('options or sequence')
    } while (cursor.accept(','))
  }
  builder.log = true
}
