import { ADDRESS, fromClient as c, type Row, fromServer as s, v6 } from './row'

/** What rules ask of a connection. */

const { client, wan, server } = ADDRESS[4]
const filter = (...lines: readonly string[]) =>
  `*filter\n${lines.map((line) => `-A FORWARD ${line}`).join('\n')}\nCOMMIT\n`
const drop = (match: string) => filter(`-m conntrack ${match} -j DROP`)
const DNAT = `*nat\n-A PREROUTING -i wan0 -p tcp --dport 8443 -j DNAT --to-destination ${client}:443\nCOMMIT\n`
const SNAT = '*nat\n-A POSTROUTING -o wan0 -j MASQUERADE\nCOMMIT\n'
const dropped = (state: string, rule = 1) => `${state} ${state} dropped by filter FORWARD ${rule}`
const PASSED = 'NEW NEW NEW delivered'
const fromOutside = s('S', { dst: wan, sport: 50_000, dport: 8443 })

/** The first packet of the client's connection. */
const syn = (name: string, match: string, expected: string): Row => ({
  name,
  rules: drop(match),
  packets: [[c('S'), expected]],
})

/** A packet that conntrack makes nothing of. */
const invalid = (match: string, matches: boolean): Row => ({
  name: `[e11 B7] "${match}" ${matches ? 'matches' : 'does not match'} a packet without a connection`,
  rules: drop(match),
  packets: [[c('SA'), matches ? dropped('INVALID') : 'INVALID INVALID INVALID delivered']],
})

export const CONNECTION_ROWS: readonly Row[] = [
  syn('the first packet goes the original way', '--ctdir ORIGINAL', dropped('NEW')),
  syn('the protocol of the connection', '--ctproto tcp', dropped('NEW')),
  syn('another protocol than that of the connection', '! --ctproto 17', dropped('NEW')),
  syn('the original source', `--ctorigsrc ${client}`, dropped('NEW')),
  syn('the original destination', `! --ctorigdst ${server}`, PASSED),
  syn('the source of replies', `--ctreplsrc ${server}`, dropped('NEW')),
  syn('the original ports', '--ctorigsrcport 40000 --ctorigdstport 400:500', dropped('NEW')),
  syn('the ports of replies', '--ctreplsrcport 443 ! --ctrepldstport 1:1024', dropped('NEW')),
  syn('[e11 B6] CONFIRMED is false for the first packet', '--ctstatus CONFIRMED', PASSED),
  syn('[e11 B6] --ctstatus NONE never matches', '--ctstatus NONE', PASSED),
  syn('[e11 B6] ! --ctstatus NONE always matches', '! --ctstatus NONE', dropped('NEW')),
  syn('a state or a translation', '--ctstate NEW,DNAT', dropped('NEW')),
  syn('neither a state nor a translation', '! --ctstate ESTABLISHED,DNAT', dropped('NEW')),
  invalid('--ctstate INVALID --ctdir REPLY', true),
  invalid('--ctstate INVALID --ctproto 17', true),
  invalid('! --ctstate NEW --ctstatus ASSURED', true),
  invalid('--ctstate NEW --ctproto 6', false),
  invalid('--ctdir ORIGINAL', false),
  invalid('! --ctproto 17', false),
  invalid('! --ctstatus ASSURED', false),
  invalid('--ctstate DNAT', false),
  invalid('! --ctstate DNAT', true),
  invalid('! --ctstate INVALID,DNAT', false),
  {
    name: 'a reply goes the other way and has been seen',
    rules: filter('-m conntrack --ctdir REPLY --ctstatus SEEN_REPLY,ASSURED -j DROP'),
    packets: [
      [c('S', { seq: 1000 }), PASSED],
      [s('SA', { seq: 5000, ack: 1001 }), dropped('ESTABLISHED')],
    ],
  },
  {
    name: 'ASSURED after the handshake',
    rules: drop('--ctstatus ASSURED'),
    packets: [
      [c('S', { seq: 1000 }), PASSED],
      [s('SA', { seq: 5000, ack: 1001 }), 'ESTABLISHED ESTABLISHED ESTABLISHED delivered'],
      [c('A', { seq: 1001, ack: 5001 }), dropped('ESTABLISHED')],
    ],
  },
  {
    name: '[e11 B6] DNAT matches the first packet and the reply of a translated flow',
    rules:
      DNAT + filter('-i lan0 -m conntrack --ctstate DNAT -j DROP', '-m conntrack ! --ctstate DNAT -j DROP'),
    packets: [
      [{ ...fromOutside, seq: 1000 }, `NEW NEW NEW delivered as ${server}:50000 > ${client}:443`],
      [c('SA', { sport: 443, dport: 50_000, seq: 5000, ack: 1001 }), dropped('ESTABLISHED')],
    ],
  },
  {
    name: '[e11 B6] SNAT is not there in FORWARD for the first packet, and is in the reply',
    rules: SNAT + drop('--ctstate SNAT'),
    packets: [
      [c('S', { seq: 1000 }), `NEW NEW NEW delivered as ${wan}:40000 > ${server}:443`],
      [s('SA', { dst: wan, seq: 5000, ack: 1001 }), 'ESTABLISHED ESTABLISHED dropped by filter FORWARD 1'],
    ],
  },
  {
    name: '[e11 B6] --ctorigdst and its port are the untranslated ones, --ctreplsrc the translated',
    rules: DNAT + drop(`--ctorigdst ${wan} --ctorigdstport 8443 --ctreplsrc ${client} --ctreplsrcport 443`),
    packets: [[fromOutside, dropped('NEW')]],
  },
  {
    name: 'an error is asked for the connection that it quotes',
    rules: drop('--ctstate RELATED --ctproto tcp --ctdir REPLY'),
    packets: [
      [c('S', { seq: 1000 }), PASSED],
      [
        {
          from: 'server',
          proto: 'icmp',
          src: server,
          dst: client,
          icmp_type: 3,
          icmp_code: 1,
          inner: { proto: 'tcp', src: client, dst: server, sport: 40_000, dport: 443, flags: 'S', seq: 1000 },
        },
        dropped('RELATED'),
      ],
    ],
  },
  {
    name: '[E10] --ports is a port at either end',
    rules: filter('-p tcp -m multiport --ports 443 -j DROP'),
    packets: [
      [c('S'), dropped('NEW')],
      [c('S', { dport: 444 }), PASSED],
      [c('S', { sport: 443, dport: 80 }), dropped('NEW')],
    ],
  },
  {
    name: '[E10] ! --ports is no such port at either end',
    rules: filter('-p tcp -m multiport ! --ports 443,8000:8080 -j DROP'),
    packets: [
      [c('S'), PASSED],
      [c('S', { dport: 8443 }), dropped('NEW')],
      [c('S', { sport: 8001, dport: 80 }), PASSED],
    ],
  },
  {
    name: 'addresses of a connection in IPv6',
    family: 6,
    rules: drop(`--ctorigsrc ${ADDRESS[6].client} --ctrepldst 2001:db8:1::/64`),
    packets: [[v6(c('S')), dropped('NEW')]],
  },
]
