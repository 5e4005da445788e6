/**
 * What a case of nft stands in: a chain `c` beside an empty chain `u`. `inet nat prerouting: rule` says which table and
 * chain; without, it is a filter on forward in a table of family inet. Several rules are joined by " / ".
 */
export function inNftTable(input: string): string {
  const found = /^(?:(ip|ip6|inet) (filter|nat|route) (\w+): )?(.*)$/.exec(input) ?? []
  const [, family = 'inet', type = 'filter', hook = 'forward', rules = ''] = found
  const isFirst = hook === 'prerouting' || hook === 'output'
  const priority = type === 'nat' ? (isFirst ? -100 : 100) : 0
  const lines = [
    `table ${family} t {`,
    'chain u { }',
    'chain c {',
    `type ${type} hook ${hook} priority ${priority}`,
    ...rules.split(' / '),
    '}',
    '}',
  ]
  return `${lines.join('\n')}\n`
}

/** The rules of chain `c` in a printed text. */
export function rulesOfNftTable(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim())
  const start = lines.indexOf('chain c {')
  return lines.slice(start + 2, lines.indexOf('}', start))
}
