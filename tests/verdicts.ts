import fc from 'fast-check'
import type { PrintContext } from '@/dialects/dialect'
import { plainTest } from '@/dialects/plain-terms'
import { compileChain } from '@/engine/filter/compile-chain'
import { type ChainDecision, walkChain } from '@/engine/filter/evaluate'
import { KEEP_NOTHING } from '@/engine/filter/recorder'
import type { CompiledChain } from '@/engine/network'
import {
  ADDRESS_TYPES,
  CT_STATES,
  type FieldId,
  type Interval,
  type MatchContext,
} from '@/model/fields/field'
import { familyInterval, next, previous } from '@/model/fields/intervals'
import type { Firewall } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import { type Family, fromInteger, type IpAddress } from '@/model/packet/address'
import { icmpPacket, otherPacket, tcpPacket, udpPacket } from '@/model/packet/build'
import type { Packet } from '@/model/packet/packet'
import { allChains, chainKey, findChain, rulesOf } from '@/model/ruleset/chains'
import type { ChainRef } from '@/model/ruleset/ruleset'

/** What a chain says about one packet: how it decides, and by which rule. */
export interface Verdict {
  readonly kind: ChainDecision['kind']
  /** Id of the rule; "policy" where none decided. */
  readonly by: string
  /** Name of the rule; "policy" where none decided. */
  readonly name: string
  readonly with: string | undefined
}

/** Asks one base chain of a firewall. */
export function verdictOf(
  firewall: Firewall,
  ref: ChainRef,
  packet: MatchContext,
  { names, resolve, resolveSet }: PrintContext,
): Verdict {
  const kind = firewallKind(firewall.kind)
  const compile = (of: ChainRef): CompiledChain | undefined => {
    const chain = findChain(firewall.ruleset, of)
    return (
      chain &&
      compileChain(chain, {
        ref: of,
        resolver: { token: resolve, set: resolveSet },
        names,
        builtins: firewall.builtins,
        kind: firewall.kind,
        locked: () => kind.lockedRules(firewall, of),
      })
    )
  }
  const chain = compile(ref)
  if (!chain) throw new Error(`no chain ${chainKey(ref)}`)
  const decision = walkChain({ chain, context: packet, find: compile, recorder: KEEP_NOTHING })
  return {
    kind: decision.kind,
    by: decision.by.kind === 'rule' ? decision.by.rule : 'policy',
    name: decision.by.kind === 'rule' ? decision.by.name : 'policy',
    with: decision.kind === 'reject' ? answer(decision.with, packet) : undefined,
  }
}

/** A reset answers TCP alone. */
const answer = (kind: string | undefined, { packet }: MatchContext) =>
  kind === 'tcp-reset' && packet.kind !== 'tcp' ? 'icmp-port-unreachable' : kind

/** Values at and beside the ends of everything that the rules ask for, per field. */
function boundaries(firewall: Firewall, field: FieldId, context: PrintContext): Interval['first'][] {
  const conditions = allChains(firewall.ruleset)
    .flatMap(({ chain }) => rulesOf(chain))
    .flatMap(({ match }) => match)
  return conditions
    .flatMap((each) =>
      each.kind === 'test' && each.field === field ? plainTest(each, context).intervals : [],
    )
    .flatMap(({ first, last }) => [first, last, previous(first), next(last)])
}

/** Packets that the rules of a firewall are likely to tell apart. */
export function packetsFor(
  firewall: Firewall,
  family: Family,
  context: PrintContext,
): fc.Arbitrary<MatchContext> {
  const pick = <T>(values: readonly T[]) => fc.constantFrom(...values)
  const numbers = (field: FieldId, last: number, more: readonly number[]) =>
    pick([
      ...boundaries(firewall, field, context)
        .map(Number)
        .filter((each) => each >= 0 && each <= last),
      ...more,
    ])
  const all = familyInterval(family)
  const addresses = (field: 'src' | 'dst') =>
    pick([
      ...boundaries(firewall, field, context).filter((each) => each >= all.first && each <= all.last),
      fromInteger(family, 1n),
    ] as IpAddress[])
  const patterns = allChains(firewall.ruleset)
    .flatMap(({ chain }) => rulesOf(chain))
    .flatMap(({ match }) => match)
    .flatMap((each) => (each.kind === 'test' ? plainTest(each, context).patterns : []))
  const icmp = numbers(family === 4 ? 'icmpType' : 'icmpv6Type', 65535, [8 * 256, 3 * 256 + 3])
  const packet = fc
    .record({
      kind: pick(['tcp', 'tcp', 'udp', 'udp', 'icmp', 'other']),
      src: addresses('src'),
      dst: addresses('dst'),
      sport: numbers('sport', 65535, [0, 62712, 65535]),
      dport: numbers('dport', 65535, [0, 443, 65535]),
      flags: pick([...Array(256).keys()]),
      icmp,
      protocol: pick([47, 99, 132, 136, 2]),
      hopLimit: numbers('hopLimit', 255, [0, 64, 255]),
      tos: numbers('tos', 255, [0, 255]),
      bytes: numbers('length', 2000, [0, 40, 1500]),
    })
    .map(({ kind, src, dst, sport, dport, flags, icmp: type, protocol, bytes, ...header }): Packet => {
      const common = { src, dst, ...header, payload: { bytes } }
      switch (kind) {
        case 'tcp':
          return tcpPacket({ ...common, sport, dport, flags })
        case 'udp':
          return udpPacket({ ...common, sport, dport })
        case 'icmp':
          return icmpPacket({ ...common, type: Math.floor(type / 256), code: type % 256 })
        default:
          return otherPacket({ ...common, protocol })
      }
    })
  return fc
    .record({
      packet,
      iif: pick([...patterns, 'lan', 'wan', 'other0']),
      oif: pick([...patterns, 'lan', 'wan', 'other0']),
      ctState: pick(CT_STATES),
      type: pick(ADDRESS_TYPES),
    })
    .map(({ type, ...rest }) => ({ ...rest, addressType: () => type }))
}
