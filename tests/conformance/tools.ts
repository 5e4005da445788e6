import { spawnSync } from 'node:child_process'

/** A tool that loads rule text, tried in a network namespace of its own so that nothing of this machine is touched. */
export interface Loader {
  readonly name: string
  /** What the tool says against the text; empty where it takes it. */
  load(text: string): string
}

function inNamespace(command: readonly string[], text: string): string {
  const asRoot = process.getuid?.() === 0
  const { status, stderr, error } = spawnSync('unshare', [asRoot ? '-n' : '-rn', ...command], {
    input: text,
    encoding: 'utf8',
    timeout: 20_000,
  })
  if (error) return error.message
  return status === 0 ? '' : `${stderr.trim() || `exit status ${status}`}`
}

const EMPTY: Readonly<Record<string, string>> = {
  iptables: '*filter\nCOMMIT\n',
  ip6tables: '*filter\nCOMMIT\n',
  nft: 'table inet x { }\n',
}

function loader(name: string, language: string, command: readonly string[]): Loader | undefined {
  const load = (text: string) => inNamespace(command, text)
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
