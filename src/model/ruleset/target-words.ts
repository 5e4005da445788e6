import { hexadecimal } from '../fields/bits'
import { formatPrefix, intervalAsPrefix } from '../packet/prefix'
import { markWords } from './mark-words'
import type { Target } from './ruleset'

const SIGNS = { set: '', increase: '+', decrease: '-' } as const

/** What stands behind a target's word: "0x1", "+1", "clamped"; nothing where the word says it all. */
export function targetDetail(target: Target): string {
  switch (target.kind) {
    case 'mark':
    case 'connmark':
      return markWords(target)
    case 'hop-limit':
      return `${SIGNS[target.change]}${target.by}`
    case 'tos':
      return `${hexadecimal(target.flip)}/${hexadecimal(target.mask)}`
    case 'mss':
      return target.size === undefined ? 'to the path' : `${target.size}`
    case 'nflog':
      return [`group ${target.group}`, target.prefix && `"${target.prefix}"`].filter(Boolean).join(' ')
    case 'netmap': {
      const prefix = intervalAsPrefix(target.onto)
      return prefix ? formatPrefix(prefix) : ''
    }
    default:
      return ''
  }
}
