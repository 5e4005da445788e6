import { OTHER_CONDITIONS } from './spelling'

const MATCHES = ['enabled', 'name', 'family', 'src', 'dest', 'proto', 'ipset', 'log', 'target']
const ENDS = ['src_ip', 'src_port', 'dest_ip', 'dest_port']
/** Options of each type of section that are looked at. */
export const KNOWN_OPTIONS: Readonly<Record<string, ReadonlySet<string>>> = {
  defaults: new Set([
    'input',
    'output',
    'forward',
    'drop_invalid',
    'syn_flood',
    'synflood_protect',
    'tcp_reject_code',
    'any_reject_code',
  ]),
  zone: new Set([
    'enabled',
    'name',
    'family',
    'network',
    'device',
    'subnet',
    'input',
    'output',
    'forward',
    'masq',
    'masq6',
    'masq_allow_invalid',
    'masq_src',
    'masq_dest',
  ]),
  forwarding: new Set(['enabled', 'name', 'src', 'dest', 'family']),
  rule: new Set([
    ...MATCHES,
    ...ENDS,
    ...OTHER_CONDITIONS,
    'device',
    'direction',
    'icmp_type',
    'set_mark',
    'set_xmark',
    'set_dscp',
    'set_helper',
  ]),
  redirect: new Set([
    ...MATCHES,
    ...ENDS,
    ...OTHER_CONDITIONS,
    'src_dip',
    'src_dport',
    'reflection',
    'reflection_src',
    'reflection_zone',
  ]),
  nat: new Set([...MATCHES, ...ENDS, ...OTHER_CONDITIONS, 'device', 'snat_ip', 'snat_port']),
  ipset: new Set(['enabled', 'name', 'family', 'match', 'entry', 'loadfile', 'timeout']),
  include: new Set(['enabled', 'path', 'type', 'family', 'fw4_compatible', 'position', 'chain']),
}
