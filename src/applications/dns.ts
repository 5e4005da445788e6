import { formatAddress } from '@/model/packet/address'
import type { Application } from './application'
import { ask } from './asking'

const WORDS = { 'timed-out': 'name server does not answer' } as const
/** What the answer's text says where the server does not know the name. */
const UNKNOWN = 'NXDOMAIN'

/** A name asked for at the host's name server over UDP. Patience as resolv.conf(5): 5 s, two tries. Source: RFC 1035. */
export const dns: Application = {
  id: 'dns',
  label: 'dns',
  verb: 'resolves',
  protocol: 'udp',
  defaultPort: 53,
  placeholder: 'twitter.com',
  success: 'name resolves',
  words: WORDS,
  client: ({ destination, nameServer, sourcePort }) =>
    ask({
      to: nameServer,
      port: 53,
      payload: { bytes: 29 + destination.host.length, label: 'DNS query', text: destination.host },
      ...(sourcePort === undefined ? {} : { sourcePort }),
      patience: { afterMs: 5000, tries: 2 },
      words: WORDS,
      answered: ({ text }) =>
        text === undefined || text === UNKNOWN
          ? {
              kind: 'done',
              works: false,
              cause: 'name-not-resolved',
              text: `no such name: ${destination.host}`,
            }
          : { kind: 'done', works: true, cause: 'works', text: `${destination.host} is ${text}` },
    }),
  server: {
    initial: null,
    react(state, event, asks) {
      const name = event.kind === 'datagram' ? event.payload.text : undefined
      const address = name === undefined ? undefined : asks.lookupName(name)
      const text = address === undefined ? UNKNOWN : formatAddress(address)
      return { state, actions: [{ kind: 'send', payload: { bytes: 60, label: 'DNS answer', text } }] }
    },
  },
}
