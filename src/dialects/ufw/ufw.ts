import type { Dialect } from '../dialect'
import { parseUfw } from './parse'
import { printUfw } from './print'

/** Commands of ufw, and what `ufw status` prints. */
export const ufw: Dialect = {
  id: 'ufw',
  label: 'ufw',
  fileName: 'ufw.sh',
  detect: (text) =>
    /^\s*(sudo\s+)?(\S*\/)?ufw\s+(--\S+\s+)*(allow|deny|reject|limit|route|default|insert|prepend|rule)\b/m.test(
      text,
    )
      ? 0.97
      : /^\s*To\s+Action\s+From\s*$/m.test(text)
        ? 0.95
        : 0,
  parse: parseUfw,
  print: printUfw,
}
