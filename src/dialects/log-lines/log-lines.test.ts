import { expect, test } from 'vitest'
import { parseAddress } from '@/model/packet/address'
import { tcpPacket } from '@/model/packet/build'
import { homeRouterLine, parseHomeRouterLine, signed } from './home-router'
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
  expect(parseHomeRouterLine('> XXX.XXX.XXX.XXX:62712, AS Seq=###, Ack=-### -Black List Defense')).toEqual({
    destination: 'XXX.XXX.XXX.XXX',
    dport: 62712,
    flags: 0x12,
    reason: 'Black List Defense',
  })
})

test('R009: an acknowledgment number from 0x80000000 on prints negative in this dialect and unsigned elsewhere', () => {
  expect(signed(0xf0000000)).toBe(-268435456)
  expect(signed(0x7fffffff)).toBe(2147483647)
  expect(netfilterLine(synAck, { prefix: '', iif: 'wan' })).not.toContain('-268435456')
})

test('what is no such line is none', () => {
  expect(parseHomeRouterLine('Oct 17 00:32:46 server kernel: Packet log: input DENY eth0')).toBeUndefined()
})

test('netfilter writes the line of the LOG target', () => {
  expect(netfilterLine(synAck, { prefix: 'dropped: ', iif: 'wan', oif: 'lan' })).toBe(
    'dropped: IN=wan OUT=lan SRC=23.62.98.14 DST=192.168.1.10 LEN=60 TOS=0x00 PREC=0x00 TTL=62 ID=7 DF PROTO=TCP SPT=443 DPT=62712 WINDOW=64240 RES=0x00 ACK SYN URGP=0',
  )
})
