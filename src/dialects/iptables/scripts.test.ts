import { describe, expect, test } from 'vitest'
import { read, told } from '../../../tests/iptables-text'

describe('variables that the script itself sets', () => {
  test.each([
    ['a value', 'LAN=192.168.0.0/24\niptables -A INPUT -s $LAN -j ACCEPT', '-s 192.168.0.0/24 -j ACCEPT'],
    [
      'in braces, next to other text',
      'NET=192.168.0\niptables -A INPUT -s $' + '{NET}.0/24 -j ACCEPT',
      '-s 192.168.0.0/24 -j ACCEPT',
    ],
    [
      'the tool',
      'IPT="/sbin/iptables"\n$IPT -A INPUT -p tcp --dport 22 -j ACCEPT',
      '-p tcp --dport 22 -j ACCEPT',
    ],
    ['the tool in quotes', 'export IPT=/sbin/iptables\n"$IPT" -A INPUT -j DROP', '-j DROP'],
    ['the tool with sudo', 'IPT="sudo iptables"\n$IPT -A INPUT -j DROP', '-j DROP'],
    [
      'several options at once',
      'NEW="-m state --state NEW"\niptables -A INPUT $NEW -j ACCEPT',
      '-m conntrack --ctstate NEW -j ACCEPT',
    ],
    ['a value made of another', 'A=10.0.0; B="$A.1"\niptables -A INPUT -s $B -j DROP', '-s 10.0.0.1 -j DROP'],
    ['the last value', 'A=10.0.0.1\nA=10.0.0.2\niptables -A INPUT -s $A -j DROP', '-s 10.0.0.2 -j DROP'],
    [
      'a comment beside it',
      'A=10.0.0.1 # the printer\niptables -A INPUT -s $A -j DROP',
      '-s 10.0.0.1 -j DROP',
    ],
  ])('%s', (_what, script, rule) => {
    expect(told(script)).toEqual([`filter: -A INPUT ${rule}`])
  })

  test.each([
    ['nobody sets it', 'iptables -A INPUT -s $LAN -j DROP', '1:22 $LAN'],
    ['a command sets it', 'LAN=$(hostname -I)\niptables -A INPUT -s $LAN -j DROP', '2:22 $LAN'],
    [
      'it is set in an if',
      'LAN=10.0.0.1\nif true; then\nLAN=10.0.0.2\nfi\niptables -A INPUT -s $LAN -j DROP',
      '5:22 $LAN',
    ],
    ['it is an argument', 'iptables -A INPUT -s $1 -j DROP', '1:22 $1'],
    [
      'it doubles without end',
      `A=xxxxxxxxxx\n${'A=$A$A\n'.repeat(40)}iptables -A INPUT -s $A -j DROP`,
      '42:22 $A',
    ],
  ])('%s: its value is asked for', (_what, script, place) => {
    const errors = told(`${script}\niptables -A INPUT -j RETURN`).filter((line) =>
      line.startsWith('syntax-error'),
    )
    expect(errors).toEqual([
      `syntax-error ${place} is worked out by a shell. Put its value here, or paste the output of iptables-save.`,
    ])
  })
})

describe('what a shell alone can do is told, with line and column', () => {
  test.each([
    ['a loop', 'for p in 80 443; do\n  iptables -A INPUT -p tcp --dport $p -j ACCEPT\ndone', '2:3'],
    ['a loop', 'for p in 80 443; do iptables -A INPUT -p tcp --dport $p -j ACCEPT; done', '1:1'],
    ['a loop', 'while read ip; do\niptables -A INPUT -s 10.0.0.1 -j DROP\ndone < list', '2:1'],
    ['a function', 'start() {\n\tiptables -A INPUT -j DROP\n}', '2:2'],
    ['a function', 'function start\n{\niptables -A INPUT -j DROP\n}', '3:1'],
    ['an if', 'if [ "$1" = start ]; then\niptables -A INPUT -j DROP\nfi', '2:1'],
    ['a case', 'case "$1" in\nstart)\niptables -A INPUT -j DROP\n;;\nesac', '3:1'],
  ])('%s', (block, script, place) => {
    const said = told(`${script}\niptables -A INPUT -s 10.9.9.9 -j RETURN`)
    expect(said.filter((line) => !line.startsWith('note'))).toEqual([
      'filter: -A INPUT -s 10.9.9.9 -j RETURN',
      `syntax-error ${place} This line is in ${block}, which a shell runs. Write the rules out, or paste the output of iptables-save.`,
    ])
  })

  test.each([
    ['a pipe', 'iptables -A INPUT -j DROP | tee log', '1:27 "| tee log"'],
    ['a file', 'iptables -A INPUT -j DROP < $(cat x)', '1:27 "< $(cat x)"'],
  ])('%s', (_what, script, place) => {
    expect(told(`${script}\niptables -P INPUT DROP`).at(-1)).toMatch(`syntax-error ${place}`)
  })
})

describe('lines as people paste them', () => {
  test.each([
    ['a prompt of root', 'root@gw:~# iptables -A INPUT -j DROP'],
    ['a prompt with a space', 'root@gw ~ # iptables -A INPUT -j DROP'],
    ['a prompt in brackets', '[root@gw ~]# iptables -A INPUT -j DROP'],
    ['a prompt of anybody', '$ sudo iptables -A INPUT -j DROP'],
    ['two commands', 'iptables -F; iptables -A INPUT -j DROP'],
    ['two commands with &&', 'iptables -F && iptables -A INPUT -j DROP'],
    ['a check before', 'iptables -C INPUT -j DROP || iptables -A INPUT -j DROP'],
    ['what does not run', 'iptables -A INPUT -j DROP || exit 1'],
    ['what is thrown away', 'iptables -A INPUT -j DROP >/dev/null 2>&1'],
    ['waiting for the lock', 'iptables -w 5 -A INPUT -j DROP'],
    ['waiting, in full', 'iptables --wait -A INPUT -j DROP'],
    ['telling what it does', 'iptables -v -A INPUT -j DROP'],
    ['a line that goes on', 'iptables -A INPUT \\\n  -j DROP'],
    ['line ends of Windows', 'iptables -F\r\niptables -A INPUT -j DROP\r\n'],
    ['tabs', '\tiptables\t-A INPUT\t-j DROP'],
    ['iptables -S', '-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-N user\n-A INPUT -j DROP'],
  ])('%s', (_what, text) => {
    expect(told(text).filter((line) => !line.startsWith('ignored'))).toEqual(['filter: -A INPUT -j DROP'])
  })

  test('a "#" before every command is a prompt, and that is said', () => {
    expect(told('# iptables -A INPUT -j DROP\n# iptables -A INPUT -j RETURN')).toEqual([
      'filter: -A INPUT -j DROP',
      'filter: -A INPUT -j RETURN',
      'note 1:1 A "#" before a command is taken for the prompt of root, since no command stands without one.',
    ])
  })

  test('a "#" before some commands makes comments of them', () => {
    expect(told('# iptables -A INPUT -j DROP\niptables -A INPUT -j RETURN')).toEqual([
      'filter: -A INPUT -j RETURN',
    ])
  })

  test('each of several commands on a line is kept with it', () => {
    const { value } = read(
      'iptables -A INPUT -j DROP; iptables -A OUTPUT -j DROP; iptables -A INPUT -j nosuch',
    )
    expect(value.lines).toEqual([
      expect.objectContaining({ line: 1, fate: 'partly', rules: ['line-1', 'line-1'] }),
    ])
  })

  test('so is what stands around what iptables-save prints', () => {
    expect(told('root@gw:~# iptables-save\n*filter\n-A INPUT -j DROP\nCOMMIT\nroot@gw:~# exit')).toEqual([
      'filter: -A INPUT -j DROP',
      'note 1:1 This line is no rule and is left out.',
      'note 5:1 This line is no rule and is left out.',
    ])
  })

  test('prose around rules is left out, and that is said', () => {
    expect(told('Hello,\nI have these rules:\n\niptables -A INPUT -j DROP\n\nWhat is wrong?')).toEqual([
      'filter: -A INPUT -j DROP',
      'note 1:1 Lines 1 to 2 hold no rules and are left out.',
      'note 6:1 This line is no rule and is left out.',
    ])
  })
})

describe('what forums make of plain characters, and that it was read so', () => {
  test.each([
    [
      'dashes',
      'iptables –A INPUT –m iprange –-src-range 10.0.0.1–10.0.0.9 -j DROP',
      '-m iprange --src-range 10.0.0.1-10.0.0.9 -j DROP',
    ],
    ['dashes', 'iptables —A INPUT —p tcp —dport 22 —j DROP', '-p tcp --dport 22 -j DROP'],
    [
      'quotes',
      'iptables -A INPUT -m comment --comment “it is – well – mine” -j DROP',
      '-m comment --comment "it is – well – mine" -j DROP',
    ],
    ['spaces', 'iptables\u00a0-A INPUT\u00a0-j DROP', '-j DROP'],
    ['characters', 'iptables -A INPUT -s 10.0.0.1\u200b -j DROP', '-s 10.0.0.1 -j DROP'],
  ])('%s: %s', (what, text, rule) => {
    const [written, ...said] = told(text)
    expect(said.join('\n')).toMatch(new RegExp(`^note 1:1 .*${what}`, 'i'))
    expect(written).toBe(`filter: -A INPUT ${rule}`)
  })

  test('between straight quotes nothing is changed', () => {
    expect(told('iptables -A INPUT -m comment --comment "“a” – b" -j DROP')).toEqual([
      'filter: -A INPUT -m comment --comment "“a” – b" -j DROP',
    ])
  })

  test('the dash of a column in a listing', () => {
    const text =
      'Chain INPUT (policy ACCEPT)\ntarget prot opt source destination\nDROP tcp – 10.0.0.1 anywhere tcp dpt:22'
    expect(told(text)[0]).toBe('filter: -A INPUT -s 10.0.0.1 -p tcp --dport 22 -j DROP')
  })
})

describe('texts of old', () => {
  test.each([
    [
      '-s ! 10.0.0.0/8',
      '! -s 10.0.0.0/8',
      '1:19 Tools since 1.8.9 want the "!" before -s. It is read as meant.',
    ],
    ['-i ! eth0', '! -i eth0', '1:19 Tools since 1.8.9 want the "!" before -i. It is read as meant.'],
  ])('%s', (old, now, note) => {
    expect(told(`iptables -A INPUT ${old} -j DROP`)).toEqual([
      `filter: -A INPUT ${now} -j DROP`,
      `note ${note}`,
    ])
  })

  test('a hardware address that somebody has made unreadable is kept', () => {
    const [rule, said] = told('iptables -A INPUT -m mac --mac-source XX:XX:XX:XX:XX:XX -j ACCEPT')
    expect(rule).toBe('filter: -A INPUT -m mac --mac-source XX:XX:XX:XX:XX:XX -j ACCEPT')
    expect(said).toMatch(/^approximated 1:/)
  })
})
