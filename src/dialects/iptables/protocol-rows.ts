import { conditionOn, fieldsOf } from '@/model/fields/cell'
import type { Condition, FieldTest, Scalar } from '@/model/fields/field'
import { containsValue, unionIntervals } from '@/model/fields/intervals'
import { PROTOCOL } from '@/model/packet/packet'

/** Which `-p` a rule is written with: none, one line per number, all but one, or there is no way to say it. */
export type ProtocolRows =
  | { readonly kind: 'any' }
  | { readonly kind: 'numbers'; readonly numbers: readonly number[] }
  | { readonly kind: 'not'; readonly number: number }
  | { readonly kind: 'unsayable' }

/** Protocols of which both tools can write a port; sctp and udplite are only written where the rule names them. */
const PORT_PROTOCOLS: readonly number[] = [PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp, PROTOCOL.udplite]
const COMMON_PORT_PROTOCOLS: readonly number[] = [PROTOCOL.tcp, PROTOCOL.udp]

/**
 * A port, flags or an ICMP type need `-p` here. A rule for any protocol that looks at a port becomes a tcp and a udp rule:
 * there is no spelling for "any protocol with that port" (SEMANTICS 10).
 */
export function protocolRows(match: readonly Condition[]): ProtocolRows {
  const protocol = conditionOn(match, 'protocol')
  const needed = neededProtocols(match, protocol)
  if (needed) return { kind: 'numbers', numbers: needed.filter((number) => accepts(protocol, number)) }
  if (!protocol) return { kind: 'any' }
  const named = numbersOf(protocol)
  if (!protocol.negated) return { kind: 'numbers', numbers: named }
  const [only, ...others] = named
  return only !== undefined && others.length === 0 ? { kind: 'not', number: only } : { kind: 'unsayable' }
}

function neededProtocols(
  match: readonly Condition[],
  protocol: FieldTest | undefined,
): readonly number[] | undefined {
  const asked = new Set(match.flatMap(fieldsOf))
  const has = (field: FieldTest['field']) => asked.has(field)
  const needs: (readonly number[])[] = []
  if (has('sport') || has('dport'))
    needs.push(protocol && !protocol.negated ? PORT_PROTOCOLS : COMMON_PORT_PROTOCOLS)
  if (has('tcpFlags')) needs.push([PROTOCOL.tcp])
  if (has('icmpType')) needs.push([PROTOCOL.icmp])
  if (has('icmpv6Type')) needs.push([PROTOCOL.icmpv6])
  const [first, ...rest] = needs
  return first?.filter((number) => rest.every((other) => other.includes(number)))
}

function accepts(protocol: FieldTest | undefined, number: Scalar): boolean {
  if (!protocol) return true
  const ranges = protocol.terms.filter((term) => term.kind === 'range')
  return containsValue(unionIntervals(ranges), number) !== protocol.negated
}

/** In the order of the terms. */
function numbersOf(protocol: FieldTest): number[] {
  const numbers = protocol.terms.flatMap((term) =>
    term.kind === 'range'
      ? Array.from(
          { length: Number(term.last) - Number(term.first) + 1 },
          (_, index) => Number(term.first) + index,
        )
      : [],
  )
  return [...new Set(numbers)]
}
