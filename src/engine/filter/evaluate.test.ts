import { describe, expect, test } from 'vitest'
import type { Condition } from '@/model/fields/field'
import { netfilterTable } from '@/model/firewalls/netfilter'
import type { Chain, Ruleset } from '@/model/ruleset/ruleset'
import { compileNetwork } from '../compile'
import {
  CLIENT6,
  datagram,
  ip,
  type LabChain,
  Laboratory,
  type LabRule,
  labDesign,
  netfilter,
  SERVER,
  SERVER6,
  segment,
} from '../laboratory'
import type { TraceStep } from '../trace'
import { missesIn, walkChain } from './evaluate'
import { KEEP_NOTHING } from './recorder'

const jump = (chain: string): LabRule[1] => ({ kind: 'jump', chain })
const goto_ = (chain: string): LabRule[1] => ({ kind: 'goto', chain })
const RETURN: LabRule[1] = { kind: 'return' }
const LOG: LabRule[1] = { kind: 'log', prefix: 'seen ' }
const COUNT: LabRule[1] = { kind: 'continue' }

/** Runs a SYN through FORWARD; the rules tried as "CHAIN number", a * where it matched, and the verdict. */
function walk(forward: LabChain, users: Record<string, LabChain> = {}) {
  const chains = Object.fromEntries(Object.entries(users).map(([name, chain]) => [`filter ${name}`, chain]))
  const lab = new Laboratory({ router: netfilter({ ...chains, 'filter FORWARD': forward }) })
  const sent = lab.inject('router', 'lan0', segment('S'))
  const tried = sent.steps
    .filter((step) => step.kind === 'rule-tried' && step.device === 'router')
    .map(
      (step) => step.kind === 'rule-tried' && `${step.chain.chain} ${step.number}${step.matched ? '*' : ''}`,
    )
  return { tried, end: sent.end, by: 'by' in sent.disposition ? sent.disposition.by.kind : undefined }
}

describe('the way through chains', () => {
  test('first match wins', () => {
    const rules: LabRule[] = [
      [{ protocol: 'udp' }, 'drop'],
      [{ protocol: 'tcp' }, 'accept'],
      [{}, 'drop'],
    ]
    expect(walk({ rules })).toMatchObject({ tried: ['FORWARD 1', 'FORWARD 2*'], end: 'delivered' })
  })

  test('[E5] LOG and rules without target go on', () => {
    const rules: LabRule[] = [
      [{}, LOG],
      [{}, COUNT],
      [{}, 'drop'],
    ]
    expect(walk({ rules }).tried).toEqual(['FORWARD 1*', 'FORWARD 2*', 'FORWARD 3*'])
  })

  test('[E4] RETURN in a base chain is the policy', () => {
    const rules: LabRule[] = [
      [{}, RETURN],
      [{}, 'accept'],
    ]
    expect(walk({ policy: 'drop', rules })).toMatchObject({ end: 'dropped', by: 'policy' })
  })

  test('[E3] a jump that ends without verdict goes on after it', () => {
    const rules: LabRule[] = [
      [{}, jump('user')],
      [{}, 'accept'],
    ]
    const users = { user: { rules: [[{ protocol: 'udp' }, 'drop']] } } satisfies Record<string, LabChain>
    expect(walk({ policy: 'drop', rules }, users)).toMatchObject({
      tried: ['FORWARD 1*', 'user 1', 'FORWARD 2*'],
      end: 'delivered',
    })
  })

  test('[E3] the end of a chain reached by goto from a base chain is the policy', () => {
    const rules: LabRule[] = [
      [{}, goto_('user')],
      [{}, 'accept'],
    ]
    expect(walk({ policy: 'drop', rules }, { user: {} })).toMatchObject({
      tried: ['FORWARD 1*'],
      end: 'dropped',
    })
  })

  test("[E3] goto in a user chain returns to the caller's caller", () => {
    const rules: LabRule[] = [
      [{}, jump('one')],
      [{}, 'accept'],
    ]
    const users: Record<string, LabChain> = {
      one: {
        rules: [
          [{}, goto_('two')],
          [{}, 'drop'],
        ],
      },
      two: { rules: [[{}, RETURN]] },
    }
    expect(walk({ policy: 'drop', rules }, users)).toMatchObject({
      tried: ['FORWARD 1*', 'one 1*', 'two 1*', 'FORWARD 2*'],
      end: 'delivered',
    })
  })

  test('a loop, which the kernel refuses to load, comes to an end and drops', () => {
    expect(walk({ rules: [[{}, goto_('a')]] }, { a: { rules: [[{}, goto_('a')]] } }).end).toBe('dropped')
    expect(walk({ rules: [[{}, jump('a')]] }, { a: { rules: [[{}, jump('a')]] } }).end).toBe('dropped')
  })

  test('[e11 C1] of base chains with equal priority the last one defined runs first', () => {
    const chain = (name: string): Chain => ({
      name,
      base: { hook: 'forward', priority: 0, policy: 'accept' },
      rows: [],
    })
    const ruleset: Ruleset = {
      tables: [
        { name: 'a', family: 'ip', chains: [chain('first'), chain('second')] },
        { name: 'b', family: 'inet', chains: [chain('third')] },
      ],
    }
    const lab = new Laboratory({ router: { ...netfilter(), ruleset } })
    const entered = lab.send('client', segment('S')).steps.filter((step) => step.kind === 'chain-entered')
    expect(entered.map((step) => step.kind === 'chain-entered' && step.chain.chain)).toEqual([
      'third',
      'second',
      'first',
    ])
  })

  test('[E18] accept ends only its base chain, drop is final', () => {
    const lab = new Laboratory({
      router: netfilter({
        'mangle FORWARD': { rules: [[{}, 'accept']] },
        'filter FORWARD': { rules: [[{}, 'drop']] },
      }),
    })
    expect(lab.send('client', segment('S')).disposition).toMatchObject({ by: { chain: { table: 'filter' } } })
  })

  test('[e10 I1] iptables never sees IPv6', () => {
    const lab = new Laboratory({ router: netfilter({ 'filter FORWARD': { policy: 'drop' } }) })
    expect(lab.send('client', segment('S', { src: CLIENT6, dst: SERVER6 })).end).toBe('delivered')
  })
})

describe('log', () => {
  test('the target and the log column each write a line', () => {
    const firewall = netfilter({ 'filter FORWARD': { rules: [[{}, LOG]] } })
    const table = netfilterTable('filter')
    const logging = table.chains.map((chain) =>
      chain.name === 'FORWARD'
        ? {
            ...chain,
            rows: (firewall.ruleset.tables[0]?.chains.at(-1)?.rows ?? []).map((row) => ({
              ...row,
              log: true,
            })),
          }
        : chain,
    )
    const lab = new Laboratory({
      router: { ...firewall, ruleset: { tables: [{ ...table, chains: logging }] } },
    })
    const lines = lab.send('client', segment('S')).steps.filter((step) => step.kind === 'logged')
    expect(
      lines.map((step) => step.kind === 'logged' && [step.prefix, step.hook, step.iif, step.oif]),
    ).toEqual([
      ['', 'forward', 'lan0', 'wan0'],
      ['seen ', 'forward', 'lan0', 'wan0'],
    ])
  })
})

describe('opaque conditions', () => {
  const opaque: Condition = { kind: 'opaque', dialect: 'iptables', text: '-m recent' }
  const chain = () => {
    const design = labDesign({
      router: netfilter({ 'filter FORWARD': { policy: 'drop', rules: [[{}, 'accept']] } }),
    })
    const [table] = design.devices[1]!.firewall.ruleset.tables
    const changed = {
      ...table!,
      chains: table!.chains.map((each) => ({
        ...each,
        rows: each.rows.map((row) => ({ ...row, match: [opaque] })),
      })),
    }
    const devices = design.devices.map((device) =>
      device.id === 'router'
        ? { ...device, firewall: { ...device.firewall, ruleset: { tables: [changed] } } }
        : device,
    )
    const device = compileNetwork({ ...design, devices }).devices.get('router')!
    return device.stages.find((stage) => stage.hook === 'forward')!.chain
  }

  test('a rule says itself what its own are taken for', () => {
    const recorded: boolean[] = []
    const given = chain()
    const rules = given.rules.map((each) => ({ ...each, rule: { ...each.rule, assume: 'matches' as const } }))
    const decision = walkChain({
      chain: { ...given, rules },
      context: { packet: segment('S') },
      find: () => undefined,
      recorder: { ...KEEP_NOTHING, matched: (_chain, _rule, assumed) => recorded.push(assumed) },
    })
    expect(decision.kind).toBe('accept')
    expect(recorded).toEqual([true])
  })

  test.each([
    [undefined, 'drop'],
    ['no-match', 'drop'],
    ['match', 'accept'],
  ] as const)('taken as %s they give %s', (assume, kind) => {
    const tried: Partial<Extract<TraceStep, { kind: 'rule-tried' }>>[] = []
    const decision = walkChain({
      chain: chain(),
      context: { packet: segment('S') },
      find: () => undefined,
      ...(assume ? { assume } : {}),
      recorder: {
        ...KEEP_NOTHING,
        passed: (rules) => tried.push(...missesIn(rules).map(() => ({ matched: false, assumed: false }))),
        matched: (_chain, _rule, assumed) => tried.push({ matched: true, assumed }),
      },
    })
    expect(decision.kind).toBe(kind)
    expect(tried).toEqual([{ matched: assume === 'match', assumed: assume === 'match' }])
  })
})

describe('compiled chains', () => {
  test('are the same objects while nothing that they depend on changes', () => {
    const design = labDesign({ router: netfilter({ 'filter FORWARD': { rules: [[{}, 'drop']] } }) })
    const [before, after] = [compileNetwork(design), compileNetwork({ ...design, name: 'Renamed' })]
    expect(after.devices.get('router')).toBe(before.devices.get('router'))
  })

  test('an edit of one chain compiles one chain', () => {
    const design = labDesign({ router: netfilter({ 'filter FORWARD': {}, 'filter INPUT': {} }) })
    const devices = design.devices.map((device) => {
      if (device.id !== 'router') return device
      const [table] = device.firewall.ruleset.tables
      const chains = table!.chains.map((chain) => (chain.name === 'INPUT' ? { ...chain } : chain))
      return { ...device, firewall: { ...device.firewall, ruleset: { tables: [{ ...table!, chains }] } } }
    })
    const ref = (chain: string) => ({ family: 'ip', table: 'filter', chain }) as const
    const [before, after] = [design, { ...design, devices }].map(
      (each) => compileNetwork(each).devices.get('router')!,
    )
    expect(after!.chain(ref('FORWARD'))).toBe(before!.chain(ref('FORWARD')))
    expect(after!.chain(ref('INPUT'))).not.toBe(before!.chain(ref('INPUT')))
    expect(after).not.toBe(before)
  })

  test('R025: a token follows the drawing', () => {
    const token = (): Condition => ({
      kind: 'test',
      field: 'dst',
      negated: false,
      terms: [{ kind: 'token', token: { kind: 'addresses-of', device: 'client' } }],
    })
    const rule = {
      kind: 'rule',
      id: 'r',
      enabled: true,
      name: '',
      match: [token()],
      target: { kind: 'drop' },
      log: false,
    } as const
    const filter = netfilterTable('filter')
    const chains = filter.chains.map((chain) =>
      chain.name === 'FORWARD' ? { ...chain, rows: [rule] } : chain,
    )
    const router = { ...netfilter(), ruleset: { tables: [{ ...filter, chains }] } }
    const moved = (address: string) =>
      new Laboratory({
        router,
        change: (lab) => ({
          ...lab,
          devices: lab.devices.map((device) =>
            device.id === 'client'
              ? {
                  ...device,
                  interfaces: device.interfaces.map((each) => ({
                    ...each,
                    addresses: [{ address: ip(address), prefixLength: 24 }],
                  })),
                }
              : device,
          ),
        }),
      })
    const to = (lab: Laboratory, dst: string) =>
      lab.send('server', datagram({ src: SERVER, dst: ip(dst) })).end
    expect(to(moved('192.168.1.10'), '192.168.1.10')).toBe('dropped')
    expect(to(moved('192.168.1.77'), '192.168.1.77')).toBe('dropped')
    expect(to(moved('192.168.1.77'), '192.168.1.10')).toBe('no-neighbor')
  })
})
