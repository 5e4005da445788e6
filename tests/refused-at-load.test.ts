import { describe, expect, test } from 'vitest'
import { engine } from './kernel/judge'

/** Text that the tool or the kernel does not take is not taken here either. */
function answerTo(tool: string, text: string): string {
  const hosts = { router: { interfaces: { lan0: { addr: '192.168.1.1/24', link: 'lan' } } } }
  const answer = engine({ topology: { hosts }, hosts: { router: { ruleset: { tool, text } } }, packets: [] })
  return answer.error === undefined ? 'loads' : 'refused'
}
const iptables = (rule: string) => answerTo('iptables-restore', `*filter\n-A INPUT ${rule}\nCOMMIT\n`)
const nft = (rule: string, family = 'inet') =>
  answerTo('nft', `table ${family} t {\nchain c {\ntype filter hook input priority 0;\n${rule}\n}\n}\n`)

describe('[e11 F1] iptables', () => {
  test.each([
    ['-p tcp -m multiport --sports 22 --dport 80 -j DROP', 'refused'],
    ['-p tcp --dport 80 -m multiport --sports 22 -j DROP', 'loads'],
    ['-j REJECT --reject-with tcp-reset', 'refused'],
    ['--dport 80 -j DROP', 'refused'],
    ['-s 10.0.0.1,10.0.0.2 -j DROP', 'loads'],
    ['-m comment --comment "a -j DROP in words" -j ACCEPT', 'loads'],
  ])('%s: %s', (rule, expected) => {
    expect(iptables(rule)).toBe(expected)
  })
})

describe('[e11 F2] nft', () => {
  test.each([
    ['inet', 'meta nfproto ipv4 accept', 'loads'],
    ['ip', 'meta nfproto ipv4 accept', 'refused'],
    ['inet', 'meta l4proto { tcp, udp } tcp flags syn accept', 'refused'],
    ['inet', 'tcp dport 22 ct original proto-dst 22 accept', 'loads'],
    ['inet', 'reject with tcp reset', 'loads'],
  ])('table %s, %s: %s', (family, rule, expected) => {
    expect(nft(rule, family)).toBe(expected)
  })
})
