import type { ConntrackEntry } from '../conntrack/entry'
import { formatEnd, isIcmp, type Tuple } from '../conntrack/tuple'
import type { BindingView } from '../trace'

/** The three ends of a binding, whichever side began it. */
interface BindingEnds {
  readonly inside: string
  readonly outside: string
  readonly peer: string
}

const source = ({ src, sport }: Tuple) => formatEnd(src, sport)
/** The far end of ICMP has no port; the identifier stands at the near one. */
const destination = ({ protocol, dst, sport, dport }: Tuple) =>
  formatEnd(dst, isIcmp(protocol) ? sport : dport)

/** A binding as tables on screen show it. A flow from inside goes inside > peer and comes back peer > outside. */
function endsOf({ original, reply, nat }: ConntrackEntry): BindingEnds {
  return nat.destination
    ? { inside: source(reply), outside: destination(original), peer: source(original) }
    : { inside: source(original), outside: destination(reply), peer: source(reply) }
}

export function bindingView(entry: ConntrackEntry): BindingView {
  const { id, original, timeoutAtMs } = entry
  return { id, protocol: original.protocol, ...endsOf(entry), timeoutAtMs }
}
