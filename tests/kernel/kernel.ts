import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Answer, Case } from './case'

/** The running kernel, asked through a Python program, one question after the other. */
export interface Kernel<Given = Case, Answered = Answer> {
  ask(given: Given): Promise<Answered>
  close(): Promise<void>
}

const PACKAGES = ['iproute2', 'iptables', 'nftables', 'python3']
const TOOLS = [
  'ip',
  'iptables-legacy-restore',
  'iptables-nft-restore',
  'ip6tables-legacy-restore',
  'nft',
  'python3',
]

function isOnPath(tool: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, tool)))
}

/** Why the kernel cannot be asked here; nothing where it can. */
export function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux'
  if (process.getuid?.() !== 0) return 'network namespaces with rules in them need root'
  const missing = TOOLS.filter((tool) => !isOnPath(tool))
  if (missing.length > 0)
    return `${missing.join(', ')} missing (Debian: apt-get install ${PACKAGES.join(' ')})`
  const tried = spawnSync('unshare', ['-n', 'nft', 'add', 'table', 'inet', 'x'], { encoding: 'utf8' })
  return tried.status === 0
    ? undefined
    : `a network namespace with rules cannot be made: ${tried.stderr.trim()}`
}

export function startKernel<Given = Case, Answered = Answer>(folder: string): Kernel<Given, Answered> {
  const child = spawn('python3', [folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting: { resolve(answer: Answered): void; reject(error: Error): void }[] = []
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) waiting.shift()?.resolve(JSON.parse(line) as Answered)
  })
  const failed = () => new Error(`asking the kernel ended with status ${child.exitCode}`)
  // Not "close": what a crashed program leaves running may hold its output open.
  child.on('exit', () => {
    for (const each of waiting.splice(0)) each.reject(failed())
  })
  child.stdin.on('error', () => {})
  return {
    ask: (given) =>
      new Promise((resolve, reject) => {
        if (child.exitCode !== null) return reject(failed())
        waiting.push({ resolve, reject })
        child.stdin.write(`${JSON.stringify(given)}\n`)
      }),
    close: () => ended(child),
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve()
    child.on('exit', () => resolve())
    child.stdin?.end()
  })
}
