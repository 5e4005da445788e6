import { deliver } from '@/engine/host/input'
import type { Programs } from '@/engine/host/program'
import type { Moment } from '@/engine/moment'
import type { Network } from '@/engine/network'
import { newWorld } from '@/engine/world'
import type { Packet } from '@/model/packet/packet'

/** What a stack answers. */
export interface StackAnswer {
  readonly packet: Packet
  /** A rule of the same host that rejects it cannot answer. */
  readonly isIcmpOfStack: boolean
}

/** Takes a packet that was delivered to a device, and gives what the device's stack answers, in order. */
export type Stacks = (device: string, packet: Packet, nowMs: number) => readonly StackAnswer[]

/** Programs that listen and say nothing: what is answered, the stack answers. */
const SILENT: Programs = {
  clients: [],
  server: () => ({ initial: undefined, react: (state) => ({ state, actions: [] }) }),
}

/** The stacks of all hosts, with their sockets. Nothing is sent again: time passes only where a packet waits. */
export function stacksOf(network: Network, random: () => number): Stacks {
  let world = newWorld(network, SILENT, random)
  return (device, packet, nowMs) => {
    const answers: StackAnswer[] = []
    const moment: Moment = {
      world,
      nowMs,
      random,
      trace: [],
      emitted: [],
      departures: [],
      sendOut: (_device, answer, { isIcmpOfStack = false }) => {
        answers.push({ packet: answer, isIcmpOfStack })
        return undefined
      },
      tell: () => {},
    }
    deliver(moment, device, packet, 0, 0)
    world = moment.world
    return answers
  }
}
