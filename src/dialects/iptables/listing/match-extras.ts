import { TCP_FLAG } from '@/model/packet/packet'
import { FLAG_SPELLING } from '../spelling'
import { bare, type Extra, extra, type ListedOption, valued } from './extra'

/** `0x17` as names; with names, as it stands. Bits that iptables never looks at have no spelling. */
function flagNames(text: string): string | undefined {
  if (!/^0x/i.test(text)) return text
  const byte = Number.parseInt(text, 16)
  const names = FLAG_SPELLING.filter((name) => byte & TCP_FLAG[name])
  const sum = names.reduce((sofar, name) => sofar | TCP_FLAG[name], 0)
  return sum === byte ? names.join(',') || 'NONE' : undefined
}

const ports = (which: 'sport' | 'dport'): Extra =>
  valued(undefined, `--${which}`, `${which[0]}pts?:(!?)(\\S+)`)

/** Numbers with -n, names without; 255 is every type (libxt_icmp.h). */
function icmp(label: string, match: string, option: string): readonly Extra[] {
  const type = (not: string | undefined, value: string): readonly ListedOption[] => [
    { match, name: option, values: [value], negated: Boolean(not) },
  ]
  return [
    extra(`${label}\\s*(!?)type (\\d+)(?: code (\\d+))?`, ([not, number = '', code]) =>
      type(not, number === '255' && match === 'icmp' ? 'any' : code ? `${number}/${code}` : number),
    ),
    extra(`${label} (!?)(?!type)([a-z][a-z-]+)`, ([not, name = '']) => type(not, name)),
  ]
}

const compared = (label: string, match: string): readonly Extra[] => [
  extra(`${label} match ${label}\\s*([=!<>]=?)\\s*(\\d+)`, ([sign, value = '']) => {
    const name = sign === '<' ? 'lt' : sign === '>' ? 'gt' : 'eq'
    return [{ match, name: `--${match}-${name}`, values: [value], negated: sign === '!=' }]
  }),
]

/** In the order in which one match prints them (libxt_conntrack.c). */
export const CONNTRACK_OPTIONS = [
  ...['ctstate', 'ctproto', 'ctorigsrc', 'ctorigdst', 'ctreplsrc', 'ctrepldst', 'ctorigsrcport'],
  ...['ctorigdstport', 'ctreplsrcport', 'ctrepldstport', 'ctstatus', 'ctexpire', 'ctdir'],
]

function recent(text: string): readonly ListedOption[] {
  const found = /^(!?)\s*(\w+):?\s*(.*)$/s.exec(text)
  const rest = found?.[3] ?? ''
  const side = /side: (source|dest)/.exec(rest)?.[1]
  const value = (label: string) => new RegExp(`${label}: (\\S+)`).exec(rest)?.[1]
  const options: ListedOption[] = [
    { match: 'recent', name: `--${found?.[2]?.toLowerCase()}`, negated: found?.[1] === '!' },
  ]
  const add = (name: string, of: string | undefined) => {
    if (of !== undefined) options.push({ name, values: [of] })
  }
  add('--seconds', value('seconds'))
  add('--hitcount', value('hit_count'))
  if (/TTL-Match/.test(rest)) options.push({ name: '--rttl' })
  add('--name', value('name'))
  add('--mask', value('mask'))
  if (side) options.push({ name: side === 'source' ? '--rsource' : '--rdest' })
  return options
}

/**
 * What matches print in a listing, each tried in turn. Source: the `print` functions of iptables' extensions, with the
 * spellings of older versions beside those of 1.8.
 */
export const MATCH_EXTRAS: readonly Extra[] = [
  extra('/\\*\\x20(.*?)\\x20\\*/', ([text = '']) => [
    { match: 'comment', name: '--comment', values: [text] },
  ]),
  extra('(tcp|udp|udplite|sctp|dccp)', ([match = '']) => [{ match }]),
  ports('sport'),
  ports('dport'),
  extra('flags:(!?)([\\w,]+)/([\\w,]+)', ([not, mask = '', set = '']) => {
    const values = [flagNames(mask), flagNames(set)]
    if (values.includes(undefined)) return undefined
    return [{ match: 'tcp', name: '--tcp-flags', values: values as string[], negated: Boolean(not) }]
  }),
  valued('tcp', '--tcp-option', 'option=(!?)(\\d+)'),
  extra('multiport (sports|dports|ports) (!?)\\s*(\\S+)', ([name = '', not, list = '']) => [
    { match: 'multiport', name: `--${name}`, values: [list], negated: Boolean(not) },
  ]),
  ...icmp('icmp', 'icmp', '--icmp-type'),
  ...icmp('(?:ipv6-icmp|icmpv6|icmp6)', 'icmp6', '--icmpv6-type'),
  valued('state', '--state', '(! )?state ([A-Z,]+)'),
  ...CONNTRACK_OPTIONS.map((name) => valued('conntrack', `--${name}`, `(! )?${name} (\\S+)`)),
  extra('limit: avg (\\S+) burst (\\d+)', ([average = '', burst = '']) => [
    { match: 'limit', name: '--limit', values: [average] },
    // The default, which iptables-save leaves out.
    ...(burst === '5' ? [] : [{ name: '--limit-burst', values: [burst] }]),
  ]),
  valued('mark', '--mark', '(?:mark|MARK) match (!\\s*)?(0x\\w+(?:/0x\\w+)?)'),
  valued('connmark', '--mark', '(?:connmark|CONNMARK) match (!\\s*)?(0x\\w+(?:/0x\\w+)?)'),
  valued('mac', '--mac-source', 'MAC\\s*(!)?\\s*([\\da-fA-F:]{17})'),
  valued('iprange', '--src-range', 'source IP range (! )?(\\S+-\\S+)'),
  valued('iprange', '--dst-range', 'destination IP range (! )?(\\S+-\\S+)'),
  valued('length', '--length', 'length (!?)(\\d+(?::\\d+)?)'),
  ...compared('TTL', 'ttl'),
  ...compared('HL', 'hl'),
  valued('tos', '--tos', '(?:tos|TOS) match\\s*(!?)\\s*(\\S+)'),
  valued('dscp', '--dscp', 'DSCP match (!?)(0x\\w+)'),
  extra(
    'ADDRTYPE match((?: (?:src|dst)-type !?\\S+)*)((?: limit-(?:in|out))*)',
    ([types = '', limits = '']) => [
      ...[...types.matchAll(/(src|dst)-type (!?)(\S+)/g)].map(([, side, not, list = '']) => ({
        match: 'addrtype',
        name: `--${side}-type`,
        values: [list],
        negated: not === '!',
      })),
      ...[...limits.matchAll(/limit-(in|out)/g)].map(([, side]) => ({
        match: 'addrtype',
        name: `--limit-iface-${side}`,
      })),
    ],
  ),
  extra('(! )?(?:owner|OWNER) (UID|GID) match (! )?(\\S+)', ([not, id = '', inner, value = '']) => [
    {
      match: 'owner',
      name: `--${id.toLowerCase()}-owner`,
      values: [value],
      negated: Boolean(not) !== Boolean(inner),
    },
  ]),
  extra('(! )?(?:match-)?set (\\S+) ((?:src|dst)(?:,(?:src|dst))*)', ([not, name = '', sides = '']) => [
    { match: 'set', name: '--match-set', values: [name, sides], negated: Boolean(not) },
  ]),
  extra('PKTTYPE (!?)=\\s*(\\w+)', ([not, type = '']) => [
    { match: 'pkttype', name: '--pkt-type', values: [type], negated: Boolean(not) },
  ]),
  extra(
    'PHYSDEV match((?: (?:! )?--physdev-(?:is-)?(?:in|out|bridged)(?: (?!--)(?!!)\\S+)?)+)',
    ([text = '']) =>
      [...text.matchAll(/(! )?(--physdev-(?:is-)?(?:in|out|bridged))(?: +(?!--)(?!!)(\S+))?/g)].map(
        ([, not, name = '', value]) => ({
          match: 'physdev',
          name,
          ...(name.includes('-is-') || !value ? {} : { values: [value] }),
          negated: Boolean(not),
        }),
      ),
  ),
  extra(
    'recent: (!?\\s*(?:SET|CHECK|UPDATE|REMOVE) .*?side: (?:source|dest)(?: mask: \\S+)?)',
    ([text = '']) => recent(text),
  ),
  extra('statistic mode random (! )?probability (\\S+)', ([not, value = '']) => [
    { match: 'statistic', name: '--mode', values: ['random'] },
    { name: '--probability', values: [value], negated: Boolean(not) },
  ]),
  extra('statistic mode nth (! )?every (\\d+)(?: packet (\\d+))?', ([not, every = '', packet]) => [
    { match: 'statistic', name: '--mode', values: ['nth'] },
    { name: '--every', values: [every], negated: Boolean(not) },
    { name: '--packet', values: [packet ?? '0'] },
  ]),
  extra('#conn (src|dst)/(\\d+) (<=|>) (\\d+)', ([side, mask = '', sign, count = '']) => [
    { match: 'connlimit', name: sign === '>' ? '--connlimit-above' : '--connlimit-upto', values: [count] },
    { name: '--connlimit-mask', values: [mask] },
    { name: side === 'src' ? '--connlimit-saddr' : '--connlimit-daddr' },
  ]),
  valued('helper', '--helper', 'helper match (!\\s*)?"([^"]*)"'),
  valued('quota', '--quota', 'quota: ()(\\d+) bytes'),
  valued('realm', '--realm', 'realm (!\\s*)?(0x\\w+(?:/0x\\w+)?)'),
  extra('policy match dir (in|out) pol (none|ipsec)', ([direction = '', policy = '']) => [
    { match: 'policy', name: '--dir', values: [direction] },
    { name: '--pol', values: [policy] },
  ]),
  extra(
    'STRING match (!)?\\s*"(.*?)" ALGO name (\\w+)(?: FROM (\\d+))?(?: TO (\\d+))?( ICASE)?',
    ([not, text = '', algorithm = '', from, to, icase]) => [
      { match: 'string', name: '--string', values: [text], negated: Boolean(not) },
      { name: '--algo', values: [algorithm] },
      ...(from ? [{ name: '--from', values: [from] }] : []),
      ...(to ? [{ name: '--to', values: [to] }] : []),
      ...(icase ? [{ name: '--icase' }] : []),
    ],
  ),
  valued('esp', '--espspi', 'esp spis?:(!?)(\\S+)'),
  valued('ah', '--ahspi', 'ah spis?:(!?)(\\S+)'),
  valued('tcpmss', '--mss', 'tcpmss match (!?)(\\d+(?::\\d+)?)'),
  extra('ECN match((?: !?(?:ECE|CWR))*)( !?ECT=\\d)?', ([bits = '', field = '']) => [
    ...[...bits.matchAll(/(!?)(ECE|CWR)/g)].map(([, not, bit = '']) => ({
      match: 'ecn',
      name: `--ecn-tcp-${bit.toLowerCase()}`,
      negated: not === '!',
    })),
    ...[...field.matchAll(/(!?)ECT=(\d)/g)].map(([, not, value = '']) => ({
      match: 'ecn',
      name: '--ecn-ip-ect',
      values: [value],
      negated: not === '!',
    })),
  ]),
  extra(
    'frag((?: (?:ids?|length):!?[\\d:]+)*)((?: (?:reserved|first|more|last))*)',
    ([numbers = '', parts = '']) => [
      { match: 'frag' },
      ...[...numbers.matchAll(/(id|len)\w*:(!?)([\d:]+)/g)].map(([, what, not, value = '']) => ({
        name: `--frag${what}`,
        values: [value],
        negated: not === '!',
      })),
      ...[...parts.matchAll(/res|first|more|last/g)].map(([part]) => ({ name: `--frag${part}` })),
    ],
  ),
  valued('rt', '--rt-type', 'rt type:(!?)(\\d+)'),
  bare('socket --transparent', { match: 'socket', name: '--transparent' }),
  bare('socket', { match: 'socket' }),
]
