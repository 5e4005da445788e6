/** A document of one version as JSON, before anything is known of it but that it is an object. */
export type RawDocument = Readonly<Record<string, unknown>>

/** The step from one version to the next. Steps are never changed once they are released. */
export interface Migration {
  /** Version of the documents it takes; it makes the next. */
  readonly from: number
  up(document: RawDocument): RawDocument
}

/**
 * Version 0 is what was written before there was a first release: it had no named sets, and a seed was optional. The
 * sample of such a document is in the tests.
 */
export const MIGRATIONS: readonly Migration[] = [
  { from: 0, up: (document) => ({ seed: 1, sets: [], ...document, version: 1 }) },
]

export const DOCUMENT_VERSION = 1

/** The document in the newest version. The caller has seen that its version is known. */
export function migrated(document: RawDocument, version: number): RawDocument {
  let current = document
  for (let at = version; at < DOCUMENT_VERSION; at++) {
    const step = MIGRATIONS.find((migration) => migration.from === at)
    if (!step) throw new Error(`no migration from version ${at}`)
    current = step.up(current)
  }
  return current
}
