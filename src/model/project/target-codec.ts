import * as z from 'zod/mini'
import { ALL_BITS } from '../fields/bits'
import { HELPERS, type MapTarget, REJECT_KINDS } from '../ruleset/ruleset'
import { entryDocument, fieldIds, readEntry, writeEntry } from './entries-codec'
import { natAddressesCodec, portRangeCodec } from './value-codecs'

const byte = z.int().check(z.minimum(0), z.maximum(255))
const port = z.int().check(z.minimum(0), z.maximum(65535))
const bits = z.int().check(z.minimum(0), z.maximum(ALL_BITS))

const natTo = z.strictObject({
  addresses: z.exactOptional(natAddressesCodec),
  ports: z.exactOptional(portRangeCodec),
  random: z.exactOptional(z.boolean()),
})

const plainTarget = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal(['accept', 'drop', 'return', 'notrack', 'continue']) }),
  z.strictObject({
    kind: z.literal(['jump', 'goto']),
    chain: z.string().check(z.minLength(1, 'The name of a chain is missing.')),
  }),
  z.strictObject({ kind: z.literal(['snat', 'dnat', 'masquerade', 'redirect']), to: natTo }),
  z.strictObject({ kind: z.literal('reject'), with: z.enum(REJECT_KINDS) }),
  z.strictObject({ kind: z.literal('helper'), name: z.enum(HELPERS) }),
  z.strictObject({ kind: z.literal('log'), prefix: z.string() }),
  z.strictObject({ kind: z.literal(['mark', 'connmark']), flip: bits, mask: bits }),
  z.strictObject({ kind: z.literal('tos'), flip: byte, mask: byte }),
  z.strictObject({
    kind: z.literal('hop-limit'),
    change: z.enum(['set', 'increase', 'decrease']),
    by: byte,
  }),
  z.strictObject({ kind: z.literal('mss'), size: z.exactOptional(port) }),
  z.strictObject({ kind: z.literal('nflog'), prefix: z.string(), group: port }),
  z.strictObject({ kind: z.literal('netmap'), onto: natAddressesCodec }),
  z.strictObject({ kind: z.literal(['save-mark', 'restore-mark']), from: bits, to: bits }),
  z.strictObject({ kind: z.literal('opaque'), dialect: z.string(), text: z.string() }),
])

const mapDocument = z.strictObject({
  kind: z.literal('map'),
  fields: fieldIds.check(z.minLength(1)),
  entries: z.array(z.strictObject({ key: entryDocument, target: plainTarget })),
})

/** `{ "kind": "map", "fields": ["dport"], "entries": [{ "key": ["22"], "target": { "kind": "accept" } }] }` */
const mapCodec = z.codec(
  mapDocument,
  z.custom<MapTarget>((value) => (value as MapTarget | undefined)?.kind === 'map'),
  {
    decode: ({ kind, fields, entries }, context): MapTarget => ({
      kind,
      fields,
      entries: entries.map(({ key, target }) => ({ key: readEntry(fields, key, context), target })),
    }),
    encode: ({ kind, fields, entries }) => ({
      kind,
      fields: [...fields],
      entries: entries.map(({ key, target }) => ({
        key: writeEntry(fields, key),
        target,
      })),
    }),
  },
)

/** What a rule does, as a document holds it. */
export const targetCodec = z.union([plainTarget, mapCodec])
