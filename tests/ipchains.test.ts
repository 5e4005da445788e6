import { describe, expect, test } from 'vitest'
import { engine } from './kernel/judge'

/** How Linux 2.2 treats packets, on a router that masquerades 192.168.1.0/24 behind 203.0.113.1. */

const TOPOLOGY = {
  hosts: {
    client: {
      interfaces: { eth0: { addr: '192.168.1.10/24', link: 'lan' } },
      routes: ['default via 192.168.1.1'],
    },
    router: {
      interfaces: {
        lan0: { addr: '192.168.1.1/24', link: 'lan' },
        wan0: { addr: '203.0.113.1/24', link: 'wan' },
      },
    },
    server: {
      interfaces: { eth0: { addr: '203.0.113.80/24', link: 'wan' } },
      routes: ['default via 203.0.113.1'],
    },
  },
} as const

const out = {
  from: 'client',
  proto: 'tcp',
  src: '192.168.1.10',
  dst: '203.0.113.80',
  sport: 40_000,
  dport: 443,
  flags: 'S',
}
const back = {
  from: 'server',
  proto: 'tcp',
  src: '203.0.113.80',
  dst: '203.0.113.1',
  sport: 443,
  dport: 61_000,
  flags: 'SA',
}

function ask(rules: readonly string[], ...packets: readonly (typeof out)[]) {
  const text = rules.map((rule) => `ipchains ${rule}`).join('\n')
  const answer = engine({
    topology: TOPOLOGY,
    hosts: { router: { ruleset: { tool: 'ipchains', text } } },
    packets,
  })
  if (!answer.packets) throw new Error(answer.error)
  return answer.packets
}

/** The chains that the router asked about a packet. */
function asked(packet: ReturnType<typeof ask>[number] | undefined): string[] {
  return packet?.hops.find(({ host }) => host === 'router')?.path.map(({ chain }) => chain) ?? []
}

describe('R068: -y is SYN without ACK and RST; FIN is not looked at', () => {
  test.each([
    ['S', true],
    ['SF', true],
    ['SA', false],
    ['SR', false],
    ['SAR', false],
    ['A', false],
    ['R', false],
    ['AR', false],
    ['', false],
    ['F', false],
  ])('flags %s: %s', (flags, opens) => {
    const packet = { ...out, flags }
    const [plain] = ask(['-P input ACCEPT', '-A input -p tcp -y -j DENY'], packet)
    const [negated] = ask(['-P input ACCEPT', '-A input -p tcp ! -y -j DENY'], packet)
    expect([plain?.verdict, negated?.verdict]).toEqual(
      opens ? ['dropped', 'delivered'] : ['delivered', 'dropped'],
    )
  })
})

describe('the way of a packet', () => {
  const MASQ = ['-P forward DENY', '-A forward -i wan0 -s 192.168.1.0/24 -j MASQ']

  test('out: input, forward, output, and a port of the pool', () => {
    const [sent] = ask(MASQ, out)
    expect(asked(sent)).toEqual(['input', 'forward', 'output'])
    expect(sent?.received).toMatchObject({ src: '203.0.113.1', sport: 61_000 })
  })

  test('back: input sees the outside address and port; forward is not asked', () => {
    const [, reply] = ask(
      [
        ...MASQ,
        '-P input DENY',
        '-A input -i lan0 -j ACCEPT',
        '-A input -i wan0 -p tcp -d 203.0.113.1 61000:65095 -j ACCEPT',
      ],
      out,
      back,
    )
    expect(asked(reply)).toEqual(['input', 'output'])
    expect(reply?.received).toMatchObject({ dst: '192.168.1.10', dport: 40_000 })
  })

  test('in forward -i is the way out', () => {
    const [inwards] = ask(['-A forward -i lan0 -j DENY'], out)
    const [outwards] = ask(['-A forward -i wan0 -j DENY'], out)
    expect([inwards?.verdict, outwards?.verdict]).toEqual(['delivered', 'dropped'])
  })

  test('DENY is silent, REJECT answers port unreachable', () => {
    expect(ask(['-A input -p tcp -j DENY'], out)[0]?.generated).toEqual([])
    expect(ask(['-A input -p tcp -j REJECT'], out)[0]?.generated?.[0]?.packet).toMatchObject({
      icmp_type: 3,
      icmp_code: 3,
    })
  })

  test('RETURN in a built-in chain is its policy, in another one the caller goes on', () => {
    expect(ask(['-P input DENY', '-A input -j RETURN', '-A input -j ACCEPT'], out)[0]?.verdict).toBe(
      'dropped',
    )
    const nested = ['-N own', '-A input -j own', '-A input -j DENY', '-A own -j RETURN', '-A own -j ACCEPT']
    expect(ask(nested, out)[0]?.verdict).toBe('dropped')
  })
})
