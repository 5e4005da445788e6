import type { PrintContext } from './dialect'
import { fitBytes, plainText } from './plain-text'

/** Longest name that a header repeats. */
const NAME_BYTES = 80

/** What made the text, and from what: a line without a comment sign. */
export function exportHeader({ designName, deviceName }: PrintContext): string {
  const name = (text: string) => fitBytes(plainText(text), NAME_BYTES)
  return `Made by Highport from the design "${name(designName)}", device "${name(deviceName)}".`
}
