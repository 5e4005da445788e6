import { HOOKS, type Hook, PRIORITY } from '@/model/ruleset/ruleset'
import { confirmOnHook, trackOnHook } from './conntrack/conntrack-hook'
import { askChain, concerns } from './filter/base-chain'
import type { ChainDecision } from './filter/evaluate'
import { rejected } from './filter/rejection'
import { gather } from './fragments/gather'
import { demasquerade, masquerade } from './nat/masquerading'
import { confirmBinding, naptInwards, naptOutwards } from './nat/napt'
import { isNatStage } from './nat/nat-chains'
import { natOnHook } from './nat/nat-hook'
import type { NetworkDevice, Stage } from './network'
import { type Passage, record } from './passage'
import type { Disposition } from './trace'

/** One stop on a hook: a base chain, the tracker, a translator. It returns how the journey ends, if it ends there. */
interface HookStop {
  readonly priority: number
  readonly run: (passage: Passage, hook: Hook) => Disposition | undefined
}

/** A home gateway looks its bindings up before anything else does. */
const BINDINGS_FIRST = PRIORITY.conntrack - 1
/** Before raw (NF_IP_PRI_CONNTRACK_DEFRAG). */
const DEFRAGMENTATION = -400
/** After every chain, whatever its priority: connections and bindings are confirmed (NF_IP_PRI_CONNTRACK_CONFIRM). */
const LAST = Number.POSITIVE_INFINITY

const stopsOf = new WeakMap<NetworkDevice, ReadonlyMap<Hook, readonly HookStop[]>>()

/** Lets the packet go through all stops of the hook in the order of their priorities. */
export function runHook(passage: Passage, hook: Hook): Disposition | undefined {
  const { device } = passage.visit
  let stops = stopsOf.get(device)
  if (!stops) {
    stops = arrange(device)
    stopsOf.set(device, stops)
  }
  for (const stop of stops.get(hook) ?? []) {
    const ended = stop.run(passage, hook)
    if (ended) return ended
  }
  return undefined
}

function arrange(device: NetworkDevice): ReadonlyMap<Hook, readonly HookStop[]> {
  return new Map(
    HOOKS.map((hook) => {
      // A chain with the tracker's own priority comes first: of equals the last one registered does [e11 C1].
      const stops = [...chainStops(device, hook), ...engineStops(device, hook)]
      return [hook, stops.sort((a, b) => a.priority - b.priority)]
    }),
  )
}

function chainStops(device: NetworkDevice, hook: Hook): HookStop[] {
  return device.stages
    .filter((stage) => stage.hook === hook && !isNatStage(device, stage))
    .map((stage) => ({ priority: stage.priority, run: (passage) => runChain(passage, hook, stage) }))
}

function engineStops(device: NetworkDevice, hook: Hook): HookStop[] {
  const stops: HookStop[] = []
  const inward = hook === 'prerouting'
  const last = hook === 'postrouting' || hook === 'input'
  if (device.defragments && (inward || hook === 'output')) {
    const gatherer = inward ? 'conntrack-in' : 'conntrack-out'
    stops.push({ priority: DEFRAGMENTATION, run: (passage) => gather(passage, gatherer) })
  }
  if (device.tracks) {
    if (inward || hook === 'output') stops.push({ priority: PRIORITY.conntrack, run: trackOnHook })
    if (last) stops.push({ priority: LAST, run: confirmOnHook })
  }
  if (device.nat.mode === 'napt') {
    if (inward) stops.push({ priority: BINDINGS_FIRST, run: naptInwards })
    if (hook === 'postrouting') stops.push({ priority: PRIORITY.srcnat, run: naptOutwards })
    if (last) stops.push({ priority: LAST, run: confirmBinding })
  }
  if (device.firewall.id === 'ipchains' && device.nat.mode === 'masquerading') {
    if (hook === 'ingress') stops.push({ priority: -LAST, run: (passage) => gather(passage, 'conntrack-in') })
    if (hook === 'ingress') stops.push({ priority: LAST, run: demasquerade })
    if (hook === 'postrouting') stops.push({ priority: PRIORITY.srcnat, run: masquerade })
  }
  return [...stops, ...natStops(device, hook)]
}

const isRouter = ({ forwards }: NetworkDevice) => forwards[4] || forwards[6]

/** All nat chains of a hook are one stop at a fixed priority; their own priorities order them among themselves. */
function natStops(device: NetworkDevice, hook: Hook): HookStop[] {
  const all = device.stages.filter((stage) => isNatStage(device, stage))
  if (all.length === 0 || !device.tracks || (isRouter(device) && device.nat.mode === 'off')) return []
  if (!['prerouting', 'output', 'input', 'postrouting'].includes(hook)) return []
  const priority = hook === 'prerouting' || hook === 'output' ? PRIORITY.dstnat : PRIORITY.srcnat
  const chains = all.filter((stage) => stage.hook === hook)
  const sees = (family: 4 | 6) =>
    all.some(({ table }) => table.family === 'inet' || table.family === (family === 4 ? 'ip' : 'ip6'))
  const families = { 4: sees(4), 6: sees(6) }
  return [
    {
      priority,
      run: (passage) => (families[passage.packet.family] ? natOnHook(passage, hook, chains) : undefined),
    },
  ]
}

function runChain(passage: Passage, hook: Hook, stage: Stage): Disposition | undefined {
  if (!concerns(passage, stage)) return undefined
  if (hook === 'forward' && passage.isDemasqueraded) return undefined
  return dispositionOf(passage, hook, askChain(passage, hook, stage))
}

/** Accept ends only this chain, drop is final [E18]; a reject makes its answer. */
function dispositionOf(passage: Passage, hook: Hook, decision: ChainDecision): Disposition | undefined {
  switch (decision.kind) {
    case 'accept':
      return undefined
    case 'translate':
      passage.isMasqueraded ||= decision.target.kind === 'masquerade'
      return undefined
    case 'drop':
      return { kind: 'dropped', by: decision.by }
    case 'reject':
      return rejected(passage, hook, decision)
  }
}

/** The journey's end as a step. */
export function recordEnd(passage: Passage, disposition: Disposition): void {
  record(passage, { kind: 'ended', disposition, packet: passage.packet })
}
