import type { Application } from './application'
import { ANYTHING, answering, talk } from './web'

const REQUEST = { bytes: 40, label: 'request' } as const
const ANSWER = { bytes: 120, label: 'answer' } as const

/** Any service over TCP: connect, one request, whatever comes back, close. It asks whether the way is open, as a port test does. */
export const tcp: Application = {
  id: 'tcp',
  label: 'tcp',
  verb: 'connects to',
  protocol: 'tcp',
  placeholder: 'tcp 22 -> server',
  success: 'connection works',
  words: {},
  client: (request) => talk(request, [{ says: [REQUEST], hears: [ANYTHING] }], 'connection works', {}),
  server: answering({}, [ANSWER]),
}
