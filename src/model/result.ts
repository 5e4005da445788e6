/** Expected trouble is returned, never thrown; a broken invariant throws. */

/**
 * What a diagnostic means for the reader.
 * - `syntax-error`: the text is not of the language; nothing can be made of this place.
 * - `unsupported`: understood, would change what happens to a packet, and cannot be kept.
 * - `approximated`: kept as opaque text, assumed not to match unless the rule says otherwise.
 * - `ignored`: understood, has no effect here.
 * - `note`: worth knowing, changes nothing.
 */
export const DIAGNOSTIC_KINDS = ['syntax-error', 'unsupported', 'approximated', 'ignored', 'note'] as const
export type DiagnosticKind = (typeof DIAGNOSTIC_KINDS)[number]

/** A located message. `line` and `column` count from 1; both are 1 where the input is a single value. */
export interface Diagnostic {
  readonly kind: DiagnosticKind
  /** One sentence: what is wrong and, where possible, what would be right. */
  readonly message: string
  readonly line: number
  readonly column: number
  /** Length of the offending text in UTF-16 units; 0 when a place and not a span is meant. */
  readonly length: number
}

/** A value with what there is to say about it, or diagnostics alone (at least one). */
export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

export function success<T>(value: T, diagnostics: readonly Diagnostic[] = []): Result<T> {
  return { ok: true, value, diagnostics }
}

/** A failure of a single value: one sentence, placed at column `column` of line 1. */
export function failure(message: string, column = 1, length = 0): Result<never> {
  return { ok: false, diagnostics: [{ kind: 'syntax-error', message, line: 1, column, length }] }
}

export function diagnostic(
  kind: DiagnosticKind,
  message: string,
  at: { readonly line: number; readonly column: number; readonly length?: number },
): Diagnostic {
  return { kind, message, line: at.line, column: at.column, length: at.length ?? 0 }
}

/** Every member of a union must be handled: the compiler proves that this is never reached. */
export function unreachable(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`)
}
