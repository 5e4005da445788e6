import { describe, expect, test } from 'vitest'
import { TCP_FLAG } from '@/model/packet/packet'
import type { RejectKind, Target } from '@/model/ruleset/ruleset'
import {
  backSegment,
  CLIENT,
  CLIENT6,
  datagram,
  icmp,
  type LabChain,
  Laboratory,
  netfilter,
  ROUTER_LAN,
  ROUTER_LAN6,
  ROUTER_WAN,
  SERVER,
  SERVER6,
  segment,
} from '../laboratory'

const reject = (kind: RejectKind): Target => ({ kind: 'reject', with: kind })
const forwardReject = (kind: RejectKind, more: Record<string, LabChain> = {}) =>
  new Laboratory({
    router: netfilter({
      'filter FORWARD': { rules: [[{}, reject(kind)]] },
      'ip6 filter FORWARD': { rules: [[{}, reject(kind)]] },
      ...more,
    }),
  })

describe('what a reject sends', () => {
  test.each([
    ['icmp-port-unreachable', [3, 3], [1, 4]],
    ['icmp-net-unreachable', [3, 0], [1, 0]],
    ['icmp-host-unreachable', [3, 1], [1, 3]],
    ['icmp-host-prohibited', [3, 10], [1, 1]],
    ['icmp-admin-prohibited', [3, 13], [1, 1]],
  ] as const)('[D1, e10 E1] %s: type and code, from the side facing the sender', (kind, v4, v6) => {
    const lab = forwardReject(kind)
    const four = lab.send('client', segment('S')).answers[0]
    const six = lab.send('client', segment('S', { src: CLIENT6, dst: SERVER6 })).answers[0]
    const numbers = (sent: typeof four) => sent?.last.kind === 'icmp' && [sent.last.type, sent.last.code]
    expect([numbers(four), four?.last.src]).toEqual([v4, ROUTER_LAN])
    expect([numbers(six), six?.last.src]).toEqual([v6, ROUTER_LAN6])
  })

  test('[D1, D5] tcp-reset: from the original destination; RST+ACK to a SYN, a bare RST to an ACK', () => {
    const lab = forwardReject('tcp-reset')
    const toSyn = lab.send('client', segment('S', { seq: 1000 })).answers[0]?.last
    expect(toSyn).toMatchObject({
      src: SERVER,
      sport: 443,
      dport: 5000,
      flags: TCP_FLAG.RST | TCP_FLAG.ACK,
      ack: 1001,
    })
    const toAck = lab.send('client', segment('A', { sport: 5001, ack: 777 })).answers[0]?.last
    expect(toAck).toMatchObject({ flags: TCP_FLAG.RST, seq: 777, ack: 0 })
  })

  test('[D5] a RST is never answered with a RST', () => {
    expect(forwardReject('tcp-reset').send('client', segment('R')).answers).toEqual([])
  })

  test('[D7] an ICMP error gets no ICMP error', () => {
    const error = icmp(3, { code: 1, quoted: backSegment('S') })
    expect(forwardReject('icmp-port-unreachable').send('client', error).answers).toEqual([])
  })

  test('[e10 E3] a wrong checksum gets no answer', () => {
    expect(forwardReject('tcp-reset').send('client', segment('S', { badChecksum: true })).answers).toEqual([])
  })

  test('[e10 E5] about a packet for the router itself it comes from the address that was asked for', () => {
    const lab = new Laboratory({
      router: netfilter({ 'filter INPUT': { rules: [[{}, reject('icmp-port-unreachable')]] } }),
    })
    expect(lab.send('client', datagram({ dst: ROUTER_WAN })).answers[0]?.last.src).toBe(ROUTER_WAN)
  })

  test.each([
    ['TCP', segment('S'), 'tcp-reset'],
    ['UDP', datagram(), 'icmp-port-unreachable'],
  ])('a policy that rejects answers %s as suits it', (_what, packet, kind) => {
    const lab = new Laboratory({ router: netfilter({ 'filter FORWARD': { policy: 'reject' } }) })
    expect(lab.send('client', packet).disposition).toMatchObject({ kind: 'rejected', with: kind })
  })
})

describe('the way of the answer', () => {
  test.each(['tcp-reset', 'icmp-port-unreachable'] as const)(
    '[D1] %s crosses OUTPUT of the rejecting host, RELATED',
    (kind) => {
      const answer = forwardReject(kind, { 'filter OUTPUT': {} }).send('client', segment('S')).answers[0]
      expect(answer?.state('router')).toBe('related')
      const output = answer?.steps.find(
        (step) => step.kind === 'chain-entered' && step.device === 'router' && step.chain.chain === 'OUTPUT',
      )
      expect(output).toMatchObject({ ctState: 'related' })
      expect(answer?.end).toBe('delivered')
    },
  )

  test('[D2] an OUTPUT chain that allows only ESTABLISHED eats it', () => {
    const lab = forwardReject('tcp-reset', {
      'filter OUTPUT': { policy: 'drop', rules: [[{ ctState: 'established' }, 'accept']] },
    })
    expect(lab.send('client', segment('S')).answers[0]?.end).toBe('dropped')
  })

  test.each([
    ['tcp-reset', 'established'],
    ['icmp-port-unreachable', 'related'],
  ] as const)('[D3, D4] at the host that let the packet pass, %s is %s', (kind, state) => {
    expect(forwardReject(kind).send('client', segment('S')).answers[0]?.state('client')).toBe(state)
  })

  test('[e10 E1, E3] the answer to an INVALID packet is INVALID', () => {
    const lab = forwardReject('icmp-port-unreachable')
    expect(lab.send('client', segment('FA', { ack: 5 })).answers[0]?.state('router')).toBe('invalid')
  })

  test('[D6] OUTPUT that rejects TCP with a reset rejects its own reset', () => {
    const lab = new Laboratory({
      client: netfilter({ 'filter OUTPUT': { rules: [[{ protocol: 'tcp' }, reject('tcp-reset')]] } }),
    })
    const sent = lab.send('client', segment('S'))
    expect([sent.end, sent.answers[0]?.end, sent.answers[0]?.answers]).toEqual(['rejected', 'rejected', []])
  })

  test('[e6 G5] with the port in the rule the reset passes', () => {
    const lab = new Laboratory({
      client: netfilter({
        'filter OUTPUT': { rules: [[{ protocol: 'tcp', dport: '443' }, reject('tcp-reset')]] },
      }),
    })
    expect(lab.send('client', segment('S')).answers[0]).toMatchObject({ end: 'delivered', at: 'client' })
  })

  test('a reset behind a translation comes from the address that was asked for', () => {
    const dnat: Target = {
      kind: 'dnat',
      to: { addresses: { first: CLIENT, last: CLIENT }, ports: { first: 443, last: 443 } },
    }
    const lab = forwardReject('tcp-reset', {
      'nat PREROUTING': { rules: [[{ protocol: 'tcp', dport: '8443' }, dnat]] },
    })
    const syn = segment('S', { src: SERVER, dst: ROUTER_WAN, sport: 6000, dport: 8443 })
    expect(lab.send('server', syn).answers[0]?.last).toMatchObject({
      src: ROUTER_WAN,
      sport: 8443,
      dport: 6000,
    })
  })
})
