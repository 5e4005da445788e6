import type { OpaqueTest } from '@/model/fields/field'
import type { PlainTarget, TableFamily } from '@/model/ruleset/ruleset'
import { LeftOut } from '../left-out'
import { Cursor, NftError } from './cursor'
import { readTokens } from './lexer'
import { readRule } from './read-rule'
import type { RuleBuilder } from './rule-builder'

/** Text that was kept is no longer than this; no real one is. */
const OPAQUE_LENGTH = 1000

/** A condition that was kept as text: written where nft reads that text as one condition and nothing else. Throws LeftOut. */
export function writeOpaque({ dialect, text }: OpaqueTest, table: TableFamily): string {
  if (dialect !== 'nft') throw new LeftOut('it has a condition that was read from another language.')
  const read = readAgain(text, table)
  const [only, ...others] = read?.match ?? []
  const same = only?.kind === 'opaque' && only.text === text && others.length === 0
  if (!read || !same || read.target || read.log || read.name !== '' || read.kept.length > 0)
    throw new LeftOut('its text is not one condition of nft.')
  return text
}

/** The same for what a rule does. Throws LeftOut. */
export function writeOpaqueTarget(
  { dialect, text }: Extract<PlainTarget, { kind: 'opaque' }>,
  table: TableFamily,
): string {
  if (dialect !== 'nft') throw new LeftOut('its target was read from another language.')
  const read = readAgain(text, table)
  const target = read?.target
  const same = target ? target.kind === 'opaque' && target.text === text : read?.kept.join(' ') === text
  if (!read || !same || read.match.length > 0 || read.log || read.name !== '')
    throw new LeftOut('its text is not one statement of nft.')
  return text
}

/** The text as a rule by itself; undefined where it is none. */
function readAgain(text: string, table: TableFamily): RuleBuilder | undefined {
  if (text.length > OPAQUE_LENGTH) return undefined
  const tokens = readTokens(text)
  const plain = tokens.every(
    ({ kind, text: word }, index) =>
      kind === 'word' ||
      kind === 'string' ||
      (kind === 'symbol' && word !== ';') ||
      (kind === 'end' && index === tokens.length - 1),
  )
  // A comment or a broken line is no token: what is left of the text must be all of it.
  if (!plain || /[#\\\n\r$]/.test(text)) return undefined
  try {
    return readRule(new Cursor(tokens), {
      family: table,
      find: (token) => {
        throw new NftError(`${token.text} is not there.`, token)
      },
    })
  } catch (error) {
    if (!(error instanceof NftError)) throw error
    return undefined
  }
}
