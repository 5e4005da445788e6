import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'))
const manifest: Record<'dependencies' | 'devDependencies', Record<string, string>> = read('package.json')
const locked: Record<string, Locked> = read('package-lock.json').packages

test('every package is pinned to one version', () => {
  const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
  )
  expect(loose).toEqual([])
})

test('the lock records no download addresses', () => {
  expect(Object.keys(locked).filter((path) => locked[path]?.resolved?.startsWith('http'))).toEqual([])
})

test('the lock has the binaries of every platform, so that npm ci works on each', () => {
  const missing = Object.entries(locked).flatMap(([path, { optionalDependencies = {} }]) =>
    path === ''
      ? []
      : Object.keys(optionalDependencies).filter(
          (name) => !(`${path}/node_modules/${name}` in locked || `node_modules/${name}` in locked),
        ),
  )
  expect(missing).toEqual([])
})
