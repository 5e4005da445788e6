import { dialectOf } from '@/dialects/lookup'
import { context } from './arbitraries/rules'

/* Text of iptables as people paste it, and what becomes of it. */

export const VERBOSE = ' pkts bytes target     prot opt in     out     source               destination'
export const PLAIN = 'target     prot opt source               destination'

export const read = (text: string, tool: 'iptables' | 'ip6tables' = 'iptables') => {
  const result = dialectOf(tool)?.parse?.(text, context)
  if (!result?.ok) throw new Error(JSON.stringify(result?.diagnostics))
  return result
}

/** Rules as iptables writes them, policies that are not ACCEPT, and what was said. */
export function told(text: string, tool: 'iptables' | 'ip6tables' = 'iptables'): string[] {
  const { value, diagnostics } = read(text, tool)
  const written = dialectOf(tool)?.print?.(value.firewall, context).text ?? ''
  let table = ''
  const rules = written.split('\n').flatMap((line) => {
    if (line.startsWith('*')) table = line.slice(1)
    if (/^:\S+ DROP/.test(line)) return [`${table}: ${line.replace(/ \[.*/, '')}`]
    return line.startsWith('-A ') ? [`${table}: ${line}`] : []
  })
  const said = diagnostics.map(({ kind, line, column, message }) => `${kind} ${line}:${column} ${message}`)
  return [...rules, ...said]
}

/** One row of INPUT, with a user chain beside it. */
export const row = (columns: string, cells: string) =>
  [
    'Chain INPUT (policy ACCEPT 0 packets, 0 bytes)',
    columns,
    cells,
    '',
    'Chain user (1 references)',
    columns,
  ].join('\n')
