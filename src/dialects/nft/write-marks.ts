import { ALL_BITS, hexadecimal } from '@/model/fields/bits'
import type { Target } from '@/model/ruleset/ruleset'
import { LeftOut } from '../left-out'
import type { PlainTest } from '../plain-terms'

type MarkTarget = Extract<Target, { kind: 'mark' | 'connmark' | 'save-mark' | 'restore-mark' }>

/** A test on the mark of the packet or the connection: alternatives, a line each. */
export function writeMarks(test: PlainTest): string[] {
  const key = test.field === 'mark' ? 'meta mark' : 'ct mark'
  const operator = test.negated ? '!=' : '=='
  const lines = test.bits.map(({ bits, mask }) =>
    mask === ALL_BITS
      ? `${key} ${test.negated ? '!= ' : ''}${hexadecimal(bits)}`
      : `${key} and ${hexadecimal(mask)} ${operator} ${hexadecimal(bits)}`,
  )
  return test.negated ? [lines.join(' ')] : lines
}

export function writeMarkTarget(target: MarkTarget): string {
  switch (target.kind) {
    case 'mark':
    case 'connmark': {
      const key = target.kind === 'mark' ? 'meta mark' : 'ct mark'
      if (target.mask === ALL_BITS) return `${key} set ${hexadecimal(target.flip)}`
      const cleared = target.mask === 0 ? '' : ` and ${hexadecimal(~target.mask >>> 0)}`
      return `${key} set ${key}${cleared} xor ${hexadecimal(target.flip)}`
    }
    case 'save-mark':
      return copied('ct mark', 'meta mark', target)
    case 'restore-mark':
      return copied('meta mark', 'ct mark', target)
  }
}

function copied(to: string, from: string, masks: { readonly from: number; readonly to: number }): string {
  if (masks.to !== ALL_BITS) throw new LeftOut('nft copies all bits of a mark or none.')
  return `${to} set ${from}${masks.from === ALL_BITS ? '' : ` and ${hexadecimal(masks.from)}`}`
}
