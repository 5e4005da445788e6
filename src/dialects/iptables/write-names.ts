import { byteLength, fitBytes, plainText } from '../plain-text'
import { OTHER_TARGETS, TARGET_OPTIONS } from './options'
import {
  CHAIN_NAME_BYTES,
  COMMENT_BYTES,
  INTERFACE_BYTES,
  LOG_PREFIX_BYTES,
  NFLOG_PREFIX_BYTES,
} from './spelling'
import { tagComment } from './tag'
import { writeWord } from './words'

/** Whether the tools take the name as it is: no white space, no controls, no beginning of an option. */
export function isInterfaceName(name: string): boolean {
  const bytes = byteLength(name)
  return bytes >= 1 && bytes <= INTERFACE_BYTES && plainText(name) === name && !/^[-!]|[\s/"\\]/.test(name)
}

/** A name that the tools take: the same where possible, else with "_" for what they do not. */
export function interfaceName(name: string): string {
  if (isInterfaceName(name)) return name
  const fitting = fitBytes(
    plainText(name)
      .replace(/[^\w.:@-]+/g, '_')
      .replace(/^[-.]+/, ''),
    INTERFACE_BYTES,
  )
  return fitting === '' ? 'unnamed' : fitting
}

/** Whether a user chain can have this name. A target's own name would hide the target. */
export function isChainName(name: string): boolean {
  return (
    /^[\w.+/@:][\w.+/@:-]*$/.test(name) &&
    byteLength(name) <= CHAIN_NAME_BYTES &&
    !Object.hasOwn(TARGET_OPTIONS, name) &&
    !Object.hasOwn(OTHER_TARGETS, name)
  )
}

/** `-m comment --comment "..."`, empty where there is nothing to say. */
export function writeComment(
  id: Readonly<Record<string, string>>,
  remember: Readonly<Record<string, string>>,
  name: string,
): { text: string; cut: boolean } {
  const { comment, cut } = tagComment(id, remember, name, COMMENT_BYTES)
  return { text: comment === '' ? '' : `-m comment --comment ${writeWord(comment)}`, cut }
}

export function writeLogPrefix(prefix: string): string {
  const clean = cleanPrefix(prefix, LOG_PREFIX_BYTES)
  return clean === '' ? '' : ` --log-prefix ${writeWord(clean)}`
}

export function writeNflogPrefix(prefix: string): string {
  const clean = cleanPrefix(prefix, NFLOG_PREFIX_BYTES)
  return clean === '' ? '' : ` --nflog-prefix ${writeWord(clean)}`
}

const cleanPrefix = (prefix: string, bytes: number) =>
  fitBytes(prefix.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').replace(/[\p{Cf}\p{Cs}]/gu, ''), bytes)
