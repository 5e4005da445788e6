import type { Family } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import type { Hook, Rule, Target } from '@/model/ruleset/ruleset'
import type { PrintContext } from '../dialect'
import { HOOK_KNOWS } from '../iptables/spelling'
import { LeftOut } from '../left-out'
import type { Losses } from '../losses'
import { fitBytes, plainText, shortText } from '../plain-text'
import { type Options, type WrittenMatch, writeMatch } from './write-match'
import { writeSection } from './write-section'

/** Where rules are being written, and what is collected on the way. */
export interface RuleWriter {
  readonly hook: Hook
  readonly families: readonly Family[]
  readonly zones: Zones
  readonly context: PrintContext
  readonly losses: Losses
}

/** Zones that rules name, made while the rules are written. Their policies are those of the defaults. */
export class Zones {
  private readonly byDevice = new Map<string, string>()

  zoneOf(device: string): string {
    const known = this.byDevice.get(device)
    if (known !== undefined) return known
    const wish = device.replace(/\W/g, '_').slice(0, 11)
    let name = wish
    for (let copy = 2; [...this.byDevice.values()].includes(name); copy++)
      name = `${wish.slice(0, 8)}_${copy}`
    this.byDevice.set(device, name)
    return name
  }

  sections(): string[] {
    return [...this.byDevice].flatMap(([device, name]) => writeSection('zone', { name, device: [device] }))
  }
}

const ENDS = { src: 'src_ip', dst: 'dest_ip', sport: 'src_port', dport: 'dest_port' }

/** Sections of one rule of the filter. */
export function writeRule(rule: Rule, writer: RuleWriter): string[] {
  return sectionsOf(rule, writer, () =>
    writeMatch(rule.match, writer.families, ENDS, writer.context).map((written) => {
      const { target, exact } = writeTarget(rule, written)
      if (!exact)
        writer.losses.lose(
          'REJECT of OpenWrt answers TCP with a reset and the rest with "port unreachable".',
          rule.id,
          false,
        )
      return [
        'rule',
        { ...named(rule), ...place(written, writer), ...written.options, ...logOf(rule), ...target },
      ]
    }),
  )
}

export function sectionsOf(
  rule: Rule,
  { losses, hook }: RuleWriter,
  write: () => (readonly [type: string, options: Options])[],
): string[] {
  try {
    const knows = HOOK_KNOWS[hook]
    for (const condition of rule.match)
      if (
        condition.kind === 'test' &&
        knows &&
        ((condition.field === 'iif' && !knows.iif) || (condition.field === 'oif' && !knows.oif))
      )
        throw new LeftOut('a packet has no such interface in this chain.', true)
    const sections = write()
    if (sections.length > 1) losses.lose('It is written as several sections.', rule.id, true)
    return sections.flatMap(([type, options]) => writeSection(type, options))
  } catch (error) {
    if (!(error instanceof LeftOut)) throw error
    losses.leaveOut(rule, error)
    return ['', `# left out: ${shortText(rule.name || rule.id, 80)}: ${plainText(error.message)}`]
  }
}

/** Longest name that a section carries. */
const NAME_BYTES = 120

export function named({ name, enabled }: Rule): Options {
  const plain = fitBytes(plainText(name), NAME_BYTES)
  return { ...(plain !== '' && { name: plain }), ...(!enabled && { enabled: '0' }) }
}

export function logOf({ log, logPrefix }: Rule): Options {
  const prefix = fitBytes(plainText(logPrefix ?? ''), 60)
  return log ? { log: prefix === '' || /^(0|no|off|false|disabled)$/i.test(prefix) ? '1' : prefix } : {}
}

/** The chain that the section goes to, and interfaces: the way out as a zone where the way in is named too. */
function place({ iif, oif }: WrittenMatch, { hook, zones }: RuleWriter): Options {
  const device = (name: string | undefined, direction: 'in' | 'out'): Options =>
    name === undefined ? {} : { device: name, direction }
  switch (hook) {
    case 'input':
      return { src: '*', ...device(iif, 'in') }
    case 'output':
      return { dest: '*', ...device(oif, 'out') }
    default:
      return iif !== undefined && oif !== undefined
        ? { src: '*', dest: zones.zoneOf(oif), ...device(iif, 'in') }
        : { src: '*', dest: '*', ...device(iif, 'in'), ...device(oif, 'out') }
  }
}

function writeTarget(
  { target }: Rule,
  { protocols }: WrittenMatch,
): { readonly target: Options; readonly exact: boolean } {
  switch (target.kind) {
    case 'accept':
    case 'drop':
      return { target: { target: target.kind.toUpperCase() }, exact: true }
    case 'reject': {
      const onlyTcp = protocols !== 'any' && protocols.every((number) => number === PROTOCOL.tcp)
      const noTcp = protocols !== 'any' && !protocols.includes(PROTOCOL.tcp)
      const exact =
        target.with === 'tcp-reset' ? true : target.with === 'icmp-port-unreachable' && noTcp && !onlyTcp
      return { target: { target: 'REJECT' }, exact }
    }
    case 'continue':
      return { target: {}, exact: true }
    case 'log':
      return { target: logTarget(target), exact: true }
    case 'opaque':
      return { target: keptTarget(target), exact: true }
    default:
      throw new LeftOut('what it does has no spelling here.')
  }
}

function logTarget({ prefix }: Extract<Target, { kind: 'log' }>): Options {
  const plain = fitBytes(plainText(prefix), 60)
  return { log: plain === '' || /^(0|no|off|false|disabled)$/i.test(plain) ? '1' : plain }
}

/** `MARK 0x1`: a target that was kept goes out if it is one of these and one plain value. */
function keptTarget({ dialect, text }: Extract<Target, { kind: 'opaque' }>): Options {
  const [, target = '', value = ''] = /^(MARK|DSCP|HELPER)(?: ([\w/.-]{1,40}))?$/i.exec(text) ?? []
  if (dialect !== 'uci' || target === '') throw new LeftOut('its target was read from another language.')
  const option =
    { MARK: 'set_mark', DSCP: 'set_dscp', HELPER: 'set_helper' }[target.toUpperCase()] ?? 'set_mark'
  return { target: target.toUpperCase(), ...(value !== '' && { [option]: value }) }
}
