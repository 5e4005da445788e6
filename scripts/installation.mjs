// Installs what is missing, and only then.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { npm, root } from './processes.mjs'

const packagesIn = (lock) => JSON.parse(readFileSync(join(root, lock), 'utf8')).packages

/** Reports whether node_modules holds what package-lock.json says; packages of other platforms may be absent. */
function isInstalled() {
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return false
  const installed = packagesIn('node_modules/.package-lock.json')
  return Object.entries(packagesIn('package-lock.json')).every(
    ([path, { version, optional, devOptional }]) =>
      path === '' || installed[path]?.version === version || (!installed[path] && (optional || devOptional)),
  )
}

/** Installs the packages of package-lock.json when they are not there; returns a problem, if any. */
export async function installPackages() {
  if (isInstalled()) return undefined
  console.log('Installing packages (npm ci) ...')
  const { problem } = await npm(['ci', '--include=dev', '--no-fund', '--no-audit'], { minutes: 10 })
  return problem && `npm ci: ${problem}`
}
