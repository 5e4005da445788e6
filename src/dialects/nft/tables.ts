import { PRIORITY, type TableFamily } from '@/model/ruleset/ruleset'
import type { NamedElements } from './comparison'
import { type Cursor, NftError } from './cursor'
import type { Token } from './lexer'
import type { Element } from './values'

/** A rule before it is read: what it looks up may be defined after it. */
export interface DraftRule {
  /** Places of its tokens: first, and behind the last. */
  readonly start: number
  readonly end: number
  readonly token: Token
}

export interface DraftBase {
  readonly type: 'filter' | 'nat' | 'route'
  readonly hook: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting'
  readonly priority: number
}

export interface DraftChain {
  readonly name: string
  base: DraftBase | undefined
  policy: 'accept' | 'drop'
  rules: DraftRule[]
}

export interface DraftSet extends NamedElements {
  elements: Element[]
}

export interface DraftTable {
  readonly family: TableFamily
  readonly name: string
  readonly chains: Map<string, DraftChain>
  readonly sets: Map<string, DraftSet>
  /** Tables that sleep ask nobody. */
  dormant: boolean
}

/** All tables of a text, by family and name, in the order of their making. */
export class Tables {
  readonly #tables = new Map<string, DraftTable>()

  get all(): readonly DraftTable[] {
    return [...this.#tables.values()]
  }

  find(family: TableFamily, name: string): DraftTable | undefined {
    return this.#tables.get(`${family} ${name}`)
  }

  /** The table, made where it is not there. */
  open(family: TableFamily, name: string): DraftTable {
    const known = this.find(family, name)
    if (known) return known
    const made: DraftTable = { family, name, chains: new Map(), sets: new Map(), dormant: false }
    this.#tables.set(`${family} ${name}`, made)
    return made
  }

  remove(family: TableFamily, name: string): boolean {
    return this.#tables.delete(`${family} ${name}`)
  }

  /** All tables, or those of one family. */
  clear(family?: TableFamily): void {
    for (const [key, table] of this.#tables)
      if (family === undefined || table.family === family) this.#tables.delete(key)
  }
}

const HOOK_NAMES = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const

/** Names of priorities, and the hooks that know them (nft(8), "Standard priority names"). */
const PRIORITY_NAMES: Readonly<Record<string, { value: number; hook?: DraftBase['hook'] }>> = {
  raw: { value: PRIORITY.raw },
  mangle: { value: PRIORITY.mangle },
  dstnat: { value: PRIORITY.dstnat, hook: 'prerouting' },
  filter: { value: PRIORITY.filter },
  security: { value: PRIORITY.security },
  srcnat: { value: PRIORITY.srcnat, hook: 'postrouting' },
}

/** Hooks that each type of chain may hang on. */
const TYPE_HOOKS: Readonly<Record<DraftBase['type'], readonly DraftBase['hook'][]>> = {
  filter: HOOK_NAMES,
  nat: ['prerouting', 'input', 'output', 'postrouting'],
  route: ['output'],
}

/** Reads `type filter hook input priority filter - 5` behind "type". Throws NftError where nft or the kernel refuses it. */
export function readBase(cursor: Cursor): DraftBase {
  const typeToken = cursor.word('filter, nat or route')
  const type = (['filter', 'nat', 'route'] as const).find((each) => each === typeToken.text)
  if (!type)
    throw new NftError(`${typeToken.text} is no type of chain. Write filter, nat or route.`, typeToken)
  cursor.expect('hook')
  const hookToken = cursor.word('the name of a hook')
  const hook = HOOK_NAMES.find((each) => each === hookToken.text)
  if (!hook)
    throw new NftError(
      ['ingress', 'egress'].includes(hookToken.text)
        ? `The hook ${hookToken.text} is that of a network device, which is not drawn here.`
        : `There is no hook ${hookToken.text}. Write ${HOOK_NAMES.join(', ')}.`,
      hookToken,
    )
  if (!TYPE_HOOKS[type].includes(hook))
    throw new NftError(`A chain of type ${type} cannot hang on ${hook}: the kernel refuses it.`, hookToken)
  cursor.expect('priority')
  const at = cursor.peek()
  const priority = readPriority(cursor, hook)
  if (type === 'nat' && priority <= PRIORITY.conntrack)
    throw new NftError(
      `A nat chain comes after conntrack: its priority is above ${PRIORITY.conntrack}. The kernel refuses this one.`,
      at,
    )
  return { type, hook, priority }
}

function readPriority(cursor: Cursor, hook: DraftBase['hook']): number {
  const minus = cursor.accept('-')
  const token = cursor.word('a priority: a number or a name such as filter')
  const row = Object.hasOwn(PRIORITY_NAMES, token.text) ? PRIORITY_NAMES[token.text] : undefined
  if (!row) {
    if (!/^\d{1,9}$/.test(token.text))
      throw new NftError(
        `${token.text} is no priority. Write a number, or ${Object.keys(PRIORITY_NAMES).join(', ')}.`,
        token,
      )
    return minus ? -Number(token.text) : Number(token.text)
  }
  if (minus || (row.hook && row.hook !== hook))
    throw new NftError(`${token.text} is the name of a priority on ${row.hook ?? 'every hook'} alone.`, token)
  const sign = cursor.accept('+') ? 1 : cursor.accept('-') ? -1 : 0
  return sign === 0 ? row.value : row.value + sign * cursor.number('a number')
}
