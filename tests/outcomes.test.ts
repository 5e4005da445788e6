import { describe, expect, test } from 'vitest'
import { APPLICATIONS } from '@/applications/index'
import { OUTCOMES } from '@/applications/outcomes'
import { runFlow } from '@/applications/run-flow'
import { compileNetwork } from '@/engine/compile'
import { OUTCOME_CAUSES } from '@/engine/trace'
import { LESSONS } from '@/lessons/index'
import { applyEdit } from '@/model/edits/apply'
import type { Edit } from '@/model/edits/edit'
import { HOME_INBOUND, HOME_OUTBOUND } from '@/model/firewalls/home-chains'
import { packetLabel } from '@/model/packet/label'
import type { Design, FlowRequest } from '@/model/project/design'
import type { Rule, Target } from '@/model/ruleset/ruleset'

const story = LESSONS[0]
if (!story) throw new Error('no story')

/** The home of the stories with everything open, and what is asked of it. */
function open(...edits: Edit[]): Design {
  const policies = [HOME_INBOUND, HOME_OUTBOUND].map(
    (chain): Edit => ({ kind: 'set-policy', device: 'router', chain, policy: 'accept' }),
  )
  return [...policies, ...edits].reduce((design, edit) => {
    const applied = applyEdit(design, edit)
    if (!applied.ok) throw new Error(applied.diagnostics[0]?.message)
    return applied.value.design
  }, story?.start() as Design)
}
const flow = (parts: Partial<FlowRequest>): FlowRequest => ({
  id: 'f',
  name: '',
  from: 'laptop',
  application: 'https',
  to: 'https://twitter.com',
  connections: 1,
  resolveFirst: false,
  ...parts,
})
const run = (design: Design, parts: Partial<FlowRequest> = {}) =>
  runFlow(compileNetwork(design), design, flow(parts))
const rule = (target: Target, id = 'first'): Rule => ({
  kind: 'rule',
  id,
  enabled: true,
  name: '',
  match: [],
  target,
  log: false,
})
const outboundFirst = (target: Target): Edit => ({
  kind: 'insert-rows',
  device: 'router',
  chain: HOME_OUTBOUND,
  index: 0,
  rows: [rule(target)],
})
const serverServices = (services: Design['devices'][number]['services']): Edit => ({
  kind: 'set-device',
  id: 'twitter',
  parts: { services },
})
const http = { id: 'http', name: 'http', protocol: 'tcp', port: 80, tls: false } as const
const ssh = { id: 'ssh', name: 'ssh', protocol: 'tcp', port: 22, tls: false } as const
const ntp = { id: 'ntp', name: 'ntp', protocol: 'udp', port: 123, tls: false } as const

describe('what the person at the client sees', () => {
  test.each<[string, Design, Partial<FlowRequest>, string]>([
    ['an open way', open(), {}, 'page loads'],
    [
      'an open way to http',
      open(serverServices([http])),
      { application: 'http', to: 'http://twitter.com' },
      'page loads',
    ],
    [
      'R023: ssh',
      open(serverServices([ssh])),
      { application: 'tcp', to: 'tcp 22 -> twitter.com' },
      'connection works',
    ],
    [
      'any UDP service',
      open(serverServices([ntp])),
      { application: 'udp', to: 'udp 123 -> twitter.com' },
      'answer received',
    ],
    ['ping', open(), { application: 'ping', to: 'twitter.com' }, 'reply from 104.244.42.1 in 48 ms'],
    ['names', open(), { application: 'dns', to: 'twitter.com' }, 'twitter.com is 104.244.42.1'],
    [
      'a name nobody has',
      open(),
      { application: 'dns', to: 'nowhere.example' },
      'no such name: nowhere.example',
    ],
    ['a name first, then the page', open(), { resolveFirst: true }, 'page loads'],
    [
      'a page whose name nobody has',
      open(),
      { to: 'https://nowhere.example', resolveFirst: true },
      'ERR_NAME_NOT_RESOLVED',
    ],
    ['a closed port', open(), { application: 'http', to: 'http://twitter.com' }, 'ERR_CONNECTION_REFUSED'],
    ['R022: a drop on the way out', open(outboundFirst({ kind: 'drop' })), {}, 'ERR_CONNECTION_TIMED_OUT'],
    [
      'a reject with a reset',
      open(outboundFirst({ kind: 'reject', with: 'tcp-reset' })),
      {},
      'ERR_CONNECTION_REFUSED',
    ],
    [
      'a reject: port unreachable',
      open(outboundFirst({ kind: 'reject', with: 'icmp-port-unreachable' })),
      {},
      'ERR_CONNECTION_REFUSED',
    ],
    [
      'a reject: host unreachable',
      open(outboundFirst({ kind: 'reject', with: 'icmp-host-unreachable' })),
      {},
      'ERR_ADDRESS_UNREACHABLE',
    ],
    [
      'a reject of ping',
      open(outboundFirst({ kind: 'reject', with: 'icmp-host-unreachable' })),
      { application: 'ping', to: 'twitter.com' },
      'destination host unreachable',
    ],
    ['an address to which there is no route', open(), { to: 'https://10.99.0.1' }, 'ERR_ADDRESS_UNREACHABLE'],
    ['a closed UDP port', open(), { application: 'udp', to: 'udp 999 -> twitter.com' }, 'connection refused'],
    [
      'R010: one of two hosts of a page',
      open({ kind: 'set-device', id: 'akamai', parts: { services: [] } }),
      { to: 'https://twitter.com https://akamai.net' },
      'partly loads',
    ],
  ])('%s', (_, design, parts, text) => {
    expect(run(design, parts).outcome.text).toBe(text)
  })
})

test('every cause has a row, once, and every application a way to be run', () => {
  expect(OUTCOMES.map(({ cause }) => cause).toSorted()).toEqual([...OUTCOME_CAUSES].toSorted())
  expect(new Set(APPLICATIONS.map(({ id }) => id)).size).toBe(APPLICATIONS.length)
})

describe('a connection from SYN to FIN', () => {
  const trace = run(open())
  const labels = trace.journeys.map(({ packet }) => packetLabel(packet))
  test('R002: the handshake, TLS, data both ways, and the close both ways are all there', () => {
    for (const wanted of [
      'SYN 62712 > 443',
      'SYN-ACK 443 > 62712',
      'ClientHello 62712 > 443',
      'Certificate, Finished 443 > 62712',
      'GET / 62712 > 443',
      'page, part 2 443 > 62712',
      'FIN-ACK 62712 > 443',
      'FIN-ACK 443 > 62712',
    ]) {
      expect(labels).toContain(wanted)
    }
  })
  test('R020: the ports of the way back are those of the way there, turned round', () => {
    const fixed = run(open(), { sourcePort: 55_680 })
    expect(fixed.journeys[0]?.packet).toMatchObject({ sport: 55_680, dport: 443 })
    expect(fixed.journeys[1]?.packet).toMatchObject({ sport: 443, dport: 55_680 })
  })
  test('sequence and acknowledgment numbers follow each other', () => {
    const [syn, synAck, ack] = trace.journeys.map(({ packet }) => packet)
    if (syn?.kind !== 'tcp' || synAck?.kind !== 'tcp' || ack?.kind !== 'tcp') throw new Error('no handshake')
    expect(synAck.ack).toBe((syn.seq + 1) >>> 0)
    expect(ack.ack).toBe((synAck.seq + 1) >>> 0)
    expect(ack.seq).toBe(synAck.ack)
  })
  test('the same design gives the same trace', () => {
    expect(JSON.stringify(run(open()).journeys)).toBe(JSON.stringify(trace.journeys))
  })
})

describe('several connections', () => {
  test('R027: six at once have six different ports', () => {
    const trace = run(open(), { connections: 6 })
    const ports = trace.journeys
      .filter(({ packet }) => packetLabel(packet).startsWith('SYN '))
      .map(({ packet }) => ('sport' in packet ? packet.sport : 0))
    expect(new Set(ports).size).toBe(6)
    expect(trace.outcome.works).toBe(true)
  })
  test('R027: a second one with the same source port to the same place is refused', () => {
    expect(run(open(), { connections: 2, sourcePort: 51_000 }).outcome.text).toBe('partly loads')
  })
})

describe('R115: the reply that never came', () => {
  const design = story.start()
  const trace = run(design)
  test('the SYN is sent again by the profile of its host until it gives up', () => {
    const syns = trace.journeys.filter(({ from }) => from === 'laptop').map(({ sentAtMs }) => sentAtMs)
    expect(syns).toEqual([0, 3000, 9000])
    expect(trace.endsAtMs).toBe(21_000)
  })
  test('every SYN-ACK is dropped at the router by the inbound policy', () => {
    const replies = trace.journeys.filter(({ from }) => from === 'twitter')
    expect(replies.length).toBeGreaterThanOrEqual(3)
    for (const { disposition } of replies)
      expect(disposition).toMatchObject({ kind: 'dropped', by: { kind: 'policy' } })
  })
  test('the outcome points at the packet that explains it', () => {
    expect(trace.outcome).toMatchObject({ works: false, cause: 'timed-out', journey: 1 })
  })
})
