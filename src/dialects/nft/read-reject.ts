import type { RejectKind } from '@/model/ruleset/ruleset'
import { type Cursor, NftError, saying } from './cursor'
import { ICMP_CODES, ICMPV6_CODES } from './datatypes'
import type { Token } from './lexer'
import type { RuleBuilder } from './rule-builder'

/** Codes of ICMP as kinds; the same number means another thing for each family. */
const KINDS: Readonly<Record<'icmp' | 'icmpv6' | 'icmpx', Readonly<Record<string, RejectKind>>>> = {
  icmp: {
    'net-unreachable': 'icmp-net-unreachable',
    'host-unreachable': 'icmp-host-unreachable',
    'prot-unreachable': 'icmp-proto-unreachable',
    'port-unreachable': 'icmp-port-unreachable',
    'net-prohibited': 'icmp-net-prohibited',
    'host-prohibited': 'icmp-host-prohibited',
    'admin-prohibited': 'icmp-admin-prohibited',
  },
  icmpv6: {
    'no-route': 'icmp-net-unreachable',
    'admin-prohibited': 'icmp-admin-prohibited',
    'addr-unreachable': 'icmp-host-unreachable',
    'port-unreachable': 'icmp-port-unreachable',
    'policy-fail': 'icmp6-policy-fail',
    'reject-route': 'icmp6-reject-route',
  },
  icmpx: {
    'port-unreachable': 'icmp-port-unreachable',
    'admin-prohibited': 'icmp-admin-prohibited',
    'no-route': 'icmp-net-unreachable',
    'host-unreachable': 'icmp-host-unreachable',
  },
}
/** NFT_REJECT_ICMPX_*: linux/netfilter/nf_tables.h. */
const ICMPX_NUMBERS = ['no-route', 'port-unreachable', 'host-unreachable', 'admin-prohibited']

/** Reads what follows `reject`. Throws NftError where nft refuses it. */
export function readReject(cursor: Cursor, builder: RuleBuilder): void {
  if (!cursor.accept('with')) {
    builder.setTarget({ kind: 'reject', with: 'icmp-port-unreachable' })
    return
  }
  const how = cursor.word('"tcp reset", icmp, icmpv6 or icmpx')
  if (how.text === 'tcp') {
    cursor.expect('reset')
    if (builder.protocol !== undefined && builder.protocol !== 6)
      throw new NftError('Only TCP is answered by a reset. nft refuses this for other protocols.', how)
    builder.requireProtocol(6, how)
    builder.setTarget({ kind: 'reject', with: 'tcp-reset' })
    return
  }
  if (how.text !== 'icmp' && how.text !== 'icmpv6' && how.text !== 'icmpx')
    throw new NftError(`${saying(how)}, where "tcp reset", icmp, icmpv6 or icmpx belongs.`, how)
  cursor.accept('type')
  const code = cursor.word('the code of the answer')
  const kind = rejectKind(how.text, code)
  if (how.text === 'icmpx' && builder.table !== 'inet')
    throw new NftError('"icmpx" is for tables of both families.', how)
  if (how.text === 'icmp') builder.requireFamily(4, how)
  if (how.text === 'icmpv6') builder.requireFamily(6, how)
  builder.setTarget({ kind: 'reject', with: kind })
}

function rejectKind(how: 'icmp' | 'icmpv6' | 'icmpx', code: Token): RejectKind {
  const numbers = how === 'icmp' ? ICMP_CODES : ICMPV6_CODES
  const number = /^\d+$/.test(code.text) ? Number(code.text) : undefined
  const name =
    number === undefined
      ? code.text
      : how === 'icmpx'
        ? ICMPX_NUMBERS[number]
        : Object.entries(numbers).find(([, each]) => each === number)?.[0]
  const kind = name !== undefined && Object.hasOwn(KINDS[how], name) ? KINDS[how][name] : undefined
  if (kind) return kind
  throw new NftError(
    `${code.text} is no answer of ${how}. Write ${Object.keys(KINDS[how]).join(', ')}.`,
    code,
  )
}
