import type { Condition, Interval } from '@/model/fields/field'
import type { Family } from '@/model/packet/address'
import type { ParseContext } from '../dialect'
import type { Verdict } from './spelling'

/** A zone as its section says it, with its networks looked up. */
export interface Zone {
  readonly name: string
  readonly line: number
  readonly input: Verdict
  readonly output: Verdict
  readonly forward: Verdict
  readonly family: Family | undefined
  /** Names of devices; "+" at the end stands for any end. */
  readonly devices: readonly string[]
  readonly subnets: readonly Interval[]
  readonly masq: boolean
  readonly masq6: boolean
  readonly masqAllowInvalid: boolean
  readonly masqSource: readonly Condition[]
  readonly masqDestination: readonly Condition[]
}

/** Conditions for a packet that comes in from, or goes out to, a zone; undefined where none can. */
export function zoneConditions(zone: Zone, direction: 'in' | 'out'): Condition[] | undefined {
  if (zone.devices.length === 0 && zone.subnets.length === 0) return undefined
  return [
    ...familyCondition(zone.family),
    ...(zone.subnets.length === 0
      ? []
      : [
          {
            kind: 'test' as const,
            field: direction === 'in' ? ('src' as const) : ('dst' as const),
            negated: false,
            terms: zone.subnets.map((each) => ({ kind: 'range' as const, ...each })),
          },
        ]),
    ...(zone.devices.length === 0
      ? []
      : [
          {
            kind: 'test' as const,
            field: direction === 'in' ? ('iif' as const) : ('oif' as const),
            negated: false,
            terms: zone.devices.map((pattern) => ({ kind: 'name' as const, pattern })),
          },
        ]),
  ]
}

export function familyCondition(family: Family | undefined): Condition[] {
  if (family === undefined) return []
  return [
    {
      kind: 'test',
      field: 'family',
      negated: false,
      terms: [{ kind: 'range', first: family, last: family }],
    },
  ]
}

/**
 * The devices of a network: those that its `config interface` names, else the interface of that name, else those of the
 * side that the usual names mean.
 */
export function devicesOf(
  network: string,
  declared: ReadonlyMap<string, readonly string[]>,
  { interfaces }: Pick<ParseContext, 'interfaces'>,
): { readonly devices: readonly string[]; readonly guessed: boolean } {
  const own = declared.get(network)
  if (own && own.length > 0) return { devices: own, guessed: false }
  if (interfaces.some(({ name }) => name === network)) return { devices: [network], guessed: false }
  const side = /^wan6?$/.test(network) ? 'outside' : network === 'lan' ? 'inside' : undefined
  const names = interfaces.filter((each) => each.side === side).map(({ name }) => name)
  return side && names.length > 0 ? { devices: names, guessed: true } : { devices: [network], guessed: true }
}
