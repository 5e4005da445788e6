import { deciderName } from '@/analyses/explain-verdict/sentences'
import { type Meeting, meet } from '@/analyses/seen-packet/appraise'
import type { Asked } from '@/analyses/seen-packet/ask-device'
import { type LoggedPacket, loggedPacket, loggedPlace } from '@/dialects/log-lines/logged-packet'
import type { PlacedLogLine } from '@/dialects/log-lines/read'
import type { Network } from '@/engine/network'
import { isOwnAddress } from '@/engine/routing/lookup'
import type { IpAddress } from '@/model/packet/address'
import type { Result } from '@/model/result'
import type { LoggedSight } from '@/state/log-reader-store'
import { endText } from '../playback/ladder-rows'

/** A log line with what the network on the drawing says of its packet. */
export interface LoggedRow {
  readonly line: PlacedLogLine
  readonly logged: Result<LoggedPacket>
  readonly met: Result<Meeting>
}

export function rowOf(network: Network, line: PlacedLogLine, device: string | undefined): LoggedRow {
  const logged = loggedPacket(line.facts)
  const met = logged.ok
    ? meet(network, { packet: logged.value.packet, ...loggedPlace(line.facts) }, device)
    : logged
  return { line, logged, met }
}

export interface Fate {
  readonly meaning: 'accept' | 'drop' | 'reject'
  readonly text: string
}

/** "dropped by rule 3 of FORWARD". */
export function fateOf({ ended, deciding }: Asked): Fate {
  if (ended?.kind === 'dropped' || ended?.kind === 'rejected') {
    const text = `${ended.kind} by ${deciderName(ended.by)} of ${ended.by.chain.chain}`
    return { meaning: ended.kind === 'dropped' ? 'drop' : 'reject', text }
  }
  if (ended && ended.kind !== 'delivered') return { meaning: 'drop', text: `lost: ${endText(ended)}` }
  if (!deciding) return { meaning: 'accept', text: 'accepted, no rule is asked' }
  return { meaning: 'accept', text: `accepted by ${deciderName(deciding.by)} of ${deciding.by.chain.chain}` }
}

/** What the drawing shows of the line; nothing where its packet is not whole or nobody saw it. */
export function sightOf(network: Network, { logged, met }: LoggedRow): LoggedSight | undefined {
  if (!logged.ok || !met.ok) return undefined
  const { packet } = logged.value
  const { device, asked } = met.value
  return {
    packet,
    device: device.id,
    ...(asked.iif === undefined ? {} : { iif: asked.iif }),
    ...(asked.ended ? { ended: asked.ended } : {}),
    walks: asked.walks,
    sources: ownersOf(network, packet.src),
    destinations: ownersOf(network, packet.dst),
  }
}

function ownersOf(network: Network, address: IpAddress): string[] {
  return [...network.devices.values()].flatMap((device) => (isOwnAddress(device, address) ? [device.id] : []))
}

/** Text as it can be shown: what hides or turns text around is a sign of its own. */
export function shown(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\ufffd')
}
