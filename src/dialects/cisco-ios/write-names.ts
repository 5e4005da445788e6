import { fitBytes, plainText } from '../plain-text'
import { listKind } from './spelling'

const NAME_BYTES = 60

/** The name of an interface as the device takes it: no blanks. */
export function interfaceName(name: string): string {
  if (/^[A-Za-z][\w./:-]*$/.test(name) && name.length <= NAME_BYTES) return name
  const fitting = fitBytes(plainText(name).replace(/[^\w./:-]+/g, '_'), NAME_BYTES).replace(/^[^A-Za-z]+/, '')
  return fitting === '' ? 'unnamed' : fitting
}

/** The name of an extended list: a number of its own, or a word that begins with a letter. */
export function listName(name: string): string {
  if (/^\d+$/.test(name)) return listKind(Number(name)) === 'extended' ? name : `list-${name.slice(0, 10)}`
  if (/^[A-Za-z][\w-]*$/.test(name) && name.length <= NAME_BYTES) return name
  const fitting = fitBytes(plainText(name).replace(/[^\w-]+/g, '_'), NAME_BYTES).replace(/^[^A-Za-z]+/, '')
  return fitting === '' ? 'list' : fitting
}
