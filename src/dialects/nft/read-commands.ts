import type { TableFamily } from '@/model/ruleset/ruleset'
import { Cursor, NftError, type Remark, saying } from './cursor'
import type { Token } from './lexer'
import { addElements, readSet } from './read-set'
import { type DraftChain, type DraftSet, type DraftTable, readBase, Tables } from './tables'
import { type Element, readElements, valueText } from './values'

const FAMILIES: ReadonlySet<string> = new Set(['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev'])
const OURS: readonly string[] = ['ip', 'ip6', 'inet']

/** Objects of a table that say nothing of where packets go. */
const OBJECTS = new Set(['counter', 'quota', 'limit', 'secmark', 'synproxy', 'ct', 'flowtable'])

/** Reads the commands of a text one after the other, as nft does them. A command that it would refuse is told and left. */
export class CommandReader {
  readonly tables = new Tables()
  readonly remarks: Remark[] = []
  /** Something of the language was there. */
  understood = 0
  readonly tokens: readonly Token[]
  readonly #cursor: Cursor

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
    this.#cursor = new Cursor(tokens)
  }

  readAll(): void {
    const cursor = this.#cursor
    for (;;) {
      while (cursor.peek().kind === 'newline' || cursor.is(';')) cursor.next()
      if (cursor.atEnd) return
      this.#attempt(() => this.#command())
    }
  }

  /** What follows an error is read from the next line or brace on. */
  #attempt(read: () => void): void {
    const cursor = this.#cursor
    const start = cursor.position
    try {
      read()
    } catch (error) {
      if (!(error instanceof NftError)) throw error
      this.#say('syntax-error', error.message, error.token)
      cursor.position = Math.max(start, cursor.position)
      if (cursor.position === start && !cursor.atEnd) cursor.next()
      this.#skipLine()
    }
  }

  #say(kind: Remark['kind'], message: string, token: Token): void {
    this.remarks.push({ kind, message, token })
  }

  /** To the end of the line; a block that begins on it is skipped whole. */
  #skipLine(): void {
    const cursor = this.#cursor
    while (!cursor.atEnd && cursor.peek().kind !== 'newline' && !cursor.is(';') && !cursor.is('}')) {
      if (cursor.is('{')) this.#skipBlock()
      else cursor.next()
    }
  }

  #skipBlock(): void {
    const cursor = this.#cursor
    let depth = 0
    do {
      if (cursor.is('{')) depth++
      if (cursor.is('}')) depth--
      cursor.next()
    } while (depth > 0 && !cursor.atEnd)
  }

  #command(): void {
    const cursor = this.#cursor
    // Lines of a shell: "sudo nft add rule ...".
    cursor.accept('sudo')
    if (cursor.is('/') && cursor.peek(1).text.endsWith('/nft')) cursor.next()
    if (/^(?:[\w/]*\/)?nft$/.test(cursor.peek().text)) cursor.next()
    const token = cursor.peek()
    switch (token.text) {
      case 'add':
      case 'create':
        cursor.next()
        this.#add()
        return
      case 'insert':
      case 'replace':
        cursor.next()
        this.#rule(token.text)
        return
      case 'flush':
        cursor.next()
        this.#flush()
        return
      case 'delete':
      case 'destroy':
        cursor.next()
        this.#delete(token)
        return
      case 'include':
        cursor.next()
        this.#say(
          'unsupported',
          `What ${cursor.word('the name of a file').text} holds is not here. Paste it in the place of this line.`,
          token,
        )
        return
      case 'list':
      case 'reset':
      case 'monitor':
      case 'describe':
      case 'rename':
        this.#say('ignored', `"${token.text}" changes no rule here.`, token)
        this.#skipLine()
        return
    }
    this.#add()
  }

  #add(): void {
    const cursor = this.#cursor
    const token = cursor.peek()
    switch (token.text) {
      case 'table':
        cursor.next()
        this.#table()
        return
      case 'chain': {
        cursor.next()
        const table = this.#tableNamed()
        if (!table) return
        this.#chain(table)
        return
      }
      case 'rule':
        this.#rule('add')
        return
      case 'set':
      case 'map': {
        cursor.next()
        const table = this.#tableNamed()
        if (table) this.#set(table, token.text === 'map')
        return
      }
      case 'element':
        cursor.next()
        this.#elements(addElements)
        return
    }
    if (OBJECTS.has(token.text)) {
      this.#object(token)
      return
    }
    throw new NftError(
      `${saying(token)}, which begins no command of nft, such as "table" or "add rule".`,
      token,
    )
  }

  /** A family and a name; the family is ip where none is said. Undefined for families that are not read: told. */
  #familyAndName(): { family: TableFamily; name: string } | undefined {
    const cursor = this.#cursor
    const token = cursor.peek()
    const said = FAMILIES.has(token.text) ? cursor.next().text : 'ip'
    const name = cursor.word('the name of a table').text
    if (OURS.includes(said)) return { family: said as TableFamily, name }
    this.#say(
      'unsupported',
      `Tables of family ${said} see frames, which have no rules here. It is left out.`,
      token,
    )
    return undefined
  }

  /** The table that a command names; nothing where it is told that there is none. */
  #tableNamed(): DraftTable | undefined {
    const cursor = this.#cursor
    const token = cursor.peek()
    const named = this.#familyAndName()
    if (!named) {
      this.#skipLine()
      return undefined
    }
    const table = this.tables.find(named.family, named.name)
    if (!table)
      throw new NftError(
        `There is no table ${named.family} ${named.name}. Write "add table ${named.family} ${named.name}" before it.`,
        token,
      )
    return table
  }

  #table(): void {
    const cursor = this.#cursor
    const named = this.#familyAndName()
    if (!named) {
      this.#skipLine()
      return
    }
    const table = this.tables.open(named.family, named.name)
    this.understood++
    if (!cursor.accept('{')) return
    this.#block(() => this.#tableItem(table))
  }

  /** Items up to the closing brace; one that is wrong is told and left. */
  #block(item: () => void): void {
    const cursor = this.#cursor
    for (;;) {
      while (cursor.peek().kind === 'newline' || cursor.is(';')) cursor.next()
      if (cursor.accept('}')) return
      if (cursor.atEnd) {
        this.#say('syntax-error', 'The text ends here, where "}" belongs.', cursor.peek())
        return
      }
      this.#attempt(item)
    }
  }

  #tableItem(table: DraftTable): void {
    const cursor = this.#cursor
    const token = cursor.peek()
    if (cursor.accept('chain')) this.#chain(table)
    else if (cursor.accept('set')) this.#set(table, false)
    else if (cursor.accept('map')) this.#set(table, true)
    else if (cursor.accept('comment')) cursor.word('a comment')
    else if (cursor.accept('flags')) {
      if (cursor.is('dormant')) {
        table.dormant = true
        this.#say('note', 'This table sleeps: its chains ask no packet.', token)
      }
      cursor.word('flags')
    } else if (OBJECTS.has(token.text)) this.#object(token)
    else throw new NftError(`${saying(token)}, where chain, set or map belongs.`, token)
  }

  #object(token: Token): void {
    this.#say('ignored', `${token.text}: an object like this decides nothing by itself.`, token)
    this.#cursor.next()
    this.#skipLine()
  }

  #chain(table: DraftTable): void {
    const cursor = this.#cursor
    const token = cursor.word('the name of a chain')
    const known = table.chains.get(token.text)
    const chain: DraftChain = known ?? { name: token.text, base: undefined, policy: 'accept', rules: [] }
    table.chains.set(token.text, chain)
    this.understood++
    if (cursor.accept('{')) this.#block(() => this.#chainItem(chain))
  }

  #chainItem(chain: DraftChain): void {
    const cursor = this.#cursor
    const token = cursor.peek()
    if (cursor.accept('type')) chain.base = readBase(cursor)
    else if (cursor.accept('policy')) this.#policy(chain)
    else if (cursor.is('comment') && cursor.peek(1).kind === 'string') {
      cursor.next()
      const comment = cursor.next()
      if (!['newline', 'end'].includes(cursor.peek().kind) && !cursor.is(';') && !cursor.is('}'))
        throw new NftError(`${saying(cursor.peek())} behind the comment of the chain.`, comment)
    } else if (cursor.accept('flags')) cursor.word('flags')
    else if (cursor.is('devices') || cursor.is('device'))
      throw new NftError('Devices belong to the hook ingress, which is not drawn here.', token)
    else this.#ruleInto(chain, 'add')
  }

  #policy(chain: DraftChain): void {
    const token = this.#cursor.word('accept or drop')
    if (token.text !== 'accept' && token.text !== 'drop')
      throw new NftError(`${token.text} is no policy. Write accept or drop.`, token)
    if (!chain.base)
      throw new NftError('Only a base chain has a policy: "type filter hook input priority 0".', token)
    chain.policy = token.text
  }

  /** `add rule inet t c ...`, with a place among the rules of the chain. */
  #rule(how: 'add' | 'insert' | 'replace'): void {
    const cursor = this.#cursor
    cursor.expect('rule')
    const table = this.#tableNamed()
    if (!table) return
    const token = cursor.word('the name of a chain')
    const chain = table.chains.get(token.text)
    if (!chain)
      throw new NftError(
        `Table ${table.name} has no chain ${token.text}. Write "add chain" before it.`,
        token,
      )
    const place = cursor.peek()
    if (cursor.accept('handle') || cursor.accept('position') || how === 'replace')
      throw new NftError(
        'Handles are given when rules are loaded. Write "index" and the number of a rule.',
        place,
      )
    const index = cursor.accept('index') ? cursor.number('the number of a rule, from 0') : undefined
    if (index !== undefined && index >= chain.rules.length)
      throw new NftError(`${chain.name} has no rule ${index}: it has ${chain.rules.length}.`, place)
    this.#ruleInto(chain, how, index)
  }

  /** The tokens of a rule up to the end of its line. */
  #ruleInto(chain: DraftChain, how: 'add' | 'insert' | 'replace', index?: number): void {
    const cursor = this.#cursor
    const start = cursor.position
    const token = cursor.peek()
    let depth = 0
    while (!cursor.atEnd) {
      const { kind, text } = cursor.peek()
      const isEnd = kind === 'newline' || (kind === 'symbol' && (text === ';' || text === '}'))
      if (depth === 0 && isEnd) break
      if (kind === 'symbol' && text === '{') depth++
      if (kind === 'symbol' && text === '}') depth--
      cursor.next()
    }
    const rule = { start, end: cursor.position, token }
    if (how === 'add') chain.rules.splice(index === undefined ? chain.rules.length : index + 1, 0, rule)
    else chain.rules.splice(index ?? 0, 0, rule)
    this.understood++
  }

  #set(table: DraftTable, isMap: boolean): void {
    const read = readSet(this.#cursor, isMap, (items) => this.#block(items))
    this.remarks.push(...read.remarks)
    const known = table.sets.get(read.set.name)
    if (known) addElements(known, read.set.elements)
    else table.sets.set(read.set.name, read.set)
    this.understood++
  }

  /** `add element ip t s { ... }` */
  #elements(change: (set: DraftSet, elements: readonly Element[]) => void): void {
    const cursor = this.#cursor
    const table = this.#tableNamed()
    if (!table) return
    const token = cursor.word('the name of a set')
    const set = table.sets.get(token.text)
    if (!set) throw new NftError(`Table ${table.name} has no set ${token.text}.`, token)
    change(set, readElements(cursor).elements)
    this.understood++
  }

  #flush(): void {
    const cursor = this.#cursor
    const token = cursor.word('ruleset, table, chain or set')
    if (token.text === 'ruleset') {
      const said = FAMILIES.has(cursor.peek().text) ? cursor.next().text : undefined
      if (said === undefined) this.tables.clear()
      else if (OURS.includes(said)) this.tables.clear(said as TableFamily)
    } else if (token.text === 'table') {
      for (const chain of this.#tableNamed()?.chains.values() ?? []) chain.rules = []
    } else if (token.text === 'chain') {
      const chain = this.#tableNamed()?.chains.get(cursor.word('the name of a chain').text)
      if (chain) chain.rules = []
    } else if (token.text === 'set' || token.text === 'map') {
      const set = this.#tableNamed()?.sets.get(cursor.word('the name of a set').text)
      if (set) set.elements = []
    } else throw new NftError(`${saying(token)}, where ruleset, table, chain or set belongs.`, token)
    this.understood++
  }

  #delete(command: Token): void {
    const cursor = this.#cursor
    const token = cursor.word('table, chain, rule, set or element')
    if (token.text === 'element') {
      this.#elements((set, gone) => {
        const keys = new Set(gone.map(keyText))
        set.elements = set.elements.filter((each) => !keys.has(keyText(each)))
      })
      return
    }
    if (token.text === 'table') {
      const at = cursor.peek()
      const named = this.#familyAndName()
      if (named && !this.tables.remove(named.family, named.name) && command.text === 'delete')
        this.#say(
          'note',
          `There is no table ${named.name} here to delete; on a machine that has none nft refuses this.`,
          at,
        )
      this.understood++
      return
    }
    if (token.text === 'rule')
      throw new NftError('Rules are deleted by handles, which they have once they are loaded.', token)
    const table = this.#tableNamed()
    const name = cursor.word('a name').text
    if (token.text === 'chain') table?.chains.delete(name)
    else if (token.text === 'set' || token.text === 'map') table?.sets.delete(name)
    this.understood++
  }
}

const keyText = ({ key }: Element) => key.map(valueText).join(' . ')
