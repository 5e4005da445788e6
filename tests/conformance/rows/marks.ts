import { fromClient as c, type Row, fromServer as s } from './row'

/** Marks of packets and of connections. */

const table = (name: string, ...lines: readonly string[]) => `*${name}\n${lines.join('\n')}\nCOMMIT\n`
const drop = (match: string) => table('filter', `-A FORWARD ${match} -j DROP`)
const DROPPED = 'NEW NEW dropped by filter FORWARD 1'
const PASSED = 'NEW NEW NEW delivered'

/** One packet under rules that set a mark in PREROUTING. */
function row(name: string, before: readonly string[], match: string, expected: string): Row {
  return {
    name,
    rules: table('mangle', ...before.map((line) => `-A PREROUTING ${line}`)) + drop(match),
    packets: [[c('S'), expected]],
  }
}

export const MARK_ROWS: readonly Row[] = [
  row('a packet comes in with mark 0', [], '-m mark --mark 0', DROPPED),
  row('a mark set in PREROUTING is seen in FORWARD', ['-j MARK --set-mark 5'], '-m mark --mark 5', DROPPED),
  row('a mark is looked at under its mask', ['-j MARK --set-mark 5'], '-m mark --mark 1/3', DROPPED),
  row(
    'a value with bits beside its mask never matches',
    ['-j MARK --set-mark 5'],
    '-m mark --mark 5/1',
    PASSED,
  ),
  row('--set-mark sets value and mask', ['-j MARK --set-mark 8/4'], '-m mark --mark 8', DROPPED),
  row(
    '--set-xmark turns bits over',
    ['-j MARK --set-mark 5', '-j MARK --set-xmark 1/4'],
    '-m mark --mark 0',
    DROPPED,
  ),
  row('--and-mark', ['-j MARK --set-mark 7', '-j MARK --and-mark 3'], '-m mark --mark 3', DROPPED),
  row('--or-mark', ['-j MARK --set-mark 1', '-j MARK --or-mark 4'], '-m mark --mark 5', DROPPED),
  row('--xor-mark', ['-j MARK --set-mark 5', '-j MARK --xor-mark 1'], '-m mark --mark 4', DROPPED),
  row(
    'later rules of the chain see the mark',
    ['-j MARK --set-mark 1', '-m mark --mark 1 -j MARK --set-mark 2'],
    '-m mark --mark 2',
    DROPPED,
  ),
  row('the mark of a connection is 0 until a rule sets it', [], '-m connmark --mark 0', DROPPED),
  row(
    'a saved mark is the connection’s',
    ['-j MARK --set-mark 3', '-j CONNMARK --save-mark'],
    '-m connmark --mark 3',
    DROPPED,
  ),
  row(
    'a mark is saved under two masks',
    ['-j CONNMARK --set-mark 8', '-j MARK --set-mark 7', '-j CONNMARK --save-mark --nfmask 3 --ctmask 1'],
    '-m connmark --mark 11',
    DROPPED,
  ),
  row(
    'a mark is restored under two masks',
    ['-j CONNMARK --set-mark 7', '-j MARK --set-mark 8', '-j CONNMARK --restore-mark --nfmask 1 --ctmask 3'],
    '-m mark --mark 11',
    DROPPED,
  ),
  {
    name: 'the mark of a connection stays, the mark of a packet goes with it',
    rules:
      table(
        'mangle',
        '-A PREROUTING -i lan0 -j CONNMARK --set-mark 4',
        '-A PREROUTING -i lan0 -j MARK --set-mark 4',
      ) +
      table(
        'filter',
        '-A FORWARD -i wan0 -m mark --mark 4 -j DROP',
        '-A FORWARD -i wan0 -m connmark --mark 4 -j DROP',
      ),
    packets: [
      [c('S'), PASSED],
      [s('SA'), 'ESTABLISHED ESTABLISHED dropped by filter FORWARD 2'],
    ],
  },
  {
    name: 'a dropped packet leaves no connection, hence no mark',
    rules:
      table(
        'mangle',
        '-A PREROUTING -m connmark --mark 9 -j DROP',
        '-A PREROUTING -j CONNMARK --set-mark 9',
      ) + drop('-p tcp'),
    packets: [
      [c('S'), DROPPED],
      [c('S'), DROPPED],
    ],
  },
  {
    name: '[e11 B1] [e11 B5] without an entry connmark matches in no form, and setting it does nothing',
    rules:
      table(
        'mangle',
        '-A PREROUTING -j CONNMARK --set-mark 1',
        '-A PREROUTING -j MARK --set-mark 3',
        '-A PREROUTING -j CONNMARK --restore-mark',
      ) +
      table(
        'filter',
        '-A FORWARD -m connmark --mark 1 -j DROP',
        '-A FORWARD -m connmark ! --mark 1 -j DROP',
        '-A FORWARD -m mark --mark 3 -j DROP',
      ),
    packets: [[c('SA'), 'INVALID INVALID dropped by filter FORWARD 3']],
  },
]
