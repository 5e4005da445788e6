// Runs other programs, each in a process group of its own, so that nothing a step starts outlives it.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, dirname, join } from 'node:path'
import process, { env, execPath, platform } from 'node:process'
import { fileURLToPath } from 'node:url'

const windows = platform === 'win32'

/** The root of the checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The entry files of the tools, run by this Node: no shell, no path lookups, the same on every system. */
const entries = {
  biome: '@biomejs/biome/bin/biome',
  playwright: '@playwright/test/cli.js',
  tsc: 'typescript/bin/tsc',
  vite: 'vite/bin/vite.js',
  vitest: 'vitest/vitest.mjs',
}

const running = new Set()
let interrupted = false

function endGroup(child, signal) {
  if (windows) {
    if (child.exitCode === null) spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'])
    return
  }
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The group is already empty.
  }
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.on(signal, async () => {
    if (running.size === 0) return
    interrupted = true
    const children = [...running]
    for (const child of children) endGroup(child, signal)
    const ended = Promise.all(children.map((child) => new Promise((done) => child.once('close', done))))
    await Promise.race([ended, new Promise((done) => setTimeout(done, 10_000))])
    for (const child of children) endGroup(child, 'SIGKILL')
    process.exit(code)
  })
}

/**
 * Runs a program, its output going where ours goes, and returns how it ended. A program that is not over after
 * `minutes` is stopped and counts as failed.
 */
export function run(command, args, { environment = {}, minutes = 15, shell = false, quiet = false } = {}) {
  return new Promise((done) => {
    const started = performance.now()
    const child = spawn(command, args, {
      cwd: root,
      env: { ...env, ...environment },
      stdio: ['ignore', quiet ? 'ignore' : 'inherit', 'inherit'],
      detached: !windows,
      shell,
    })
    running.add(child)
    let problem
    const limit = setTimeout(() => {
      problem = `not over after ${minutes} minutes`
      endGroup(child, 'SIGTERM')
      setTimeout(() => endGroup(child, 'SIGKILL'), 10_000).unref()
    }, minutes * 60_000)
    const finish = (code, signal) => {
      clearTimeout(limit)
      running.delete(child)
      if (child.pid) endGroup(child, 'SIGTERM')
      if (interrupted) return
      problem ??= code === 0 ? undefined : signal ? `ended by ${signal}` : `exit code ${code}`
      done({ ok: problem === undefined, problem, code, seconds: (performance.now() - started) / 1000 })
    }
    child.once('error', (error) => {
      problem = error.message
      finish(null, null)
    })
    child.once('close', finish)
  })
}

/** Whether a program of this name can be run here. */
export function isOnPath(name) {
  return (env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, name)))
}

/** Runs one of our tools with this Node. */
export const tool = (name, args, options) =>
  run(execPath, [`node_modules/${entries[name]}`, ...args], options)

/** Runs npm, which on Windows is a script and needs a shell. */
export const npm = (args, options) => run('npm', args, { ...options, shell: windows })

/** The first free port of this machine from `first` up, or any free port. */
export async function freePort(first = 0) {
  const free = (port) =>
    new Promise((done) => {
      const server = createServer()
      server.once('error', () => done(undefined))
      server.listen(port, '127.0.0.1', () => {
        const { port: given } = server.address()
        server.close(() => done(given))
      })
    })
  for (let port = first; port < first + 100; port++) {
    const found = await free(port)
    if (found !== undefined) return found
  }
  return free(0)
}
