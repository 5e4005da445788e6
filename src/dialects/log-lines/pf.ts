import { PROTOCOL, TCP_FLAG } from '@/model/packet/packet'
import { parseProtocol } from '@/model/packet/protocol'
import { BYTE, type Draft, keepEnd, keepNumber, LineReader, LONG, WORD } from './line-reader'
import type { LogFormat } from './log-line'

/** An address, and behind a dot its port by number or name. */
const END = String.raw`((?:[\dXx*#]{1,3}(?:\.[\dXx*#]{1,3}){3}|[\da-fA-F:]*:[\da-fA-F:]*))(?:\.([\w-]+))?`

const VERDICTS: Readonly<Record<string, readonly ['accept' | 'drop', string]>> = {
  pass: ['accept', 'Let through'],
  match: ['accept', 'Matched, and the next rule was asked,'],
  block: ['drop', 'Dropped, with an answer or without one,'],
  rdr: ['accept', 'Its destination was translated'],
  nat: ['accept', 'Its source was translated'],
  binat: ['accept', 'Its address was translated'],
}

const LETTERS: Readonly<Record<string, number>> = {
  F: TCP_FLAG.FIN,
  S: TCP_FLAG.SYN,
  R: TCP_FLAG.RST,
  P: TCP_FLAG.PSH,
  '.': TCP_FLAG.ACK,
  U: TCP_FLAG.URG,
  E: TCP_FLAG.ECE,
  W: TCP_FLAG.CWR,
}

const MARK = /\brule [^\s/]+\/[^\s(]*\(\w+\)/

/** What tcpdump prints of a pflog interface, in its old form and that of tcpdump 4. */
export const pfLog: LogFormat = {
  id: 'pf',
  label: 'pf (tcpdump of pflog)',
  source: 'pflog(4); tcpdump(8), "OUTPUT FORMAT"',
  detect: (text) => MARK.test(text) && /\b(?:pass|block|match|rdr|nat|binat) (?:in|out) on /.test(text),
  read(text, line) {
    const reader = new LineReader(text, line)
    if (!takeRule(reader)) return undefined
    reader.take(/\s*\[[^\]]*\]/, () => 'The user and the process that the packet belongs to.')
    if (!takeAction(reader)) return undefined
    reader.take(/(?:IP6? )?/)
    if (reader.take(/\((?=tos |class |flowlabel |hlim |ttl )/)) takeHeader(reader)
    takeEnds(reader)
    takeTransport(reader)
    reader.takeUnknown()
    return reader.finish('pf', ['src', 'dst', 'protocol', 'sport', 'dport'])
  },
}

function takeRule(reader: LineReader): boolean {
  reader.take(/.*?(?=\brule [^\s/]+\/)/, ([time = ''], facts) => {
    if (time.trim() === '') return undefined
    facts.time = time.trim()
    return 'When the packet was seen.'
  })
  const rule = reader.take(
    /rule (\d+)([^\s/]*)\/[^\s(]*\((\w+)\)/,
    ([, value = '', anchor = '', why], facts) => {
      const inner = /([^.]+)\.(\d+)$/.exec(anchor)
      // The number of the call of the anchor comes first, then the anchor and the rule in it.
      if (inner?.[1] !== undefined && !/^\d*$/.test(inner[1])) facts.chain = inner[1]
      const number = facts.chain === undefined ? value : (inner?.[2] ?? value)
      const place = facts.chain === undefined ? '' : ` of the anchor ${facts.chain}`
      const means = `Rule ${number}${place} as pfctl -vv -s rules numbers them, from 0; logged because of ${why}.`
      return keepNumber(facts, 'rule', number, LONG, means)
    },
  )
  reader.take(/\s*:/)
  return rule !== undefined
}

function takeAction(reader: LineReader): boolean {
  const action = reader.take(
    /\s*(pass|block|match|rdr|nat|binat) (in|out) on ([^\s:]+)(?::|(?=\s))\s*/,
    ([, word = '', direction, name = ''], facts) => {
      const [verdict, said] = VERDICTS[word] ?? ['drop', '']
      facts.verdict = verdict
      facts.direction = direction === 'in' ? 'in' : 'out'
      facts[direction === 'in' ? 'iif' : 'oif'] = name
      return `${said} on the way ${direction} by ${name}.`
    },
  )
  return action !== undefined
}

/** What `-v` adds: "tos 0x0, ttl 64, id 1234, offset 0, flags [DF], proto TCP (6), length 60". */
function takeHeader(reader: LineReader): void {
  while (!reader.take(/\)\s*/)) {
    const taken =
      reader.take(/(?:tos|class) (0x[\da-f]+)(?:,?[A-Z\d]+(?:\(\d\))?)?/, ([, value = ''], facts) =>
        keepNumber(facts, 'tos', value, BYTE, 'Type of service.'),
      ) ??
      reader.take(/(?:ttl|hlim) (\d+)/, ([, value = ''], facts) =>
        keepNumber(facts, 'hopLimit', value, BYTE, `It may cross ${value} more routers.`),
      ) ??
      reader.take(/id (\d+)/, ([, value = ''], facts) =>
        keepNumber(facts, 'id', value, WORD, 'Identification of the IP packet.'),
      ) ??
      reader.take(/offset (\d+)/, ([, value = ''], facts) => {
        if (value === '0') return 'It is no later fragment.'
        return keepNumber(facts, 'fragmentOffset', value, WORD, `It begins at byte ${value} of its packet.`)
      }) ??
      reader.take(/flags \[([^\]]*)\]/, ([, words = ''], facts) => {
        facts.dontFragment = words.includes('DF')
        facts.moreFragments = words.includes('+')
        return 'Flags of the IP header: DF forbids routers to cut it, + says that more fragments follow.'
      }) ??
      reader.take(/(?:proto|next-header) [\w-]+ \((\d+)\)/, ([, value = ''], facts) =>
        keepNumber(facts, 'protocol', value, BYTE, 'The protocol.'),
      ) ??
      reader.take(/length:? (\d+)/, ([, value = ''], facts) =>
        keepNumber(facts, 'length', value, WORD, `${value} bytes, IP header and all.`),
      ) ??
      reader.take(/payload length: (\d+)/, ([, value = ''], facts) =>
        keepNumber(facts, 'length', String(Number(value) + 40), WORD, `${value} bytes behind the IP header.`),
      ) ??
      reader.take(/[^\s,)]+/, () => 'A field of the IP header.')
    if (!taken && !reader.take(/[,\s]+/)) return
  }
}

function takeEnds(reader: LineReader): void {
  for (const end of ['src', 'dst'] as const) {
    const before = end === 'src' ? '' : String.raw`\s*>\s*`
    const after = end === 'src' ? String.raw`(?=\s*>)` : String.raw`(?=:(?:\s|$))`
    reader.take(new RegExp(`${before}${END}${after}`), ([, address = '', port], facts) =>
      keepEnd(facts, end, address, port),
    )
  }
  reader.take(/:?\s*/)
}

function takeTransport(reader: LineReader): void {
  if (takeIcmp(reader) || takeUdp(reader) || takeTcp(reader)) return
  reader.take(/(?:proto|ip-proto)[- ](\w+)/, ([, name = ''], facts) => {
    const protocol = parseProtocol(name)
    if (protocol.ok) facts.protocol = protocol.value
    return `The protocol: ${name}.`
  })
}

function takeIcmp(reader: LineReader): boolean {
  const found = reader.take(/(?:HBH )?(ICMP6?|icmp6?)[:,]?\s*(.*)$/, ([, name = '', what = ''], facts) => {
    facts.protocol = /6/.test(name) ? PROTOCOL.icmpv6 : PROTOCOL.icmp
    const kind = ICMP_WORDS.find(({ words }) => words.test(what))
    const [type, code] = facts.protocol === PROTOCOL.icmpv6 ? (kind?.v6 ?? []) : (kind?.v4 ?? [])
    if (type !== undefined) facts.icmpType = type
    if (code !== undefined) facts.icmpCode = code
    const [, id, seq] = /\bid (\d+),? seq (\d+)/.exec(what) ?? []
    if (id !== undefined) keepNumber(facts, 'icmpId', id, WORD, '')
    if (seq !== undefined) keepNumber(facts, 'icmpSeq', seq, WORD, '')
    return `ICMP: ${what}.`
  })
  return found !== undefined
}

type TypeAndCode = readonly [type: number, code?: number]

/** Words of tcpdump's print-icmp.c and print-icmp6.c, the more exact ones first. */
const ICMP_WORDS: readonly {
  readonly words: RegExp
  readonly v4?: TypeAndCode
  readonly v6?: TypeAndCode
}[] = [
  { words: /echo request/, v4: [8, 0], v6: [128, 0] },
  { words: /echo reply/, v4: [0, 0], v6: [129, 0] },
  { words: /port .*unreachable|unreachable port/, v4: [3, 3], v6: [1, 4] },
  { words: /need to frag/, v4: [3, 4] },
  { words: /^host .*unreachable/, v4: [3, 1] },
  { words: /^net .*unreachable/, v4: [3, 0] },
  { words: /protocol .*unreachable/, v4: [3, 2] },
  { words: /admin prohibited/, v4: [3, 13], v6: [1, 1] },
  { words: /unreachable address/, v6: [1, 3] },
  { words: /unreachable/, v4: [3], v6: [1] },
  { words: /packet too big/, v6: [2, 0] },
  { words: /time exceeded in-transit/, v4: [11, 0], v6: [3, 0] },
  { words: /time exceeded/, v4: [11], v6: [3] },
  { words: /router solicitation/, v4: [10, 0], v6: [133, 0] },
  { words: /router advertisement/, v4: [9], v6: [134, 0] },
  { words: /neighbor sol/, v6: [135, 0] },
  { words: /neighbor adv/, v6: [136, 0] },
  { words: /redirect/, v4: [5], v6: [137, 0] },
]

function takeUdp(reader: LineReader): boolean {
  const named = reader.take(/(?:UDP, length|UDP,|udp) ?(\d+)?/, (_, facts) => {
    facts.protocol = PROTOCOL.udp
    return 'A UDP datagram, with the bytes in it.'
  })
  if (named) return true
  // Questions to name servers are decoded: "12345+ A? example.com. (29)".
  const decoded = reader.take(/(?:\[[^\]]*\] )?\d+[+*\-|%$]* .*\(\d+\)/, (_, facts) => {
    if (facts.sport !== 53 && facts.dport !== 53) return undefined
    facts.protocol ??= PROTOCOL.udp
    return 'A question to a name server or its answer.'
  })
  return decoded !== undefined
}

function takeTcp(reader: LineReader): boolean {
  const flags =
    reader.take(/Flags \[([^\]]*)\]/, ([, letters = ''], facts) => tellFlags(letters, facts)) ??
    reader.take(/([SFRPWEU]+\.?|\.)(?=\s|$)/, ([, letters = ''], facts) => tellFlags(letters, facts))
  if (!flags) return false
  reader.take(/,?\s*cksum [^,]*/, () => 'Checksum.')
  reader.take(/,?\s*(?:seq )?(\d+)(?::\d+)?(?:\(\d+\))?(?=[,\s]|$)/, ([, value = ''], facts) =>
    keepNumber(facts, 'seq', value, LONG, 'Sequence number.'),
  )
  reader.take(/,?\s*ack (\d+)/, ([, value = ''], facts) => {
    facts.flags = (facts.flags ?? 0) | TCP_FLAG.ACK
    return keepNumber(facts, 'ack', value, LONG, 'Acknowledgment number: the flag ACK is set.')
  })
  reader.take(/,?\s*win (\d+)/, ([, value = ''], facts) =>
    keepNumber(facts, 'window', value, WORD, 'How many bytes the sender can take.'),
  )
  reader.take(/,?\s*(?:options \[[^\]]*\]|<[^>]*>)/, () => 'Options of the TCP header.')
  reader.take(/,?\s*length \d+/, () => 'Bytes of data.')
  reader.take(/\s*\(DF\)/, (_, facts) => {
    facts.dontFragment = true
    return "Don't fragment: routers must not cut it."
  })
  return true
}

function tellFlags(letters: string, facts: Draft): string {
  facts.protocol = PROTOCOL.tcp
  facts.flags = [...letters].reduce((byte, letter) => byte | (LETTERS[letter] ?? 0), 0)
  if (letters === 'none') facts.flags = 0
  return letters === '.' ? 'No flag but perhaps ACK.' : `TCP flags ${letters}; a dot is ACK.`
}
