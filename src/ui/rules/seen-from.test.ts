import { expect, test } from 'vitest'
import { seenFrom } from './seen-from'

test.each([
  ['client', 'inbound', /^inbound as the client/],
  ['client', 'outbound', /^outbound as the client/],
  ['server', 'inbound', /^outbound as the server/],
  ['server', 'outbound', /^inbound as the server/],
] as const)('R016: seen from the %s, the router’s %s chain is relabelled', (perspective, chain, words) => {
  expect(seenFrom(perspective, 'router', chain)).toMatch(words)
})

test('R016: at its own place a chain keeps its name', () => {
  expect(seenFrom('router', 'router', 'inbound')).toBeUndefined()
  expect(seenFrom('server', 'server', 'INPUT')).toBeUndefined()
})
