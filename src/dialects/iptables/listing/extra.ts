/**
 * An option that a run of a listing's last column stands for. `match` is the module it is of, absent for the one that was
 * named last; `name` is absent where a module is named and nothing asked of it.
 */
export interface ListedOption {
  readonly match?: string
  readonly name?: string
  readonly values?: readonly string[]
  readonly negated?: boolean
}

type Groups = readonly (string | undefined)[]

/** How one run of text is told, and the options it stands for; undefined where it has none. */
export interface Extra {
  readonly pattern: RegExp
  readonly read: (groups: Groups) => readonly ListedOption[] | undefined
}

/** A blank in the source is one or more; what is matched ends where a word ends. */
export function extra(source: string, read: Extra['read']): Extra {
  return { pattern: new RegExp(`(?:${source.replaceAll(' ', '\\s+')})(?=\\s|$)`, 'y'), read }
}

/** A negatable value: the first group is its "!", the second the value. */
export function valued(match: string | undefined, name: string, source: string): Extra {
  return extra(source, ([not, value]) => [
    { ...(match !== undefined && { match }), name, values: [value ?? ''], negated: Boolean(not) },
  ])
}

export function bare(source: string, ...options: readonly ListedOption[]): Extra {
  return extra(source, () => options)
}
