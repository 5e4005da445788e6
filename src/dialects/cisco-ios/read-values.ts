import type { Interval } from '@/model/fields/field'
import { Refusal } from './refusal'
import { PORTS } from './spelling'
import type { Word, Words } from './words'

/** Numbers behind eq, neq, lt, gt or range. */
export interface Comparison {
  readonly negated: boolean
  readonly intervals: readonly Interval[]
}

/** Which numbers are compared, and how a word names one. */
interface Domain {
  readonly last: number
  readonly what: string
  number(word: Word): number | undefined
}

const OPERATORS = ['eq', 'neq', 'lt', 'gt', 'range'] as const

/** Reads an operator with its values if one comes next. */
export function readComparison(words: Words, domain: Domain): Comparison | undefined {
  const operator = words.skip(...OPERATORS)
  if (!operator) return undefined
  const value = (): number => {
    const word = words.take()
    if (!word) throw new Refusal(`${domain.what} is missing after ${operator.text}.`, operator)
    const number = domain.number(word)
    if (number === undefined || number > domain.last)
      throw new Refusal(`${word.text} is not ${domain.what}. Write a number from 0 to ${domain.last}.`, word)
    return number
  }
  const first = value()
  switch (operator.text.toLowerCase()) {
    case 'lt':
      if (first === 0) throw new Refusal('Nothing is less than 0.', operator)
      return { negated: false, intervals: [{ first: 0, last: first - 1 }] }
    case 'gt':
      if (first === domain.last) throw new Refusal(`Nothing is greater than ${domain.last}.`, operator)
      return { negated: false, intervals: [{ first: first + 1, last: domain.last }] }
    case 'range': {
      const second = value()
      return {
        negated: false,
        intervals: [{ first: Math.min(first, second), last: Math.max(first, second) }],
      }
    }
    default: {
      const numbers = [first]
      for (let next = words.rest[0]; next && domain.number(next) !== undefined; next = words.rest[0])
        numbers.push(value())
      return {
        negated: operator.text.toLowerCase() === 'neq',
        intervals: numbers.map((number) => ({ first: number, last: number })),
      }
    }
  }
}

const plainNumber = ({ text }: Word) => (/^\d{1,5}$/.test(text) ? Number(text) : undefined)

export function portsOf(protocol: 'tcp' | 'udp' | undefined): Domain {
  return {
    last: 65535,
    what: 'a port',
    number: (word) => {
      const name = word.text.toLowerCase()
      const names = protocol ? PORTS[protocol] : { ...PORTS.udp, ...PORTS.tcp }
      return plainNumber(word) ?? (Object.hasOwn(names, name) ? names[name] : undefined)
    },
  }
}

export const TTL: Domain = { last: 255, what: 'a TTL', number: plainNumber }
