import type { Decider, Disposition, Trace } from '@/engine/trace'
import { packetName } from '@/model/packet/label'
import type { Design } from '@/model/project/design'

/** The end of a journey as a clause: "dropped by the policy of inbound". */
export function dispositionText(disposition: Disposition): string {
  switch (disposition.kind) {
    case 'delivered':
      return 'delivered'
    case 'dropped':
      return `dropped by ${deciderText(disposition.by)}`
    case 'rejected':
      return `rejected by ${deciderText(disposition.by)} with ${disposition.with}`
    case 'no-binding':
      return 'lost: no binding and no port mapping is waiting for it'
    case 'nat-exhausted':
      return 'lost: no port is left to translate to'
    case 'no-route':
      return 'lost: no route'
    case 'no-neighbor':
      return 'lost: nobody on the link has the address'
    case 'no-link':
      return 'lost: the interface is not plugged in'
    case 'ttl-expired':
      return 'lost: its TTL ended'
    case 'too-big':
      return 'lost: too long for the next link'
    case 'martian':
      return 'lost: an address that cannot be there'
    case 'not-forwarding':
      return 'lost: the host does not forward'
    case 'helper-refused':
      return 'lost: the helper of the connection cannot read its command'
    case 'incomplete':
      return 'lost: a fragment that waits for the rest of its packet'
    case 'no-listener':
      return 'delivered, but nobody listens'
  }
}

export function deciderText(by: Decider): string {
  if (by.kind === 'policy') return `the policy of ${by.chain.chain}`
  const name = by.name === '' ? '' : ` "${by.name}"`
  return by.number === undefined
    ? `the built-in rule${name} of ${by.chain.chain}`
    : `rule ${by.number}${name} of ${by.chain.chain}`
}

/** Which packet explains what the person sees, and where it ended; nothing where all is well. */
export function lostWhere(design: Design, trace: Trace): string | undefined {
  const journey = trace.outcome.journey === undefined ? undefined : trace.journeys[trace.outcome.journey]
  if (!journey || trace.outcome.works) return undefined
  const at = design.devices.find((device) => device.id === journey.at)?.name ?? journey.at
  return `Packet ${journey.index + 1}, ${packetName(journey.packet)}, at ${at}: ${dispositionText(journey.disposition)}.`
}
