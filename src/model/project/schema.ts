import * as z from 'zod/mini'
import { FIREWALL_KIND_IDS, NAT_MODES } from '../firewalls/firewall-kind'
import { CHAIN_TYPES, HOOKS, type NamedSet, POLICIES } from '../ruleset/ruleset'
import { isHostProfile } from '../topology/host-profiles'
import { NODE_KINDS } from '../topology/topology'
import { conditionCodec } from './condition-codec'
import { targetCodec } from './target-codec'
import {
  addressCodec,
  addressRangeCodec,
  interfaceAddressCodec,
  portRangeCodec,
  prefixCodec,
} from './value-codecs'

// The document as the newest version writes it. Every schema reads into values of the model and writes back from them.

const id = z.string().check(z.minLength(1, 'An id is missing.'))
const port = z.int().check(z.minimum(0), z.maximum(65535))
const transport = z.enum(['tcp', 'udp'])

export const rowSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('rule'),
    id,
    enabled: z.boolean(),
    name: z.string(),
    match: z.array(conditionCodec),
    target: targetCodec,
    log: z.boolean(),
    logPrefix: z.exactOptional(z.string()),
    assume: z.exactOptional(z.literal('matches')),
    sourceLine: z.exactOptional(z.int().check(z.minimum(1))),
  }),
  z.strictObject({ kind: z.literal('separator'), id, title: z.string() }),
])

const chain = z.strictObject({
  name: id,
  base: z.exactOptional(
    z.strictObject({
      hook: z.exactOptional(z.enum(HOOKS)),
      priority: z.exactOptional(z.int()),
      policy: z.enum(POLICIES),
      type: z.exactOptional(z.enum(CHAIN_TYPES)),
    }),
  ),
  rows: z.array(rowSchema),
})

const firewall = z.strictObject({
  kind: z.enum(FIREWALL_KIND_IDS),
  form: z.enum(['separate', 'dual']),
  ruleset: z.strictObject({
    tables: z.array(
      z.strictObject({ name: id, family: z.enum(['ip', 'ip6', 'inet']), chains: z.array(chain) }),
    ),
  }),
  builtins: z.array(z.strictObject({ id, enabled: z.boolean(), addresses: z.array(addressRangeCodec) })),
})

const mapping = z.strictObject({
  id,
  enabled: z.boolean(),
  name: z.string(),
  protocol: transport,
  outside: portRangeCodec,
  insideAddress: addressCodec,
  insidePort: port,
})

const device = z.strictObject({
  id,
  kind: z.enum(NODE_KINDS),
  name: z.string().check(z.minLength(1, 'A device needs a name.')),
  position: z.strictObject({ x: z.number(), y: z.number() }),
  interfaces: z.array(
    z.strictObject({
      id,
      name: id,
      addresses: z.array(interfaceAddressCodec),
      side: z.enum(['inside', 'outside']),
      mtu: z.exactOptional(z.int().check(z.minimum(68), z.maximum(65_535))),
    }),
  ),
  routes: z.array(z.strictObject({ id, destination: prefixCodec, via: addressCodec })),
  host: z.strictObject({
    profile: z
      .string()
      .check(
        z.refine(isHostProfile, 'There is no host profile of that name. The menu of a host lists them.'),
      ),
    ephemeralPorts: z.exactOptional(portRangeCodec),
    firstPort: z.exactOptional(port),
    privileged: z.exactOptional(z.boolean()),
  }),
  services: z.array(z.strictObject({ id, name: z.string(), protocol: transport, port, tls: z.boolean() })),
  firewall,
  nat: z.strictObject({ mode: z.enum(NAT_MODES), mappings: z.array(mapping) }),
  nameServer: z.exactOptional(addressCodec),
})

const end = z.strictObject({ device: id, interface: id })

const flow = z.strictObject({
  id,
  name: z.string(),
  from: id,
  application: id,
  to: z.string(),
  port: z.exactOptional(port),
  sourcePort: z.exactOptional(port),
  connections: z.int().check(z.minimum(1)),
  resolveFirst: z.boolean(),
  expect: z.exactOptional(z.enum(['works', 'blocked'])),
})

type Terms = NamedSet['terms']
const asTerms = (ranges: readonly Pick<Terms[number], 'first' | 'last'>[]): Terms =>
  ranges.map(({ first, last }) => ({ kind: 'range', first, last }))

const addressSet = z.strictObject({
  name: id,
  holds: z.literal('addresses'),
  values: z.array(addressRangeCodec),
})
const portSet = z.strictObject({ name: id, holds: z.literal('ports'), values: z.array(portRangeCodec) })

const set = z.codec(
  z.discriminatedUnion('holds', [addressSet, portSet]),
  z.custom<NamedSet>((value) => value !== undefined),
  {
    decode: ({ name, holds, values }) => ({ name, holds, terms: asTerms(values) }),
    encode: ({ name, holds, terms }) => {
      const values = terms.map(({ first, last }) => ({ first, last }))
      return holds === 'addresses'
        ? { name, holds, values }
        : {
            name,
            holds,
            values: values.map(({ first, last }) => ({ first: Number(first), last: Number(last) })),
          }
    },
  },
)

export const designSchema = z.strictObject({
  id,
  name: z.string(),
  seed: z.int(),
  lesson: z.exactOptional(z.string()),
  devices: z.array(device),
  links: z.array(z.strictObject({ id, ends: z.tuple([end, end]) })),
  names: z.array(z.strictObject({ name: id, device: id })),
  sets: z.array(set),
  flows: z.array(flow),
})
