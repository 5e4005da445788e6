import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A tool that loads rule text, tried in a network namespace of its own so that nothing of this machine is touched. */
export interface Loader {
  readonly name: string
  /** What the tool says against the text; empty where it takes it. */
  load(text: string): string
}

function inNamespace(
  command: readonly string[],
  text: string,
): { readonly said: string; readonly output: string } {
  const asRoot = process.getuid?.() === 0
  const { status, stdout, stderr, error } = spawnSync('unshare', [asRoot ? '-n' : '-rn', ...command], {
    input: text,
    encoding: 'utf8',
    timeout: 20_000,
  })
  if (error) return { said: error.message, output: '' }
  return { said: status === 0 ? '' : `${stderr.trim() || `exit status ${status}`}`, output: stdout }
}

const EMPTY: Readonly<Record<string, string>> = {
  iptables: '*filter\nCOMMIT\n',
  ip6tables: '*filter\nCOMMIT\n',
  nft: 'table inet x { }\n',
}

function loader(name: string, language: string, command: readonly string[]): Loader | undefined {
  const load = (text: string) => inNamespace(command, text).said
  return load(EMPTY[language] ?? '') === '' ? { name, load } : undefined
}

/** Loaders of a language that are installed and may be run here; none elsewhere. */
export function loadersOf(language: 'iptables' | 'ip6tables' | 'nft'): Loader[] {
  const all =
    language === 'nft'
      ? [loader('nft', language, ['nft', '-f', '-'])]
      : ['legacy', 'nft'].map((backend) => {
          const command = `${language}-${backend}-restore`
          return loader(command, language, [command])
        })
  return all.filter((each) => each !== undefined)
}

/** Loads a text and shows what the tool then says of its tables: with iptables-save, and with `-L` and these flags. */
export interface Lister {
  readonly name: string
  /** Undefined where the tool does not take the text. */
  list(text: string, flags: string): { readonly saved: string; readonly listed: string } | undefined
}

const MARK = '=== listed ==='

export function listersOf(language: 'iptables' | 'ip6tables'): Lister[] {
  return ['legacy', 'nft'].flatMap((backend) => {
    const name = `${language}-${backend}`
    const list: Lister['list'] = (text, flags) => {
      const tables = 'for t in filter nat mangle raw; do'
      const script = `${name}-restore && ${name}-save && echo '${MARK}' && ${tables} ${name} -t $t -L ${flags}; done`
      const { said, output } = inNamespace(['sh', '-c', script], text)
      if (said !== '') return undefined
      const [saved = '', listed = ''] = output.split(`${MARK}\n`)
      return { saved, listed }
    }
    return list('*filter\nCOMMIT\n', '-n') ? [{ name, list }] : []
  })
}

/** Rules of cases.txt and what becomes of them here; without the groups that are not the tool's. */
export function casesFor(language: string): { input: string; verdict: string }[] {
  const path = fileURLToPath(new URL(`../../src/dialects/${language}/cases.txt`, import.meta.url))
  let group = ''
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      if (line.startsWith('# --- ')) group = line.slice('# --- '.length)
      if (line.trim() === '' || line.startsWith('#') || group.startsWith('(')) return []
      const [input = '', verdict = ''] = line.split(' ; ')
      return /^(sudo |\/|ip6?tables)/.test(input) ? [] : [{ input, verdict: verdict.trim() }]
    })
}
