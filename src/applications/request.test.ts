import { describe, expect, test } from 'vitest'
import { applyEdit } from '@/model/edits/apply'
import { formatAddress } from '@/model/packet/address'
import type { Design, FlowRequest } from '@/model/project/design'
import { emptyDesign } from '@/model/project/document'
import { connectEdit } from '@/model/topology/connect'
import { nodeKind } from '@/model/topology/nodes/lookup'
import { describeFlow, parseRequest } from './request'

/** A client "Laptop" and a server "Web server", connected; names map "shop.example" to the server. */
function drawn(): Design {
  let design = emptyDesign('d', 'D')
  const apply = (edit: Parameters<typeof applyEdit>[1]) => {
    const applied = applyEdit(design, edit)
    if (!applied.ok) throw new Error(applied.diagnostics[0]?.message)
    design = applied.value.design
  }
  for (const [kind, name] of [
    ['client', 'Laptop'],
    ['server', 'Web server'],
  ] as const) {
    const device = { ...nodeKind(kind).create(design, { x: 0, y: 0 }), id: kind, name }
    apply({ kind: 'add-device', device, index: design.devices.length })
  }
  const link = connectEdit(design, 'client', 'server')
  if (!link.ok) throw new Error(link.diagnostics[0]?.message)
  apply(link.value)
  apply({ kind: 'set-names', names: [{ name: 'shop.example', device: 'server' }] })
  return design
}

const design = drawn()
const server = design.devices[1]?.interfaces[0]?.addresses[0]?.address
const serverAddress = server === undefined ? 'none' : formatAddress(server)

const request = (to: string, application = 'https') =>
  parseRequest({ application, to, from: 'client' }, design)

/** "https shop.example 443 at 203.0.113.80". */
function read(to: string, application?: string): string {
  const parsed = request(to, application)
  if (!parsed.ok) return parsed.diagnostics[0]?.message ?? ''
  return parsed.value.destinations
    .map(({ host, port, address }) =>
      [
        parsed.value.application.id,
        host,
        port,
        ...(address === undefined ? [] : ['at', formatAddress(address)]),
      ].join(' '),
    )
    .join(', ')
}

describe('what a person types is read', () => {
  test.each([
    ['https://twitter.com', 'https twitter.com 443'],
    ['http://twitter.com/page?a=1', 'http twitter.com 80'],
    ['https://twitter.com:8443', 'https twitter.com 8443'],
    ['104.244.42.1', 'https 104.244.42.1 443 at 104.244.42.1'],
    ['https://[2001:db8::80]:8443', 'https 2001:db8::80 8443 at 2001:db8::80'],
    ['shop.example', `https shop.example 443 at ${serverAddress}`],
    ['web SERVER', `https web SERVER 443 at ${serverAddress}`],
    ['tcp 22 -> web server', `tcp web server 22 at ${serverAddress}`],
    ['udp 123 to shop.example', `udp shop.example 123 at ${serverAddress}`],
    ['ping shop.example', `ping shop.example 0 at ${serverAddress}`],
    ['a.example, b.example', 'https a.example 443, https b.example 443'],
  ])('%s', (to, expected) => {
    expect(read(to)).toBe(expected)
  })
})

describe('what cannot be run is told in a sentence', () => {
  test.each([
    ['', 'https', 'Where to? Write https://twitter.com, an address, or the name of a device.'],
    ['tcp 99999 -> x', 'https', '99999 is not a port. Ports are 0 to 65535.'],
    ['https://twitter.com:0', 'https', '0 is not a port. Ports are 1 to 65535.'],
    ['https://twitter.com:70000', 'https', '70000 is not a port. Ports are 1 to 65535.'],
    [
      'shop.example',
      'smtp',
      'smtp is not something that can be run. Choose https, http, dns, ping, tcp or udp.',
    ],
    [
      'no_such!host',
      'https',
      'no_such!host is neither an address nor a name on the drawing. Write an address, or the name of a device.',
    ],
  ])('%s with %s', (to, application, sentence) => {
    expect(read(to, application)).toBe(sentence)
  })

  test('tcp and udp need a port', () => {
    expect(read('shop.example', 'tcp')).toMatch(/needs a port\. Write /)
    expect(read('shop.example', 'udp')).toMatch(/needs a port\. Write /)
  })
})

describe('a flow is described', () => {
  const flow: FlowRequest = {
    id: 'f',
    name: '',
    from: 'client',
    application: 'https',
    to: 'https://twitter.com',
    connections: 1,
    resolveFirst: false,
  }
  test.each<[Partial<FlowRequest>, string]>([
    [{}, 'Laptop opens https://twitter.com'],
    [{ application: 'tcp', to: 'shop.example', port: 3389 }, 'Laptop connects to shop.example :3389'],
    [{ to: 'tcp 22 -> shop.example' }, 'Laptop connects to shop.example :22'],
    [{ to: 'ping shop.example' }, 'Laptop pings shop.example'],
    [{ name: 'Orders work' }, 'Orders work'],
    [{ from: 'gone' }, 'A device that is gone opens https://twitter.com'],
  ])('%o', (parts, sentence) => {
    expect(describeFlow({ ...flow, ...parts }, design)).toBe(sentence)
  })
})
