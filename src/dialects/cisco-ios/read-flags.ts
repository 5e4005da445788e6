import type { Interval } from '@/model/fields/field'
import { unionIntervals } from '@/model/fields/intervals'
import { TCP_FLAG } from '@/model/packet/packet'
import { Refusal } from './refusal'
import type { Words } from './words'

/** Flags that an entry can name. */
export const FLAG_NAMES = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg'] as const

const bitOf = (name: string) => TCP_FLAG[name.toUpperCase() as keyof typeof TCP_FLAG]
const isFlag = (name: string) => (FLAG_NAMES as readonly string[]).includes(name)

/** ACK or RST is set: not the packet that opens a connection. */
export const ESTABLISHED = flagBytes((byte) => (byte & (TCP_FLAG.ACK | TCP_FLAG.RST)) !== 0)

export function flagBytes(accepts: (byte: number) => boolean): Interval[] {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte).filter(accepts)
  return unionIntervals(bytes.map((byte) => ({ first: byte, last: byte })))
}

/**
 * `established`, flags by name (any of them is set), `match-all +syn -ack`, `match-any +syn +rst`; nothing where no such
 * word comes next.
 */
export function readFlagWords(words: Words): readonly Interval[] | undefined {
  if (words.skip('established')) return ESTABLISHED
  const match = words.skip('match-all', 'match-any')
  if (match) {
    const tests: { bit: number; set: boolean }[] = []
    for (let next = words.next ?? ''; /^[+-]/.test(next) && isFlag(next.slice(1)); next = words.next ?? '') {
      tests.push({ bit: bitOf(next.slice(1)), set: next.startsWith('+') })
      words.take()
    }
    if (tests.length === 0) throw new Refusal(`${match.text} needs flags after it, such as +syn -ack.`, match)
    const holds = (byte: number) => (each: (typeof tests)[number]) => ((byte & each.bit) !== 0) === each.set
    return flagBytes((byte) =>
      match.text.toLowerCase() === 'match-all' ? tests.every(holds(byte)) : tests.some(holds(byte)),
    )
  }
  let wanted = 0
  for (let next = words.next ?? ''; isFlag(next); next = words.next ?? '') {
    wanted |= bitOf(next)
    words.take()
  }
  return wanted === 0 ? undefined : flagBytes((byte) => (byte & wanted) !== 0)
}
