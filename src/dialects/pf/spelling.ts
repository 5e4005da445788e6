import type { RejectKind } from '@/model/ruleset/ruleset'

/** Names of pf.conf(5) and icmp(4), icmp6(4) of OpenBSD 7.6. Type, or type and code. */

export const ICMP_TYPES: Readonly<Record<4 | 6, Readonly<Record<string, number>>>> = {
  4: {
    echorep: 0,
    unreach: 3,
    squench: 4,
    redir: 5,
    althost: 6,
    echoreq: 8,
    routeradv: 9,
    routersol: 10,
    timex: 11,
    paramprob: 12,
    timereq: 13,
    timerep: 14,
    inforeq: 15,
    inforep: 16,
    maskreq: 17,
    maskrep: 18,
    trace: 30,
  },
  6: {
    unreach: 1,
    toobig: 2,
    timex: 3,
    paramprob: 4,
    echoreq: 128,
    echorep: 129,
    groupqry: 130,
    listqry: 130,
    grouprep: 131,
    listenrep: 131,
    groupterm: 132,
    listendone: 132,
    routersol: 133,
    routeradv: 134,
    neighbrsol: 135,
    neighbradv: 136,
    redir: 137,
    routrrenum: 138,
  },
}

/** Codes by the number of their type. */
export const ICMP_CODES: Readonly<Record<4 | 6, Readonly<Record<string, Readonly<Record<string, number>>>>>> =
  {
    4: {
      3: {
        'net-unr': 0,
        'host-unr': 1,
        'proto-unr': 2,
        'port-unr': 3,
        needfrag: 4,
        srcfail: 5,
        'net-unk': 6,
        'host-unk': 7,
        isolate: 8,
        'net-prohib': 9,
        'host-prohib': 10,
        'net-tos': 11,
        'host-tos': 12,
        'filter-prohib': 13,
        'host-preced': 14,
        'cutoff-preced': 15,
      },
      5: { 'redir-net': 0, 'redir-host': 1, 'redir-tos-net': 2, 'redir-tos-host': 3 },
      11: { transit: 0, reassemb: 1 },
      12: { badhead: 0, optmiss: 1, badlen: 2 },
    },
    6: {
      1: { 'noroute-unr': 0, 'admin-unr': 1, 'notnbr-unr': 2, 'addr-unr': 3, 'port-unr': 4 },
      3: { transit: 0, reassemb: 1 },
      4: { badhead: 0, nxthdr: 1 },
    },
  }

/** What `return-icmp(CODE)` answers. */
export const RETURN_CODES: Readonly<Record<string, RejectKind>> = {
  'net-unr': 'icmp-net-unreachable',
  'host-unr': 'icmp-host-unreachable',
  'proto-unr': 'icmp-proto-unreachable',
  'port-unr': 'icmp-port-unreachable',
  'net-prohib': 'icmp-net-prohibited',
  'host-prohib': 'icmp-host-prohibited',
  'filter-prohib': 'icmp-admin-prohibited',
  'admin-unr': 'icmp-admin-prohibited',
  'noroute-unr': 'icmp-net-unreachable',
  'addr-unr': 'icmp-host-unreachable',
}
