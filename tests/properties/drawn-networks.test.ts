import { describe, expect, test } from 'vitest'
import { runFlow } from '@/applications/run-flow'
import { compileNetwork } from '@/engine/compile'
import { applyEdit } from '@/model/edits/apply'
import { formatAddress } from '@/model/packet/address'
import type { Design, FlowRequest } from '@/model/project/design'
import { emptyDesign } from '@/model/project/document'
import { connectEdit } from '@/model/topology/connect'
import { nodeKind } from '@/model/topology/nodes/lookup'
import type { NodeKindId } from '@/model/topology/topology'

// What is drawn works at once: devices and links as the canvas makes them, nothing typed.

function drawing(kinds: readonly NodeKindId[], links: readonly (readonly [string, string])[]): Design {
  let design = emptyDesign('d', 'D')
  for (const kind of kinds) {
    const device = nodeKind(kind).create(design, { x: 0, y: 0 })
    design = applied(design, { kind: 'add-device', device, index: design.devices.length })
  }
  for (const [from, to] of links) {
    const edit = connectEdit(design, from, to)
    if (!edit.ok) throw new Error(edit.diagnostics[0]?.message)
    design = applied(design, edit.value)
  }
  return design
}

function applied(design: Design, edit: Parameters<typeof applyEdit>[1]): Design {
  const result = applyEdit(design, edit)
  if (!result.ok) throw new Error(result.diagnostics[0]?.message)
  return result.value.design
}

function outcome(
  design: Design,
  parts: Pick<FlowRequest, 'from' | 'application' | 'to'> & Partial<FlowRequest>,
) {
  const flow: FlowRequest = { id: 'f', name: '', connections: 1, resolveFirst: false, ...parts }
  return runFlow(compileNetwork(design), design, flow).outcome
}

const address = (design: Design, id: string, which: number) => {
  const found = design.devices.find((device) => device.id === id)?.interfaces[0]?.addresses[which]?.address
  if (found === undefined) throw new Error(`no address ${which} of ${id}`)
  return formatAddress(found)
}

describe('client, router, internet, server', () => {
  const design = drawing(
    ['client', 'router', 'internet', 'server'],
    [
      ['client', 'router'],
      ['router', 'internet'],
      ['server', 'internet'],
    ],
  )
  test.each([
    ['IPv4', 0],
    ['IPv6', 1],
  ])('the client opens the server’s page over %s', (_family, which) => {
    const host = address(design, 'server', which)
    const to = `https://${host.includes(':') ? `[${host}]` : host}`
    expect(outcome(design, { from: 'client', application: 'https', to })).toMatchObject({ works: true })
  })
  test('the client asks the provider for a name', () => {
    const named = applied(design, {
      kind: 'set-names',
      names: [{ name: 'server.example', device: 'server' }],
    })
    expect(outcome(named, { from: 'client', application: 'dns', to: 'server.example' })).toMatchObject({
      works: true,
    })
  })
  test('the server does not reach the client', () => {
    const to = address(design, 'client', 1)
    expect(outcome(design, { from: 'server', application: 'ping', to })).toMatchObject({ works: false })
  })
})

test('two clients at a switch reach each other and the internet', () => {
  const design = drawing(
    ['client', 'client', 'switch', 'router', 'internet'],
    [
      ['client', 'switch'],
      ['client-2', 'switch'],
      ['switch', 'router'],
      ['router', 'internet'],
    ],
  )
  expect(outcome(design, { from: 'client', application: 'ping', to: 'Laptop 2' })).toMatchObject({
    works: true,
  })
  expect(outcome(design, { from: 'client-2', application: 'ping', to: 'Internet' })).toMatchObject({
    works: true,
  })
})

test('a client behind two routers opens a page', () => {
  const design = drawing(
    ['router', 'router', 'internet', 'client', 'server'],
    [
      ['router', 'internet'],
      ['router-2', 'router'],
      ['client', 'router-2'],
      ['server', 'internet'],
    ],
  )
  for (const which of [0, 1]) {
    const host = address(design, 'server', which)
    const to = `https://${host.includes(':') ? `[${host}]` : host}`
    expect(outcome(design, { from: 'client', application: 'https', to })).toMatchObject({ works: true })
  }
})
