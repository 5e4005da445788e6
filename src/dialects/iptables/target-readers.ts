import { type Family, familyOf } from '@/model/packet/address'
import { parsePrefix, prefixInterval } from '@/model/packet/prefix'
import type { Target } from '@/model/ruleset/ruleset'
import { readDscpTarget, readHopLimit, readMss, readTos } from './header-targets'
import { readConnmark, readMark } from './mark-targets'
import type { OptionUse } from './rule-syntax'
import { fullAddress, NFLOG_PREFIX_BYTES } from './spelling'

/** What the options of a target mean, a sentence where the tool refuses them, or nothing where they are kept as they stand. */
export type ReadTargetOptions = (options: readonly OptionUse[], family: Family) => Target | string | undefined

const readNflog: ReadTargetOptions = (options) => {
  const value = (name: string) => options.find((use) => use.name === name)?.values[0]?.text
  const group = value('--nflog-group') ?? '0'
  if (!/^\d+$/.test(group) || Number(group) > 65535) return `${group} is not a group from 0 to 65535.`
  const prefix = value('--nflog-prefix') ?? ''
  if (prefix.length > NFLOG_PREFIX_BYTES)
    return `A prefix of NFLOG has ${NFLOG_PREFIX_BYTES} characters at most.`
  return { kind: 'nflog', prefix, group: Number(group) }
}

const readNetmap: ReadTargetOptions = (options, family) => {
  const text = options.find(({ name }) => name === '--to')?.values[0]?.text
  if (text === undefined) return 'NETMAP needs --to.'
  const prefix = parsePrefix(fullAddress(text))
  if (!prefix.ok || familyOf(prefix.value.address) !== family)
    return `${text} is not a network, such as 10.0.0.0/24.`
  return { kind: 'netmap', onto: prefixInterval(prefix.value) }
}

/** Targets that are read from their options alone. */
export const TARGET_READERS: Readonly<Record<string, ReadTargetOptions>> = {
  MARK: readMark,
  CONNMARK: readConnmark,
  TTL: (options, family) =>
    family === 4 ? readHopLimit(options, family) : 'TTL is for IPv4 alone. Write HL.',
  HL: (options, family) =>
    family === 6 ? readHopLimit(options, family) : 'HL is for IPv6 alone. Write TTL.',
  TOS: readTos,
  DSCP: readDscpTarget,
  TCPMSS: readMss,
  NFLOG: readNflog,
  NETMAP: readNetmap,
}
