import type { Family } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import type { Hook, Rule, Separator } from '@/model/ruleset/ruleset'
import type { PrintContext } from '../dialect'
import { LeftOut } from '../left-out'
import type { Losses } from '../losses'
import { fitBytes, plainText } from '../plain-text'
import { separateRules } from '../separate-rules'
import { HOOK_KNOWS, LOG_PREFIX_BYTES } from './spelling'
import { writeTag } from './tag'
import { writeWord } from './words'
import { writeEither } from './write-either'
import { type WrittenMatch, type WrittenSpec, writeMatch } from './write-match'
import { writeComment, writeLogPrefix } from './write-names'
import { writeTarget } from './write-target'

/** Where rules are being written, and what is collected on the way. */
export interface RuleWriter {
  readonly family: Family
  readonly context: PrintContext
  readonly table: string
  readonly hook: Hook | undefined
  /** The chain's name as it is written. */
  readonly chainName: string
  chain(name: string): string | undefined
  readonly losses: Losses
}

/** Ids that the importer makes up; it makes them up again, so they are not carried along. */
const MADE_UP = /^line-\d+(-\d+)?$/

/** All lines of one rule: one per alternative, each after its LOG line where the rule logs. */
export function writeRule(
  rule: Rule,
  writer: RuleWriter,
  own: Readonly<Record<string, string>> = {},
): string[] {
  const { family, context, hook, losses } = writer
  const name = fitBytes(plainText(rule.name), 120)
  try {
    const separate = separateRules(rule, (each) => writeEither(each, family, context) !== undefined)
    if (separate.length > 1 || separate[0] !== rule) {
      losses.lose('It looks at several fields together, and is written as several rules.', rule.id, true)
      return separate.flatMap((each) => writeRule(each, writer, own))
    }
    const match = writeMatch(rule.match, { family, knows: hook && HOOK_KNOWS[hook] }, context)
    for (const loss of match.losses) losses.lose(loss, rule.id, false)
    if (
      match.remember.protocol === 'any' &&
      match.specs.length > 1 &&
      match.specs.some(({ text }) => /port/.test(text))
    )
      losses.lose('A rule for a port of any protocol is written as a tcp and a udp rule.', rule.id, true)
    const bodies = writeBodies(rule, match, writer)
    const reset = rule.target.kind === 'reject' && rule.target.with === 'tcp-reset'
    const hidden = reset && match.specs.every(({ protocol }) => protocol !== PROTOCOL.tcp)
    const needsId =
      bodies.length > 1 || rule.log || !rule.enabled || hidden || Object.keys(match.remember).length > 0
    const tagged = Object.keys(own).length > 0
    const id = tagged ? own : needsId || !MADE_UP.test(rule.id) ? { rule: rule.id } : {}
    const prefix = rule.enabled ? '' : '# off: '
    const remember = tagged ? {} : { ...match.remember, ...(hidden && { reject: 'tcp-reset' }) }
    const comment = (more: Readonly<Record<string, string>>) => {
      const written = writeComment({ ...id, ...more }, remember, rule.name)
      if (written.cut) losses.lose('Its name is too long for a comment and is cut.', rule.id, true)
      return written.text
    }
    return bodies.map(({ spec, target, log }) =>
      [`${prefix}-A ${writeWord(writer.chainName)}`, spec, comment(log ? { log: 'yes' } : {}), target]
        .filter(Boolean)
        .join(' '),
    )
  } catch (error) {
    if (!(error instanceof LeftOut)) throw error
    losses.leaveOut(rule, error)
    return [
      `# left out: ${name === '' ? plainText(rule.id).slice(0, 40) : name}: ${plainText(error.message)}`,
    ]
  }
}

const ASKS_FOR_SYN = /(?:^|[^!] )--(?:syn\b|tcp-flags \S+ (?:\S+,)?SYN\b)/

interface Body {
  readonly spec: string
  readonly target: string
  readonly log: boolean
}

function writeBodies(rule: Rule, match: WrittenMatch, writer: RuleWriter): Body[] {
  const place = { table: writer.table, hook: writer.hook, family: writer.family, chain: writer.chain }
  const label = plainText(rule.name)
  const prefix = writeLogPrefix(
    rule.logPrefix ?? (label === '' ? '' : `${fitBytes(label, LOG_PREFIX_BYTES - 2)}: `),
  )
  // A reset for any protocol: TCP gets it, the rest is answered by a line after it.
  const specs =
    rule.target.kind === 'reject' && rule.target.with === 'tcp-reset'
      ? match.specs.flatMap((spec) => [...tcpSpec(spec), spec])
      : match.specs
  if (rule.target.kind === 'mss' && !specs.every(({ text }) => ASKS_FOR_SYN.test(text)))
    throw new LeftOut('TCPMSS is for the SYN of TCP alone; the rule must ask for it.')
  const lost = new Set<string>()
  const bodies = specs.flatMap(({ text, protocol }): Body[] => {
    const { text: target, loss } = writeTarget(rule.target, protocol, place)
    if (loss) lost.add(loss)
    return [
      ...(rule.log ? [{ spec: text, target: `-j LOG${prefix}`, log: true }] : []),
      { spec: text, target, log: false },
    ]
  })
  for (const loss of lost) writer.losses.lose(loss, rule.id, false)
  return bodies
}

/** The line for TCP alone that comes before a line for several protocols; none where TCP is not among them. */
function tcpSpec({ text, protocol, notProtocol }: WrittenSpec): WrittenSpec[] {
  if (protocol !== undefined || notProtocol === PROTOCOL.tcp) return []
  const rest = notProtocol === undefined ? text : text.replace(/! -p \S+\s?/, '')
  return [{ text: `-p tcp ${rest}`.trim(), protocol: PROTOCOL.tcp, notProtocol: undefined }]
}

/** Longest id that a title carries; a rule's is bound by its comment. */
const ID_BYTES = 100

/** A title is a comment of ours: the tool passes over it and does not keep it. */
export function writeSeparator({ id, title }: Separator, chain: string): string {
  return `# == ${fitBytes(plainText(title), 200)} == ${writeTag({ separator: fitBytes(plainText(id), ID_BYTES), chain }, '')}`
}
