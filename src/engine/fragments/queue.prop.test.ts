import fc from 'fast-check'
import { expect, test } from 'vitest'
import { udpPacket } from '@/model/packet/build'
import type { Packet } from '@/model/packet/packet'
import { CLIENT, CLIENT6, SERVER, SERVER6 } from '../laboratory'
import { addPiece } from './queue'
import { refragmented } from './refragment'

const SETTINGS = { seed: 20_260_101, numRuns: 300 }

/** A datagram, the sizes it is cut to (multiples of 8 but for the last), and an order of arrival. */
const cutDatagram = fc
  .record({
    six: fc.boolean(),
    text: fc.string({ minLength: 1, maxLength: 400, unit: 'binary-ascii' }),
    cuts: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 6 }),
    order: fc.infiniteStream(fc.nat()),
  })
  .map(({ six, text, cuts, order }) => {
    const ends = six ? { src: CLIENT6, dst: SERVER6 } : { src: CLIENT, dst: SERVER }
    const payload = { bytes: text.length, text }
    const packet = udpPacket({ ...ends, sport: 5, dport: 53, id: 9, dontFragment: false, payload })
    const total = 8 + text.length
    const bounds = [...new Set(cuts.map((each) => each * 8))]
      .filter((each) => each < total)
      .sort((a, b) => a - b)
    const sizes = [...bounds, total].map((bound, index) => bound - (bounds[index - 1] ?? 0))
    const pieces = refragmented(packet, sizes)
    const shuffled = pieces
      .map((piece) => ({ piece, place: order.next().value as number }))
      .sort((a, b) => a.place - b.place)
      .map(({ piece }) => piece)
    return { packet, pieces, shuffled }
  })

function gathered(pieces: readonly Packet[]) {
  let waiting: readonly Packet[] = []
  const results = pieces.map((piece) => {
    const added = addPiece(waiting, piece)
    if (added.kind === 'waits') waiting = added.pieces
    return added
  })
  return { results, last: results.at(-1) }
}

test('a packet cut anywhere, arriving in any order, is the same packet again when its last fragment comes', () => {
  fc.assert(
    fc.property(cutDatagram, ({ packet, shuffled }) => {
      const { results, last } = gathered(shuffled)
      expect(results.slice(0, -1).every(({ kind }) => kind === 'waits')).toBe(true)
      expect(last).toMatchObject({ kind: 'whole', packet })
    }),
    SETTINGS,
  )
})

test('fragments that come twice change nothing', () => {
  fc.assert(
    fc.property(cutDatagram, ({ packet, shuffled }) => {
      const twice = shuffled.slice(0, -1).flatMap((piece) => [piece, piece])
      const { results, last } = gathered([...twice, ...shuffled.slice(-1)])
      expect(results.filter(({ kind }) => kind === 'duplicate')).toHaveLength(twice.length / 2)
      expect(last).toMatchObject({ kind: 'whole', packet })
    }),
    SETTINGS,
  )
})
