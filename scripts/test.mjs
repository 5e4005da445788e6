// npm test: everything that has to hold, in one command, with the counts on the last line.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process, { execPath, getuid, platform } from 'node:process'
import { installPackages } from './installation.mjs'
import { freePort, isOnPath, root, run, tool } from './processes.mjs'

const reports = mkdtempSync(join(tmpdir(), 'highport-test-'))
process.on('exit', () => rmSync(reports, { recursive: true, force: true }))
const results = []
const advice = []

const heading = (name) => console.log(`\n=== ${name} ${'='.repeat(Math.max(3, 76 - name.length))}\n`)

function record(name, { passed = 0, failed = 0, skipped = 0, seconds = 0, note = '' }) {
  results.push({ name, passed, failed, skipped, seconds, note })
}

const isDebianRoot = platform === 'linux' && getuid?.() === 0 && existsSync('/usr/bin/apt-get')

async function aptInstall(packages) {
  const limits = { environment: { DEBIAN_FRONTEND: 'noninteractive' }, minutes: 8, quiet: true }
  await run('apt-get', ['update'], limits)
  await run('apt-get', ['install', '-y', ...packages], limits)
}

/** A step that either holds or does not. */
async function check(name, action) {
  heading(name)
  const { ok, problem, seconds } = await action()
  record(name, { passed: ok ? 1 : 0, failed: ok ? 0 : 1, seconds, note: problem })
  return ok
}

/** A step with tests of its own, counted from its report; one that fails without a failed test still counts as failed. */
async function suite(name, report, action, count) {
  heading(name)
  const { ok, problem, seconds } = await action()
  let counts = { passed: 0, failed: 0, skipped: 0 }
  let note = problem
  try {
    counts = count(JSON.parse(readFileSync(report, 'utf8')))
    if (counts.passed + counts.failed === 0) note ??= 'no tests were found'
  } catch {
    note ??= 'left no report'
  }
  if (note && counts.failed === 0) counts.failed = 1
  record(name, { ...counts, seconds, note: ok ? note : (note ?? problem) })
}

function countVitest({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) {
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((one) => one.status !== 'failed'),
  )
  return {
    passed: numPassedTests,
    failed: numFailedTests + broken.length,
    skipped: numPendingTests + numTodoTests,
  }
}

const countPlaywright = ({ stats, errors }) => ({
  passed: stats.expected,
  failed: stats.unexpected + stats.flaky + (errors?.length ?? 0),
  skipped: stats.skipped,
})

function vitest(project) {
  const report = join(reports, `${project}.json`)
  return suite(
    `${project} tests`,
    report,
    () =>
      tool('vitest', [
        'run',
        '--project',
        project,
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
      ]),
    countVitest,
  )
}

/** The samples that are compared with the running kernel: measured rows, random packets, and real connections. */
const KERNEL_SAMPLES = {
  'kernel comparison': ['--rulesets', '200', '--packets', '40'],
  'kernel rows': ['--rows'],
  'kernel connections': ['--connections', '64'],
}
/** Debian's packages of what asking the kernel takes. */
const KERNEL_PACKAGES = ['iproute2', 'iptables', 'nftables', 'python3']

const hasKernelTools = () =>
  ['ip', 'iptables-legacy-restore', 'nft', 'python3'].every((name) => isOnPath(name))

/** Compares the engine with the running kernel where that can be; elsewhere it says why not. */
async function kernel(name) {
  heading(name)
  if (isDebianRoot && !hasKernelTools()) {
    console.log(`Installing ${KERNEL_PACKAGES.join(', ')} (apt-get) ...`)
    await aptInstall(KERNEL_PACKAGES)
  }
  const report = join(reports, `${name.replace(' ', '-')}.json`)
  const { code, problem, seconds } = await run(
    execPath,
    ['scripts/kernel.mjs', ...KERNEL_SAMPLES[name], '--report', report],
    { minutes: 10 },
  )
  if (code === 3) {
    const { reason } = JSON.parse(readFileSync(report, 'utf8'))
    record(name, { skipped: 1, seconds, note: reason })
    return
  }
  let counts = { rulesets: 0, disagreements: 1 }
  try {
    counts = JSON.parse(readFileSync(report, 'utf8'))
  } catch {
    // It ended before it could say; `problem` tells how.
  }
  const { rulesets, disagreements } = counts
  const failed = disagreements || (problem ? 1 : 0)
  record(name, { passed: rulesets - disagreements, failed, seconds, note: problem ?? '' })
}

/** Finds a browser, installing one where that is possible; returns whether there is one. */
async function provideBrowser() {
  const { findBrowser } = await import('./browser.mjs')
  if (findBrowser()) return true
  heading('browser')
  if (isDebianRoot) {
    console.log('No browser found: installing Chromium (apt-get) ...')
    await aptInstall(['chromium'])
    if (findBrowser()) return true
  }
  console.log('No browser found: downloading one (playwright install chromium) ...')
  await tool('playwright', ['install', 'chromium'], { minutes: 5 })
  return findBrowser() !== undefined
}

function hasComponentTests() {
  return readdirSync(join(root, 'src'), { recursive: true }).some((name) =>
    String(name).endsWith('.browser.test.tsx'),
  )
}

async function runAll() {
  const missing = await installPackages()
  if (missing) {
    record('packages', { failed: 1, note: missing })
    return
  }
  const browser = await provideBrowser()
  if (!browser) advice.push('No browser for the tests. Run: npx playwright install --with-deps chromium')

  await check('type check', () => tool('tsc', ['-p', 'tsconfig.json']))
  await check('core check', () => tool('tsc', ['-p', 'tsconfig.core.json']))
  await check('lint', () => tool('biome', ['check', '.']))
  await vitest('unit')
  for (const name of Object.keys(KERNEL_SAMPLES)) await kernel(name)

  if (!hasComponentTests()) record('component tests', { note: 'there are none yet' })
  else if (!browser) record('component tests', { failed: 1, note: 'no browser' })
  else await vitest('component')

  const pages = await check('page build', () => tool('vite', ['build']))
  if (pages) await run(execPath, ['scripts/first-load.mjs'])
  await check('command line build', () => run(execPath, ['scripts/build-cli.mjs']))

  if (!pages || !browser) {
    record('end-to-end tests', { failed: 1, note: pages ? 'no browser' : 'no build to test' })
    return
  }
  const report = join(reports, 'e2e.json')
  const environment = {
    E2E_PORT: String(await freePort()),
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
    PLAYWRIGHT_FORCE_TTY: '0',
  }
  await suite(
    'end-to-end tests',
    report,
    () => tool('playwright', ['test', '--reporter=list,json'], { environment }),
    countPlaywright,
  )
}

try {
  await runAll()
} catch (error) {
  console.error(error)
  record('npm test itself', { failed: 1, note: String(error) })
}

heading('summary')
const sum = (key) => results.reduce((total, result) => total + result[key], 0)
for (const { name, passed, failed, skipped, seconds, note } of results) {
  const counts = [`${passed} passed`, `${failed} failed`, ...(skipped ? [`${skipped} skipped`] : [])]
  console.log(
    `${failed ? 'FAILED' : 'ok    '}  ${name.padEnd(20)} ${`${seconds.toFixed(1)} s`.padStart(8)}  ` +
      `${counts.join(', ')}${note ? `  (${note})` : ''}`,
  )
}
for (const line of advice) console.log(`\n${line}`)

const skipped = sum('skipped')
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`)
process.exitCode = sum('failed') > 0 ? 1 : 0
