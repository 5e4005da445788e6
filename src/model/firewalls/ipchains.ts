import type { TargetKind } from '../ruleset/ruleset'
import type { Attachment, FirewallKind } from './firewall-kind'

/**
 * Words of ipchains(8). DENY is the silent drop (R088). A target that 2.2 does not have keeps the word that netfilter
 * gives it, in lower case, so that a rule brought along from there can still be read.
 */
const WORDS: Partial<Record<TargetKind, string>> = {
  accept: 'ACCEPT',
  drop: 'DENY',
  reject: 'REJECT',
  masquerade: 'MASQ',
  redirect: 'REDIRECT',
  return: 'RETURN',
  continue: '-',
}

/**
 * Linux 2.2 asks `input` of everything that arrives, before the address is de-masqueraded, `forward` only of what it
 * passes on, and `output` of everything that leaves, after masquerading (linux/net/ipv4/ip_fw.c, ip_input.c,
 * ip_forward.c, ip_output.c of 2.2).
 */
const HOOKS: Readonly<Record<string, Attachment>> = {
  input: { hook: 'ingress', priority: 0 },
  forward: { hook: 'forward', priority: 0 },
  output: { hook: 'egress', priority: 0 },
}

export const ipchains: FirewallKind = {
  id: 'ipchains',
  label: 'Linux 2.2 ipchains',
  badge: 'ipchains',
  keepsState: false,
  nat: ['off', 'masquerading'],
  create: () => ({
    kind: 'ipchains',
    form: 'separate',
    ruleset: {
      tables: [
        {
          name: 'filter',
          family: 'ip',
          chains: Object.keys(HOOKS).map((name) => ({ name, base: { policy: 'accept' }, rows: [] })),
        },
      ],
    },
    builtins: [],
  }),
  attachments: (ref, chain) => {
    const attachment = ref.family === 'ip' && ref.table === 'filter' && chain.base && HOOKS[ref.chain]
    return attachment ? [attachment] : []
  },
  lockedRules: () => [],
  fields: ['protocol', 'src', 'sport', 'dst', 'dport', 'tcpFlags', 'icmpType', 'iif', 'oif'],
  targets: ['accept', 'drop', 'reject', 'jump', 'return', 'masquerade', 'redirect', 'continue'],
  policies: ['accept', 'drop', 'reject'],
  word: (target) => WORDS[target] ?? target,
  logFormat: 'ipchains',
}
