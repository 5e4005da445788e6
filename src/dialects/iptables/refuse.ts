import type { DiagnosticKind } from '@/model/result'
import type { Word } from './words'

/** Something to say about a word of the line. */
export interface Remark {
  readonly kind: DiagnosticKind
  readonly message: string
  readonly word: Word
}

/** A value that cannot be read, thrown by `refuse` while the matches of a line are read. */
export class Unreadable extends Error {
  readonly remark: Remark
  constructor(remark: Remark) {
    super(remark.message)
    this.remark = remark
  }
}

export function refuse(message: string, word: Word, kind: DiagnosticKind = 'syntax-error'): never {
  throw new Unreadable({ kind, message, word })
}
