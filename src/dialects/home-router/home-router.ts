import type { Dialect } from '../dialect'
import { parseHomeRouter } from './parse'
import { printHomeRouter } from './print'
import { readSyntax } from './syntax'

/** The seven fields of a home router's packet filter page, as people copy them into a question (R033). */
export const homeRouter: Dialect = {
  id: 'home-router',
  label: 'Home router form',
  fileName: 'packet-filter.txt',
  detect: (text) => (readSyntax(text).blocks.length > 0 ? 0.97 : 0),
  parse: parseHomeRouter,
  print: printHomeRouter,
}
