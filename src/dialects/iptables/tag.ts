import { byteLength, fitBytes, plainText } from '../plain-text'

/**
 * What a rule carries beside its meaning, inside its comment: `[highport rule=r1 dport=ephemeral_of_Laptop] Replies`.
 * The part in brackets is ASCII without quotes; the rest is the rule's name. A tag never decides what a rule does: the
 * importer keeps to the options of the line wherever the two differ.
 */
export interface Tag {
  /** In the order written. Keys are lower case letters and dashes, or field ids. */
  readonly entries: Readonly<Record<string, string>>
}

const TAG = /^\[highport((?: [a-z][a-z0-9-]*=[\w.,:/+@%-]*)*)\](?: (.*))?$/is

/** Splits a comment into our tag and the name; no tag where it is somebody else's comment. */
export function readTag(comment: string): { tag: Tag | undefined; name: string } {
  const found = TAG.exec(comment)
  if (!found) return { tag: undefined, name: comment }
  const entries: Record<string, string> = {}
  for (const part of (found[1] ?? '').split(' ').filter(Boolean)) {
    const at = part.indexOf('=')
    const value = decode(part.slice(at + 1))
    if (value === undefined) return { tag: undefined, name: comment }
    entries[part.slice(0, at)] = value
  }
  return { tag: { entries }, name: found[2] ?? '' }
}

export function writeTag(entries: Readonly<Record<string, string>>, name: string): string {
  const parts = Object.entries(entries).map(([key, value]) => ` ${key}=${encode(value)}`)
  if (parts.length > 0) return `[highport${parts.join('')}]${name === '' ? '' : ` ${name}`}`
  // A name that looks like a tag must not be read as one.
  return readTag(name).tag ? `[highport] ${name}` : name
}

/**
 * Tag and name in at most `bytes` bytes. The tag comes first; the name is cut where both do not fit, and remembered cells
 * are given up before the id.
 */
export function tagComment(
  id: Readonly<Record<string, string>>,
  remember: Readonly<Record<string, string>>,
  name: string,
  bytes: number,
): { comment: string; cut: boolean } {
  const clean = plainText(name)
  const tries = [{ ...id, ...remember }, id, {}].map((entries) => ({ entries, tag: writeTag(entries, '') }))
  const fitting = tries.find(({ tag }) => byteLength(tag) <= bytes)
  const whole = writeTag(fitting?.entries ?? {}, clean)
  const comment = fitBytes(whole, bytes)
  return { comment, cut: fitting !== tries[0] || comment !== whole }
}

/** Spaces become "_"; what is neither letter, digit nor one of .,:/+@- is percent-encoded in UTF-8. */
function encode(text: string): string {
  return encodeURIComponent(plainText(text)).replace(/%20|%2C|%3A|%2F|%2B|%40|[_!'()*~]/g, (found) => {
    if (found === '%20') return '_'
    if (found.length === 3) return decodeURIComponent(found)
    return `%${found.charCodeAt(0).toString(16).toUpperCase()}`
  })
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('_', ' '))
  } catch {
    return undefined
  }
}
