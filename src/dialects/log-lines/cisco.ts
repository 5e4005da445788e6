import { parseProtocol } from '@/model/packet/protocol'
import { BYTE, keepEnd, keepNumber, LineReader, LONG, takeSyslogHead } from './line-reader'
import type { LogFormat } from './log-line'

/** An address, its port, and with `log-input` the interface and the neighbor's Ethernet address. */
const END = String.raw`([\da-fA-FXx*#:.]+)(?:\((\d+)\))?(?:\s*\((?!\d+\/\d+\))([^()\s]+)(?:\s+([\da-fA-F.]+))?\))?`
const MARK = /%(?:SEC-\d-IPACCESSLOG|IPV6_ACL-\d-ACCESSLOG)/

/** Lines of access list entries with `log` or `log-input`. */
export const ciscoLog: LogFormat = {
  id: 'cisco-ios',
  label: 'Cisco IOS',
  source: 'Cisco IOS system message guide: SEC-6-IPACCESSLOGP, -DP, -NP, -RP, -S, -RL; IPV6_ACL-6-ACCESSLOGP',
  detect: (text) => MARK.test(text),
  read(text, line) {
    const reader = new LineReader(text, line)
    takeSyslogHead(reader)
    takeOwnHead(reader)
    if (!reader.sees(MARK)) return undefined
    reader.take(/%[\w-]+:\s*/, () => 'The message of an access list entry with log.')
    if (takeMissed(reader)) return reader.finish('cisco-ios', [])
    takeEntry(reader)
    const isStandard = reader.sees(/[\d.]+\s+(?:->\s*[\d.]+\s+)?\d+ packet/)
    if (!isStandard) takeProtocol(reader)
    takeEnds(reader)
    reader.take(/,?\s*(\d+) packets?/, ([, value = ''], facts) =>
      keepNumber(
        facts,
        'packets',
        value,
        LONG,
        'How many packets the line stands for: the first at once, others every five minutes.',
      ),
    )
    reader.take(/\s*\[[^\]]+\]/, () => 'The mark that the entry writes along.')
    reader.takeUnknown()
    return reader.finish('cisco-ios', isStandard ? ['src'] : ['src', 'dst', 'protocol', 'sport', 'dport'])
  },
}

/** What the device itself puts before a message: a running number, its own time, the zone. */
function takeOwnHead(reader: LineReader): void {
  reader.take(/\d+:\s+/, () => 'The running number of the message.')
  reader.take(/[*.]?(?=[A-Z][a-z]{2}\s)/, ([sign = '']) =>
    sign === '' ? undefined : 'The clock of the device is not set by a time server.',
  )
  takeSyslogHead(reader)
  reader.take(/[^%]*?:\s*(?=%)/, () => 'What stands between the time and the message.')
}

/** "access-list logging rate-limited or missed 17 packets". */
function takeMissed(reader: LineReader): boolean {
  const missed = reader.take(
    /access-list logging rate-limited or missed (\d+) packets?/,
    ([, value = ''], facts) =>
      keepNumber(
        facts,
        'packets',
        value,
        LONG,
        `${value} packets matched such entries and were not written down.`,
      ),
  )
  if (missed) reader.takeUnknown()
  return missed !== undefined
}

function takeEntry(reader: LineReader): void {
  reader.take(/(?:access-)?list (\S+)\s+/, ([, name = ''], facts) => {
    const [, list = name, entry] = /^(.+)\/(\d+)$/.exec(name) ?? []
    facts.chain = list
    if (entry === undefined) return `The access list ${list}.`
    return keepNumber(
      facts,
      'rule',
      entry,
      LONG,
      `The access list ${list}, its entry with the sequence number ${entry}.`,
    )
  })
  reader.take(/(permitted|denied)\s+/, ([, word], facts) => {
    facts.verdict = word === 'permitted' ? 'accept' : 'drop'
    return word === 'permitted' ? 'It was let through.' : 'It was dropped.'
  })
}

function takeProtocol(reader: LineReader): void {
  reader.take(/(\S+)\s+/, ([, name = ''], facts) => {
    const protocol = parseProtocol(name)
    if (protocol.ok) facts.protocol = protocol.value
    else
      return { means: 'The protocol.', wrong: protocol.diagnostics.map(({ message }) => message).join(' ') }
    return `The protocol: ${name}.`
  })
}

function takeEnds(reader: LineReader): void {
  for (const end of ['src', 'dst'] as const) {
    const before = end === 'src' ? '' : String.raw`\s*->\s*`
    reader.take(new RegExp(`${before}${END}`), ([, address = '', port, name, mac], facts) => {
      if (name !== undefined) facts.iif = name
      if (mac !== undefined) facts.mac = mac
      const told = keepEnd(facts, end, address, port)
      const place = name === undefined ? '' : ` It came in by ${name}.`
      return typeof told === 'string' ? `${told}${place}` : told
    })
  }
  reader.take(/\s*\((\d+)\/(\d+)\)/, ([, type = '', code = ''], facts) => {
    keepNumber(facts, 'icmpCode', code, BYTE, '')
    return keepNumber(facts, 'icmpType', type, BYTE, `ICMP type ${type}, code ${code}.`)
  })
}
