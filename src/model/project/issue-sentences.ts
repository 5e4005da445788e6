import type * as z from 'zod/mini'

type Issue = z.core.$ZodIssue

/** Words for the kinds of value that a document holds. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  tuple: 'a list of two',
}

/** "/devices/1/name: a text is missing here." JSON Pointer (RFC 6901), so that the place can be looked up. */
export function issueSentence(issue: Issue): string {
  const { path, inner } = innermost(issue, [])
  return located(path, describe(inner))
}

/** Among the alternatives of a union, the one that came furthest is the one that was meant. */
function innermost(issue: Issue, above: Issue['path']): { path: Issue['path']; inner: Issue } {
  const path = [...above, ...issue.path]
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return { path, inner: issue }
  const depth = (issues: readonly Issue[]) => Math.max(0, ...issues.map((each) => each.path.length))
  const [best = []] = [...issue.errors].sort((a, b) => depth(b) - depth(a) || a.length - b.length)
  const [first] = best
  return first ? innermost(first, path) : { path, inner: issue }
}

export function located(path: readonly PropertyKey[], sentence: string): string {
  const pointer = path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  return `${pointer || 'The document'}: ${sentence}`
}

function describe(issue: Issue): string {
  switch (issue.code) {
    case 'custom':
    case 'too_small':
    case 'too_big':
    case 'not_multiple_of':
    case 'invalid_format':
    case 'invalid_key':
    case 'invalid_element':
      return limits(issue)
    case 'invalid_type': {
      const wanted = KINDS[issue.expected] ?? issue.expected
      return issue.input === undefined
        ? `${wanted} is missing here.`
        : `this is not ${wanted}: ${shortened(issue.input)}.`
    }
    case 'invalid_value':
      return `${shortened(issue.input)} is not known here. Write ${issue.values.map(String).join(', ')}.`
    case 'unrecognized_keys':
      return `${issue.keys.join(', ')} is not known here. A newer version of Highport may have written it.`
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options)
        ? `${shortened(issue.input)} is not known here. Write ${issue.options.map(String).join(', ')}.`
        : 'this is not known here.'
  }
}

function limits(issue: Issue): string {
  if (issue.code === 'too_small' && issue.origin !== 'string') {
    return issue.origin === 'array'
      ? `at least ${issue.minimum} is needed here.`
      : `${shortened(issue.input)} is too small. The least is ${issue.minimum}.`
  }
  if (issue.code === 'too_big') return `${shortened(issue.input)} is too large. The most is ${issue.maximum}.`
  return issue.message
}

function shortened(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
