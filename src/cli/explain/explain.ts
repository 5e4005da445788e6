import { CT_STATES, type CtState } from '@/model/fields/field'
import { packetName } from '@/model/packet/label'
import type { Ruleset, Table } from '@/model/ruleset/ruleset'
import { oneOperand, readArguments } from '../arguments'
import { type Command, readText, Trouble, writeJson } from '../command'
import { deciderText } from '../lost-where'
import { packetJson } from '../packet-json'
import { type PlacedPacket, parsePacketText } from '../packet-text'
import { diagnosticLine, NO_NAMES, reader } from '../translate'
import { type WalkOfChain, type WalkStep, walkAll } from './walk'

/** Walks one packet through rules and says of each why it matched or not. */
export const explain: Command = {
  name: 'explain',
  summary: 'the walk of one packet through rules, rule by rule',
  help: `
Usage: highport explain [--from LANGUAGE] RULES --packet PACKET [--chain NAME] [--state STATE] [--json]

Walks the packet through every base chain whose hook fits its interfaces, and says of each rule whether it matched, or
the first condition that failed. Where rules ask for a connection state and none is given, every state is walked.

  --packet PACKET  'tcp 104.244.42.1:443 > 192.168.1.10:62712 SA iif=wan'; flags are letters of FSRPAUEC;
                   'udp 192.168.1.10:5353 > 9.9.9.9:53 oif=wan', 'icmp 10.0.0.1 > 10.0.0.2 echo-request',
                   'tcp [2001:db8::1]:443 > [2001:db8::2]:62712 A'
  --chain NAME     that base chain alone
  --state STATE    NEW, ESTABLISHED, RELATED, INVALID or UNTRACKED
  --inside NAME    the inside interface of a home router (default: lan); every other is outside
  --host           the rules are a host's, not a router's
  --json           the walks as JSON

Exit status: 0 when the packet was walked, 1 when the rules have a syntax error, 2 when it was not tried.
`,
  run(args, io) {
    const given = readArguments(args, {
      flags: ['--json', '--host'],
      values: ['--from', '--packet', '--chain', '--state', '--inside'],
    })
    const file = oneOperand(given, 'Rules file')
    const packetText = given.value('--packet')
    if (packetText === undefined) throw new Trouble('--packet is missing. --help shows how one is written.')
    const packet = parsePacketText(packetText)
    if (!packet.ok) throw new Trouble(packet.diagnostics.map(({ message }) => message).join(' '))
    const state = readState(given.value('--state'))
    const text = readText(file, io)
    const inside = given.value('--inside') ?? 'lan'
    const { packet: asked, iif, oif } = packet.value
    const named = [...new Set([iif, oif, inside])].filter((name) => name !== undefined)
    const interfaces = named.map((name) => ({
      name,
      side: name === inside ? ('inside' as const) : ('outside' as const),
    }))
    const read = reader(given.value('--from'), text).parse(text, { names: NO_NAMES, interfaces })
    for (const each of read.diagnostics) io.complain(diagnosticLine(file, each))
    if (!read.ok) return 1
    const chain = given.value('--chain')
    const place = given.has('--host') ? 'host' : 'router'
    const walks = walkAll(read.value.firewall, packet.value, { place, inside, chain, state })
    if (walks.length === 0)
      throw new Trouble(whyNobodyIsAsked(read.value.firewall.ruleset, packet.value, chain))
    if (given.has('--json')) {
      writeJson(
        {
          packet: { ...packetJson(asked), ...(iif && { iif }), ...(oif && { oif }) },
          walks: walks.map(walkJson),
          diagnostics: read.diagnostics,
        },
        io,
      )
    } else io.write(walks.map((walk) => walkText(walk, packetName(asked))).join('\n'))
    return read.diagnostics.some(({ kind }) => kind === 'syntax-error') ? 1 : 0
  },
}

/** Why no chain was walked, in a sentence. */
function whyNobodyIsAsked({ tables }: Ruleset, { packet }: PlacedPacket, chain: string | undefined): string {
  const sees = ({ family }: Table) => family === 'inet' || family === (packet.family === 4 ? 'ip' : 'ip6')
  if (!tables.some(sees)) return `The packet is IPv${packet.family}, and no table here sees such packets.`
  const chains = tables.filter(sees).flatMap((table) => table.chains)
  const bases = [...new Set(chains.filter(({ base }) => base).map(({ name }) => name))].join(', ')
  const named = chains.filter(({ name }) => name === chain)
  if (chain === undefined || named.some(({ base }) => base))
    return `No base chain${chain === undefined ? '' : ` ${chain}`} is asked about a packet with those interfaces or that state.`
  return named.length > 0
    ? `${chain} is a user chain: packets come to it from a base chain. Base chains are ${bases}.`
    : `There is no chain ${chain}. Base chains are ${bases}.`
}

function readState(text: string | undefined): CtState | undefined {
  if (text === undefined) return undefined
  const state = CT_STATES.find((each) => each === text.toLowerCase())
  if (!state)
    throw new Trouble(
      `${text} is not a connection state. There are ${CT_STATES.map((each) => each.toUpperCase()).join(', ')}.`,
    )
  return state
}

function walkText({ ref, hook, states, steps, decision }: WalkOfChain, packet: string): string {
  const state = states.length === 0 ? '' : `, state ${states.map((each) => each.toUpperCase()).join(' or ')}`
  const width = Math.max(0, ...steps.map((step) => (step.kind === 'rule' ? numberText(step).length : 0)))
  let here = ref.chain
  const lines = steps.flatMap((step) => {
    const before = here
    here = step.chain
    if (step.kind === 'chain') return [`  ${step.chain}:`]
    // Back from a user chain.
    const heading = step.chain === before ? [] : [`  ${step.chain}:`]
    const name = step.name === '' ? '' : `  "${step.name}"`
    const said = step.matched ? `match  ${step.target}` : `no     ${step.reason}`
    return [...heading, `  ${numberText(step).padStart(width)}  ${said}${name}`]
  })
  const verdict = decision.kind === 'translate' ? decision.target.kind : decision.kind
  return `${[`${ref.chain} (table ${ref.table}, ${hook}): ${packet}${state}`, ...lines, `  ${verdict} by ${deciderText(decision.by)}`].join('\n')}\n`
}

function numberText({ number }: Extract<WalkStep, { kind: 'rule' }>): string {
  return number === undefined ? 'built in' : String(number)
}

function walkJson({ ref, hook, states, steps, decision }: WalkOfChain) {
  const { by } = decision
  return {
    family: ref.family,
    table: ref.table,
    chain: ref.chain,
    hook,
    states: states.map((state) => state.toUpperCase()),
    steps: steps.map((step) => {
      const { kind: _kind, ...rest } = step
      return step.kind === 'chain' ? { entered: step.chain } : rest
    }),
    verdict: decision.kind === 'translate' ? decision.target.kind : decision.kind,
    by:
      by.kind === 'policy'
        ? { chain: by.chain.chain, policy: true }
        : { chain: by.chain.chain, rule: by.rule, ...(by.number !== undefined && { number: by.number }) },
  }
}
