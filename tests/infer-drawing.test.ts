import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeFlow } from '@/applications/request'
import { runFlow } from '@/applications/run-flow'
import { dialectOf } from '@/dialects/lookup'
import { compileNetwork } from '@/engine/compile'
import { type InferredDrawing, inferDrawing } from '@/model/inference/infer-drawing'
import { decodeDesign, encodeDesign } from '@/model/project/document'
import { problemsOf } from '@/model/topology/problems'
import { design } from './arbitraries/design'

const names = { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined }

function drawn(text: string, dialect = 'iptables', answers: Record<string, string> = {}): InferredDrawing {
  const read = dialectOf(dialect)?.parse?.(text, { names, interfaces: [] })
  if (!read?.ok) throw new Error(read?.diagnostics[0]?.message ?? dialect)
  return inferDrawing(read.value, answers)
}

const filter = (...rules: string[]) => ['*filter', ...rules, 'COMMIT', ''].join('\n')
const nat = (...rules: string[]) => ['*nat', ...rules, 'COMMIT', ''].join('\n')

const inForce = ({ guesses }: InferredDrawing, id: string) => guesses.find((each) => each.id === id)?.value
const reasonOf = ({ guesses }: InferredDrawing, id: string) => guesses.find((each) => each.id === id)?.reason

function outcomes({ design }: InferredDrawing): Record<string, string> {
  const network = compileNetwork(design)
  return Object.fromEntries(
    design.flows.map((flow) => [describeFlow(flow, design), runFlow(network, design, flow).outcome.text]),
  )
}

describe('the place of the machine', () => {
  test.each([
    ['rules for what passes through make it a router', filter('-A FORWARD -j ACCEPT'), 'router'],
    ['translation makes it a router', nat('-A POSTROUTING -o eth0 -j MASQUERADE'), 'router'],
    [
      'rules for its own traffic alone make it a single host',
      filter('-A INPUT -p tcp --dport 22 -j ACCEPT'),
      'single host',
    ],
    [
      'a FORWARD chain that only drops says nothing',
      filter(':FORWARD DROP', '-A FORWARD -j DROP'),
      'single host',
    ],
  ])('%s', (_name, text, place) => {
    expect(inForce(drawn(text), 'place')).toBe(place)
  })
})

describe('the side of an interface, with the rule that tells', () => {
  test.each([
    [
      'masquerading by it',
      nat('-A POSTROUTING -o eth7 -j MASQUERADE'),
      'outside',
      'Line 2 translates the source of what leaves by it.',
    ],
    [
      'masquerading by any other',
      nat('-A POSTROUTING -s 172.17.0.0/16 ! -o eth7 -j MASQUERADE'),
      'inside',
      'Line 2 translates the source of what leaves by any other interface.',
    ],
    [
      'a port sent on to a host inside',
      nat('-A PREROUTING -i eth7 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2'),
      'outside',
      'Line 2 sends on what arrives by it.',
    ],
    [
      'private addresses let in',
      filter('-A FORWARD -i eth7 -s 10.1.0.0/16 -j ACCEPT'),
      'inside',
      'Line 2 lets private addresses in by it.',
    ],
    [
      'private addresses stopped',
      filter('-A FORWARD -i eth7 -s 10.0.0.0/8 -j DROP', '-A FORWARD -i eth8 -j ACCEPT'),
      'outside',
      'Line 2 stops private addresses that arrive by it.',
    ],
    [
      'only replies let in',
      filter('-A FORWARD -i eth7 -m state --state ESTABLISHED -j ACCEPT'),
      'outside',
      'Line 2 lets only replies in by it.',
    ],
    ['its name', filter('-A FORWARD -i ppp+ -j LOG').replaceAll('eth7', 'ppp+'), undefined, undefined],
  ])('%s', (_name, text, side, reason) => {
    const drawing = drawn(text)
    expect(inForce(drawing, 'side of eth7')).toBe(side)
    expect(reasonOf(drawing, 'side of eth7')).toBe(reason)
  })
  test('ppp+ is drawn as the first of its kind, and its name tells that it leads to a provider', () => {
    const drawing = drawn(filter('-A FORWARD -o ppp+ -j ACCEPT'))
    expect(inForce(drawing, 'side of ppp0')).toBe('outside')
  })
  test('where the rules name no interface, a router has one on each side', () => {
    const drawing = drawn(filter('-A FORWARD -p tcp -j ACCEPT'))
    expect([inForce(drawing, 'side of lan'), inForce(drawing, 'side of wan')]).toEqual(['inside', 'outside'])
  })
})

describe('addresses, in both families by the same rules', () => {
  test.each([
    ['iptables', '10.9.0.0/16', '10.9.0.1/16', '10.9.0.10'],
    ['ip6tables', '2001:db8:77::/48', '2001:db8:77::1/48', '2001:db8:77::10'],
  ])('%s: a source prefix is what is behind the interface', (dialect, prefix, router, client) => {
    const drawing = drawn(filter(`-A FORWARD -i lan0 -s ${prefix} -j ACCEPT`), dialect)
    expect(inForce(drawing, 'addresses of lan0')).toBe(router)
    expect(inForce(drawing, 'client on lan0')).toBe(client)
    expect(outcomes(drawing)).toEqual({ 'Laptop opens https://www.example.com': 'page loads' })
  })
  test('a prefix that holds the network of another interface gives way to a narrower one', () => {
    const drawing = drawn(
      filter(
        '-A FORWARD -i lan0 -s 192.168.0.0/16 -j ACCEPT',
        '-A FORWARD -i lan0 -s 192.168.1.0/24 -j ACCEPT',
        '-A FORWARD -i lan1 -s 192.168.2.0/24 -j ACCEPT',
      ),
    )
    expect(inForce(drawing, 'addresses of lan0')).toBe('192.168.1.1/24')
    expect(inForce(drawing, 'addresses of lan1')).toBe('192.168.2.1/24')
  })
  test('the address that SNAT writes is the one outside', () => {
    const drawing = drawn(nat('-A POSTROUTING -o wan -j SNAT --to-source 192.0.2.77'))
    expect(inForce(drawing, 'addresses of wan')).toBe('192.0.2.77/24')
  })
  test('where nothing is translated, private addresses go out through a gateway that does it', () => {
    const text = filter('-A FORWARD -i lan -j ACCEPT', '-A FORWARD -m state --state ESTABLISHED -j ACCEPT')
    expect(outcomes(drawn(text))).toEqual({ 'Laptop opens https://www.example.com': 'page loads' })
    expect(outcomes(drawn(text, 'iptables', { 'way out': 'the internet' }))).toEqual({
      'Laptop opens https://www.example.com': 'ERR_CONNECTION_TIMED_OUT',
    })
  })
})

test('a table of nftables for both families: networks, laptop and server have addresses of both', () => {
  const drawing = drawn(
    `table inet filter {
  chain pass {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "lan0" ip saddr 192.168.3.0/24 accept
    iifname "lan0" ip6 saddr 2001:db8:3::/64 accept
  }
}
table ip nat {
  chain leave {
    type nat hook postrouting priority srcnat;
    oifname "dsl0" masquerade
  }
}
`,
    'nft',
  )
  expect(inForce(drawing, 'addresses of lan0')).toBe('192.168.3.1/24, 2001:db8:3::1/64')
  expect(inForce(drawing, 'client on lan0')).toBe('192.168.3.10, 2001:db8:3::10')
  expect(outcomes(drawing)).toEqual({ 'Laptop opens https://www.example.com': 'page loads' })
})

test('10,000 rules for as many addresses become a drawing that can be looked at', () => {
  const rules = Array.from(
    { length: 10_000 },
    (_, n) =>
      `-A FORWARD -i lan0 -s 10.${n >> 8}.${n & 255}.9 -d 198.18.${n >> 8}.${n & 255} -p tcp --dport 443 -j ACCEPT`,
  )
  const drawing = drawn(filter(...rules))
  expect(drawing.design.devices.length).toBeLessThan(20)
  expect(drawing.leftOut).not.toEqual([])
})

describe('a single host', () => {
  test('whose rules name a private network stands in it, beside a laptop and behind a gateway', () => {
    const drawing = drawn(
      filter(
        ':INPUT DROP',
        '-A INPUT -m state --state ESTABLISHED -j ACCEPT',
        '-A INPUT -s 192.168.5.0/24 -p tcp --dport 22 -j ACCEPT',
      ),
    )
    expect(inForce(drawing, 'addresses of eth0')).toBe('192.168.5.5/24')
    expect(outcomes(drawing)).toEqual({
      'This machine opens https://www.example.com': 'page loads',
      'Laptop connects to 192.168.5.5 :22': 'connection works',
    })
  })
  test('whose rules name none stands on the internet', () => {
    const drawing = drawn(filter('-A INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT'))
    expect(drawing.design.devices.map(({ name }) => name)).toEqual([
      'This machine',
      'Internet',
      'www.example.com',
      'Visitor',
    ])
    expect(outcomes(drawing)).toMatchObject({ 'Visitor opens https://203.0.113.5': 'page loads' })
  })
})

describe('answers in place of guesses', () => {
  const text = filter('-A FORWARD -i lan0 -s 10.9.0.0/16 -j ACCEPT')
  test('what follows from an answer is guessed anew', () => {
    const drawing = drawn(text, 'iptables', { 'addresses of lan0': '172.16.4.1/24' })
    expect(inForce(drawing, 'client on lan0')).toBe('172.16.4.10')
  })
  test.each([
    [
      'addresses of lan0',
      '10.9.0.1',
      '10.9.0.1 has no length. Write the length of its prefix too, such as 10.9.0.1/24.',
    ],
    ['addresses of lan0', '', 'An address is missing. Write one such as 192.168.1.1/24.'],
    ['client on lan0', '10.8.0.10', '10.8.0.10 is in no network of that interface.'],
    ['own services', 'ssh', 'ssh is not a service. Write tcp or udp and a port, such as tcp 443.'],
    ['own services', 'udp 53 tls', 'udp 53 tls is not a service. Write tcp 8443 tls where TLS is spoken.'],
  ])('%s = "%s" is refused with a sentence, and the guess stays', (id, answer, trouble) => {
    const drawing = drawn(text, 'iptables', { [id]: answer })
    expect(drawing.guesses.find((guess) => guess.id === id)).toMatchObject({ value: answer, trouble })
    expect(drawing.design).toEqual(drawn(text).design)
  })
  test('none leaves a client out', () => {
    const drawing = drawn(text, 'iptables', { 'client on lan0': 'none' })
    expect(drawing.design.devices.some(({ kind }) => kind === 'client')).toBe(false)
  })
})

test('the dump of a broken router: all its networks and servers, and its connections end as the rules say', () => {
  const drawing = drawn(readFileSync('e2e/texts/broken-router.iptables', 'utf8'))
  expect(Object.fromEntries(drawing.guesses.map(({ id, value }) => [id, value]))).toEqual({
    place: 'router',
    'side of ppp0': 'outside',
    'side of br0': 'inside',
    'side of br1': 'inside',
    'addresses of ppp0': '203.0.113.7/24',
    'addresses of br0': '192.168.10.1/24',
    'addresses of br1': '192.168.20.1/24',
    'services of 192.168.10.20': 'tcp 8443 tls',
    'services of 192.168.10.21': 'tcp 25565',
    'client on br0': '192.168.10.10',
    'client on br1': '192.168.20.10',
    'own services': 'tcp 22, udp 53',
    site: '198.51.100.80/24',
  })
  expect(drawing.guesses.filter(({ reason, place }) => !reason.endsWith('.') || place === '')).toEqual([])
  expect(outcomes(drawing)).toEqual({
    'Laptop on br0 opens https://www.example.com': 'ERR_CONNECTION_TIMED_OUT',
    'Laptop on br1 opens https://www.example.com': 'ERR_CONNECTION_TIMED_OUT',
    'Internet opens https://203.0.113.7': 'page loads',
    'Internet connects to 203.0.113.7 :25565': 'connection timed out',
    'Internet connects to 203.0.113.7 :22': 'connection timed out',
    'Internet asks 203.0.113.7 :53': 'no answer',
  })
})

test('whatever the rules, the drawing is a design that can be saved and has no problem', () => {
  fc.assert(
    fc.property(design, ({ devices }) => {
      for (const { firewall } of devices) {
        const drawing = inferDrawing({ firewall })
        const read = decodeDesign(JSON.parse(JSON.stringify(encodeDesign(drawing.design))))
        expect(read.diagnostics).toEqual([])
        expect([...problemsOf(drawing.design)]).toEqual([])
        expect(inferDrawing({ firewall })).toEqual(drawing)
      }
    }),
    { seed: 62712, numRuns: 60 },
  )
}, 60_000)
