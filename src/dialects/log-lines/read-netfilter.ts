import { PROTOCOL, TCP_FLAG } from '@/model/packet/packet'
import { parseProtocol } from '@/model/packet/protocol'
import {
  BYTE,
  type Draft,
  keepAddress,
  keepNumber,
  keepPort,
  LineReader,
  LONG,
  type Told,
  takeSyslogHead,
  WORD,
} from './line-reader'
import type { LogFormat } from './log-line'
import { netfilterLine } from './netfilter'

type Tell = (value: string, facts: Draft) => Told

/** What each `KEY=value` is. Source: net/netfilter/nf_log_syslog.c, ulogd's printpkt.c. */
const KEYS: Readonly<Record<string, Tell>> = {
  IN: (value, facts) => {
    if (value === '') return 'No interface: the packet was made on this machine.'
    facts.iif = value
    return `It came in by ${value}.`
  },
  OUT: (value, facts) => {
    if (value === '') return 'No interface: the packet was for this machine, or was not routed yet.'
    facts.oif = value
    return `It was to go out by ${value}.`
  },
  PHYSIN: (value) => `The port of the bridge by which it came in: ${value}.`,
  PHYSOUT: (value) => `The port of the bridge by which it was to go out: ${value}.`,
  MAC: (value, facts) => {
    facts.mac = value.split(':').slice(6, 12).join(':') || value
    return 'The Ethernet header: destination address, source address, type.'
  },
  MACSRC: (value, facts) => {
    facts.mac = value
    return 'The Ethernet address of the neighbor that sent it.'
  },
  MACDST: () => 'The Ethernet address that it was sent to.',
  MACPROTO: () => 'The Ethernet type: 0800 is IPv4, 86dd is IPv6.',
  SRC: (value, facts) => keepAddress(facts, 'src', value, '.'),
  DST: (value, facts) => keepAddress(facts, 'dst', value, '.'),
  TOS: (value, facts) => keepTos(facts, value, 'Type of service: the bits below the precedence.'),
  PREC: (value, facts) => keepTos(facts, value, 'Precedence: the upper three bits of the TOS byte.'),
  TC: (value, facts) => keepNumber(facts, 'tos', value, BYTE, 'Traffic class, the TOS byte of IPv6.'),
  TTL: (value, facts) =>
    keepNumber(facts, 'hopLimit', value, BYTE, `Time to live: it may cross ${value} more routers.`),
  HOPLIMIT: (value, facts) =>
    keepNumber(facts, 'hopLimit', value, BYTE, `Hop limit: it may cross ${value} more routers.`),
  FLOWLBL: () => 'Flow label of IPv6.',
  PROTO: (value, facts) => {
    const protocol = parseProtocol(value)
    if (!protocol.ok)
      return { means: 'The protocol.', wrong: protocol.diagnostics.map(({ message }) => message).join(' ') }
    facts.protocol = protocol.value
    return `The protocol: ${value}.`
  },
  SPT: (value, facts) => keepPort(facts, 'sport', value),
  DPT: (value, facts) => keepPort(facts, 'dport', value),
  ACK: (value, facts) => keepNumber(facts, 'ack', value, LONG, 'Acknowledgment number.'),
  WINDOW: (value, facts) => keepNumber(facts, 'window', value, WORD, 'How many bytes the sender can take.'),
  RES: (_, facts) => {
    // The flags follow, if it has any.
    facts.flags ??= 0
    return 'Reserved bits of the TCP header.'
  },
  URGP: () => 'Urgent pointer: 0 unless the flag URG is set.',
  TYPE: (value, facts) => keepNumber(facts, 'icmpType', value, BYTE, 'ICMP type.'),
  CODE: (value, facts) => keepNumber(facts, 'icmpCode', value, BYTE, 'ICMP code.'),
  SPI: () => 'Security parameter index: which IPsec association it belongs to.',
  UID: (value) => `The user whose program sent it: ${value}.`,
  GID: (value) => `The group whose program sent it: ${value}.`,
  MARK: (value, facts) => keepNumber(facts, 'mark', value, LONG, `The packet's mark: ${value}.`),
  MTU: (value) => `The largest packet that the next link takes: ${value} bytes.`,
  GATEWAY: (value) => `The router to use instead: ${value}.`,
  PARAMETER: (value) => `The byte of the header that is wrong: ${value}.`,
  POINTER: (value) => `The byte of the header that is wrong: ${value}.`,
}

/** Keys that mean one thing in the IP header and another one behind `PROTO=`. */
const TWICE: Readonly<Record<string, readonly [ip: Tell, transport: Tell]>> = {
  LEN: [
    (value, facts) => keepNumber(facts, 'length', value, WORD, 'Length in bytes, IP header and all.'),
    () => 'Length of the UDP datagram in bytes.',
  ],
  ID: [
    (value, facts) => keepNumber(facts, 'id', value, WORD, 'Identification of the IP packet.'),
    (value, facts) => keepNumber(facts, 'icmpId', value, WORD, 'Identifier of the echo.'),
  ],
  SEQ: [
    (value, facts) => keepNumber(facts, 'seq', value, LONG, 'Sequence number.'),
    (value, facts) =>
      facts.protocol === PROTOCOL.tcp
        ? keepNumber(facts, 'seq', value, LONG, 'Sequence number.')
        : keepNumber(facts, 'icmpSeq', value, WORD, 'Sequence number of the echo.'),
  ],
}

/** TOS and PREC are parts of one byte; ulogd writes the first without 0x. */
function keepTos(facts: Draft, value: string, means: string): Told {
  const part: Draft = {}
  const told = keepNumber(part, 'tos', value.startsWith('0x') ? value : `0x${value}`, BYTE, means)
  if (part.tos !== undefined) facts.tos = (facts.tos ?? 0) | part.tos
  return told
}

const WORDS: Readonly<Record<string, (facts: Draft) => string>> = {
  DF: (facts) => {
    facts.dontFragment = true
    return "Don't fragment: routers must not cut it."
  },
  MF: (facts) => {
    facts.moreFragments = true
    return 'More fragments follow.'
  },
  CE: () => 'The reserved bit of the fragment word is set.',
  INCOMPLETE: (facts) => {
    // IPv6: of the packet, not of the line.
    if (facts.protocol === undefined && facts.fragmentOffset !== undefined) {
      facts.moreFragments = true
      return 'More fragments follow.'
    }
    return 'The packet ends before its header does.'
  },
}

/** Lines of the LOG target, of nft's log statement, and of ulogd that writes in their form. */
export const netfilterLog: LogFormat = {
  id: 'netfilter',
  label: 'Linux netfilter',
  source: 'net/netfilter/nf_log_syslog.c; iptables-extensions(8) LOG; ulogd printpkt.c',
  detect: (text) => /IN=\S* OUT=/.test(text),
  read(text, line) {
    const reader = new LineReader(text, line)
    takeSyslogHead(reader)
    reader.take(/.*?(?=IN=\S* OUT=)/, ([prefix = ''], facts) => {
      if (prefix.trim() === '') return undefined
      facts.prefix = prefix
      return 'The prefix that the rule writes (--log-prefix).'
    })
    if (!reader.sees(/IN=\S* OUT=/)) return undefined
    takeWords(reader)
    return reader.finish('netfilter', ['src', 'dst', 'protocol', 'sport', 'dport'])
  },
  write: ({ packet, prefix, iif, oif }) =>
    netfilterLine(packet, {
      prefix,
      ...(iif === undefined ? {} : { iif }),
      ...(oif === undefined ? {} : { oif }),
    }),
}

function takeWords(reader: LineReader): void {
  const outer = reader.facts
  while (!reader.isDone) {
    if (reader.take(/\s*\[(?=SRC=)/, () => 'The packet that this error is about begins here.'))
      reader.facts = {}
    else if (takePair(reader) || takeFlag(reader) || takeWord(reader) || takeOptions(reader)) continue
    else if (
      reader.facts !== outer &&
      reader.take(/\s*\]/, () => 'The packet that this error is about ends here.')
    ) {
      outer.quoted = reader.facts
      reader.facts = outer
    } else
      reader.take(
        /\s*\S[^\s\]]*/,
        () => 'Not a word that such lines are known to have; nothing is made of it.',
      )
  }
  if (reader.facts !== outer) {
    outer.quoted = reader.facts
    reader.facts = outer
  }
}

function takePair(reader: LineReader): boolean {
  const taken = reader.take(/\s*([A-Z]+)=([^\s\]]*)/, ([, key = '', value = ''], facts) => {
    const twice = TWICE[key]?.[facts.protocol === undefined ? 0 : 1]
    const tell = twice ?? (Object.hasOwn(KEYS, key) ? KEYS[key] : undefined)
    return tell?.(value, facts) ?? 'Not a key that such lines are known to have; nothing is made of it.'
  })
  return taken !== undefined
}

function takeFlag(reader: LineReader): boolean {
  if (reader.facts.protocol !== PROTOCOL.tcp) return false
  const taken = reader.take(/\s*(CWR|ECE|URG|ACK|PSH|RST|SYN|FIN)(?=\s|\]|$)/, ([, name = ''], facts) => {
    facts.flags = (facts.flags ?? 0) | TCP_FLAG[name as keyof typeof TCP_FLAG]
    return `The TCP flag ${name}.`
  })
  return taken !== undefined
}

function takeWord(reader: LineReader): boolean {
  const taken =
    reader.take(/\s*(DF|MF|CE|INCOMPLETE)(?=\s|\]|$)/, ([, word = ''], facts) => WORDS[word]?.(facts)) ??
    reader.take(/\s*\[\d+ bytes\]/, () => 'How much of the header is there.') ??
    reader.take(/\s*FRAG:(\d{1,5})(?=\s|\]|$)/, ([, value = ''], facts) => {
      const isIpv6 = typeof facts.src === 'bigint'
      facts.fragmentOffset = Number(value) * (isIpv6 ? 1 : 8)
      return `Where this fragment stands in its packet, in ${isIpv6 ? 'bytes' : 'units of eight bytes'}.`
    }) ??
    reader.take(/\s*ID:([\da-f]{8})(?=\s|\]|$)/, ([, value = ''], facts) => {
      facts.id = Number.parseInt(value, 16)
      return 'Identification of the packet that this is a fragment of.'
    })
  return taken !== undefined
}

function takeOptions(reader: LineReader): boolean {
  return reader.take(/\s*OPT \([^)]*\)/, () => 'Options of the header, byte by byte.') !== undefined
}
