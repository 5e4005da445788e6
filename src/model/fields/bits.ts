import type { MaskedBits } from './field'

/** Every bit of a mark. */
export const ALL_BITS = 0xffffffff

/** Whether the value has these bits under their mask. */
export function hasBits(value: number, { bits, mask }: MaskedBits): boolean {
  return (value & mask) >>> 0 === bits
}

/** The value with the bits of `mask` cleared and those of `flip` turned over: how the kernel changes a mark. */
export function changeBits(value: number, { mask, flip }: { mask: number; flip: number }): number {
  return ((value & ~mask) ^ flip) >>> 0
}

/** "0x1", "0x1/0xff". */
export function formatBits({ bits, mask }: MaskedBits): string {
  return mask === ALL_BITS ? hexadecimal(bits) : `${hexadecimal(bits)}/${hexadecimal(mask)}`
}

export function hexadecimal(value: number): string {
  return `0x${value.toString(16)}`
}

/** Reads a number of 32 bits as strtoul(3) does: 0x for hexadecimal, a leading 0 for octal. */
export function parseBits(text: string): number | undefined {
  if (!/^(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)$/i.test(text)) return undefined
  const value = /^0\d/.test(text) ? Number.parseInt(text, 8) : Number(text)
  return value <= ALL_BITS ? value : undefined
}

/** Reads "1" and "0x1/0xff". */
export function parseMaskedBits(text: string): MaskedBits | undefined {
  const [bitsText = '', maskText, ...more] = text.split('/')
  const bits = parseBits(bitsText)
  const mask = maskText === undefined ? ALL_BITS : parseBits(maskText)
  return bits === undefined || mask === undefined || more.length > 0 ? undefined : { bits, mask }
}
