import { describe, expect, test } from 'vitest'
import { loggedName, loggedPacket } from './logged-packet'
import { type PlacedLogLine, readLog } from './read'

function only(text: string): PlacedLogLine {
  const { lines } = readLog(text)
  const [line] = lines
  if (!line || lines.length !== 1) throw new Error(`${lines.length} lines were read of: ${text}`)
  return line
}

const IPCHAINS =
  'Oct 17 00:32:46 server kernel: Packet log: input DENY eth0 PROTO=6 198.51.100.7:20 203.0.113.2:61394 L=44 S=0x00 I=61949 F=0x4000 T=250 SYN (#28)'
const NETFILTER =
  'Nov 21 08:00:01 gate kernel: [ 1234.567890] DROP-IN: IN=eth0 OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 SRC=198.51.100.7 DST=203.0.113.2 LEN=60 TOS=0x08 PREC=0x20 TTL=52 ID=4711 DF PROTO=TCP SPT=41000 DPT=22 WINDOW=64240 RES=0x00 SYN URGP=0 MARK=0x10 '

describe('R081: every word of a line is explained where it stands', () => {
  test.each([
    ['ipchains', IPCHAINS],
    ['netfilter', NETFILTER],
    [
      'the home router',
      'Oct 17 00:32:46 gate 23.62.98.14:443 > 192.168.1.10:62712, AS Seq=1000, Ack=-1 -Black List Defense',
    ],
    ['Cisco', '%SEC-6-IPACCESSLOGP: list 101 denied tcp 198.51.100.7(1063) -> 203.0.113.2(111), 1 packet'],
    [
      'RouterOS',
      'firewall,info forward: in:ether1 out:bridge, proto TCP (SYN,ACK), 10.0.0.1:1234->192.0.2.7:80, prio 0->6, len 60',
    ],
    [
      'pf',
      '00:00:00.1 rule 5/0(match): block in on em0: 198.51.100.7.53214 > 203.0.113.2.22: Flags [S.], seq 12345, ack 3, win 65535, options [mss 1460], length 0',
    ],
  ])('of %s', (_, text) => {
    const { tokens } = only(text)
    let at = 0
    for (const { from, to, means } of tokens) {
      // Only signs that join words stand between.
      expect(text.slice(at, from)).toMatch(/^[\s,:>-]*$/)
      expect(to).toBeGreaterThan(from)
      expect(means).toMatch(/\.$/)
      at = to
    }
    expect(text.slice(at)).toMatch(/^[\s,:>]*$/)
  })

  test('the words of the seed, one by one', () => {
    const { tokens } = only(IPCHAINS)
    expect(tokens.map(({ from, to, means }) => [IPCHAINS.slice(from, to), means])).toEqual([
      ['Oct 17 00:32:46', 'When the line was written, by the clock of the machine.'],
      ['server', 'The machine that wrote the line.'],
      ['kernel:', 'The kernel wrote it, not a program.'],
      ['Packet log:', 'A rule with -l writes such a line for each packet it matches.'],
      ['input', 'The chain that sees what comes in.'],
      ['DENY', 'The packet was dropped, and nobody was told.'],
      ['eth0', 'It came in by eth0.'],
      ['PROTO=6', 'Protocol 6 is tcp.'],
      ['198.51.100.7:20', 'Source address and port. 20 is ftp-data.'],
      ['203.0.113.2:61394', 'Destination address and port.'],
      ['L=44', '44 bytes, IP header and all.'],
      ['S=0x00', 'Type of service.'],
      ['I=61949', 'Identification of the IP packet.'],
      ['F=0x4000', "The fragment word. 0x4000: routers must not cut it (don't fragment)."],
      ['T=250', 'Time to live: it may cross 250 more routers.'],
      ['SYN', 'SYN without ACK and RST: it asks for a new connection.'],
      ['(#28)', 'Rule 28 of the chain, counted from 1.'],
    ])
  })
})

describe('what a line lacks or has wrong is named', () => {
  test.each([
    [
      'a cut line',
      'Packet log: input DENY eth0 L=44 S=0x00 I=1 F=0x4000 T=2 SYN (#1)',
      ['src', 'dst', 'sport', 'dport'],
    ],
    ['a masked source', 'XXX.XXX.XXX.XXX:443 > 192.168.1.10:62712, AS Seq=1, Ack=2 -x', ['src']],
    ['a later fragment lacks no ports', 'IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 FRAG:185 PROTO=UDP', []],
    ['ICMP lacks none either', 'IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=ICMP TYPE=8 CODE=0', []],
  ])('%s', (_, text, missing) => {
    expect(only(text).missing).toEqual(missing)
  })

  test.each([
    [
      'a port too large',
      'IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=70000 DPT=1',
      52,
      'SPT=70000',
    ],
    ['no address', 'IN=eth0 OUT= SRC=192.0.2.999 DST=192.0.2.2 PROTO=TCP SPT=7 DPT=1', 14, 'SRC=192.0.2.999'],
    ['no protocol', 'IN=eth0 OUT= SRC=192.0.2.9 DST=192.0.2.2 PROTO=XYZ', 42, 'PROTO=XYZ'],
    ['no number', 'Packet log: input DENY eth0 PROTO=x', 29, 'PROTO=x'],
  ])('%s, with its column', (_, text, column, wrong) => {
    const line = only(text)
    expect(line.diagnostics).toMatchObject([{ line: 1, column, length: wrong.length, kind: 'syntax-error' }])
    expect(text.slice(column - 1, column - 1 + wrong.length)).toBe(wrong)
  })

  test('a text of many lines is a list, and lines of other programs are named with their number', () => {
    const { lines, diagnostics } = readLog(`${IPCHAINS}\r\n\nsshd[77]: Connection closed\n${NETFILTER}\n`)
    expect(lines.map(({ line, format }) => [line, format])).toEqual([
      [1, 'ipchains'],
      [4, 'netfilter'],
    ])
    expect(diagnostics).toEqual([
      {
        kind: 'ignored',
        message: '"sshd[77]: Connection closed" is not a log line of a packet in a form that is read here.',
        ...{ line: 3, column: 1, length: 27 },
      },
    ])
  })
})

describe('the packet of a line', () => {
  test.each([
    ['whole', IPCHAINS, 'SYN 198.51.100.7:20 to 203.0.113.2:61394'],
    ['cut', 'Packet log: input DENY eth0 L=44 S=0x00 I=1 F=0x4000 T=2 SYN (#1)', 'SYN ? to ?'],
    ['masked', '> XXX.XXX.XXX.XXX:62712, AS Seq=###, Ack=-### -Black List Defense', 'SYN-ACK ? to ?:62712'],
    [
      'a later fragment',
      'IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 FRAG:185 PROTO=UDP',
      'udp fragment from byte 1480 192.0.2.1 to 192.0.2.2',
    ],
    [
      'flags not told',
      '%SEC-6-IPACCESSLOGP: list 101 denied tcp 198.51.100.7(1063) -> 203.0.113.2(111), 1 packet',
      'tcp 198.51.100.7:1063 to 203.0.113.2:111',
    ],
  ])('%s has a name', (_, text, name) => {
    expect(loggedName(only(text).facts)).toBe(name)
  })

  test.each([
    [
      'the addresses',
      'Packet log: input DENY eth0 L=44 S=0x00 I=1 F=0x4000 T=2 SYN (#1)',
      'The line does not tell the source address.',
    ],
    [
      'a port',
      '198.51.100.7 > 192.168.1.10:62712, AS Seq=1, Ack=2 -Black List Defense',
      'The line does not tell the source port.',
    ],
    [
      'the protocol',
      '198.51.100.7:5 > 192.168.1.10:62712 -Black List Defense',
      'The line does not tell the protocol.',
    ],
  ])('cannot be made where the line lacks %s', (_, text, sentence) => {
    const packet = loggedPacket(only(text).facts)
    expect(packet.ok).toBe(false)
    expect(packet.diagnostics.map(({ message }) => message)).toEqual([sentence])
  })

  test.each([
    [
      'the flags',
      '%SEC-6-IPACCESSLOGP: list 101 denied tcp 198.51.100.7(1063) -> 203.0.113.2(111), 1 packet',
      'Its TCP flags are not told: it is taken for a SYN.',
    ],
    [
      'more of the flags than that it opens nothing',
      IPCHAINS.replace(' SYN', ''),
      'Its flags are not told, but that it opens no connection: it is taken for an ACK.',
    ],
  ])('says what it takes where the line does not tell %s', (_, text, sentence) => {
    const packet = loggedPacket(only(text).facts)
    expect(packet.ok && packet.value.assumed).toEqual([sentence])
  })
})
