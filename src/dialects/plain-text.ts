/**
 * Names and comments come from anywhere: pasted text, shared designs. What leaves as text must not hold anything that
 * ends a line, hides, or turns around what is read. Quoting is each language's own affair.
 */

/** Controls (C0, DEL, C1) and line separators: they end or overprint lines. */
const BREAKS = /[\p{Cc}\u2028\u2029]+/gu

/** Invisible format characters, bidirectional ones among them (UAX 9, "Trojan Source"), and halves of surrogate pairs. */
const HIDDEN = /[\p{Cf}\p{Cs}]/gu

/** The text on one line, without anything that cannot be seen. */
export function plainText(text: string): string {
  return text.replace(HIDDEN, '').replace(BREAKS, ' ').replace(/ {2,}/g, ' ').trim()
}

/** How many bytes the text takes in UTF-8. */
export function byteLength(text: string): number {
  let bytes = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}

/** As many whole characters as fit into `bytes` bytes of UTF-8. */
export function fitBytes(text: string, bytes: number): string {
  let used = 0
  let fitting = ''
  for (const character of text) {
    used += byteLength(character)
    if (used > bytes) return fitting.trimEnd()
    fitting += character
  }
  return fitting
}

/** Whether the text holds anything that ends a line or cannot be seen. */
export function hidesSomething(text: string): boolean {
  return /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(text)
}

/** A plain text of at most `bytes` bytes, with an ellipsis where it was cut. */
export function shortText(text: string, bytes: number): string {
  const plain = plainText(text)
  const fitting = fitBytes(plain, bytes)
  return fitting === plain ? plain : `${fitting}…`
}
