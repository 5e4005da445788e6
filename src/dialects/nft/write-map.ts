import type { FieldId } from '@/model/fields/field'
import { familyInterval } from '@/model/fields/intervals'
import { fieldOf } from '@/model/fields/lookup'
import { type Family, familyOf, formatAddress } from '@/model/packet/address'
import type { MapEntry, MapTarget, NatTo, PlainTarget, Target } from '@/model/ruleset/ruleset'
import type { PrintContext } from '../dialect'
import { LeftOut } from '../left-out'
import { type KeyPlace, writeEntry, writeKey } from './write-lookup'
import type { WrittenSpec } from './write-match'
import { type TargetPlace, writeTarget } from './write-target'

const VERDICTS: ReadonlySet<string> = new Set(['accept', 'drop', 'jump', 'goto', 'return', 'continue'])

type Translation = Extract<PlainTarget, { kind: 'snat' | 'dnat' }>

/** Whether nft has one rule for it; a map of other targets is written as a rule for each entry. */
export function isWritable(target: Target): boolean {
  if (target.kind !== 'map') return true
  return (
    target.entries.length > 0 &&
    (target.entries.every((entry) => VERDICTS.has(entry.target.kind)) || translations(target) !== undefined)
  )
}

/** Entries that all translate alike: one address or range each, and all with one port, or none. */
function translations({ entries }: MapTarget): readonly Translation[] | undefined {
  const targets = entries.flatMap(({ target }) =>
    target.kind === 'snat' || target.kind === 'dnat' ? [target] : [],
  )
  const [first] = targets
  if (!first || targets.length !== entries.length) return undefined
  const alike = targets.every(
    ({ kind, to }) =>
      kind === first.kind &&
      to.random === first.to.random &&
      to.addresses !== undefined &&
      (to.ports === undefined) === (first.to.ports === undefined) &&
      (to.ports === undefined ||
        (to.ports.first === to.ports.last && to.addresses.first === to.addresses.last)),
  )
  return alike ? targets : undefined
}

/** `tcp dport vmap { 22 : accept }`, `dnat ip to tcp dport map { 22 : 10.0.0.1 . 22 }`. Throws LeftOut. */
export function writeMap(
  target: MapTarget,
  spec: WrittenSpec,
  place: TargetPlace,
  context: PrintContext,
): string[] {
  const translated = translations(target)
  const [first] = translated ?? []
  const family = spec.family ?? (first?.to.addresses ? familyOf(first.to.addresses.first) : 4)
  const key: KeyPlace = { family, carrier: spec.carrier, context }
  const words = writeKey(target.fields, key)
  const entries = target.entries.flatMap((entry, index) => {
    const isRest = index > 0 && index === target.entries.length - 1 && holdsAll(target.fields, entry, family)
    const ways = isRest ? ['*'] : writeEntry(target.fields, entry.key, key)
    if (!translated) return ways.map((way) => `${way} : ${writeTarget(entry.target, spec, place).join(' ')}`)
    const data = translatedTo((entry.target as Translation).to, key)
    if (data === undefined && spec.family === undefined)
      throw new LeftOut('it translates to addresses of both families.')
    return data === undefined ? [] : ways.map((way) => `${way} : ${data}`)
  })
  if (entries.length === 0) return []
  if (!first) return [`${words} vmap { ${entries.join(', ')} }`]
  if (first.to.ports && !spec.hasPorts && spec.carrier === '')
    throw new LeftOut('it translates ports, which needs tcp or udp as its protocol.')
  const word = place.table === 'inet' ? `${family === 4 ? 'ip' : 'ip6'} ` : ''
  return [`${first.kind} ${word}to ${words} map { ${entries.join(', ')} }${first.to.random ? ' random' : ''}`]
}

/** Whether the entry is for every packet that the others are not for: nft writes it `*`. */
function holdsAll(fields: readonly FieldId[], { key }: MapEntry, family: Family): boolean {
  return fields.every((field, at) => {
    const term = key[at]
    if (term?.kind === 'name') return term.pattern === '+'
    if (term?.kind !== 'range') return false
    const { domain } = fieldOf(field)
    const whole = domain.kind === 'numbers' ? domain : familyInterval(family)
    return term.first <= whole.first && term.last >= whole.last
  })
}

/** Undefined: an address of the other family. */
function translatedTo({ addresses, ports }: NatTo, { family }: KeyPlace): string | undefined {
  if (!addresses || familyOf(addresses.first) !== family) return undefined
  const one = addresses.first === addresses.last
  const address = `${formatAddress(addresses.first)}${one ? '' : `-${formatAddress(addresses.last)}`}`
  return ports ? `${address} . ${ports.first}` : address
}
