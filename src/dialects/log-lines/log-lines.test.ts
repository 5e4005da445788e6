import { expect, test } from 'vitest'
import { parseAddress } from '@/model/packet/address'
import { icmpPacket, tcpPacket, udpPacket } from '@/model/packet/build'
import type { Packet } from '@/model/packet/packet'
import { homeRouterLine, homeRouterLog, signed } from './home-router'
import { netfilterLine } from './netfilter'

const ip = (text: string) => {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(text)
  return parsed.value
}
const synAck = tcpPacket({
  src: ip('23.62.98.14'),
  dst: ip('192.168.1.10'),
  sport: 443,
  dport: 62712,
  flags: 0x12,
  seq: 1000,
  ack: 0xf0000000,
  id: 7,
  hopLimit: 62,
})

test('R007: the dropped SYN-ACK is written as the home router writes it', () => {
  expect(homeRouterLine(synAck, 'Black List Defense')).toBe(
    '23.62.98.14:443 > 192.168.1.10:62712, AS Seq=1000, Ack=-268435456 -Black List Defense',
  )
})

test('R007, R008: the pasted line is read with its mask: port, flags SYN and ACK, reason', () => {
  const line = homeRouterLog.read('> XXX.XXX.XXX.XXX:62712, AS Seq=###, Ack=-### -Black List Defense')
  expect(line?.facts).toEqual({
    protocol: 6,
    dport: 62712,
    flags: 0x12,
    prefix: 'Black List Defense',
    verdict: 'drop',
  })
  expect(line?.missing).toEqual(['src', 'dst', 'sport'])
})

test('R009: an acknowledgment number from 0x80000000 on prints negative in this dialect and unsigned elsewhere', () => {
  expect(signed(0xf0000000)).toBe(-268435456)
  expect(signed(0x7fffffff)).toBe(2147483647)
  expect(netfilterLine(synAck, { prefix: '', iif: 'wan' })).not.toContain('-268435456')
})

test('what is no such line is none', () => {
  expect(homeRouterLog.read('Oct 17 00:32:46 server kernel: Packet log: input DENY eth0')).toBeUndefined()
})

test('netfilter writes the line of the LOG target', () => {
  expect(netfilterLine(synAck, { prefix: 'dropped: ', iif: 'wan', oif: 'lan' })).toBe(
    'dropped: IN=wan OUT=lan SRC=23.62.98.14 DST=192.168.1.10 LEN=60 TOS=0x00 PREC=0x00 TTL=62 ID=7 DF PROTO=TCP SPT=443 DPT=62712 WINDOW=64240 RES=0x00 ACK SYN URGP=0',
  )
})

test.each<[string, Packet, string]>([
  [
    'IPv6 with all its zeros',
    udpPacket({ src: ip('2001:db8::7'), dst: ip('2001:db8::2'), sport: 53, dport: 5000 }),
    'SRC=2001:0db8:0000:0000:0000:0000:0000:0007 DST=2001:0db8:0000:0000:0000:0000:0000:0002 LEN=48 TC=0 HOPLIMIT=64 FLOWLBL=0 PROTO=UDP SPT=53 DPT=5000 LEN=8',
  ],
  [
    'a later fragment without ports',
    udpPacket({
      ...{ src: ip('198.51.100.7'), dst: ip('203.0.113.2'), sport: 0, dport: 0, id: 7 },
      ...{ dontFragment: false, fragment: { offset: 1480, more: true } },
    }),
    'SRC=198.51.100.7 DST=203.0.113.2 LEN=28 TOS=0x00 PREC=0x00 TTL=64 ID=7 MF FRAG:185 PROTO=UDP',
  ],
  [
    'an ICMP error with the packet that it is about',
    icmpPacket({ src: ip('203.0.113.2'), dst: ip('23.62.98.14'), type: 3, code: 3, quoted: synAck }),
    'SRC=203.0.113.2 DST=23.62.98.14 LEN=88 TOS=0x00 PREC=0x00 TTL=64 ID=0 DF PROTO=ICMP TYPE=3 CODE=3 [SRC=23.62.98.14 DST=192.168.1.10 LEN=60 TOS=0x00 PREC=0x00 TTL=62 ID=7 DF PROTO=TCP SPT=443 DPT=62712 WINDOW=64240 RES=0x00 ACK SYN URGP=0]',
  ],
])('the kernel writes %s', (_, packet, text) => {
  expect(netfilterLine(packet, { prefix: '', iif: 'eth0' })).toBe(`IN=eth0 OUT= ${text}`)
})
