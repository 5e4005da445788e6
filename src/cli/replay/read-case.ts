import type { JsonReader } from './json-reader'
import { type ReplayNetwork, readNetwork } from './read-network'
import { type ReplayPacket, readReplayPacket } from './read-packet'
import type { ReplayDiagnostic } from './read-rules'

export interface ReplayCase extends ReplayNetwork {
  readonly packets: readonly ReplayPacket[]
  /** The hosts' own stacks answer what reaches them. */
  readonly stackAnswers: boolean
  /** What rules and routers answer is not sent. */
  readonly quiet: boolean
  /** Of the random choices. */
  readonly seed: number
}

const CASE_KEYS = new Set(['topology', 'hosts', 'packets', 'options', 'name'])
const OPTION_KEYS = new Set(['stack_answers', 'quiet', 'seed'])

/** Reads a case. Throws BadCase with the place of what is wrong. */
export function readCase(reader: JsonReader): ReplayCase {
  const member = reader.object(CASE_KEYS)
  const network = readNetwork(member('topology'), member('hosts'))
  const options = readOptions(member('options'))
  const diagnostics: ReplayDiagnostic[] = [...network.diagnostics]
  const packets = member('packets')
    .list()
    .map((packet) => readReplayPacket(packet, network.names, diagnostics))
  return { ...network, ...options, packets, diagnostics }
}

function readOptions(reader: JsonReader): Pick<ReplayCase, 'stackAnswers' | 'quiet' | 'seed'> {
  const member = reader.optional((each) => each.object(OPTION_KEYS))
  return {
    stackAnswers: member?.('stack_answers').optional((each) => each.flag()) ?? false,
    quiet: member?.('quiet').optional((each) => each.flag()) ?? false,
    seed: member?.('seed').optional((each) => each.integer(0, 2 ** 32 - 1)) ?? 1,
  }
}
