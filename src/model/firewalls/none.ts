import type { FirewallKind } from './firewall-kind'

/** No chains at all. With NAPT this is the "NAT only" router (R041, R042). */
export const none: FirewallKind = {
  id: 'none',
  label: 'no filter',
  badge: 'no filter',
  keepsState: false,
  nat: ['off', 'napt'],
  create: () => ({ kind: 'none', form: 'separate', ruleset: { tables: [] }, builtins: [] }),
  attachments: () => [],
  lockedRules: () => [],
  fields: [],
  targets: [],
  policies: [],
  word: (target) => target,
  logFormat: 'home-router',
}
