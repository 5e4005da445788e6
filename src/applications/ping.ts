import type { ClientProgram } from '@/engine/host/program'
import { formatAddress } from '@/model/packet/address'
import type { Application } from './application'
import { wordFor } from './outcomes'

const WORDS = {
  'timed-out': 'no answer',
  'host-unreachable': 'destination host unreachable',
  refused: 'destination port unreachable',
} as const
const PATIENCE_MS = 4000

/** One echo request. Source: RFC 792, RFC 4443 section 4. */
export const ping: Application = {
  id: 'ping',
  label: 'ping',
  verb: 'pings',
  protocol: 'icmp',
  placeholder: 'twitter.com',
  success: 'reply',
  words: WORDS,
  client: ({ destination }): ClientProgram<null> => ({
    initial: null,
    react(state, event) {
      const fail = (cause: Parameters<typeof wordFor>[1]) =>
        ({ state, actions: [{ kind: 'done', works: false, cause, text: wordFor(WORDS, cause) }] }) as const
      switch (event.kind) {
        case 'start':
          if (destination.address === undefined) return fail('name-not-resolved')
          return {
            state,
            actions: [
              { kind: 'echo', to: destination.address },
              { kind: 'timer', name: 'patience', afterMs: PATIENCE_MS },
            ],
          }
        case 'echo-reply':
          return {
            state,
            actions: [
              {
                kind: 'done',
                works: true,
                cause: 'works',
                text: `reply from ${formatAddress(event.from)} in ${event.afterMs} ms`,
              },
            ],
          }
        case 'failed':
          return fail(event.cause)
        case 'timer':
          return fail('timed-out')
        default:
          return { state, actions: [] }
      }
    },
  }),
}
