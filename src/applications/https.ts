import type { Application } from './application'
import { BROWSER_WORDS } from './outcomes'
import { answering, talk } from './web'

/** A page over TLS 1.3 over TCP. Sizes are those of a common handshake; nothing is matched on them. Source: RFC 8446 section 2. */
const SAYS = {
  hello: { bytes: 517, label: 'ClientHello' },
  finished: { bytes: 80, label: 'Finished' },
  get: { bytes: 420, label: 'GET /' },
  serverHello: { bytes: 122, label: 'ServerHello' },
  certificate: { bytes: 1400, label: 'Certificate, Finished' },
  page: { bytes: 1400, label: 'page, part 1' },
  rest: { bytes: 900, label: 'page, part 2' },
} as const

export const https: Application = {
  id: 'https',
  label: 'https',
  verb: 'opens',
  protocol: 'tcp',
  defaultPort: 443,
  placeholder: 'https://twitter.com',
  success: 'page loads',
  words: BROWSER_WORDS,
  client: (request) =>
    talk(
      request,
      [
        { says: [SAYS.hello], hears: [SAYS.serverHello.label, SAYS.certificate.label] },
        { says: [SAYS.finished, SAYS.get], hears: [SAYS.page.label, SAYS.rest.label] },
      ],
      'page loads',
      BROWSER_WORDS,
    ),
  server: answering(
    {
      [SAYS.hello.label]: [SAYS.serverHello, SAYS.certificate],
      [SAYS.finished.label]: [],
      [SAYS.get.label]: [SAYS.page, SAYS.rest],
    },
    [{ bytes: 7, label: 'TLS alert' }],
  ),
}
