import { CT_STATUS } from '@/model/fields/connection'
import type { FieldId } from '@/model/fields/field'
import { fieldOf } from '@/model/fields/lookup'
import type { Family } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import { LeftOut } from '../left-out'
import { ofFamily, type PlainTest } from '../plain-terms'
import { addressWord, number, values, worded } from './write-values'

const ADDRESSES: Partial<Record<FieldId, readonly [way: string, end: string]>> = {
  ctOriginalSrc: ['original', 'saddr'],
  ctOriginalDst: ['original', 'daddr'],
  ctReplySrc: ['reply', 'saddr'],
  ctReplyDst: ['reply', 'daddr'],
}
const PORTS: Partial<Record<FieldId, string>> = {
  ctOriginalSport: 'ct original proto-src',
  ctOriginalDport: 'ct original proto-dst',
  ctReplySport: 'ct reply proto-src',
  ctReplyDport: 'ct reply proto-dst',
}
const PORT_PROTOCOLS: readonly number[] = [PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp, PROTOCOL.udplite]

/** A test on the connection; undefined: nothing of this family can match. Throws LeftOut. */
export function writeConnectionTest(
  test: PlainTest,
  family: Family,
  protocols: PlainTest | undefined,
): string | undefined {
  const { field, negated, intervals } = test
  const operator = negated ? '!= ' : ''
  const address = ADDRESSES[field]
  if (address) {
    const own = ofFamily(intervals, family)
    if (own.length === 0) return negated ? '' : undefined
    return `ct ${address[0]} ${family === 4 ? 'ip' : 'ip6'} ${address[1]} ${operator}${values(own, addressWord)}`
  }
  if (field === 'ctStatus') return writeStatus(test)
  if (field === 'ctProtocol') return `ct protocol ${operator}${values(intervals, number)}`
  if (field === 'ctDirection') return `ct direction ${operator}${worded(intervals, ['original', 'reply'])}`
  const port = PORTS[field]
  if (!port) throw new LeftOut(`its ${fieldOf(field).label} has no spelling here.`)
  const named = protocols && !protocols.negated ? protocols.intervals : []
  const carried = named.every(({ first, last }) => first === last && PORT_PROTOCOLS.includes(Number(first)))
  // nft wants to know that there are ports [e11 F2].
  if (named.length === 0 || !carried)
    throw new LeftOut(`its ${fieldOf(field).label} needs tcp or udp as its protocol.`)
  return `${port} ${operator}${values(intervals, number)}`
}

/** Any of the bits, or none of them: `!` is bitwise, `!=` would compare the whole word [e11 B1]. */
function writeStatus({ bits, negated }: PlainTest): string {
  const words = bits.map((each) => {
    const known = Object.entries(CT_STATUS).find(([, bit]) => bit === each.bits && bit === each.mask)
    if (!known) throw new LeftOut('such a status of connections has no spelling here.')
    return known[0]
  })
  return `ct status ${negated ? '! ' : ''}${words.join(',')}`
}
