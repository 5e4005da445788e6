import type { Network } from '@/engine/network'
import type { Decider, Disposition, Journey, Trace } from '@/engine/trace'
import { formatAddress } from '@/model/packet/address'
import { packetLabel, packetWord } from '@/model/packet/label'
import type { Packet } from '@/model/packet/packet'
import type { NodeKindId } from '@/model/topology/topology'

/** A device with a column of its own. */
export interface LadderColumn {
  readonly device: string
  readonly name: string
}

/** An arrow between two columns; `to` may be where the packet died. */
export interface LadderArrow {
  readonly from: number
  readonly to: number
  readonly label: string
  /** The part of the label that translation made, shown in its colour. */
  readonly changed?: string
  readonly dead: boolean
}

export interface LadderRow {
  readonly journey: number
  readonly atMs: number
  readonly arrows: readonly LadderArrow[]
  /** Columns at which an address or port was translated. */
  readonly translated: readonly number[]
  readonly end:
    | { readonly kind: Disposition['kind']; readonly column: number; readonly text: string }
    | undefined
  readonly retry: number
}

/** Nodes that a packet passes without a column: a switch, and the internet unless a packet starts or ends there. */
const PASSED: readonly NodeKindId[] = ['switch', 'internet']

/** The devices of a trace in the order in which packets first meet them. */
export function ladderColumns(trace: Trace, network: Network): LadderColumn[] {
  const ends = new Set(trace.journeys.flatMap(({ from, at }) => [from, at]))
  const met = new Set(trace.steps.map(({ device }) => device))
  return [...met].flatMap((id) => {
    const device = network.devices.get(id)
    if (!device || (PASSED.includes(device.kind) && !ends.has(id))) return []
    return [{ device: id, name: device.name }]
  })
}

/** One row a packet, in the order in which they set out. */
export function ladderRows(trace: Trace, columns: readonly LadderColumn[]): LadderRow[] {
  return trace.journeys.map((journey) => rowOf(trace, journey, columns))
}

function rowOf(trace: Trace, journey: Journey, columns: readonly LadderColumn[]): LadderRow {
  const columnOf = (device: string) => columns.findIndex((each) => each.device === device)
  const steps = journey.steps.flatMap((index) => trace.steps[index] ?? [])
  const hops = steps.flatMap((step) => (step.kind === 'hop' ? [step] : []))
  const arrows: LadderArrow[] = []
  const translated = steps
    .flatMap((step) => (step.kind === 'translated' ? [columnOf(step.device)] : []))
    .filter((at) => at >= 0)
  let from = columnOf(journey.from)
  for (const [index, hop] of hops.entries()) {
    const to = columnOf(hop.to)
    if (to < 0 || from < 0) continue
    const dead = index === hops.length - 1 && isLost(journey.disposition) && journey.at === hop.to
    arrows.push({ from, to, dead, ...labelOf(journey, hop.packet) })
    from = to
  }
  const end = {
    kind: journey.disposition.kind,
    column: columnOf(journey.at),
    text: endText(journey.disposition),
  }
  return { journey: journey.index, atMs: journey.sentAtMs, arrows, translated, end, retry: journey.retry }
}

function isLost(disposition: Disposition): boolean {
  return disposition.kind !== 'delivered' && disposition.kind !== 'no-listener'
}

const ORDINALS = ['', '1st', '2nd', '3rd']

function labelOf(journey: Journey, packet: Packet): { label: string; changed?: string } {
  if (journey.retry > 0) {
    const word = packetWord(packet)
    if (journey.role === 'reply') return { label: `${word} again` }
    return { label: `${word}, ${ORDINALS[journey.retry] ?? `${journey.retry}th`} retry` }
  }
  const label = packetLabel(packet)
  const original = journey.packet
  if (packet.src !== original.src) return { label, changed: formatAddress(packet.src) }
  return { label }
}

function deciderText(by: Decider): string {
  if (by.kind === 'policy') return `${by.chain.chain}, policy`
  return by.locked ? `${by.chain.chain}, ${by.name}` : `${by.chain.chain}, rule ${by.number ?? by.name}`
}

/** What stands beside the mark at which a packet ended: "inbound, policy". */
export function endText(disposition: Disposition): string {
  switch (disposition.kind) {
    case 'delivered':
      return ''
    case 'dropped':
      return deciderText(disposition.by)
    case 'rejected':
      return `${deciderText(disposition.by)}, rejected`
    case 'no-listener':
      return 'nobody listens'
    case 'no-binding':
      return 'no binding'
    case 'nat-exhausted':
      return 'no free port'
    case 'no-route':
      return 'no route'
    case 'no-neighbor':
      return 'nobody has the address'
    case 'helper-refused':
      return 'helper cannot read it'
    case 'incomplete':
      return 'waits for the other fragments'
    case 'no-link':
      return 'not plugged in'
    case 'ttl-expired':
      return 'TTL expired'
    case 'too-big':
      return 'too long for the link'
    case 'martian':
      return 'impossible source'
    case 'not-forwarding':
      return 'does not forward'
  }
}

/** Rows from this one on are folded into a line when all of them repeat what was seen before. */
const FOLD_AFTER = 6

export interface Folded {
  readonly shown: readonly LadderRow[]
  readonly hidden: readonly LadderRow[]
}

/** Folds a tail of repetitions: packets with the arrows and the end of an earlier one. */
export function foldRepeats(rows: readonly LadderRow[], keepJourney: number): Folded {
  const shape = (row: LadderRow) =>
    `${row.retry > 0} ${row.end?.kind} ${row.end?.text} ${row.arrows.map(({ from, to }) => `${from}>${to}`)}`
  const seen = new Set(rows.slice(0, FOLD_AFTER).map(shape))
  const tail = rows.slice(FOLD_AFTER)
  const repeats = tail.length >= 3 && tail.every((row) => seen.has(shape(row)) && row.journey !== keepJourney)
  return repeats ? { shown: rows.slice(0, FOLD_AFTER), hidden: tail } : { shown: rows, hidden: [] }
}

/** "3 more packets, the same way, at 7, 9 and 13 s". */
export function foldText(hidden: readonly LadderRow[]): string {
  const seconds = [...new Set(hidden.map(({ atMs }) => Math.floor(atMs / 1000)))]
  const last = seconds.at(-1)
  const list = seconds.length > 1 ? `${seconds.slice(0, -1).join(', ')} and ${last}` : `${last}`
  return `${hidden.length} more packets, the same way, at ${list} s`
}

export function formatSeconds(atMs: number): string {
  return (atMs / 1000).toFixed(3)
}
