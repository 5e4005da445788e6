// npm start: installs what is missing, builds, serves the result on this machine alone, opens a browser if there is one.
import { spawn } from 'node:child_process'
import process, { argv, env, exit, platform } from 'node:process'
import { installPackages } from './installation.mjs'
import { freePort, root, tool } from './processes.mjs'

const stop = (problem) => {
  console.error(`highport: ${problem}`)
  exit(1)
}

function openBrowser(address) {
  if (env.CI || argv.includes('--no-open')) return
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return
  const [command, ...args] =
    platform === 'darwin'
      ? ['open', address]
      : platform === 'win32'
        ? ['cmd', '/c', 'start', '', address]
        : ['xdg-open', address]
  // No browser is no problem: the address is on the screen.
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref()
}

const missing = await installPackages()
if (missing) stop(missing)

console.log('Building ...')
const built = await tool('vite', ['build', '--logLevel', 'warn'])
if (!built.ok) stop(`the build failed: ${built.problem}`)

const { preview } = await import('vite')
const port = await freePort(Number(env.PORT ?? 4173))
const server = await preview({
  root,
  configFile: false,
  base: './',
  logLevel: 'warn',
  preview: { host: '127.0.0.1', port, strictPort: true },
})

const address = `http://127.0.0.1:${port}/`
console.log(`\n  Highport is at ${address}\n  Ctrl-C ends it.\n`)
openBrowser(address)

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    server.httpServer.closeAllConnections?.()
    server.httpServer.close(() => exit(0))
  })
}
