import type { Application } from './application'
import { BROWSER_WORDS } from './outcomes'
import { answering, talk } from './web'

const GET = { bytes: 420, label: 'GET /' } as const
const PAGE = { bytes: 1400, label: 'page, part 1' } as const
const REST = { bytes: 900, label: 'page, part 2' } as const

/** A page over plain TCP: one request, one answer, then the connection is closed. Source: RFC 9112. */
export const http: Application = {
  id: 'http',
  label: 'http',
  verb: 'opens',
  protocol: 'tcp',
  defaultPort: 80,
  placeholder: 'http://twitter.com',
  success: 'page loads',
  words: BROWSER_WORDS,
  client: (request) =>
    talk(request, [{ says: [GET], hears: [PAGE.label, REST.label] }], 'page loads', BROWSER_WORDS),
  server: answering({ [GET.label]: [PAGE, REST] }, [{ bytes: 300, label: '400 Bad Request' }]),
}
