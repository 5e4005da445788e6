import { type Appraisal, appraise } from '@/analyses/seen-packet/appraise'
import type { LogLine } from '@/dialects/log-lines/log-line'
import { loggedPacket, loggedPlace } from '@/dialects/log-lines/logged-packet'
import { type RuleCommand, ruleCommands } from '@/dialects/rule-command'
import type { Network } from '@/engine/network'
import type { Design } from '@/model/project/design'
import { type Result, success } from '@/model/result'

/** What a design says of the packet of a line. */
export interface LineAppraisal extends Appraisal {
  /** What had to be taken for granted, as sentences. */
  readonly notes: readonly string[]
  /** The admitting rules, as far as the device's language can say them. */
  readonly commands: readonly RuleCommand[]
}

export type Appraiser = (line: LogLine) => Result<LineAppraisal>

export function appraiser(design: Design, network: Network, deviceId: string | undefined): Appraiser {
  return ({ facts }) => {
    const logged = loggedPacket(facts)
    if (!logged.ok) return logged
    const { packet, assumed } = logged.value
    const found = appraise(design, network, { packet, ...loggedPlace(facts) }, deviceId)
    if (!found.ok) return found
    const { device, asked, admission } = found.value
    return success({
      ...found.value,
      notes: [...assumed, ...asked.notes],
      commands: ruleCommands(design, device.id, admission?.rules ?? []),
    })
  }
}
