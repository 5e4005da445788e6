import type { Answer, Header, HopAnswer, PacketAnswer, RuleAnswer } from './case'

/** Parts of a header that are compared: what translation and rules change, and nothing that hosts number freely. */
const HEADER = [
  'proto',
  'src',
  'dst',
  'sport',
  'dport',
  'flags',
  'seq',
  'ack',
  'ttl',
  'tos',
  'icmp_type',
  'icmp_code',
  'icmp_id',
] as const

/** Where the kernel and the engine see something differently. */
export interface Disagreement {
  readonly sentence: string
  /** Counted from 0; of the text as a whole: -1. */
  readonly packet: number
}

/** The first thing that the kernel and the engine see differently; nothing where they agree. */
export function disagreement(kernel: Answer, engine: Answer): Disagreement | undefined {
  const text = ofText(kernel, engine)
  if (text !== undefined) return { sentence: text, packet: -1 }
  for (const [index, packet] of (kernel.packets ?? []).entries()) {
    const found = ofPacket(packet, engine.packets?.[index])
    if (found) return { sentence: `packet ${index + 1}: ${found}`, packet: index }
  }
  return undefined
}

function ofText(kernel: Answer, engine: Answer): string | undefined {
  if (kernel.refused !== undefined)
    return engine.error === undefined && !engine.diagnostics?.length
      ? `the tool refuses the text (${kernel.refused}), the engine takes it`
      : undefined
  if (engine.error !== undefined) return `the engine refuses the case: ${engine.error}`
  const complaint = engine.diagnostics?.find(({ kind }) => kind !== 'note')
  if (complaint) return `the engine complains about the text: ${complaint.message}`
  if (kernel.error !== undefined) return `the kernel cannot be asked: ${kernel.error}`
  return undefined
}

function ofPacket(kernel: PacketAnswer, engine: PacketAnswer | undefined): string | undefined {
  if (!engine) return 'the engine gives no answer'
  return (
    ofHops(kernel.hops, engine.hops) ??
    differ('verdict', kernel.verdict, isLostUnseen(kernel, engine) ? 'sent' : engine.verdict) ??
    differ('deciding rule', ruleText(kernel.rule), ruleText(engine.rule)) ??
    ofHeader('received header', kernel.received, engine.received) ??
    ofGenerated(allGenerated(kernel), allGenerated(engine))
  )
}

/** What is lost before any hook (a source of ::1, for one) leaves no trace: the kernel only tells that it was sent. */
function isLostUnseen(kernel: PacketAnswer, engine: PacketAnswer): boolean {
  const last = engine.hops[kernel.hops.length]
  return kernel.verdict === 'sent' && last !== undefined && isUnseen(last)
}

function isUnseen({ end, state, path }: HopAnswer): boolean {
  return end === 'vanished' && state === undefined && path.length === 0
}

function ofHops(kernel: readonly HopAnswer[], engine: readonly HopAnswer[]): string | undefined {
  for (const [index, hop] of kernel.entries()) {
    const found = ofHop(hop, engine[index])
    if (found) return `at ${hop.host} (hop ${index + 1}) ${found}`
  }
  const more = engine[kernel.length]
  return more && !isUnseen(more) ? `the engine goes on to ${more.host}, the kernel does not` : undefined
}

function ofHop(kernel: HopAnswer, engine: HopAnswer | undefined): string | undefined {
  if (!engine) return 'the kernel has a hop, the engine does not'
  return (
    differ('host', kernel.host, engine.host) ??
    differ('way in', kernel.iif, engine.iif) ??
    // A packet that ended before conntrack was asked shows none.
    (kernel.state === undefined ? undefined : differ('state', stateText(kernel), stateText(engine))) ??
    differ('matched rules', pathText(kernel.path), pathText(engine.path)) ??
    differ('end', kernel.end, engine.end) ??
    // A fragment that waits has its way out already, which no rule has seen.
    (isUnseen(engine) ? undefined : differ('way out', kernel.oif, engine.oif))
  )
}

function stateText({ state, dir }: HopAnswer): string {
  return [state, dir].filter(Boolean).join(' ')
}

function pathText(path: readonly RuleAnswer[]): string {
  return path.map(ruleText).join(', ')
}

function ruleText(rule: RuleAnswer | undefined): string {
  return rule ? `${rule.table} ${rule.chain} ${rule.policy ? 'policy' : rule.rule}` : ''
}

function ofHeader(what: string, kernel: Header | undefined, engine: Header | undefined): string | undefined {
  if (!kernel || !engine) return differ(what, kernel && 'there', engine && 'there')
  for (const name of HEADER) {
    const found = differ(`${what}, ${name}`, kernel[name], engine[name])
    if (found) return found
  }
  // The trace of nf_tables shows too little of an ICMP error for what it quotes.
  const inner = kernel.inner as Header | undefined
  return inner && ofHeader(`${what}, quoted`, inner, engine.inner as Header | undefined)
}

type Generated = NonNullable<PacketAnswer['generated']>[number]

/**
 * What hosts made because of a packet, and because of what they made. The trace of a kernel tells neither which of the
 * two nor the order across hosts, so they are put in an order of their own.
 */
function allGenerated(answer: PacketAnswer): Generated[] {
  const every = ({ generated = [] }: PacketAnswer): Generated[] =>
    generated.flatMap((each) => [{ ...each, generated: [] }, ...every(each)])
  const place = ({ from, packet }: Generated) => `${from} ${summary(packet)}`
  return every(answer).sort((a, b) => place(a).localeCompare(place(b)))
}

function ofGenerated(kernel: readonly Generated[], engine: readonly Generated[]): string | undefined {
  for (const [index, made] of kernel.entries()) {
    const ours = engine[index]
    const found =
      differ('packet that a host made', made.from, ours?.from) ??
      ofHeader(`packet made by ${made.from}`, made.packet, ours?.packet) ??
      ofPacket(made, ours)
    if (found) return `${found} (${summary(made.packet)} made by ${made.from})`
  }
  const more = engine[kernel.length]
  return more && `the engine has ${more.from} make ${summary(more.packet)}, the kernel does not`
}

const summary = (header: Header) =>
  HEADER.flatMap((name) => (header[name] === undefined ? [] : [`${name} ${header[name]}`])).join(', ')

function differ(what: string, kernel: unknown, engine: unknown): string | undefined {
  return kernel === engine
    ? undefined
    : `${what}: the kernel says ${show(kernel)}, the engine ${show(engine)}`
}

const show = (value: unknown) => (value === undefined || value === '' ? 'nothing' : String(value))
