import type { FlagTest } from '@/model/packet/tcp-flags'

/** Disjoint tests that together accept exactly the bytes that `accepts` does; one where one is enough. */
export function flagTestsOf(accepts: (byte: number) => boolean, bits: readonly number[]): FlagTest[] {
  const every = bits.reduce((byte, bit) => byte | bit, 0)
  // A bit that never matters is left out of the mask first, so that a set that is one test stays one.
  const asked = bits.filter((bit) => {
    for (let byte = 0; byte <= every; byte++)
      if ((byte & every) === byte && accepts(byte) !== accepts(byte ^ bit)) return true
    return false
  })
  const agree = (mask: number, value: number): boolean => {
    for (let byte = 0; byte <= every; byte++)
      if ((byte & every) === byte && (byte & mask) === value && accepts(byte) !== accepts(value)) return false
    return true
  }
  // "Not all of these" is a test per flag and not one per combination: a branch ends where nothing below it differs.
  const split = (index: number, mask: number, value: number): FlagTest[] => {
    const bit = asked[index]
    if (bit === undefined || agree(mask, value)) return accepts(value) ? [{ mask, value }] : []
    return [...split(index + 1, mask | bit, value | bit), ...split(index + 1, mask | bit, value)]
  }
  return split(0, 0, 0)
}
