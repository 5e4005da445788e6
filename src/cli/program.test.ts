import { describe, expect, test } from 'vitest'
import { DIALECTS } from '@/dialects/index'
import { LESSONS } from '@/lessons/index'
import { encodeDesign } from '@/model/project/document'
import { runInMemory } from './memory-io'
import { COMMANDS } from './program'

const WRITTEN = DIALECTS.flatMap(({ id, print }) => (print ? [id] : [])).join(', ')
const READ = DIALECTS.flatMap(({ id, parse }) => (parse ? [id] : [])).join(', ')

describe('the program', () => {
  test('without a command it lists the commands, with status 2', () => {
    const { status, out } = runInMemory([])
    expect(status).toBe(2)
    for (const { name, summary } of COMMANDS) expect(out).toContain(`${name.padEnd(9)}  ${summary}`)
  })

  test.each(COMMANDS.map(({ name }) => [name]))('%s --help says how it is used', (name) => {
    const { status, out, err } = runInMemory([name, '--help'])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toMatch(new RegExp(`^Usage: highport ${name} `))
    expect(out).toContain('Exit status: 0')
  })

  test.each([
    [['walk'], 'highport: there is no command walk. The commands are run, replay, explain, translate, log.'],
    [['run'], 'highport run: Design is missing. "-" reads standard input.'],
    [['run', 'nowhere.json'], 'highport run: nowhere.json: there is no such file.'],
    [['run', 'a', 'b'], 'highport run: "b" is too much: one design is read.'],
    [['run', '--colour'], 'highport run: There is no option --colour. --help lists what there is.'],
    [['explain', 'rules', '--packet'], 'highport explain: --packet needs a value after it.'],
    [['explain', 'rules'], 'highport explain: --packet is missing. --help shows how one is written.'],
    [
      ['explain', 'rules', '--packet', 'hello'],
      'highport explain: "hello" is not a packet. Write it as "tcp 104.244.42.1:443 > 192.168.1.10:62712 SA iif=wan".',
    ],
    [['translate', 'rules'], `highport translate: --to is missing. It is one of ${WRITTEN}.`],
    [
      ['translate', '--to', 'latin', 'rules'],
      `highport translate: latin cannot be written. Write one of ${WRITTEN}.`,
    ],
    [
      ['translate', '--to', 'nft', 'prose'],
      `highport translate: The language of the text cannot be told. Name it with --from: ${READ}.`,
    ],
    [
      ['translate', '--from', 'markdown', '--to', 'nft', 'prose'],
      `highport translate: markdown cannot be read. Read one of ${READ}.`,
    ],
    [['run', 'prose'], 'highport run: The design is not JSON:'],
    [['run', 'empty'], 'highport run: This is not a Highport design.'],
  ])('a mistake is answered with a sentence and status 2: %j', (args, sentence) => {
    const files = {
      rules: '-A INPUT -j ACCEPT\n',
      prose: 'There are generally no stupid questions.',
      empty: '{}',
    }
    const { status, out, err } = runInMemory(args, files)
    expect(status).toBe(2)
    expect(out).toBe('')
    expect(err.startsWith(sentence)).toBe(true)
    expect(err).not.toMatch(/\bat .*:\d+:\d+/)
  })
})

describe('run', () => {
  const [lesson] = LESSONS
  if (!lesson) throw new Error('there is a story')
  const files = {
    'start.json': JSON.stringify(encodeDesign(lesson.start())),
    'solution.json': JSON.stringify(encodeDesign(lesson.solution())),
  }

  test('all checks hold: status 0', () => {
    const { status, out, err } = runInMemory(['run', 'solution.json'], files)
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toContain('ok    Laptop opens https://twitter.com: page loads\n')
    expect(out).toMatch(/\d+ checks, all hold\n$/)
  })

  test('a check that fails says what was lost and where: status 1', () => {
    const { status, out } = runInMemory(['run', 'start.json'], files)
    expect(status).toBe(1)
    expect(out).toContain(
      'FAIL  Laptop opens https://twitter.com: must work, but: ERR_CONNECTION_TIMED_OUT\n' +
        '      Packet 2, SYN-ACK 104.244.42.1:443 to 203.0.113.7:62712, at Home router: dropped by the policy of inbound.\n',
    )
  })

  test('--check runs one, by name', () => {
    const { out } = runInMemory(['run', 'start.json', '--check', 'Laptop resolves names'], files)
    expect(out).toMatch(/^ok {4}Laptop resolves names: .*\n1 check, it holds\n$/)
  })

  test('--json holds the same', () => {
    const { status, out } = runInMemory(['run', '-', '--json'], { '-': files['start.json'] })
    const answer = JSON.parse(out)
    expect(status).toBe(1)
    expect(answer.ok).toBe(false)
    expect(answer.checks[0]).toEqual({
      id: expect.any(String),
      name: 'Laptop opens https://twitter.com',
      expect: 'works',
      ok: false,
      works: false,
      cause: 'timed-out',
      outcome: 'ERR_CONNECTION_TIMED_OUT',
      packets: expect.any(Number),
      endsAtMs: expect.any(Number),
      why: 'Packet 2, SYN-ACK 104.244.42.1:443 to 203.0.113.7:62712, at Home router: dropped by the policy of inbound.',
    })
  })
})

const LISTING = `src port    any
dst port    443
inbound     block
outbound    allow

src port    443
dst port    any
inbound     allow
outbound    block
`

describe('explain', () => {
  test('R005: the two rules, read literally, admit the reply', () => {
    const { status, out } = runInMemory(
      ['explain', '-', '--packet', 'tcp 104.244.42.1:443 > 192.168.1.10:62712 SA iif=wan'],
      { '-': LISTING },
    )
    expect(status).toBe(0)
    expect(out).toBe(
      'inbound (table filter, forward): SYN-ACK 104.244.42.1:443 to 192.168.1.10:62712\n' +
        '  1  no     destination port is 62712, the rule wants 443\n' +
        '  2  match  accept\n' +
        '  accept by rule 2 of inbound\n',
    )
  })

  const rules =
    '*filter\n:INPUT DROP\n:web - [0:0]\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A INPUT -p tcp -j web\n-A web -p tcp --dport 443 -j ACCEPT\nCOMMIT\n'
  const ask = (...more: string[]) =>
    runInMemory(['explain', 'rules', '--packet', 'tcp 10.0.0.1:5000 > 10.0.0.2:443 S iif=eth0', ...more], {
      rules,
    })

  test('where rules ask for a state, each state is walked', () => {
    const { out } = ask('--chain', 'INPUT')
    expect(out).toContain('state NEW or RELATED or INVALID or UNTRACKED\n')
    expect(out).toContain('state ESTABLISHED\n  1  match  accept\n')
    expect(out).toContain(
      '  1  no     connection state is new, the rule wants established\n  2  match  jump web\n  web:\n  1  match  accept\n  accept by rule 1 of web\n',
    )
  })

  test('--state and --chain narrow it, --json holds the steps', () => {
    const { out } = ask('--chain', 'INPUT', '--state', 'NEW', '--json')
    const { walks, packet } = JSON.parse(out)
    expect(packet).toMatchObject({ proto: 'tcp', dport: 443, flags: 'S', iif: 'eth0' })
    expect(walks).toHaveLength(1)
    expect(walks[0]).toEqual({
      family: 'ip',
      table: 'filter',
      chain: 'INPUT',
      hook: 'input',
      states: ['NEW'],
      steps: [
        {
          chain: 'INPUT',
          rule: 'line-4',
          number: 1,
          name: '',
          line: 4,
          matched: false,
          reason: 'connection state is new, the rule wants established',
        },
        { chain: 'INPUT', rule: 'line-5', number: 2, name: '', line: 5, matched: true, target: 'jump web' },
        { entered: 'web' },
        { chain: 'web', rule: 'line-6', number: 1, name: '', line: 6, matched: true, target: 'accept' },
      ],
      verdict: 'accept',
      by: { chain: 'web', rule: 'line-6', number: 1 },
    })
  })

  test('rules with a syntax error are walked as far as they were read, with status 1', () => {
    const { status, err } = runInMemory(['explain', 'r', '--packet', 'udp 10.0.0.1:1 > 10.0.0.2:2'], {
      r: '*filter\n-A INPUT --dport 1 -j DROP\nCOMMIT\n',
    })
    expect(status).toBe(1)
    expect(err).toBe('r:2:10: syntax-error: --dport needs a protocol. Write -p tcp or -p udp before it.\n')
  })

  test('what a user chain leads back to has its name again', () => {
    const { out } = runInMemory(
      ['explain', 'r', '--packet', 'udp 10.0.0.1:1 > 10.0.0.2:2 iif=a', '--chain', 'INPUT'],
      {
        r: '*filter\n:INPUT DROP\n:web -\n-A INPUT -j web\n-A INPUT -j ACCEPT\n-A web -p tcp -j DROP\nCOMMIT\n',
      },
    )
    expect(out).toContain(
      '  1  match  jump web\n  web:\n  1  no     protocol is udp, the rule wants tcp\n  INPUT:\n  2  match  accept\n',
    )
  })

  test('chains are told in the order in which the packet meets them, with the states that it can have there', () => {
    const state = '-m conntrack --ctstate NEW -j ACCEPT'
    const { out } = runInMemory(
      ['explain', 'r', '--packet', 'udp 10.0.0.1:1 > 10.0.0.2:2 iif=a oif=b', '--json'],
      {
        r: `*filter\n-A FORWARD ${state}\nCOMMIT\n*nat\n-A PREROUTING ${state}\nCOMMIT\n*raw\n-A PREROUTING ${state}\nCOMMIT\n`,
      },
    )
    const walks: { table: string; chain: string; states: string[] }[] = JSON.parse(out).walks
    expect(walks.map(({ table, chain, states }) => [table, chain, states.join()])).toEqual([
      ['raw', 'PREROUTING', ''],
      ['nat', 'PREROUTING', 'NEW'],
      ['nat', 'PREROUTING', 'RELATED'],
      ['filter', 'FORWARD', 'NEW'],
      ['filter', 'FORWARD', 'ESTABLISHED,RELATED,INVALID,UNTRACKED'],
      ['nat', 'POSTROUTING', ''],
    ])
  })

  test.each([
    [
      ['--chain', 'web'],
      'web is a user chain: packets come to it from a base chain. Base chains are INPUT, FORWARD, OUTPUT.',
    ],
    [['--chain', 'foo'], 'There is no chain foo. Base chains are INPUT, FORWARD, OUTPUT.'],
    [
      ['--chain', 'OUTPUT'],
      'No base chain OUTPUT is asked about a packet with those interfaces or that state.',
    ],
    [
      ['--state', 'OLD'],
      'OLD is not a connection state. There are NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED.',
    ],
    [['--state', 'NEW', '--state', 'NEW'], '--state is given twice.'],
    [['--jsn'], 'There is no option --jsn. --help lists what there is.'],
  ])('%j is refused with a reason', (more, sentence) => {
    expect(ask(...more)).toEqual({ status: 2, out: '', err: `highport explain: ${sentence}\n` })
  })

  test('rules of the other address family ask nobody', () => {
    const packet = 'udp [2001:db8::1]:1 > [2001:db8::2]:2'
    const { status, err } = runInMemory(['explain', 'r', '--packet', packet], { r: rules })
    expect(status).toBe(2)
    expect(err).toBe('highport explain: The packet is IPv6, and no table here sees such packets.\n')
  })

  test('the interfaces choose the chains', () => {
    const chainsFor = (packet: string) =>
      JSON.parse(
        runInMemory(['explain', 'r', '--packet', packet, '--json'], { r: '*filter\nCOMMIT\n' }).out,
      ).walks.map((walk: { chain: string }) => walk.chain)
    expect(chainsFor('udp 10.0.0.1:1 > 10.0.0.2:2')).toEqual(['INPUT', 'FORWARD', 'OUTPUT'])
    expect(chainsFor('udp 10.0.0.1:1 > 10.0.0.2:2 iif=a')).toEqual(['INPUT', 'FORWARD'])
    expect(chainsFor('udp 10.0.0.1:1 > 10.0.0.2:2 oif=b')).toEqual(['FORWARD', 'OUTPUT'])
    expect(chainsFor('udp 10.0.0.1:1 > 10.0.0.2:2 iif=a oif=b')).toEqual(['FORWARD'])
  })
})

describe('translate', () => {
  test('R033: the listing goes through itself unchanged but for what it left out', () => {
    const { status, out, err } = runInMemory(
      ['translate', '--from', 'home-router', '--to', 'home-router', '-'],
      { '-': LISTING },
    )
    expect(status).toBe(0)
    expect(err).toBe(
      '-:1:1: note: This rule names no protocol: it is for any.\n-:6:1: note: This rule names no protocol: it is for any.\n',
    )
    expect(out.replace(/^(src|dest) ip +any\n/gm, '')).toBe(LISTING)
  })

  test('R014: both spellings of the state match', () => {
    const text = 'sudo iptables -A INPUT -m state --state ESTABLISHED,RELATED -j ACCEPT'
    const to = (...more: string[]) =>
      runInMemory(['translate', '--to', 'iptables', '-', ...more], { '-': text }).out
    expect(to()).toContain('-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n')
    expect(to('--state-match', 'state')).toContain(
      '-A INPUT -m state --state ESTABLISHED,RELATED -j ACCEPT\n',
    )
  })

  test('a syntax error is told with file, line and column: status 1', () => {
    const { status, err } = runInMemory(['translate', '--from', 'iptables', '--to', 'nft', 'fw'], {
      fw: '*filter\n-A INPUT -p tcp --dport 99999 -j ACCEPT\nCOMMIT\n',
    })
    expect(status).toBe(1)
    expect(err).toBe('fw:2:25: syntax-error: 99999 is not a port. Ports are 0 to 65535.\n')
  })

  test.each([
    ['a plain rule', '-A INPUT -p tcp --dport 22 -j ACCEPT', 'nft', 0],
    ['a match that is kept as text', '-A INPUT -m recent --name x --rcheck -j ACCEPT', 'nft', 1],
    ['a port of any protocol', LISTING, 'iptables', 1],
  ])('--strict: %s', (_what, text, to, status) => {
    expect(runInMemory(['translate', '--to', to, '-'], { '-': text }).status).toBe(0)
    expect(runInMemory(['translate', '--to', to, '--strict', '-'], { '-': text }).status).toBe(status)
  })

  test('a line that could not be read makes the text incomplete', () => {
    const bad = '*filter\n-A INPUT --dport 1 -j DROP\n-A INPUT -j DROP\nCOMMIT\n'
    const { out } = runInMemory(['translate', '--to', 'nft', '--json', '-'], { '-': bad })
    expect(JSON.parse(out)).toMatchObject({ rules: 1, complete: false })
  })

  test('an empty text is none', () => {
    expect(runInMemory(['translate', '--to', 'nft', '-'], { '-': ' \n' })).toEqual({
      status: 2,
      out: '',
      err: 'highport translate: There is no text to read.\n',
    })
  })

  test('--json holds text, diagnostics and losses', () => {
    const { out } = runInMemory(['translate', '--to', 'iptables', '--json', '-'], { '-': LISTING })
    expect(JSON.parse(out)).toMatchObject({
      text: expect.stringContaining('-A inbound -p tcp --dport 443'),
      rules: 2,
      complete: true,
      diagnostics: [
        { kind: 'note', line: 1 },
        { kind: 'note', line: 6 },
      ],
      losses: [
        { rule: 'line-1', sentence: 'A rule for a port of any protocol is written as a tcp and a udp rule.' },
        { rule: 'line-6' },
      ],
    })
  })
})
