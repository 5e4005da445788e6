import { sameValue } from '@/model/firewalls/same-value'
import type { Design } from '@/model/project/design'
import type { Goal } from './lesson'

/** For the caption that stands from its first packet to the last, however many there are. */
export const TO_THE_END = Number.MAX_SAFE_INTEGER

/** A goal that a flow reaches when the person at its client sees it work. A flow that did not run reaches nothing. */
export function works(id: string, text: string, flow: string): Goal {
  return { id, text, reached: ({ trace }) => trace(flow)?.outcome.works === true }
}

export function blocked(id: string, text: string, flow: string): Goal {
  return { id, text, reached: ({ trace }) => trace(flow)?.outcome.works === false }
}

/** A goal that holds while the devices of the story have the rules that they started with. */
export function sameRules(id: string, text: string, start: () => Design): Goal {
  const rules = (design: Design, device: string) =>
    design.devices.find((each) => each.id === device)?.firewall.ruleset
  return {
    id,
    text,
    reached: ({ design }) => {
      const before = start()
      return before.devices.every((device) => sameValue(rules(design, device.id), rules(before, device.id)))
    },
  }
}
