import type { Hook } from '@/model/ruleset/ruleset'
import { PRIORITY } from '@/model/ruleset/ruleset'
import { isIcmpError } from './conntrack/track'
import { translateInwards, translateOutwards } from './nat/napt'
import { applyTranslation, bind, bindRest, HALF_OF_HOOK, needsBinding } from './nat/translate'
import type { Stage } from './network'
import {
  askStage,
  concerns,
  confirm,
  end,
  endBy,
  newPassage,
  type Passage,
  type PipelineResult,
  record,
  trackPacket,
  type Visit,
} from './passage'
import { type IcmpMeaning, icmpErrorAbout } from './routing/icmp-error'
import {
  interfaceByName,
  isBroadcast,
  isMartian,
  isNotForwardable,
  isOwnAddress,
  lookupRoute,
} from './routing/lookup'
import type { Disposition } from './trace'

export type { MadePacket, PipelineResult, Visit } from './passage'

/** A packet comes in by an interface. */
export function arrive(visit: Visit, iif: string): PipelineResult {
  const passage = newPassage(visit, iif)
  record(passage, { kind: 'arrived', iif, packet: visit.packet })
  const inwards = translateInwards(passage)
  if (inwards !== 'go-on') return end(passage, { kind: inwards })
  return runHook(passage, 'prerouting') ?? decideRoute(passage)
}

/** A packet is made on the device itself. To one of its own addresses it comes back in by `lo` [E6, E13]. */
export function originate(visit: Visit): PipelineResult {
  const passage = newPassage(visit, undefined)
  if (isOwnAddress(visit.device, visit.packet.dst)) return throughLoopback(passage)
  const before = routeOut(passage)
  if (before) return end(passage, before)
  const stopped = runHook(passage, 'output')
  if (stopped) return stopped
  if (passage.packet.dst !== visit.packet.dst) {
    const again = isOwnAddress(visit.device, passage.packet.dst) ? undefined : routeOut(passage)
    if (again) return end(passage, again)
  }
  record(passage, {
    kind: 'sent',
    packet: passage.packet,
    ...(passage.oif === undefined ? {} : { oif: passage.oif }),
  })
  return leave(passage)
}

function throughLoopback(passage: Passage): PipelineResult {
  passage.oif = 'lo'
  const out = runHook(passage, 'output') ?? runHook(passage, 'postrouting')
  if (out) return out
  record(passage, { kind: 'sent', packet: passage.packet, oif: 'lo' })
  confirm(passage)
  passage.iif = 'lo'
  passage.oif = undefined
  // The state was decided in OUTPUT and is not asked for again [E13].
  return runHook(passage, 'prerouting', 'tracked') ?? takeIn(passage)
}

/** Runs the base chains of a hook in the order of their priorities, the tracker and the translator at their places. */
function runHook(passage: Passage, hook: Hook, tracked?: 'tracked'): PipelineResult | undefined {
  const { device } = passage.visit
  const stages = device.stages.filter((stage) => stage.hook === hook && concerns(passage, stage))
  const tracks = (hook === 'prerouting' || hook === 'output') && tracked === undefined
  const before = tracks ? stages.filter(({ priority }) => priority <= PRIORITY.conntrack) : []
  const early = askFilters(passage, hook, before)
  if (early) return early
  if (tracks && passage.ctState !== 'untracked') trackPacket(passage)
  const natPriority = hook === 'prerouting' || hook === 'output' ? PRIORITY.dstnat : PRIORITY.srcnat
  const rest = stages.filter((stage) => !before.includes(stage))
  return (
    askFilters(
      passage,
      hook,
      rest.filter((stage) => !isNat(stage) && stage.priority < natPriority),
    ) ??
    translateOnHook(passage, hook, rest.filter(isNat)) ??
    askFilters(
      passage,
      hook,
      rest.filter((stage) => !isNat(stage) && stage.priority >= natPriority),
    )
  )
}

const isNat = (stage: Stage) => stage.table.name === 'nat'

function askFilters(passage: Passage, hook: Hook, stages: readonly Stage[]): PipelineResult | undefined {
  for (const stage of stages) {
    const decision = askStage(passage, hook, stage)
    if (decision.kind === 'drop' || decision.kind === 'reject') return endBy(passage, decision)
  }
  return undefined
}

/** The nat chains of a hook: the first that binds ends it [e11 D1]; then the packet is rewritten as its entry says. */
function translateOnHook(passage: Passage, hook: Hook, stages: readonly Stage[]): PipelineResult | undefined {
  const half = HALF_OF_HOOK[hook]
  const { nat } = passage.visit.device
  if (!half || nat.mode !== 'tables') return undefined
  if (needsBinding(passage, half)) {
    for (const stage of stages) {
      const decision = askStage(passage, hook, stage)
      if (decision.kind === 'drop' || decision.kind === 'reject') return endBy(passage, decision)
      if (!bind(passage, decision)) return end(passage, { kind: 'nat-exhausted' })
      if (decision.kind === 'translate') break
    }
    if (passage.entry?.bound[half] === false && !bindRest(passage, half))
      return end(passage, { kind: 'nat-exhausted' })
  }
  applyTranslation(passage, half)
  return undefined
}

/** After prerouting: in, on, or nowhere. */
function decideRoute(passage: Passage): PipelineResult {
  const { device } = passage.visit
  const { packet } = passage
  if (isMartian(device, packet.src)) return end(passage, { kind: 'martian' })
  if (isOwnAddress(device, packet.dst) || isBroadcast(device, packet.dst)) {
    record(passage, { kind: 'routed', local: true })
    return takeIn(passage)
  }
  if (!device.forwards) return end(passage, { kind: 'not-forwarding' })
  if (isNotForwardable(packet.src)) return end(passage, { kind: 'martian' })
  return passOn(passage)
}

function takeIn(passage: Passage): PipelineResult {
  const stopped = runHook(passage, 'input')
  if (stopped) return stopped
  confirm(passage)
  const { state, steps, made, packet, iif } = passage
  return { state, steps, made, deliver: { packet, iif: iif ?? 'lo' } }
}

/** Finds the way out; the disposition where there is none. */
function routeOut(passage: Passage): Disposition | undefined {
  const route = lookupRoute(passage.visit.device, passage.packet.dst)
  if (!route) return { kind: 'no-route' }
  passage.oif = route.interface
  return undefined
}

/** The TTL falls before forward is asked; a packet without a way or without life is answered and never gets there [E17, D9]. */
function passOn(passage: Passage): PipelineResult {
  const lost = routeOut(passage)
  if (lost) return answerAndEnd(passage, 'icmp-net-unreachable', lost)
  if (passage.packet.hopLimit <= 1) return answerAndEnd(passage, 'ttl-exceeded', { kind: 'ttl-expired' })
  passage.packet = { ...passage.packet, hopLimit: passage.packet.hopLimit - 1 }
  record(passage, {
    kind: 'routed',
    local: false,
    ...(passage.oif === undefined ? {} : { oif: passage.oif }),
  })
  return runHook(passage, 'forward') ?? leave(passage)
}

function answerAndEnd(passage: Passage, meaning: IcmpMeaning, disposition: Disposition): PipelineResult {
  const packet = isIcmpError(passage.packet)
    ? undefined
    : icmpErrorAbout(passage.visit.device, passage.packet, meaning)
  const stateless = passage.ctState === 'invalid' || passage.ctState === 'untracked'
  if (packet) passage.made.push({ packet, why: 'icmp-error', ctState: stateless ? 'invalid' : 'related' })
  return end(passage, disposition)
}

/** Postrouting, the gateway's translation, and the wire. */
function leave(passage: Passage): PipelineResult {
  const { visit } = passage
  const stopped = runHook(passage, 'postrouting')
  if (stopped) return stopped
  const outwards = translateOutwards(passage)
  if (outwards !== 'go-on') return end(passage, { kind: outwards })
  if (!confirm(passage)) return end(passage, { kind: 'nat-exhausted' })
  const oif = passage.oif ?? ''
  if (interfaceByName(visit.device, oif)?.link === undefined) return end(passage, { kind: 'no-link' })
  const hop = lookupRoute(visit.device, passage.packet.dst)?.via ?? passage.packet.dst
  const neighbor = visit.network.neighbor(visit.device.id, oif, hop)
  if (!neighbor) return end(passage, { kind: 'no-neighbor' })
  const { state, steps, made, packet } = passage
  return { state, steps, made, forward: { oif, packet, neighbor } }
}
