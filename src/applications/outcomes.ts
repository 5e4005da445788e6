import type { OutcomeCause } from '@/engine/trace'
import type { Words } from './application'

interface Row {
  readonly cause: OutcomeCause
  /** What connect() or send() tells the program; see errno(3). */
  readonly errno?: string
  readonly browser: string
  /** What programs other than browsers print. */
  readonly other: string
}

/** Cause -> errno -> what the person sees. Browser words are those of Chromium's net error list. */
export const OUTCOMES: readonly Row[] = [
  { cause: 'works', browser: 'page loads', other: 'works' },
  { cause: 'partly', browser: 'partly loads', other: 'works in part' },
  {
    cause: 'timed-out',
    errno: 'ETIMEDOUT',
    browser: 'ERR_CONNECTION_TIMED_OUT',
    other: 'connection timed out',
  },
  { cause: 'refused', errno: 'ECONNREFUSED', browser: 'ERR_CONNECTION_REFUSED', other: 'connection refused' },
  { cause: 'reset', errno: 'ECONNRESET', browser: 'ERR_CONNECTION_RESET', other: 'connection reset by peer' },
  {
    cause: 'host-unreachable',
    errno: 'EHOSTUNREACH',
    browser: 'ERR_ADDRESS_UNREACHABLE',
    other: 'no route to host',
  },
  {
    cause: 'net-unreachable',
    errno: 'ENETUNREACH',
    browser: 'ERR_ADDRESS_UNREACHABLE',
    other: 'network is unreachable',
  },
  {
    cause: 'proto-unreachable',
    errno: 'ENOPROTOOPT',
    browser: 'ERR_CONNECTION_FAILED',
    other: 'protocol not available',
  },
  { cause: 'prohibited', errno: 'EACCES', browser: 'ERR_NETWORK_ACCESS_DENIED', other: 'permission denied' },
  {
    cause: 'not-permitted',
    errno: 'EPERM',
    browser: 'ERR_NETWORK_ACCESS_DENIED',
    other: 'operation not permitted',
  },
  { cause: 'name-not-resolved', browser: 'ERR_NAME_NOT_RESOLVED', other: 'name not resolved' },
  {
    cause: 'no-free-port',
    errno: 'EADDRNOTAVAIL',
    browser: 'ERR_ADDRESS_INVALID',
    other: 'no free source port',
  },
  { cause: 'address-in-use', errno: 'EADDRINUSE', browser: 'ERR_ADDRESS_IN_USE', other: 'address in use' },
  {
    cause: 'protocol-error',
    browser: 'ERR_SSL_PROTOCOL_ERROR',
    other: 'the other side speaks something else',
  },
  { cause: 'bad-request', browser: 'ERR_INVALID_URL', other: 'the request cannot be read' },
  { cause: 'too-long', browser: 'no end in sight', other: 'no end in sight' },
]

/** The column of the outcomes table that browsers show. */
export const BROWSER_WORDS: Words = Object.fromEntries(OUTCOMES.map(({ cause, browser }) => [cause, browser]))

/** What the person sees: the application's own word, else that of every program. */
export function wordFor(words: Words, cause: OutcomeCause): string {
  return words[cause] ?? OUTCOMES.find((row) => row.cause === cause)?.other ?? cause
}
