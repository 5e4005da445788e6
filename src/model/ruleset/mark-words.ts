import { ALL_BITS, hexadecimal } from '../fields/bits'
import type { MarkChange } from './ruleset'

/** How a mark changes, in the words of MARK's options: "0x1", "0x1/0xff", "or 0x4", "and 0xf", "xor 0x1". */
export function markWords({ flip, mask }: MarkChange): string {
  const kept = hexadecimal(~mask >>> 0)
  if (mask === ALL_BITS) return hexadecimal(flip)
  if (flip === 0) return `and ${kept}`
  if (mask === 0) return `xor ${hexadecimal(flip)}`
  if (flip === mask) return `or ${hexadecimal(flip)}`
  return (flip & ~mask) === 0
    ? `${hexadecimal(flip)}/${hexadecimal(mask)}`
    : `and ${kept} xor ${hexadecimal(flip)}`
}
