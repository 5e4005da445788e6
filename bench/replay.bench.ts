import { replay } from '@/cli/replay/replay'
import { medianMilliseconds, type Row } from './row'

export const name = 'replay: crafted packets through rule text, --jsonl on one core'

const CASES = 300
const PACKETS = 50
/** Packets a second that are asked for. */
const ASKED = 20_000

const TOPOLOGY = {
  hosts: {
    client: {
      interfaces: { eth0: { addr: '192.168.1.10/24', link: 'lan' } },
      routes: ['default via 192.168.1.1'],
    },
    router: {
      interfaces: {
        lan0: { addr: '192.168.1.1/24', link: 'lan' },
        wan0: { addr: '203.0.113.1/24', link: 'wan' },
      },
    },
    server: {
      interfaces: { eth0: { addr: '203.0.113.80/24', link: 'wan' } },
      routes: ['default via 203.0.113.1'],
    },
  },
}

/** Five rules in each chain of each host's filter table; `seed` makes one text unlike another. */
function rulesOf(seed: number): string {
  const rules = ['INPUT', 'FORWARD', 'OUTPUT'].flatMap((chain) => [
    `-A ${chain} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
    `-A ${chain} -s 10.${seed % 256}.0.0/16 -j DROP`,
    `-A ${chain} -p tcp -m tcp --dport ${2000 + seed} --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT`,
    `-A ${chain} -p udp -m multiport --dports 53,123 -j ACCEPT`,
    `-A ${chain} -p tcp -m tcp --dport 443 -j ACCEPT`,
  ])
  return `*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules.join('\n')}\nCOMMIT\n`
}

/** Segments of connections both ways, datagrams, and ports that no rule takes. */
function packetAt(index: number) {
  const [client, server] = ['192.168.1.10', '203.0.113.80']
  const sport = 40_000 + Math.floor(index / 5)
  const out = { from: 'client', src: client, dst: server, sport }
  switch (index % 5) {
    case 0:
      return { ...out, proto: 'tcp', dport: 443, flags: 'S', seq: 100 }
    case 1:
      return {
        from: 'server',
        proto: 'tcp',
        src: server,
        dst: client,
        sport: 443,
        dport: sport,
        flags: 'SA',
        seq: 500,
        ack: 101,
      }
    case 2:
      return { ...out, proto: 'tcp', dport: 443, flags: 'A', seq: 101, ack: 501 }
    case 3:
      return { ...out, proto: 'udp', dport: 53 }
    default:
      return { ...out, proto: 'tcp', dport: 22, flags: 'S', seq: 7 }
  }
}

function casesOf(hosts: (index: number) => readonly string[], seed: (index: number) => number): string {
  const packets = Array.from({ length: PACKETS }, (_, index) => packetAt(index))
  return Array.from({ length: CASES }, (_, index) => {
    const ruleset = { tool: 'iptables-restore', text: rulesOf(seed(index)) }
    const ruled = Object.fromEntries(hosts(index).map((host) => [host, { ruleset }]))
    return `${JSON.stringify({ topology: TOPOLOGY, hosts: ruled, packets })}\n`
  }).join('')
}

/** What the command prints for a file with this text. */
function answerTo(text: string): string {
  let printed = ''
  const fail = (): never => {
    throw new Error('the command complained')
  }
  replay.run(['--jsonl', '-'], {
    readFile: () => text,
    readInput: () => text,
    write: (each) => {
      printed += each
    },
    complain: fail,
  })
  return printed
}

/** A new file for every timing: what was read before must not make the next one cheaper than a first one. */
function measure(what: string, nextText: () => string): Row[] {
  const texts = Array.from({ length: 7 }, nextText)
  const lines = answerTo(texts[0]!).trimEnd().split('\n')
  const results = lines.map((line) => JSON.parse(line))
  const perSecond = (action: () => unknown) => (CASES * PACKETS * 1000) / medianMilliseconds(action)
  let next = 1
  const ours = perSecond(() => answerTo(texts[next++]!))
  const json = perSecond(() => [
    texts[0]!.split('\n').map((line) => line && JSON.parse(line)),
    results.map((result) => JSON.stringify(result)),
  ])
  return [
    { what, ours, anchor: ASKED, unit: 'packets/s', goal: { atLeast: 1 } },
    { what: `${what}, held against reading and writing its JSON`, ours, anchor: json, unit: 'packets/s' },
  ]
}

export function run(): Row[] {
  const router = () => ['router']
  const all = () => ['client', 'router', 'server']
  let rulesets = 2
  return [
    ...measure('one text at the router', () => casesOf(router, () => 1)),
    ...measure('one text at three hosts', () => casesOf(all, () => 2)),
    ...measure('each case its own text', () => casesOf(router, () => ++rulesets)),
  ]
}
