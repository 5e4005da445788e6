import { describe, expect, test } from 'vitest'
import { TCP_FLAG } from '@/model/packet/packet'
import { backSegment, CLIENT, Laboratory, netfilter, SERVER, segment } from '../laboratory'
import { entriesOf } from './table'
import { isKnownCombination } from './tcp-table'

/** State names of the router's entries. */
const entriesAt = (lab: Laboratory, device = 'router') =>
  entriesOf(lab.stateOf(device).conntrack, lab.nowMs).map(({ track, timeoutAtMs }) => ({
    state: track.kind === 'tcp' ? track.state : track.kind,
    seconds: (timeoutAtMs - lab.nowMs) / 1000,
  }))

/** Puts segments on the wire beside the router and returns the states it gave them. */
function onWire(lab: Laboratory, ...segments: readonly ReturnType<typeof segment>[]) {
  return segments.map((each) => {
    const [device, iif] = each.src === CLIENT ? (['router', 'lan0'] as const) : (['router', 'wan0'] as const)
    return lab.inject(device, iif, each).state('router')
  })
}

const ack = (fields = {}) => segment('A', { seq: 1001, ack: 8001, ...fields })
const synAck = (fields = {}) => backSegment('SA', { seq: 8000, ack: 1001, ...fields })
const backAck = (fields = {}) => backSegment('A', { seq: 8001, ack: 1001, ...fields })
const handshake = () => [segment('S'), synAck(), ack()] as const

describe('the first segment of a tuple', () => {
  test.each([
    ['S', 'new', { state: 'SYN_SENT', seconds: 120 }],
    ['SP', 'new', { state: 'SYN_SENT', seconds: 120 }],
    ['SU', 'new', { state: 'SYN_SENT', seconds: 120 }],
    ['SEC', 'new', { state: 'SYN_SENT', seconds: 120 }],
    ['A', 'new', { state: 'ESTABLISHED', seconds: 300 }],
    ['PA', 'new', { state: 'ESTABLISHED', seconds: 300 }],
    ['UA', 'new', { state: 'ESTABLISHED', seconds: 300 }],
  ])('[A4] %s is %s and makes an entry', (flags, state, entry) => {
    const lab = new Laboratory()
    expect(onWire(lab, segment(flags, { ack: 8001 }))).toEqual([state])
    expect(entriesAt(lab)).toEqual([entry])
  })

  test.each(['SA', 'F', 'FA', 'FPA', 'R', 'RA', '', 'P', 'U', 'SF', 'SR', 'FR', 'FPU'])(
    '[A4] %s is INVALID and makes none',
    (flags) => {
      const lab = new Laboratory()
      expect(onWire(lab, segment(flags, { ack: 8001 }))).toEqual(['invalid'])
      expect(entriesAt(lab)).toEqual([])
    },
  )

  test.each(['A', 'PA', 'UA'])('[A5] with tcp_loose=0 %s is INVALID too', (flags) => {
    const lab = new Laboratory({ conntrack: { tcpLoose: false } })
    expect(onWire(lab, segment(flags, { ack: 8001 }), segment('S'))).toEqual(['invalid', 'new'])
  })

  test('[A4] of the 256 flag bytes, 9 combinations of 5 bits are known, each with 8 of the others', () => {
    const known = Array.from({ length: 256 }, (_, byte) => byte).filter(isKnownCombination)
    expect(known).toHaveLength(72)
  })
})

describe('a connection', () => {
  test('[A1] SYN NEW, SYN-ACK ESTABLISHED, and so on to the last ACK of the FIN exchange', () => {
    const lab = new Laboratory()
    const states = onWire(
      lab,
      ...handshake(),
      segment('PA', { seq: 1001, ack: 8001, payload: { bytes: 100 } }),
      backAck({ ack: 1101 }),
      backSegment('PA', { seq: 8001, ack: 1101, payload: { bytes: 500 } }),
      ack({ seq: 1101, ack: 8501 }),
      segment('FA', { seq: 1101, ack: 8501 }),
      backSegment('FA', { seq: 8501, ack: 1102 }),
      ack({ seq: 1102, ack: 8502 }),
    )
    expect(states).toEqual(['new', ...new Array<string>(9).fill('established')])
    expect(entriesAt(lab)).toEqual([{ state: 'TIME_WAIT', seconds: 120 }])
  })

  test('an answered connection is assured and lives five days', () => {
    const lab = new Laboratory()
    onWire(lab, ...handshake(), backAck())
    expect(entriesAt(lab)).toEqual([{ state: 'ESTABLISHED', seconds: 432_000 }])
    expect(entriesOf(lab.stateOf('router').conntrack, 0)[0]?.assured).toBe(true)
  })

  test("[A2] picked up in the middle: the client's ACK is NEW, the server's ESTABLISHED", () => {
    const lab = new Laboratory()
    expect(onWire(lab, ack(), backAck())).toEqual(['new', 'established'])
  })

  test('[A8] NEW means that no reply was seen: a SYN again stays NEW, also with another number', () => {
    const lab = new Laboratory()
    expect(onWire(lab, segment('S'), segment('S'), segment('S', { seq: 900_000 }))).toEqual([
      'new',
      'new',
      'new',
    ])
  })

  test('[A6, A17] an unsolicited SYN-ACK is INVALID and leaves nothing; the SYN sent afterwards is NEW', () => {
    const lab = new Laboratory()
    expect(onWire(lab, synAck())).toEqual(['invalid'])
    expect(entriesAt(lab)).toEqual([])
    expect(onWire(lab, segment('S'))).toEqual(['new'])
  })

  test('[A6] a RST of the client on an unanswered entry deletes it and is NEW itself', () => {
    const lab = new Laboratory()
    expect(onWire(lab, segment('S'), segment('R', { seq: 1001 }))).toEqual(['new', 'new'])
    expect(entriesAt(lab)).toEqual([])
  })

  test('[A7] a SYN that is dropped leaves no entry: it is NEW every time and its SYN-ACK INVALID', () => {
    const lab = new Laboratory({ router: netfilter({ 'filter FORWARD': { policy: 'drop' } }) })
    expect(onWire(lab, segment('S'), segment('S'), synAck())).toEqual(['new', 'new', 'invalid'])
  })

  test('[e3 D2] a host that let the dropped packet pass keeps its own entry', () => {
    const lab = new Laboratory({ router: netfilter({ 'filter FORWARD': { policy: 'drop' } }) })
    expect(lab.send('client', segment('S')).end).toBe('dropped')
    expect(entriesAt(lab, 'client')).toHaveLength(1)
    expect(entriesAt(lab, 'router')).toHaveLength(0)
  })

  test('[A9] a SYN from the other side onto SYN_SENT is ESTABLISHED', () => {
    const lab = new Laboratory()
    expect(onWire(lab, segment('S'), backSegment('S', { ack: 0 }))).toEqual(['new', 'established'])
    expect(entriesAt(lab)).toEqual([{ state: 'SYN_SENT2', seconds: 120 }])
  })

  test('[A10] a RST that answers a SYN is ESTABLISHED and closes; the next SYN is NEW again', () => {
    const lab = new Laboratory()
    const reset = backSegment('RA', { seq: 0, ack: 1001 })
    expect(onWire(lab, segment('S'), reset, segment('S'))).toEqual(['new', 'established', 'new'])
  })

  test('[A13] after the FIN exchange a SYN on the tuple is NEW, a fresh entry', () => {
    const lab = new Laboratory()
    onWire(
      lab,
      ...handshake(),
      segment('FA', { seq: 1001, ack: 8001 }),
      backSegment('FA', { seq: 8001, ack: 1002 }),
      ack({ seq: 1002, ack: 8002 }),
    )
    expect(onWire(lab, segment('S', { seq: 70_000 }))).toEqual(['new'])
    expect(entriesAt(lab)).toEqual([{ state: 'SYN_SENT', seconds: 120 }])
  })

  test('[A14] a SYN inside a connection: ESTABLISHED from the client, INVALID from the server', () => {
    const lab = new Laboratory()
    onWire(lab, ...handshake())
    expect(onWire(lab, segment('S', { seq: 500_000 }), backSegment('S', { seq: 1, ack: 0 }))).toEqual([
      'established',
      'invalid',
    ])
    expect(entriesAt(lab)[0]?.state).toBe('ESTABLISHED')
  })

  test.each(['', 'SF', 'FPU'])(
    '[A15] flags "%s" inside a connection are INVALID and harm nothing',
    (flags) => {
      const lab = new Laboratory()
      onWire(lab, ...handshake())
      expect(onWire(lab, segment(flags, { seq: 1001, ack: 8001 }))).toEqual(['invalid'])
      expect(onWire(lab, ack())).toEqual(['established'])
    },
  )

  test('[A16] a wrong checksum is INVALID and still forwarded', () => {
    const lab = new Laboratory()
    const sent = lab.inject('router', 'lan0', segment('S', { badChecksum: true }))
    expect(sent.state('router')).toBe('invalid')
    expect(sent.end).toBe('delivered')
  })
})

describe('sequence numbers', () => {
  const established = (options = {}) => {
    const lab = new Laboratory(options)
    onWire(lab, ...handshake(), backAck())
    return lab
  }

  test.each([
    ['data 10 MB ahead', segment('PA', { seq: 10_001_001, ack: 8001, payload: { bytes: 10 } })],
    ['an ACK of what was not sent', ack({ ack: 5_000_000 })],
    ['a RST outside the window', segment('R', { seq: 900_000_000, ack: 0 })],
  ])('[A11, A18] %s is INVALID', (_what, packet) => {
    expect(onWire(established(), packet)).toEqual(['invalid'])
  })

  test('[A18] a SYN-ACK that acknowledges another SYN is INVALID', () => {
    const lab = new Laboratory()
    expect(onWire(lab, segment('S'), synAck({ ack: 77_777 }))).toEqual(['new', 'invalid'])
  })

  test.each([
    ['data 10 MB ahead', segment('PA', { seq: 10_001_001, ack: 8001, payload: { bytes: 10 } })],
    ['an ACK of what was not sent', ack({ ack: 5_000_000 })],
  ])('[A12] with tcp_be_liberal=1 %s is ESTABLISHED', (_what, packet) => {
    expect(onWire(established({ conntrack: { tcpBeLiberal: true } }), packet)).toEqual(['established'])
  })

  test('[A11] an exact RST is ESTABLISHED, the state CLOSE for 10 s; an ACK after it still ESTABLISHED', () => {
    const lab = established()
    expect(onWire(lab, segment('R', { seq: 1001, ack: 0 }))).toEqual(['established'])
    expect(entriesAt(lab)).toEqual([{ state: 'CLOSE', seconds: 10 }])
    expect(onWire(lab, backAck())).toEqual(['established'])
  })

  test('[A19] early data before the ACK of the handshake is ESTABLISHED', () => {
    const lab = new Laboratory()
    const early = segment('PA', { seq: 1001, ack: 8001, payload: { bytes: 50 } })
    expect(onWire(lab, segment('S'), synAck(), early)).toEqual(['new', 'established', 'established'])
  })

  test('numbers wrap around at 32 bits', () => {
    const lab = new Laboratory()
    const states = onWire(
      lab,
      segment('S', { seq: 0xffff_fffe }),
      synAck({ seq: 0xffff_ffff, ack: 0xffff_ffff }),
      ack({ seq: 0xffff_ffff, ack: 0 }),
      segment('PA', { seq: 0xffff_ffff, ack: 0, payload: { bytes: 100 } }),
      backAck({ seq: 0, ack: 99 }),
    )
    expect(states).toEqual(['new', 'established', 'established', 'established', 'established'])
  })
})

describe('two hosts', () => {
  test('[A1] keep two tables: on the wire past the client, its own tracker knows nothing of the reply', () => {
    const lab = new Laboratory()
    lab.inject('router', 'lan0', segment('S'))
    const reply = lab.send('server', synAck())
    expect(reply.state('router')).toBe('established')
    expect(reply.state('client')).toBe('invalid')
  })

  test('a whole exchange made on the hosts is the same at all three', () => {
    const lab = new Laboratory()
    const states = [
      lab.send('client', segment('S')),
      lab.send('server', synAck()),
      lab.send('client', ack()),
    ].map((sent) => ['client', 'router', 'server'].map((id) => sent.state(id)))
    expect(states).toEqual([
      ['new', 'new', 'new'],
      ['established', 'established', 'established'],
      ['established', 'established', 'established'],
    ])
  })

  test('an entry is forgotten when its time is over, and the trace says so', () => {
    const lab = new Laboratory()
    onWire(lab, segment('S'))
    lab.wait(121)
    const late = lab.inject('router', 'wan0', synAck())
    expect(late.state('router')).toBe('invalid')
    expect(late.steps.filter((step) => step.kind === 'conntrack').map((step) => step.change)).toContain(
      'destroyed',
    )
  })
})

test('the server is where the laboratory says', () => {
  expect(segment('S').dst).toBe(SERVER)
  expect(segment('S').flags).toBe(TCP_FLAG.SYN)
})
