import { describe, expect, test } from 'vitest'
import { applyEdit } from '../edits/apply'
import type { Condition } from '../fields/field'
import { HOME_INBOUND } from '../firewalls/home-chains'
import { writtenRule } from '../firewalls/written-rule'
import { connectEdit } from '../topology/connect'
import { namesOf } from '../topology/names'
import { nodeKind } from '../topology/nodes/lookup'
import type { Design } from './design'
import { decodeDesign, emptyDesign, encodeDesign } from './document'
import { DOCUMENT_VERSION, MIGRATIONS } from './migrations'

function apply(design: Design, edit: Parameters<typeof applyEdit>[1]): Design {
  const result = applyEdit(design, edit)
  if (!result.ok) throw new Error(result.diagnostics[0]?.message)
  return result.value.design
}

const two = (['client', 'router'] as const).reduce(
  (design, kind) =>
    apply(design, {
      kind: 'add-device',
      device: nodeKind(kind).create(design, { x: 0, y: 0 }),
      index: design.devices.length,
    }),
  emptyDesign('home', 'Home'),
)
const edit = connectEdit(two, 'client', 'router')
const design = edit.ok ? apply(two, edit.value) : two

/** The document with one place changed; the path is as the sentences write it. */
function broken(path: string, value: unknown): unknown {
  const document = JSON.parse(JSON.stringify(encodeDesign(design)))
  const keys = path.slice(1).split('/')
  const last = keys.pop() ?? ''
  const holder = keys.reduce((at, key) => at[key], document)
  if (value === undefined) delete holder[last]
  else holder[last] = value
  return document
}

const sentences = (value: unknown) => decodeDesign(value).diagnostics.map(({ message }) => message)

describe('a document says where it is wrong, what is wrong, and what would be right', () => {
  test.each([
    [
      '/devices/1/interfaces/0/addresses/0',
      '192.168.1.300/24',
      '300 is too large in 192.168.1.300. Each of the four numbers of an IPv4 address is 0 to 255.',
    ],
    [
      '/devices/1/interfaces/0/addresses/0',
      '192.168.1.1',
      "192.168.1.1 has no length. Write the length of the link's prefix too, such as 192.168.1.1/24.",
    ],
    [
      '/devices/0/routes/0/destination',
      '10.0.0.1/8',
      '10.0.0.1/8 has host bits. The prefix that holds it is 10.0.0.0/8.',
    ],
    ['/devices/0/name', undefined, 'a text is missing here.'],
    ['/devices/0/name', 7, 'this is not a text: 7.'],
    [
      '/devices/0/kind',
      'toaster',
      '"toaster" is not known here. Write client, router, server, internet, switch.',
    ],
    ['/devices/0/colour', 'red', undefined],
    [
      '/devices/0/host/profile',
      'amiga',
      'There is no host profile of that name. The menu of a host lists them.',
    ],
    ['/devices/0/services', [{ id: 'a', name: 'a', protocol: 'tcp', port: 70000, tls: false }], undefined],
    ['/links/0/ends/0/device', 'nobody', 'There is no device with the id nobody.'],
    ['/links/0/ends/0/interface', 'eth9', 'Laptop has no interface with the id eth9.'],
    ['/devices/1/id', 'client', 'client is already the id of /devices/0. No two devices share one.'],
    ['/devices/1/name', 'LAPTOP', 'LAPTOP is already the name of /devices/0. No two devices share one.'],
    ['/names', [{ name: 'a.example', device: 'gone' }], undefined],
  ])('%s = %j', (path, value, sentence) => {
    const found = sentences(broken(path, value))
    if (sentence === undefined) expect(found[0]).toMatch(/^\/.*: .*\.$/)
    else expect(found).toContain(`${path}: ${sentence}`)
  })
  test('keys that are not known are not lost silently', () => {
    expect(sentences(broken('/devices/0/colour', 'red'))).toEqual([
      '/devices/0: colour is not known here. A newer version of Highport may have written it.',
    ])
  })
  test('a rule value that its field does not read is named by its place', () => {
    const names = namesOf(design)
    const rule = writtenRule({ id: 'a', name: 'A', cells: { dport: '443' }, target: 'accept' }, names)
    const withRule = apply(design, {
      kind: 'insert-rows',
      device: 'router',
      chain: HOME_INBOUND,
      index: 0,
      rows: [rule],
    })
    const document = JSON.parse(JSON.stringify(encodeDesign(withRule)))
    document.devices[1].firewall.ruleset.tables[0].chains[0].rows[0].match[0].is = ['44300000']
    expect(sentences(document)).toEqual([
      '/devices/1/firewall/ruleset/tables/0/chains/0/rows/0/match/0/is/0: 44300000 is not a port. Ports are 0 to 65535.',
    ])
  })
  test.each([
    ['a list', [], 'This is not a Highport design. A design is a JSON object.'],
    [
      'another format',
      { format: 'other' },
      'This is not a Highport design. A design says "format": "highport design".',
    ],
    [
      'a version to come',
      { format: 'highport design', version: DOCUMENT_VERSION + 1 },
      `/version: this design is of version ${DOCUMENT_VERSION + 1}, and this Highport reads versions up to ${DOCUMENT_VERSION}. Open it with a newer one.`,
    ],
    [
      'no version',
      { format: 'highport design' },
      `/version: a whole number is missing here. The newest version is ${DOCUMENT_VERSION}.`,
    ],
  ])('%s is refused', (_what, value, sentence) => {
    expect(sentences(value)).toEqual([sentence])
  })
})

describe('rule values are text that people can read', () => {
  const written = (match: readonly Condition[]) => {
    const rule = {
      ...writtenRule({ id: 'a', name: '', cells: {}, target: 'accept' }, namesOf(design)),
      match,
    }
    const withRule = apply(design, {
      kind: 'insert-rows',
      device: 'router',
      chain: HOME_INBOUND,
      index: 0,
      rows: [rule],
    })
    const document = JSON.parse(JSON.stringify(encodeDesign(withRule)))
    return document.devices[1].firewall.ruleset.tables[0].chains[0].rows[0].match
  }
  test.each([
    ['protocol', 'tcp', [{ field: 'protocol', is: ['tcp'] }]],
    ['src', '198.51.100.0/24', [{ field: 'src', is: ['198.51.100.0/24'] }]],
    ['src', 'not 10.0.0.1-10.0.0.5', [{ field: 'src', not: true, is: ['10.0.0.1-10.0.0.5'] }]],
    ['dst', 'LAN', [{ field: 'dst', is: [{ token: 'lan' }] }]],
    ['dst', 'Laptop', [{ field: 'dst', is: [{ addressesOf: 'client' }] }]],
    ['dport', '80, 443, 1024-65535', [{ field: 'dport', is: ['80', '443', '1024-65535'] }]],
    ['dport', 'ephemeral of Laptop', [{ field: 'dport', is: [{ ephemeralOf: 'client' }] }]],
    ['tcpFlags', 'not SYN', [{ field: 'tcpFlags', not: true, is: ['SYN'] }]],
    ['icmpType', 'echo-reply', [{ field: 'icmpType', is: ['echo-reply'] }]],
    ['ctState', 'established, related', [{ field: 'ctState', is: ['established', 'related'] }]],
    ['iif', 'wan', [{ field: 'iif', is: ['wan'] }]],
  ] as const)('%s %s', (field, cell, document) => {
    const rule = writtenRule(
      { id: 'a', name: '', cells: { [field]: cell }, target: 'accept' },
      namesOf(design),
    )
    expect(written(rule.match)).toEqual(document)
  })
  test('a number without words is written as a range', () => {
    const match: Condition = {
      kind: 'test',
      field: 'tcpFlags',
      negated: false,
      terms: [{ kind: 'range', first: 3, last: 9 }],
    }
    expect(written([match])).toEqual([{ field: 'tcpFlags', is: [{ from: 3, to: 9 }] }])
  })
})

describe('documents of earlier versions', () => {
  test('there is a step from every version to the next', () => {
    expect(MIGRATIONS.map(({ from }) => from)).toEqual(Array.from({ length: DOCUMENT_VERSION }, (_, n) => n))
  })
  test('a sample of version 0, which had no sets and no seed', () => {
    const sample = {
      format: 'highport design',
      version: 0,
      id: 'old',
      name: 'Old',
      devices: [],
      links: [],
      names: [],
      flows: [],
    }
    expect(decodeDesign(sample)).toEqual({ ok: true, value: emptyDesign('old', 'Old'), diagnostics: [] })
  })
})
