import { ADDRESS, fromClient as c, type Row, fromServer as s, v6 } from './row'

/** Targets that change the header, and NETMAP. */

const { client, server } = ADDRESS[4]
const mangle = (...lines: readonly string[]) => `*mangle\n${lines.join('\n')}\nCOMMIT\n`
const drop = (match: string) => `*filter\n-A FORWARD ${match} -j DROP\nCOMMIT\n`
const DROPPED = 'NEW NEW dropped by filter FORWARD 1'

const row = (name: string, before: string, match: string): Row => ({
  name,
  rules: mangle(`-A PREROUTING ${before}`) + drop(match),
  packets: [[c('S'), DROPPED]],
})

export const HEADER_TARGET_ROWS: readonly Row[] = [
  row('[E17] a TTL that is set falls by one before FORWARD', '-j TTL --ttl-set 10', '-m ttl --ttl-eq 9'),
  row('a TTL that is counted up ends at 255', '-j TTL --ttl-inc 250', '-m ttl --ttl-eq 254'),
  row('a TTL that is counted down', '-j TTL --ttl-dec 3', '-m ttl --ttl-eq 60'),
  {
    name: 'a TTL that is counted down to nothing ends the journey',
    rules: mangle('-A PREROUTING -i lan0 -j TTL --ttl-dec 200') + drop('-p tcp'),
    packets: [[c('S'), 'NEW NEW vanished; router made icmp 11/0: RELATED RELATED delivered']],
  },
  row('a type of service under a mask', '-j TOS --set-tos 0x10/0x3f', '-m tos --tos 0x10'),
  row('a DSCP keeps the bits of ECN', '-j DSCP --set-dscp 46', '-m tos --tos 0xb8'),
  row('bits of the type of service turned over', '-j TOS --xor-tos 0x18', '-m tos --tos 0x18'),
  row(
    'later rules of the chain see what was changed',
    '-m ttl --ttl-eq 64 -j TTL --ttl-set 9\n-A PREROUTING -m ttl --ttl-eq 9 -j TTL --ttl-set 5',
    '-m ttl --ttl-eq 4',
  ),
  row(
    'TCPMSS adds the size to a SYN that has no options',
    '-p tcp --syn -j TCPMSS --set-mss 1400',
    '-m length --length 44',
  ),
  row('NFLOG goes on', '-j NFLOG --nflog-group 5', '-p tcp'),
  {
    name: 'a hop limit and a traffic class',
    family: 6,
    rules:
      mangle('-A PREROUTING -j HL --hl-set 10', '-A PREROUTING -j TOS --set-tos 0x20') +
      drop('-m hl --hl-eq 9 -m tos --tos 0x20'),
    packets: [[v6(c('S')), DROPPED]],
  },
  {
    name: '[e10 H1] NETMAP moves a destination into a network and keeps its host part; the reply comes from the old one',
    rules: '*nat\n-A PREROUTING -i lan0 -d 198.51.100.0/24 -j NETMAP --to 203.0.113.0/24\nCOMMIT\n',
    packets: [
      [
        c('S', { dst: '198.51.100.80', seq: 1000 }),
        `NEW NEW NEW delivered as ${client}:40000 > ${server}:443`,
      ],
      [
        s('SA', { seq: 5000, ack: 1001 }),
        `ESTABLISHED ESTABLISHED ESTABLISHED delivered as 198.51.100.80:443 > ${client}:40000`,
      ],
    ],
  },
  {
    name: 'NETMAP in POSTROUTING moves the source',
    rules: '*nat\n-A POSTROUTING -o wan0 -j NETMAP --to 198.51.100.0/24\nCOMMIT\n',
    packets: [[c('S'), `NEW NEW NEW delivered as 198.51.100.10:40000 > ${server}:443`]],
  },
]
