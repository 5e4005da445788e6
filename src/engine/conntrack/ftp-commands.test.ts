import { describe, expect, test } from 'vitest'
import { formatAddress } from '@/model/packet/address'
import { ftpCommandIn, writeFtpWhere } from './ftp-commands'
import type { Direction } from './tuple'

/** What the command says, or that it is none or cut off. */
function read(text: string, direction: Direction, family: 4 | 6 = 4): string {
  const command = ftpCommandIn(text, direction, family)
  if (command.kind !== 'found') return command.kind
  const { form, address, port, start, end } = command
  return `${form} ${address === undefined ? '' : `${formatAddress(address)} `}${port} "${text.slice(start, end)}"`
}

const CASES: readonly (readonly [string, Direction, string])[] = [
  ['PORT 192,168,1,10,195,80\r\n', 'original', 'PORT 192.168.1.10 50000 "192,168,1,10,195,80"'],
  ['port 10,0,0,1,0,21\r\n', 'original', 'PORT 10.0.0.1 21 "10,0,0,1,0,21"'],
  ['PORT 192,168,1,10,195,80\n', 'original', 'partial'],
  ['PORT 192,168,1,10,195\r\n', 'original', 'partial'],
  ['PORT 192,168,1,10,195,80', 'original', 'partial'],
  ['POR', 'original', 'partial'],
  ['EPR', 'original', 'partial'],
  ['PASV\r\n', 'original', 'none'],
  ['PORT 192,168,1,10,195,80\r\n', 'reply', 'none'],
  ['EPRT |1|132.235.1.2|6275|\r\n', 'original', 'EPRT 132.235.1.2 6275 "|1|132.235.1.2|6275|"'],
  ['EPRT |2|2001:db8::1|6275|\r\n', 'original', 'partial'],
  ['EPRT |1|132.235.1.2|70000|\r\n', 'original', 'partial'],
  [
    '227 Entering Passive Mode (203,0,113,80,195,80).\r\n',
    'reply',
    '227 203.0.113.80 50000 "203,0,113,80,195,80"',
  ],
  ['227 =203,0,113,80,195,80\r\n', 'reply', '227 203.0.113.80 50000 "203,0,113,80,195,80"'],
  ['227 Entering\r\n', 'reply', 'partial'],
  ['229 Entering Extended Passive Mode (|||6446|)\r\n', 'reply', '229 6446 "|||6446|"'],
  ['229 Entering Extended Passive Mode\r\n', 'reply', 'partial'],
  ['220 ready\r\n', 'reply', 'none'],
  ['', 'reply', 'none'],
]

test.each(CASES)('%j of the %s direction: %s', (text, direction, expected) => {
  expect(read(text, direction)).toBe(expected)
})

test('in IPv6 an address is written with EPRT', () => {
  expect(read('EPRT |2|2001:db8::1|6275|\r\n', 'original', 6)).toBe(
    'EPRT 2001:db8::1 6275 "|2|2001:db8::1|6275|"',
  )
})

describe('an address and port are written as the form has them', () => {
  test.each([
    ['PORT', '203.0.113.1', '203,0,113,1,195,80'],
    ['227', '203.0.113.1', '203,0,113,1,195,80'],
    ['EPRT', '203.0.113.1', '|1|203.0.113.1|50000|'],
    ['EPRT', '2001:db8::1', '|2|2001:db8::1|50000|'],
    ['229', '203.0.113.1', '|||50000|'],
  ] as const)('%s %s: %s', (form, address, written) => {
    expect(writeFtpWhere(form, address, 50_000)).toBe(written)
  })
})
