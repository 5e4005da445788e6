import * as z from 'zod/mini'
import { diagnostic, failure, type Result, success } from '../result'
import type { Row } from '../ruleset/ruleset'
import type { Device } from '../topology/topology'
import { checkDesign } from './checks'
import type { Design } from './design'
import { issueSentence, located } from './issue-sentences'
import { DOCUMENT_VERSION, migrated, type RawDocument } from './migrations'
import { designSchema, rowSchema } from './schema'

export const DOCUMENT_FORMAT = 'highport design'

/** The design as JSON: addresses, prefixes, ports and rule values are text. `decodeDesign` reads it back as it was. */
export function encodeDesign(design: Design): unknown {
  const rows = design.devices.map(rowsOf)
  const bare = { ...design, devices: design.devices.map(withoutRows) }
  const document = z.encode(designSchema, bare as z.output<typeof designSchema>)
  document.devices.forEach((device, d) => {
    device.firewall.ruleset.tables.forEach((table, t) => {
      table.chains.forEach((chain, c) => {
        chain.rows = (rows[d]?.[t]?.[c] ?? []).map(rowDocument)
      })
    })
  })
  return { format: DOCUMENT_FORMAT, version: DOCUMENT_VERSION, ...document }
}

type RowDocument = z.input<typeof rowSchema>

/** Rows are values: one that is still there is written as before, so saving after an edit of 10,000 rules writes one. */
const writtenRows = new WeakMap<Row, RowDocument>()

function rowDocument(row: Row): RowDocument {
  const before = writtenRows.get(row)
  if (before) return before
  const document = z.encode(rowSchema, row as z.output<typeof rowSchema>)
  writtenRows.set(row, document)
  return document
}

function rowsOf(device: Device): (readonly Row[])[][] {
  return device.firewall.ruleset.tables.map((table) => table.chains.map((chain) => chain.rows))
}

function withoutRows(device: Device): Device {
  const { firewall } = device
  const tables = firewall.ruleset.tables.map((table) => ({
    ...table,
    chains: table.chains.map((chain) => ({ ...chain, rows: [] })),
  }))
  return { ...device, firewall: { ...firewall, ruleset: { ...firewall.ruleset, tables } } }
}

/** Reads a document of this or an earlier version; each diagnostic names the place as a JSON Pointer. */
export function decodeDesign(value: unknown): Result<Design> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return failure('This is not a Highport design. A design is a JSON object.')
  }
  const raw = value as RawDocument
  const version = versionOf(raw)
  if (!version.ok) return version
  const { format: _format, version: _version, ...body } = migrated(raw, version.value)
  const read = z.safeDecode(designSchema, body as z.input<typeof designSchema>, {
    reportInput: true,
  })
  if (!read.success) return failures(read.error.issues.map(issueSentence))
  const design: Design = read.data
  const troubles = checkDesign(design)
  if (troubles.length > 0) return failures(troubles.map(({ path, sentence }) => located(path, sentence)))
  return success(design)
}

function versionOf(raw: RawDocument): Result<number> {
  if (raw.format !== DOCUMENT_FORMAT) {
    return failure(`This is not a Highport design. A design says "format": "${DOCUMENT_FORMAT}".`)
  }
  const { version } = raw
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 0) {
    return failure(`/version: a whole number is missing here. The newest version is ${DOCUMENT_VERSION}.`)
  }
  if (version > DOCUMENT_VERSION) {
    return failure(
      `/version: this design is of version ${version}, and this Highport reads versions up to ${DOCUMENT_VERSION}. Open it with a newer one.`,
    )
  }
  return success(version)
}

function failures(sentences: readonly string[]): Result<never> {
  return {
    ok: false,
    diagnostics: sentences.map((sentence) => diagnostic('syntax-error', sentence, { line: 1, column: 1 })),
  }
}

/** A design with nothing on it. */
export function emptyDesign(id: string, name: string): Design {
  return { id, name, devices: [], links: [], names: [], sets: [], flows: [], seed: 1 }
}
