import { describe, expect, test } from 'vitest'
import type { Packet } from '@/model/packet/packet'
import {
  CLIENT,
  CLIENT6,
  datagram,
  icmp,
  ip,
  Laboratory,
  netfilter,
  ROUTER_LAN,
  SERVER,
  SERVER6,
  segment,
  turned,
} from '../laboratory'
import { entriesOf } from './table'

const entries = (lab: Laboratory) => entriesOf(lab.stateOf('router').conntrack, lab.nowMs)
const fromLan = (lab: Laboratory, packet: Packet) => lab.inject('router', 'lan0', packet).state('router')
const fromWan = (lab: Laboratory, packet: Packet) => lab.inject('router', 'wan0', packet).state('router')

describe('UDP', () => {
  test('[C3] datagrams stay NEW until a reply; then both directions are ESTABLISHED', () => {
    const lab = new Laboratory()
    const states = [datagram(), datagram(), datagram()].map((each) => fromLan(lab, each))
    expect(states).toEqual(['new', 'new', 'new'])
    expect(fromWan(lab, turned(datagram()))).toBe('established')
    expect(fromLan(lab, datagram())).toBe('established')
  })

  test('[C5, C6] 30 s; 120 s and assured only when answered and older than 2 s', () => {
    const lab = new Laboratory()
    const left = () =>
      entries(lab).map(({ timeoutAtMs, assured }) => [(timeoutAtMs - lab.nowMs) / 1000, assured])
    fromLan(lab, datagram())
    fromWan(lab, turned(datagram()))
    expect(left()).toEqual([[30, false]])
    fromLan(lab.wait(1), datagram())
    expect(left()).toEqual([[30, false]])
    fromLan(lab.wait(2), datagram())
    expect(left()).toEqual([[120, true]])
  })

  test('[C4] after its time the "reply" is NEW in the other direction', () => {
    const lab = new Laboratory()
    fromLan(lab, datagram())
    expect(fromWan(lab.wait(31), turned(datagram()))).toBe('new')
    expect(entries(lab)[0]?.original.src).toBe(SERVER)
  })

  test('[C3] an ICMP error does not delete the entry', () => {
    const lab = new Laboratory()
    fromLan(lab, datagram())
    fromWan(lab, icmp(3, { code: 3, src: SERVER, dst: CLIENT, quoted: datagram() }))
    expect(entries(lab)).toHaveLength(1)
  })
})

describe('ICMP', () => {
  const request = (id: number) => icmp(8, { icmpId: id })
  const reply = (id: number) => icmp(0, { icmpId: id, src: SERVER, dst: CLIENT })

  test('[C1] a request is NEW, its replies ESTABLISHED any number of times, others INVALID', () => {
    const lab = new Laboratory()
    expect(fromWan(lab, reply(7))).toBe('invalid')
    expect(fromLan(lab, request(7))).toBe('new')
    expect([7, 7, 8].map((id) => fromWan(lab, reply(id)))).toEqual(['established', 'established', 'invalid'])
  })

  test.each([8, 13, 15, 17])('[C2] type %i may start an entry', (type) => {
    expect(fromLan(new Laboratory(), icmp(type, { icmpId: 1 }))).toBe('new')
  })

  test.each([0, 9, 10, 14, 16, 18, 30, 42])('[C2] type %i without a flow is INVALID', (type) => {
    const lab = new Laboratory()
    expect(fromLan(lab, icmp(type))).toBe('invalid')
    expect(entries(lab)).toEqual([])
  })

  test.each([3, 4, 5, 11, 12])('[C3] error %i about a known flow is RELATED, from any sender', (type) => {
    const lab = new Laboratory()
    fromLan(lab, segment('S'))
    const error = (src: typeof SERVER) => icmp(type, { src, dst: CLIENT, quoted: segment('S') })
    expect([SERVER, ip('198.51.100.9')].map((src) => fromWan(lab, error(src)))).toEqual([
      'related',
      'related',
    ])
  })

  test('[C3] an error about an unknown flow is INVALID and makes no entry', () => {
    const lab = new Laboratory()
    expect(fromWan(lab, icmp(3, { src: SERVER, dst: CLIENT, quoted: segment('S') }))).toBe('invalid')
    expect(entries(lab)).toEqual([])
  })

  test('[e11 E1] an error that is not sent to the source of what it quotes is INVALID', () => {
    const lab = new Laboratory()
    fromLan(lab, segment('S'))
    expect(fromWan(lab, icmp(3, { src: SERVER, dst: ROUTER_LAN, quoted: segment('S') }))).toBe('invalid')
  })

  test('[C3] an error does not refresh the entry', () => {
    const lab = new Laboratory()
    fromLan(lab, datagram())
    const before = entries(lab)[0]?.timeoutAtMs
    fromWan(lab.wait(10), icmp(3, { code: 3, src: SERVER, dst: CLIENT, quoted: datagram() }))
    expect(entries(lab)[0]?.timeoutAtMs).toBe(before)
  })
})

describe('ICMPv6', () => {
  const icmp6 = (type: number, fields = {}) => icmp(type, { src: CLIENT6, dst: SERVER6, ...fields })

  test.each([128, 139])('[e10 B1] type %i is NEW', (type) => {
    expect(fromLan(new Laboratory(), icmp6(type, { icmpId: 3 }))).toBe('new')
  })

  test.each([130, 131, 132, 133, 134, 135, 136, 143, 151, 152])('[e10 B1] type %i is UNTRACKED', (type) => {
    const lab = new Laboratory()
    expect(fromLan(lab, icmp6(type))).toBe('untracked')
    expect(entries(lab)).toEqual([])
  })

  test.each([129, 137, 140, 144])('[e10 B1, B2] type %i without a flow is INVALID', (type) => {
    expect(fromLan(new Laboratory(), icmp6(type))).toBe('invalid')
  })

  test.each([1, 2, 3, 4, 5, 100, 127])('[e10 B3] every type below 128 is an error, %i too', (type) => {
    const lab = new Laboratory()
    const syn = segment('S', { src: CLIENT6, dst: SERVER6 })
    expect(fromWan(lab, icmp6(type, { src: SERVER6, dst: CLIENT6, quoted: syn }))).toBe('invalid')
    fromLan(lab, syn)
    expect(fromWan(lab, icmp6(type, { src: SERVER6, dst: CLIENT6, quoted: syn }))).toBe('related')
  })

  test('[e10 B5] the identifier is the port', () => {
    const lab = new Laboratory()
    fromLan(lab, icmp6(128, { icmpId: 3 }))
    const reply = (icmpId: number) => fromWan(lab, icmp6(129, { icmpId, src: SERVER6, dst: CLIENT6 }))
    expect([reply(3), reply(4)]).toEqual(['established', 'invalid'])
  })
})

test('[E16] NOTRACK: UNTRACKED, and the reply, if tracked, is NEW', () => {
  const lab = new Laboratory({
    router: netfilter({ 'raw PREROUTING': { rules: [[{ iif: 'lan0' }, { kind: 'notrack' }]] } }),
  })
  expect(fromLan(lab, datagram())).toBe('untracked')
  expect(fromWan(lab, turned(datagram()))).toBe('new')
})
