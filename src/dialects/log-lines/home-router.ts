import { endText } from '@/model/packet/label'
import { type Packet, PROTOCOL, TCP_FLAG } from '@/model/packet/packet'
import { flagLetters, formatTcpFlags, parseFlagLetters } from '@/model/packet/tcp-flags'
import { type Draft, keepEnd, LineReader, takeSyslogHead } from './line-reader'
import type { LogFormat } from './log-line'

/** Flag letters in the order in which these routers write them: ACK before SYN. */
function letters(flags: number): string {
  const all = flagLetters(flags)
  return ['A', 'S', 'F', 'R', 'P', 'U', 'E', 'C'].filter((letter) => all.includes(letter)).join('')
}

/** The line of a home router about a packet it dropped: "SRC > DST:PORT, AS Seq=, Ack= -reason" (R007 to R009). */
export function homeRouterLine(packet: Packet, reason: string): string {
  const ends = `${endText(packet, 'src')} > ${endText(packet, 'dst')}`
  const numbers =
    packet.kind === 'tcp'
      ? `, ${letters(packet.flags)} Seq=${signed(packet.seq)}, Ack=${signed(packet.ack)}`
      : ''
  return `${ends}${numbers} -${reason}`
}

/** These routers print 32-bit numbers as signed ones: from 0x80000000 on they carry a minus sign (R009). */
export function signed(value: number): number {
  return value | 0
}

/** An address, in brackets with a port behind it where it is IPv6; letters and signs where it was masked. */
const ADDRESS = String.raw`(\[[\da-fA-FXx*#:.]+\]|[\dXx*#.]+|[\da-fA-F:]+)`

/** Lines of the home router of the first story: "SRC:PORT > DST:PORT, AS Seq=, Ack= -reason" (R007 to R009). */
export const homeRouterLog: LogFormat = {
  id: 'home-router',
  label: 'Home router',
  source: 'The line of the first story (R007): addresses may be masked, numbers are printed as signed ones',
  detect: (text) => /:\d+, ?[FSRPAUEC]* Seq=/.test(text) || (SHORT.test(text) && !text.includes('=')),
  read(text, line) {
    const reader = new LineReader(text, line)
    takeSyslogHead(reader)
    takeEnd(reader, 'src')
    reader.take(/\s*>\s*/)
    if (!takeEnd(reader, 'dst')) return undefined
    if (reader.take(/,\s*(?=[FSRPAUEC]*\s+Seq=)/)) takeTcp(reader)
    reader.take(/\s+-(.*\S)/, ([, reason = ''], facts) => {
      facts.prefix = reason
      facts.verdict = 'drop'
      return 'What dropped it.'
    })
    reader.takeUnknown()
    return reader.finish('home-router', ['src', 'dst', 'protocol', 'sport', 'dport'])
  },
  write: ({ packet, prefix }) => homeRouterLine(packet, prefix),
}

function takeTcp(reader: LineReader): void {
  reader.take(/[FSRPAUEC]*/, ([letters], facts) => tellFlags(letters, facts))
  reader.take(/\s+Seq=([^\s,]+)/, ([, value = ''], facts) => {
    keepSigned(facts, 'seq', value)
    return numberSentence('Sequence number', value)
  })
  reader.take(/,?\s+(?=Ack=)/)
  reader.take(/Ack=([^\s,]+)/, ([, value = ''], facts) => {
    keepSigned(facts, 'ack', value)
    return numberSentence('Acknowledgment number', value)
  })
}

/** What these routers write of packets other than TCP: the ends and the reason. */
const SHORT = /^[^>]*[\d\]] > [\d[][\d.:a-fA-F\]]+ -\S/

function takeEnd(reader: LineReader, end: 'src' | 'dst'): boolean {
  const place = new RegExp(`\\s*${ADDRESS}(?::(\\d+))?(?=${end === 'src' ? '\\s*>' : ',|\\s|$'})`)
  return (
    reader.take(place, ([, address = '', port], facts) => keepEnd(facts, end, address, port)) !== undefined
  )
}

function tellFlags(letters: string, facts: Draft): string {
  facts.protocol = PROTOCOL.tcp
  facts.flags = parseFlagLetters(letters) ?? 0
  const both = TCP_FLAG.SYN | TCP_FLAG.ACK
  const isReply = (facts.flags & both) === both
  return `The TCP flags ${formatTcpFlags(facts.flags)}${isReply ? ': a server answers a SYN, the second step of the handshake' : ''}.`
}

/** As 32 bits without sign; a masked number is left out. */
function keepSigned(facts: Draft, name: 'seq' | 'ack', text: string): void {
  if (/^-?\d{1,10}$/.test(text)) facts[name] = Number(text) >>> 0
}

function numberSentence(name: string, value: string): string {
  if (value.startsWith('-'))
    return `${name}. The minus sign: these routers print numbers from 2147483648 on as negative ones.`
  return `${name}.`
}
