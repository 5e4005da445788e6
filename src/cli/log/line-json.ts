import type { LoggedFacts } from '@/dialects/log-lines/log-line'
import { loggedName } from '@/dialects/log-lines/logged-packet'
import type { PlacedLogLine } from '@/dialects/log-lines/read'
import { formatAddress } from '@/model/packet/address'
import { formatProtocol } from '@/model/packet/protocol'
import { flagLetters } from '@/model/packet/tcp-flags'
import type { Result } from '@/model/result'
import { dispositionText } from '../lost-where'
import type { LineAppraisal } from './appraise-line'

/** One line as JSON: what it tells, its words, and what a design says. */
export function lineJson(line: PlacedLogLine, appraisal: Result<LineAppraisal> | undefined) {
  const { facts, format, text, missing, tokens } = line
  return {
    line: line.line,
    format,
    text,
    packet: loggedName(facts),
    told: factsJson(facts),
    missing: missing.map((name) => NAMES[name] ?? name),
    tokens: tokens.map(({ from, to, means }) => ({ from, to, text: text.slice(from, to), means })),
    ...(appraisal ? { design: appraisalJson(appraisal) } : {}),
  }
}

/** Names of facts as the packets of other commands have them. */
const NAMES: Partial<Record<keyof LoggedFacts, string>> = {
  protocol: 'proto',
  hopLimit: 'ttl',
  icmpType: 'icmp_type',
  icmpCode: 'icmp_code',
  icmpId: 'icmp_id',
  icmpSeq: 'icmp_seq',
  dontFragment: 'dont_fragment',
  moreFragments: 'more_fragments',
  fragmentOffset: 'fragment_offset',
  quoted: 'inner',
}

function factsJson(facts: LoggedFacts): Record<string, unknown> {
  const json: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(facts)) {
    json[NAMES[name as keyof LoggedFacts] ?? name] = value
  }
  const { src, dst, protocol, flags, quoted } = facts
  if (src !== undefined) json.src = formatAddress(src)
  if (dst !== undefined) json.dst = formatAddress(dst)
  if (protocol !== undefined) json.proto = formatProtocol(protocol)
  if (flags !== undefined) json.flags = flagLetters(flags)
  if (quoted !== undefined) json.inner = factsJson(quoted)
  return json
}

function appraisalJson(appraisal: Result<LineAppraisal>) {
  if (!appraisal.ok) return { why: appraisal.diagnostics.map(({ message }) => message).join(' ') }
  const { device, asked, admission, notes, commands } = appraisal.value
  const by = asked.ended && 'by' in asked.ended ? asked.ended.by : asked.deciding?.by
  return {
    device: device.name,
    ...(asked.state === undefined ? {} : { state: asked.state.toUpperCase() }),
    ...(asked.iif === undefined ? {} : { iif: asked.iif }),
    ...(asked.oif === undefined ? {} : { oif: asked.oif }),
    end: asked.ended?.kind ?? 'accepted',
    text: asked.ended ? dispositionText(asked.ended) : 'accepted',
    ...(by === undefined
      ? {}
      : {
          by: {
            chain: by.chain.chain,
            ...(by.kind === 'policy'
              ? { policy: true }
              : { rule: by.rule, ...(by.number === undefined ? {} : { number: by.number }) }),
          },
        }),
    notes,
    admit: commands.map(({ dialect, text }) => ({ language: dialect, text })),
    ...(admission?.obstacle === undefined ? {} : { obstacle: admission.obstacle }),
  }
}
