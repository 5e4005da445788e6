import { PROTOCOL, TCP_FLAG } from '@/model/packet/packet'
import { parseProtocol } from '@/model/packet/protocol'
import {
  BYTE,
  type Draft,
  keepEnd,
  keepNumber,
  LineReader,
  type Told,
  takeSyslogHead,
  WORD,
} from './line-reader'
import type { LogFormat } from './log-line'

const END = String.raw`(\[[\da-fA-FXx*#:.]+\]|[\dXx*#]+(?:\.[\dXx*#]+){3}|[\da-fA-F]*:[\da-fA-F:]+)(?::(\d+))?`
const PLACE = String.raw`(\([^)]*\)|[^,\s]+)`

/** Lines of rules with `log=yes` or `action=log`. */
export const routerosLog: LogFormat = {
  id: 'routeros',
  label: 'MikroTik RouterOS',
  source: 'RouterOS manual, "Filter", log and log-prefix',
  detect: (text) => /\bin:(?:\([^)]*\)|\S+) out:.*\bproto /.test(text),
  read(text, line) {
    const reader = new LineReader(text, line)
    takeSyslogHead(reader)
    reader.take(/(?:[\w-]+,)*firewall(?:,\w+)*\s+/, () => 'The topics of the line.')
    reader.take(/(.*?)([^\s:]+):\s+(?=in:)/, ([, prefix = '', chain = ''], facts) => {
      facts.chain = chain
      if (prefix.trim() === '') return `The chain ${chain}.`
      facts.prefix = prefix.trim()
      return `The prefix that the rule writes, and the chain ${chain}.`
    })
    if (!takeInterfaces(reader)) return undefined
    takeStateAndProtocol(reader)
    takeEnds(reader)
    reader.take(/,\s*NAT\s+.*?(?=,\s+(?:prio|len)\b|$)/, () => 'What translation makes of the ends.')
    reader.take(/,\s*prio\s+[^,\s]+/, () => 'Its priority.')
    reader.take(/,\s*len (\d+)/, ([, value = ''], facts) =>
      keepNumber(facts, 'length', value, WORD, `${value} bytes, IP header and all.`),
    )
    reader.takeUnknown()
    return reader.finish('routeros', ['src', 'dst', 'protocol', 'sport', 'dport'])
  },
}

function takeInterfaces(reader: LineReader): boolean {
  const isNone = (name: string) => name.startsWith('(')
  const came = reader.take(new RegExp(`in:${PLACE}`), ([, name = ''], facts) => {
    if (isNone(name)) return 'No interface: the packet was made on the router.'
    facts.iif = name
    return `It came in by ${name}.`
  })
  reader.take(new RegExp(`\\s+out:${PLACE}`), ([, name = ''], facts) => {
    if (isNone(name)) return 'No interface: the packet was for the router, or was not routed yet.'
    facts.oif = name
    return `It was to go out by ${name}.`
  })
  return came !== undefined
}

function takeStateAndProtocol(reader: LineReader): void {
  reader.take(/[\s,]*connection-mark:\S+/, () => 'The mark of the connection.')
  reader.take(/[\s,]*connection-state:([\w-]+)((?:,[\w-]+)*)/, ([, state = '', how = ''], facts) => {
    facts.state = state
    return `The connection's state: ${state}${how === '' ? '' : `, translated (${how.slice(1)})`}.`
  })
  reader.take(/[\s,]*src-mac ([\da-fA-F:]+)/, ([, mac = ''], facts) => {
    facts.mac = mac
    return 'The Ethernet address of the neighbor that sent it.'
  })
  reader.take(/[\s,]*proto ([^\s,]+)(?: \(([^)]*)\))?/, ([, name = '', inner], facts) =>
    tellProtocol(name, inner, facts),
  )
}

function tellProtocol(name: string, inner: string | undefined, facts: Draft): Told {
  const protocol = parseProtocol(name)
  if (!protocol.ok)
    return { means: 'The protocol.', wrong: protocol.diagnostics.map(({ message }) => message).join(' ') }
  facts.protocol = protocol.value
  if (facts.protocol === PROTOCOL.tcp && inner !== undefined) {
    const names = inner.split(',').map((flag) => flag.trim())
    facts.flags = names.reduce((byte, flag) => byte | (flagBit(flag) ?? 0), 0)
    return `TCP with the flags ${inner || 'none'}.`
  }
  const icmp = /type (\d+), code (\d+)/.exec(inner ?? '')
  if (icmp) {
    keepNumber(facts, 'icmpType', icmp[1] ?? '', BYTE, '')
    keepNumber(facts, 'icmpCode', icmp[2] ?? '', BYTE, '')
  }
  return `The protocol: ${name}${inner === undefined ? '' : `, ${inner}`}.`
}

function flagBit(name: string): number | undefined {
  return Object.entries(TCP_FLAG).find(([flag]) => flag === name)?.[1]
}

function takeEnds(reader: LineReader): void {
  for (const end of ['src', 'dst'] as const) {
    const before = end === 'src' ? String.raw`,\s*` : '->'
    reader.take(new RegExp(`${before}${END}`), ([, address = '', port], facts) =>
      keepEnd(facts, end, address, port),
    )
  }
}
