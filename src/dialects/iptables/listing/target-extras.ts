import { bare, type Extra, extra, type ListedOption, valued } from './extra'

const option = (name: string, value: string): ListedOption => ({ name, values: [value] })

const NAT_FLAGS = [
  bare('random', { name: '--random' }),
  bare('random-fully', { name: '--random-fully' }),
  bare('persistent', { name: '--persistent' }),
]

const MARK_FORM: Readonly<Record<string, string>> = {
  set: '--set-mark',
  xset: '--set-xmark',
  and: '--and-mark',
  or: '--or-mark',
  xor: '--xor-mark',
}

const marks = (target: string): Extra =>
  extra(`${target} (xset|set|and|xor|or) (0x\\w+(?:/0x\\w+)?)`, ([form = '', value = '']) => [
    option(MARK_FORM[form] ?? '', value),
  ])

const hopLimit = (target: 'TTL' | 'HL'): Extra =>
  extra(`${target} (set to|increment by|decrement by) (\\d+)`, ([how = '', value = '']) => [
    option(`--${target.toLowerCase()}-${how.slice(0, 3)}`, value),
  ])

/** Flags of the LOG target by bit (xt_LOG.h); without -n they are words. */
const LOG_FLAGS = ['tcp-sequence', 'tcp-options', 'ip-options', 'uid', 'nflog', 'macdecode']

function logFlags(text: string): readonly ListedOption[] {
  const bits = Number(text)
  return LOG_FLAGS.filter((name, bit) => bits & (1 << bit) && name !== 'nflog').map((name) => ({
    name: `--log-${name}`,
  }))
}

const prefixOf = (prefix: string | undefined): readonly ListedOption[] =>
  prefix === undefined ? [] : [option('--log-prefix', prefix)]

/** Not 4, which is what LOG does by itself. */
const levelOf = (level: string): readonly ListedOption[] =>
  /^(?:4|warn(?:ing)?)$/.test(level) ? [] : [option('--log-level', level)]

// A prefix is printed as it is, quotes of its own included; nothing comes after it.
const PREFIX = '(?: prefix (?:"(.*)"|`(.*)\')\\s*$)?'

/** What targets print in a listing, by the name in the target column. Source: the `print` functions of iptables' extensions. */
export const TARGET_EXTRAS: Readonly<Record<string, readonly Extra[]>> = {
  REJECT: [extra('reject-with (\\S+)', ([how = '']) => [option('--reject-with', how)])],
  LOG: [
    extra(`LOG flags (\\d+) level (\\w+)${PREFIX}`, ([flags = '', level = '', prefix, old]) => [
      ...prefixOf(prefix ?? old),
      ...levelOf(level),
      ...logFlags(flags),
    ]),
    extra(
      `LOG level (\\w+)((?: (?:${LOG_FLAGS.join('|')}|unknown-flags))*)${PREFIX}`,
      ([level = '', flags = '', prefix, old]) => [
        ...prefixOf(prefix ?? old),
        ...levelOf(level),
        ...LOG_FLAGS.filter((name) => flags.split(/\s+/).includes(name)).map((name) => ({
          name: `--log-${name}`,
        })),
      ],
    ),
  ],
  SNAT: [extra('to:(\\S+)', ([to = '']) => [option('--to-source', to)]), ...NAT_FLAGS],
  DNAT: [extra('to:(\\S+)', ([to = '']) => [option('--to-destination', to)]), ...NAT_FLAGS],
  NETMAP: [extra('to:(\\S+)', ([to = '']) => [option('--to', to)])],
  MASQUERADE: [extra('masq ports:\\s*(\\S+)', ([ports = '']) => [option('--to-ports', ports)]), ...NAT_FLAGS],
  REDIRECT: [extra('redir ports (\\S+)', ([ports = '']) => [option('--to-ports', ports)]), ...NAT_FLAGS],
  MARK: [marks('MARK')],
  CONNMARK: [
    marks('CONNMARK'),
    extra('CONNMARK (save|restore) mask (0x\\w+)', ([form, mask = '']) => [
      { name: `--${form}-mark` },
      option('--nfmask', mask),
      option('--ctmask', mask),
    ]),
    // The "~" is printed before the bits that are taken over, not before their complement (libxt_CONNMARK.c).
    extra(
      'CONNMARK (save|restore) (nf|ct)mask (0x\\w+) (nf|ct)mask ~(0x\\w+)',
      ([form, one, first = '', two, second = '']) => [
        { name: `--${form}-mark` },
        option(`--${one}mask`, first),
        option(`--${two}mask`, second),
      ],
    ),
    extra('CONNMARK (save|restore)', ([form]) => [{ name: `--${form}-mark` }]),
  ],
  CT: [
    bare('(?:CT )?notrack', { name: '--notrack' }),
    bare('NOTRACK', { name: '--notrack' }),
    extra('CT (helper|zone|zone-orig|zone-reply|timeout) (\\S+)', ([name, value = '']) => [
      option(`--${name}`, value),
    ]),
  ],
  NFQUEUE: [
    extra('NFQUEUE num (\\d+)( bypass)?', ([number = '', bypass]) => [
      option('--queue-num', number),
      ...(bypass ? [{ name: '--queue-bypass' }] : []),
    ]),
    extra('NFQUEUE balance (\\d+:\\d+)( bypass)?', ([range = '', bypass]) => [
      option('--queue-balance', range),
      ...(bypass ? [{ name: '--queue-bypass' }] : []),
    ]),
  ],
  NFLOG: [
    valued(undefined, '--nflog-prefix', 'nflog-prefix ()(?=")"([^"]*)"'),
    extra('nflog-(prefix|group|range|size|threshold) ([^"\\s]\\S*)', ([name, value = '']) => [
      option(`--nflog-${name}`, value),
    ]),
  ],
  TCPMSS: [
    bare('TCPMSS clamp to PMTU', { name: '--clamp-mss-to-pmtu' }),
    extra('TCPMSS set (\\d+)', ([size = '']) => [option('--set-mss', size)]),
  ],
  TTL: [hopLimit('TTL')],
  HL: [hopLimit('HL')],
  TOS: [extra('TOS (set|and|or|xor) (\\S+)', ([form, value = '']) => [option(`--${form}-tos`, value)])],
  DSCP: [extra('DSCP set (0x\\w+)', ([value = '']) => [option('--set-dscp', value)])],
  CLASSIFY: [extra('CLASSIFY set (\\S+)', ([value = '']) => [option('--set-class', value)])],
  CHECKSUM: [bare('CHECKSUM fill', { name: '--checksum-fill' })],
  TEE: [
    extra('TEE gw:(\\S+)(?: oif=(\\S+))?', ([gateway = '', out]) => [
      option('--gateway', gateway),
      ...(out ? [option('--oif', out)] : []),
    ]),
  ],
  TPROXY: [
    extra('TPROXY redirect (\\S+):(\\d+) mark (\\S+)', ([address = '', port = '', mark = '']) => [
      option('--on-port', port),
      option('--on-ip', address),
      option('--tproxy-mark', mark),
    ]),
  ],
  AUDIT: [extra('AUDIT (accept|drop|reject)', ([type = '']) => [option('--type', type)])],
  SET: [
    extra('(add|del)-set (\\S+) (\\S+)', ([verb, name = '', sides = '']) => [
      { name: `--${verb}-set`, values: [name, sides] },
    ]),
  ],
}
