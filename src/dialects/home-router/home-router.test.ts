import { describe, expect, test } from 'vitest'
import { HOME_INBOUND, HOME_OUTBOUND } from '@/model/firewalls/home-chains'
import { findChain } from '@/model/ruleset/chains'
import { context } from '../../../tests/arbitraries/rules'
import { detectDialect } from '../detect'
import { homeRouter } from './home-router'

const BLOCKS = `yourPC-[highport] --> SSLserver:443

src ip      any
dest ip     any
src port    any
dst port    443
inbound     block
outbound    allow

SSLServer:443 -->YourPC-[highport]

src ip      any
dest ip     any
src port    443
dst port    any
inbound     allow
outbound    block
`

/** A page of a question and its answers around the listing: talk of ports, half forms, a command of another language. */
const PAGE = `How do I let one kind of site through my router?

Inbound and outbound are two columns. My rules are:

${BLOCKS}
The log says: > XXX.XXX.XXX.XXX:62712, AS Seq=###, Ack=-### -Black List Defense
  • src port is what worries me

An answer: it should read

src ip (any)
src port (443)
inbound allow

and not

dest ip (any [or that server's])
dstn port (443)
inbound block
outbound allow

or else

sudo iptables -A INPUT -m state --state ESTABLISHED,RELATED -j ACCEPT
`

const read = (text: string) => {
  const result = homeRouter.parse?.(text, context)
  if (!result?.ok) throw new Error(JSON.stringify(result?.diagnostics))
  return result
}

describe.each([
  ['only the blocks', BLOCKS],
  ['the whole page around them', PAGE],
  ['lines that end as on Windows', BLOCKS.replaceAll('\n', '\r\n')],
  ['every line followed by a blank one', BLOCKS.replaceAll('\n', '\n\n')],
])('R033: %s', (_what, text) => {
  test('two rules with a verdict each way, in a home packet filter of dual form', () => {
    const { firewall, rules } = read(text).value
    expect([firewall.kind, firewall.form, rules]).toEqual(['home-stateless', 'dual', 2])
    const targets = [HOME_INBOUND, HOME_OUTBOUND].map((ref) =>
      findChain(firewall.ruleset, ref)?.rows.map((row) =>
        row.kind === 'rule' ? [row.name, row.target.kind] : [],
      ),
    )
    expect(targets).toEqual([
      [
        ['yourPC-[highport] --> SSLserver:443', 'drop'],
        ['SSLServer:443 -->YourPC-[highport]', 'accept'],
      ],
      [
        ['yourPC-[highport] --> SSLserver:443', 'accept'],
        ['SSLServer:443 -->YourPC-[highport]', 'drop'],
      ],
    ])
  })

  test('a note for each that the protocol is any', () => {
    const notes = read(text).diagnostics
    expect(notes.map(({ kind, message }) => [kind, message])).toEqual([
      ['note', 'This rule names no protocol: it is for any.'],
      ['note', 'This rule names no protocol: it is for any.'],
    ])
  })

  test('the text leaves as it came', () => {
    const printed = homeRouter.print?.(read(text).value.firewall, context)
    expect(printed).toEqual({ text: BLOCKS, losses: [], complete: true })
  })

  test('it is recognised', () => {
    expect(detectDialect(text)[0]?.dialect.id).toBe('home-router')
  })
})

test('each line of the page has its fate', () => {
  const { lines } = read(PAGE).value
  const fateOf = (start: string) => lines.find(({ text }) => text.startsWith(start))?.fate
  expect(fateOf('src ip      any')).toBe('understood')
  expect(fateOf('yourPC')).toBe('understood')
  expect(fateOf('How do I')).toBe('not-understood')
  expect(fateOf('src ip (any)')).toBe('not-understood')
  expect(lines.filter(({ fate }) => fate === 'understood')).toHaveLength(14)
})

test('a bad value is named with its place, and the other rules are read', () => {
  const result = read(`${BLOCKS}\nsrc ip 300.1.2.3\ndst port 80\ninbound block\n`)
  expect(result.value.rules).toBe(2)
  expect(result.diagnostics.at(-1)).toEqual({
    kind: 'syntax-error',
    message: '300 is too large in 300.1.2.3. Each of the four numbers of an IPv4 address is 0 to 255.',
    line: 19,
    column: 8,
    length: 9,
  })
})
