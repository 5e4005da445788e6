import { describe, expect, test } from 'vitest'
import { parseAddress } from '@/model/packet/address'
import { icmpPacket, otherPacket, tcpPacket, udpPacket } from '@/model/packet/build'
import type { Packet } from '@/model/packet/packet'
import { ipchainsLine } from './ipchains'

const ip = (text: string) => {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(text)
  return parsed.value
}
const ends = { src: ip('198.51.100.7'), dst: ip('203.0.113.2') }
const input = { chain: 'input', action: 'DENY', interface: 'eth0', rule: 28 }

test('R080: the line of the seed, with the protocol and addresses that its copy lost', () => {
  const syn = tcpPacket({
    ...ends,
    sport: 1063,
    dport: 111,
    flags: 0x02,
    id: 61949,
    hopLimit: 250,
    dontFragment: true,
    optionBytes: 4,
  })
  expect(ipchainsLine(syn, input)).toBe(
    'Packet log: input DENY eth0 PROTO=6 198.51.100.7:1063 203.0.113.2:111 L=44 S=0x00 I=61949 F=0x4000 T=250 SYN (#28)',
  )
})

describe('R068: SYN stands for what -y means', () => {
  test.each([
    ['SYN', 0x02, true],
    ['SYN, FIN', 0x03, true],
    ['SYN, ACK', 0x12, false],
    ['SYN, RST', 0x06, false],
    ['ACK', 0x10, false],
  ])('%s', (_, flags, stands) => {
    expect(ipchainsLine(tcpPacket({ ...ends, sport: 1, dport: 2, flags }), input).includes(' SYN ')).toBe(
      stands,
    )
  })
})

describe('the port places', () => {
  test.each<[string, Packet, string]>([
    ['of UDP hold ports', udpPacket({ ...ends, sport: 5000, dport: 53 }), ':5000 203.0.113.2:53 '],
    ['of ICMP hold type and code', icmpPacket({ ...ends, type: 3, code: 4 }), ':3 203.0.113.2:4 '],
    ['of others hold 65535', otherPacket({ ...ends, protocol: 47 }), ':65535 203.0.113.2:65535 '],
  ])('%s', (_, packet, text) => {
    expect(ipchainsLine(packet, input)).toContain(text)
  })
})

test('a fragment is written with its flag and its offset in units of eight bytes', () => {
  const packet = udpPacket({
    ...ends,
    sport: 0,
    dport: 0,
    dontFragment: false,
    fragment: { offset: 1480, more: true },
  })
  expect(ipchainsLine(packet, input)).toContain(' F=0x20B9 ')
})
