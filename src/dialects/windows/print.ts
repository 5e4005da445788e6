import type { Interval } from '@/model/fields/field'
import type { Firewall } from '@/model/firewalls/firewall-kind'
import { formatAddress, type IpAddress } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import { formatPrefix, intervalAsPrefix } from '@/model/packet/prefix'
import type { PrintContext, PrintedRules } from '../dialect'
import { exportHeader } from '../export-header'
import { LeftOut } from '../left-out'
import { Losses } from '../losses'
import { fitBytes, plainText } from '../plain-text'
import { prefixesOf } from '../prefixes'
import { type WindowsRule, type WindowsRules, windowsRules } from './rules'

interface Form {
  /** A line that does nothing. */
  remark(text: string): string
  head(rules: WindowsRules): readonly string[]
  /** Lines of a rule. Throws LeftOut. */
  rule(rule: WindowsRule): readonly string[]
}

function print(form: Form, firewall: Firewall, context: PrintContext): PrintedRules {
  const losses = new Losses()
  const rules = windowsRules(firewall, context, losses)
  const body = rules.rows.flatMap((row) => {
    if (row.kind === 'remark') return [form.remark(row.text)]
    try {
      const lines = form.rule(row)
      return row.enabled ? lines : lines.map((line) => form.remark(`off: ${line}`))
    } catch (error) {
      if (!(error instanceof LeftOut)) throw error
      losses.lose(
        `The rule "${fitBytes(plainText(row.name), 60)}" is left out: ${error.message}`,
        undefined,
        !row.enabled,
      )
      return [form.remark(`left out: ${fitBytes(plainText(row.name), 80)}: ${error.message}`)]
    }
  })
  const [first, ...head] = form.head(rules)
  const text = [
    ...(first === undefined ? [] : [first]),
    form.remark(exportHeader(context)),
    ...(losses.complete
      ? []
      : [
          form.remark(
            'Incomplete: what could not be said here is named where it stood, or lets more or less through.',
          ),
        ]),
    ...head,
    ...body,
    '',
  ].join('\n')
  return { text, losses: losses.all, complete: losses.complete }
}

/** A line longer than this is cut by a shell or by a reader. */
const LINE_AT_MOST = 1900

function line(words: readonly string[]): string {
  const text = words.filter((word) => word !== '').join(' ')
  if (text.length > LINE_AT_MOST) throw new LeftOut('it would take a line that is too long.')
  return text
}

const span = ({ first, last }: Interval) => (first === last ? `${first}` : `${first}-${last}`)

/** The whole of a family is written as its halves: a length of 0 is not taken. */
function address(interval: Interval): string[] {
  const prefix = intervalAsPrefix(interval)
  if (prefix?.prefixLength === 0)
    return interval.first === 0 ? ['0.0.0.0/1', '128.0.0.0/1'] : ['::/1', '8000::/1']
  if (prefix) return [formatPrefix(prefix)]
  if (typeof interval.first === 'number')
    return [`${formatAddress(interval.first as IpAddress)}-${formatAddress(interval.last as IpAddress)}`]
  return prefixesOf(interval).map(formatPrefix)
}

const list = <T>(values: readonly T[] | undefined, write: (value: T) => string | readonly string[]) =>
  values?.flatMap(write) ?? []

/** Quotes of PowerShell, straight and curly ones, are doubled inside single quotes. Source: about_Quoting_Rules. */
const powershellWord = (text: string) => `'${plainText(text).replace(/['\u2018\u2019\u201a\u201b]/g, "''")}'`

const NAME_BYTES = 120
const named = (name: string) => fitBytes(plainText(name), NAME_BYTES) || 'unnamed'
const capital = (word: string) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`

const POWERSHELL: Form = {
  remark: (text) => `# ${text}`,
  head: ({ inbound, outbound }) => [
    '#Requires -RunAsAdministrator',
    "Remove-NetFirewallRule -Group 'Highport' -ErrorAction SilentlyContinue",
    `Set-NetFirewallProfile -All -DefaultInboundAction ${capital(inbound)} -DefaultOutboundAction ${capital(outbound)}`,
  ],
  rule: (rule) => {
    const option = (name: string, values: readonly string[]) =>
      values.length === 0 ? '' : `-${name} ${values.join(',')}`
    return [
      line([
        `New-NetFirewallRule -DisplayName ${powershellWord(named(rule.name))} -Group 'Highport'`,
        `-Direction ${rule.direction === 'in' ? 'Inbound' : 'Outbound'} -Action ${capital(rule.action)}`,
        `-Protocol ${powershellProtocol(rule.protocol)}`,
        option('LocalPort', list(rule.localPorts, span)),
        option('RemotePort', list(rule.remotePorts, span)),
        option('LocalAddress', list(rule.localAddresses, address)),
        option('RemoteAddress', list(rule.remoteAddresses, address)),
        option('IcmpType', list(rule.icmp, icmpWord)),
        rule.device === undefined ? '' : `-InterfaceAlias ${powershellWord(rule.device)}`,
      ]),
    ]
  },
}

const PROTOCOL_WORDS: Readonly<Record<number, string>> = {
  [PROTOCOL.tcp]: 'TCP',
  [PROTOCOL.udp]: 'UDP',
  [PROTOCOL.icmp]: 'ICMPv4',
  [PROTOCOL.icmpv6]: 'ICMPv6',
}
const powershellProtocol = (number: number | undefined) =>
  number === undefined ? 'Any' : (PROTOCOL_WORDS[number] ?? String(number))

const icmpWord = ({ first, last }: Interval) => {
  const [type, code] = [Math.floor(Number(first) / 256), Number(first) % 256]
  return first === last ? `${type}:${code}` : `${type}`
}

/** cmd.exe expands "%" inside quotes and ends them at a quote, so a name keeps plain signs alone. */
const netshName = (name: string) => named(name).replace(/[^A-Za-z0-9 .,:;()/+@#=[\]_-]/g, '_')

const NETSH: Form = {
  remark: (text) => `rem ${netshName(text)}`,
  head: ({ inbound, outbound }) => [
    '@echo off',
    `netsh advfirewall set allprofiles firewallpolicy ${inbound}inbound,${outbound}outbound`,
  ],
  rule: (rule) => {
    if (rule.device !== undefined) throw new LeftOut('netsh names kinds of interfaces, not one of them.')
    const option = (name: string, values: readonly string[]) =>
      values.length === 0 ? '' : `${name}=${values.join(',')}`
    return netshProtocols(rule).map((protocol) =>
      line([
        `netsh advfirewall firewall add rule name="${netshName(rule.name)}"`,
        `dir=${rule.direction} action=${rule.action} protocol=${protocol}`,
        option('localport', list(rule.localPorts, span)),
        option('remoteport', list(rule.remotePorts, span)),
        option('localip', list(rule.localAddresses, address)),
        option('remoteip', list(rule.remoteAddresses, address)),
      ]),
    )
  },
}

/** `icmpv4:8,any`: a type is part of the protocol, one of them to a rule. */
function netshProtocols({ protocol, icmp }: WindowsRule): string[] {
  const word = protocol === undefined ? 'any' : (PROTOCOL_WORDS[protocol]?.toLowerCase() ?? String(protocol))
  if (!icmp) return [word]
  return icmp.map(({ first, last }) => {
    const type = Math.floor(Number(first) / 256)
    return `${word}:${type},${first === last ? Number(first) % 256 : 'any'}`
  })
}

export const printPowershell = (firewall: Firewall, context: PrintContext) =>
  print(POWERSHELL, firewall, context)
export const printNetsh = (firewall: Firewall, context: PrintContext) => print(NETSH, firewall, context)
