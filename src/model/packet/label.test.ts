import { describe, expect, test } from 'vitest'
import { type IpAddress, parseAddress } from './address'
import { icmpPacket, packetLength, tcpPacket, udpPacket } from './build'
import { packetAddresses, packetLabel, packetName } from './label'
import { TCP_FLAG } from './packet'
import { flagLetters, formatTcpFlags, parseFlagLetters } from './tcp-flags'

const ip = (text: string): IpAddress => {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(text)
  return parsed.value
}
const laptop = ip('192.168.1.10')
const twitter = ip('104.244.42.1')
const syn = tcpPacket({ src: laptop, dst: twitter, sport: 62712, dport: 443, flags: TCP_FLAG.SYN })
const synAck = tcpPacket({
  src: twitter,
  dst: laptop,
  sport: 443,
  dport: 62712,
  flags: TCP_FLAG.SYN | TCP_FLAG.ACK,
})

describe('R012: packets are labelled in arrow notation', () => {
  test('there and back', () => {
    expect(packetLabel(syn)).toBe('SYN 62712 > 443')
    expect(packetLabel(synAck)).toBe('SYN-ACK 443 > 62712')
  })
  test('with addresses, and as a name for assistive technology', () => {
    expect(packetAddresses(synAck)).toBe('104.244.42.1:443 > 192.168.1.10:62712')
    expect(packetName(syn)).toBe('SYN 192.168.1.10:62712 to 104.244.42.1:443')
  })
  test('IPv6 stands in brackets where a port follows', () => {
    const packet = udpPacket({
      src: ip('2001:db8::1'),
      dst: ip('2001:db8::53'),
      sport: 5000,
      dport: 53,
      payload: { bytes: 30, label: 'DNS query' },
    })
    expect(packetAddresses(packet)).toBe('[2001:db8::1]:5000 > [2001:db8::53]:53')
    expect(packetLabel(packet)).toBe('DNS query 5000 > 53')
  })
  test('a packet without ports is its word', () => {
    expect(packetLabel(icmpPacket({ src: laptop, dst: twitter, type: 8 }))).toBe('echo-request')
    expect(packetLabel(icmpPacket({ src: ip('::1'), dst: ip('::1'), type: 128 }))).toBe('echo-request')
  })
})

test('R008: AS reads as SYN and ACK', () => {
  expect(parseFlagLetters('AS')).toBe(TCP_FLAG.SYN | TCP_FLAG.ACK)
  expect(formatTcpFlags(synAck.kind === 'tcp' ? synAck.flags : 0)).toBe('SYN, ACK')
  expect(flagLetters(TCP_FLAG.SYN | TCP_FLAG.ACK)).toBe('SA')
  expect(parseFlagLetters('AX')).toBeUndefined()
})

test('lengths hold the IP header, options and payload', () => {
  expect(packetLength(syn)).toBe(60)
  expect(packetLength({ ...syn, optionBytes: 4 })).toBe(44)
  expect(packetLength({ ...synAck, optionBytes: 0 })).toBe(40)
  expect(packetLength(icmpPacket({ src: laptop, dst: twitter, type: 3, quoted: syn }))).toBe(88)
})
