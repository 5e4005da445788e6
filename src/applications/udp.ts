import type { Application } from './application'
import { ask } from './asking'

const WORDS = { 'timed-out': 'no answer' } as const

/** Any service over UDP: one request, one answer. */
export const udp: Application = {
  id: 'udp',
  label: 'udp',
  verb: 'asks',
  protocol: 'udp',
  placeholder: 'udp 123 -> server',
  success: 'answer received',
  words: WORDS,
  client: ({ destination, sourcePort }) =>
    ask({
      to: destination.address,
      port: destination.port,
      payload: { bytes: 48, label: 'request' },
      ...(sourcePort === undefined ? {} : { sourcePort }),
      patience: { afterMs: 2000, tries: 3 },
      words: WORDS,
      answered: () => ({ kind: 'done', works: true, cause: 'works', text: 'answer received' }),
    }),
  server: {
    initial: null,
    react: (state) => ({ state, actions: [{ kind: 'send', payload: { bytes: 48, label: 'answer' } }] }),
  },
}
