import type { Dialect } from '../dialect'
import { readStatements } from './lexer'
import { parsePf } from './parse'
import { printPf } from './print'

/** pf.conf of OpenBSD and FreeBSD. */
export const pf: Dialect = {
  id: 'pf',
  label: 'pf.conf',
  fileName: 'pf.conf',
  detect,
  parse: parsePf,
  print: printPf,
}

const RULE =
  /^(pass|block|match)( (drop|return|return-rst|return-icmp|return-icmp6|in|out|log|quick|on|inet|inet6|proto|from|to|all|\()|$)/
const OTHER =
  /^(set (skip|block-policy|state-policy|loginterface|optimization) |scrub (in|out|on|all)|antispoof |anchor "|table <)/

function detect(text: string): number {
  if (/^# Made by Highport .* For pf\.$/m.test(text)) return 0.99
  const statements = readStatements(text).filter(({ kind }) => kind === 'statement')
  const lines = statements.map(({ tokens }) =>
    tokens
      .slice(0, 3)
      .map((token) => token.text)
      .join(' '),
  )
  const rules = lines.filter((line) => RULE.test(line)).length
  const others = statements.filter(({ text: line }) => OTHER.test(line.trim())).length
  if (rules + others === 0) return 0
  return Math.min(0.95, 0.5 + (0.45 * (rules + others)) / statements.length)
}
