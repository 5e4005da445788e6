import { ctStateTerms } from '@/model/fields/ct-state'
import type { Condition, CtState } from '@/model/fields/field'
import { firewallKind } from '@/model/firewalls/lookup'
import type { Family } from '@/model/packet/address'
import { type Diagnostic, diagnostic, failure, type Result, success } from '@/model/result'
import { checkRuleset } from '@/model/ruleset/check'
import type { Target } from '@/model/ruleset/ruleset'
import type { ImportedLine, ImportedRules, ParseContext } from '../dialect'
import { Chains } from './build'
import { type IpSet, readIpset } from './ipsets'
import { KNOWN_OPTIONS } from './options'
import { readAddresses, type Say, words } from './read-match'
import { addNat } from './read-nat'
import { addRule } from './read-rule'
import { isYes, readVerdict, type Verdict, WITHOUT_EFFECT } from './spelling'
import { head, rejectsOf, type Surroundings, verdictRules } from './surroundings'
import { readSyntax, type Section, type SyntaxText } from './syntax'
import { devicesOf, familyCondition, type Zone, zoneConditions } from './zones'

/** Reads /etc/config/firewall of OpenWrt into the chains that its fw4 makes of it. */
export function parseUci(text: string, context: ParseContext): Result<ImportedRules> {
  if (text.trim() === '') return failure('There is no text to read.')
  const syntax = readSyntax(text)
  if (!syntax.sections.some(({ type }) => SECTIONS.has(type)))
    return syntax.diagnostics.length > 0
      ? { ok: false, diagnostics: syntax.diagnostics }
      : failure('No section of a firewall is in this text, such as "config zone" or "config rule".')
  return new Reading(syntax, context).finish()
}

const SECTIONS = new Set(['defaults', 'zone', 'forwarding', 'rule', 'redirect', 'nat', 'ipset', 'include'])

interface Defaults {
  readonly input: Verdict
  readonly output: Verdict
  readonly forward: Verdict
  readonly dropInvalid: boolean
}

class Reading {
  private readonly diagnostics: Diagnostic[]
  private readonly syntax: SyntaxText
  private readonly context: ParseContext
  private readonly zones = new Map<string, Zone>()

  constructor(syntax: SyntaxText, context: ParseContext) {
    this.syntax = syntax
    this.context = context
    this.diagnostics = [...syntax.diagnostics]
  }

  private readonly say: Say = (kind, message, { line, column, length }) => {
    this.diagnostics.push(
      diagnostic(kind, message, { line: Math.max(line, 1), column: Math.max(column, 1), length }),
    )
  }

  private of(type: string): Section[] {
    return this.syntax.sections.filter((section) => section.type === type)
  }

  finish(): Result<ImportedRules> {
    const [defaultSection, ...moreDefaults] = this.of('defaults')
    for (const section of moreDefaults)
      this.say('ignored', 'A second section of defaults is not heeded.', head(section))
    const defaults = this.readDefaults(defaultSection)
    for (const section of this.of('zone')) this.readZone(section, defaults)
    const ipsets = new Map(
      this.of('ipset').flatMap((section): [string, IpSet][] => {
        const name = section.options.get('name')?.values[0]?.text ?? section.name
        if (name === undefined) this.say('syntax-error', 'The set has no name.', head(section))
        return name === undefined ? [] : [[name, readIpset(section, this.say)]]
      }),
    )
    const policy = (verdict: Verdict) => (verdict === 'accept' ? 'accept' : 'drop')
    const chains = new Chains({
      input: policy(defaults.input),
      forward: policy(defaults.forward),
      output: policy(defaults.output),
    })
    const rejects = rejectsOf(defaultSection)
    const around: Surroundings = {
      chains,
      zones: this.zones,
      ipsets,
      rejects,
      redirected: new Set(),
      say: this.say,
    }
    this.open(chains, defaults)
    for (const { name } of this.zones.values())
      for (const direction of ['input', 'output', 'forward']) chains.chain('filter', `${direction}_${name}`)
    for (const section of this.of('rule')) addRule(section, around)
    for (const section of this.of('forwarding')) this.addForwarding(section, around)
    addNat(this.of('redirect'), this.of('nat'), around)
    this.close(around, defaults)
    for (const section of this.syntax.sections) this.passOver(section)
    return this.imported(chains)
  }

  private readDefaults(section: Section | undefined): Defaults {
    const verdict = (name: string): Verdict => this.readPolicy(section, name, 'drop')
    const value = (name: string) => section?.options.get(name)?.values[0]
    const flood = value('synflood_protect') ?? value('syn_flood')
    if (flood && isYes(flood.text))
      this.say(
        'ignored',
        'Protection from floods of SYN limits how many come in a second; one packet does not reach that.',
        flood,
      )
    return {
      input: verdict('input'),
      output: verdict('output'),
      forward: verdict('forward'),
      dropInvalid: isYes(value('drop_invalid')?.text),
    }
  }

  private readPolicy(section: Section | undefined, name: string, fallback: Verdict): Verdict {
    const value = section?.options.get(name)?.values[0]
    if (!value) return fallback
    const read = readVerdict(value.text)
    if (!read) this.say('syntax-error', `${value.text} is no policy. Write ACCEPT, REJECT or DROP.`, value)
    return read ?? fallback
  }

  private readZone(section: Section, defaults: Defaults): void {
    const values = (name: string) => section.options.get(name)?.values ?? []
    const [nameValue] = values('name')
    const name = nameValue?.text ?? ''
    if (!/^[\w.-]{1,20}$/.test(name)) {
      this.say(
        'syntax-error',
        "The zone has no name that it can have, such as: option name 'lan'.",
        nameValue ?? head(section),
      )
      return
    }
    if (this.zones.has(name)) {
      this.say('syntax-error', `There are two zones ${name}.`, nameValue ?? head(section))
      return
    }
    if (values('enabled')[0] && !isYes(values('enabled')[0]?.text)) return
    const declared = new Map(
      this.of('interface').map((each): [string, readonly string[]] => [
        each.name ?? '',
        [...(each.options.get('device')?.values ?? each.options.get('ifname')?.values ?? [])]
          .flatMap(words)
          .map(({ text }) => text),
      ]),
    )
    const found = values('network')
      .flatMap(words)
      .map((network) => ({ network, ...devicesOf(network.text, declared, this.context) }))
    const devices = [
      ...new Set([
        ...found.flatMap((each) => each.devices),
        ...values('device')
          .flatMap(words)
          .map(({ text }) => text.replace(/\*$/, '+')),
      ]),
    ]
    for (const { network, guessed, devices: taken } of found)
      if (guessed)
        this.say(
          'note',
          `Which devices the network ${network.text} has is not in the text: taken for ${taken.join(', ')}.`,
          network,
        )
    if (devices.some((device) => device.startsWith('!')))
      this.say(
        'unsupported',
        'A zone of all devices but some is not kept.',
        values('device')[0] ?? head(section),
      )
    const subnets = readAddresses('src', values('subnet'), this.say).conditions
    const masquerades = (side: 'src' | 'dst') =>
      readAddresses(side, values(side === 'src' ? 'masq_src' : 'masq_dest'), this.say).conditions
    const familyWord = values('family')[0]?.text.toLowerCase() ?? 'any'
    if (isYes(values('mtu_fix')[0]?.text))
      this.say(
        'note',
        'mtu_fix changes the segment size that TCP agrees on; no verdict depends on it.',
        values('mtu_fix')[0] ?? head(section),
      )
    this.zones.set(name, {
      name,
      line: section.line,
      input: this.readPolicy(section, 'input', defaults.input),
      output: this.readPolicy(section, 'output', defaults.output),
      forward: this.readPolicy(section, 'forward', defaults.forward),
      family: /^(ipv4|4|inet)$/.test(familyWord) ? 4 : /^(ipv6|6|inet6)$/.test(familyWord) ? 6 : undefined,
      devices: devices.filter((device) => !device.startsWith('!')),
      subnets: subnets
        .flatMap((each) => (each.kind === 'test' && !each.negated ? each.terms : []))
        .flatMap((term) => (term.kind === 'range' ? [term] : [])),
      masq: isYes(values('masq')[0]?.text),
      masq6: isYes(values('masq6')[0]?.text),
      masqAllowInvalid: isYes(values('masq_allow_invalid')[0]?.text),
      masqSource: masquerades('src'),
      masqDestination: masquerades('dst'),
    })
  }

  /** What fw4 asks before any rule. */
  private open(chains: Chains, { dropInvalid }: Defaults): void {
    const states = (...of: readonly CtState[]): Condition => ({
      kind: 'test',
      field: 'ctState',
      negated: false,
      terms: ctStateTerms(...of),
    })
    for (const chain of ['INPUT', 'FORWARD', 'OUTPUT']) {
      const loopback: Condition = {
        kind: 'test',
        field: chain === 'OUTPUT' ? 'oif' : 'iif',
        negated: false,
        terms: [{ kind: 'name', pattern: 'lo' }],
      }
      if (chain !== 'FORWARD')
        chains.add(chain, { match: [loopback], target: { kind: 'accept' }, name: 'loopback' })
      chains.add(chain, {
        match: [states('established', 'related')],
        target: { kind: 'accept' },
        name: 'replies',
      })
      if (dropInvalid)
        chains.add(chain, { match: [states('invalid')], target: { kind: 'drop' }, name: 'invalid' })
    }
  }

  private addForwarding(section: Section, around: Surroundings): void {
    const value = (name: string) => section.options.get(name)?.values[0]
    const [src, dest] = [value('src'), value('dest')]
    const missing = !src || !dest
    const unknown = [src, dest].find((each) => each && each.text !== '*' && !this.zones.has(each.text))
    if (missing || unknown) {
      const message = missing ? 'A forwarding needs src and dest.' : `There is no zone ${unknown?.text}.`
      this.say('syntax-error', message, unknown ?? head(section))
      return
    }
    const enabled = value('enabled') === undefined || isYes(value('enabled')?.text)
    const familyWord = value('family')?.text.toLowerCase()
    const family: Family | undefined = /^(ipv)?4$/.test(familyWord ?? '')
      ? 4
      : /^(ipv)?6$/.test(familyWord ?? '')
        ? 6
        : undefined
    const chain = src.text === '*' ? 'FORWARD' : `forward_${src.text}`
    const zone = this.zones.get(dest.text)
    const name = `${src.text} to ${dest.text}`
    for (const rule of verdictRules('accept', zone, familyCondition(family), around))
      around.chains.add(chain, { ...rule, name, enabled, line: section.line })
  }

  /** What fw4 asks after the rules: the zones, their policies, and its own answer for REJECT. */
  private close(around: Surroundings, defaults: Defaults): void {
    const { chains, rejects } = around
    for (const zone of this.zones.values()) {
      for (const rule of verdictRules(zone.input, undefined, [], around))
        chains.add(`input_${zone.name}`, { ...rule, name: `input of ${zone.name}` })
      for (const rule of verdictRules(zone.output, zone, [], around))
        chains.add(`output_${zone.name}`, { ...rule, name: `output of ${zone.name}` })
      for (const rule of verdictRules(zone.forward, zone, [], around))
        chains.add(`forward_${zone.name}`, { ...rule, name: `forward of ${zone.name}` })
      const [inwards, outwards] = [zoneConditions(zone, 'in'), zoneConditions(zone, 'out')]
      if (!inwards || !outwards) continue
      const jump = (chain: string): Target => ({ kind: 'jump', chain: `${chain}_${zone.name}` })
      chains.add('INPUT', { match: inwards, target: jump('input'), name: zone.name })
      chains.add('FORWARD', { match: inwards, target: jump('forward'), name: zone.name })
      chains.add('OUTPUT', { match: outwards, target: jump('output'), name: zone.name })
    }
    for (const chain of ['input', 'forward', 'output'] as const)
      if (defaults[chain] === 'reject')
        for (const rule of rejects) chains.add(chain.toUpperCase(), { ...rule, name: 'policy' })
  }

  /** Options and sections that nothing has looked at are told. */
  private passOver(section: Section): void {
    if (!SECTIONS.has(section.type)) {
      if (section.type !== 'interface')
        this.say('ignored', `Sections of the type ${section.type} are none of the firewall.`, head(section))
      return
    }
    if (section.type === 'include')
      this.say('unsupported', 'What an included file does is not known.', head(section))
    const known = KNOWN_OPTIONS[section.type]
    for (const [name, { values }] of section.options) {
      if (known?.has(name) || WITHOUT_EFFECT.has(name)) continue
      const [value] = values
      if (value) this.say('unsupported', `The option ${name} is not kept.`, value)
    }
  }

  private imported(chains: Chains): Result<ImportedRules> {
    const tables = chains.built()
    this.diagnostics.push(...checkRuleset({ tables }))
    const diagnostics = [...this.diagnostics].sort((a, b) => a.line - b.line || a.column - b.column)
    return success(
      {
        firewall: { ...firewallKind('netfilter').create(), ruleset: { tables } },
        ...(tables.some(({ name }) => name === 'nat') && { nat: 'tables' as const }),
        rules: tables.flatMap(({ chains: all }) => all.flatMap(({ rows }) => rows)).length,
        lines: this.told(chains),
      },
      diagnostics,
    )
  }

  private told(chains: Chains): ImportedLine[] {
    const owner = new Map(
      this.syntax.sections.flatMap((section) => section.lines.map((line) => [line, section] as const)),
    )
    const worst = new Map<number, ImportedLine['fate']>()
    for (const { line, kind } of this.diagnostics) {
      if (kind === 'syntax-error') worst.set(line, 'not-understood')
      else if ((kind === 'approximated' || kind === 'unsupported') && worst.get(line) === undefined)
        worst.set(line, 'partly')
    }
    return this.syntax.lines.map((text, index) => {
      const line = index + 1
      const section = owner.get(line)
      const used = section && (SECTIONS.has(section.type) || section.type === 'interface')
      const fate = this.syntax.blank.has(line)
        ? 'blank'
        : this.syntax.comments.has(line)
          ? 'comment'
          : (worst.get(line) ?? (used || this.syntax.packages.has(line) ? 'understood' : 'not-understood'))
      return { line, text, fate, rules: [...new Set(section && chains.ids.get(section.line))] }
    })
  }
}
