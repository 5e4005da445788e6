import { describe, expect, test } from 'vitest'
import { replyPorts } from '@/analyses/open-ports/reply-ports'
import { runFlow } from '@/applications/run-flow'
import { compileNetwork } from '@/engine/compile'
import { lessonOf } from '@/lessons/lookup'
import { applyEdit } from '@/model/edits/apply'
import type { Edit } from '@/model/edits/edit'
import { HOME_INBOUND } from '@/model/firewalls/home-chains'
import { writtenRule } from '@/model/firewalls/written-rule'
import type { Design } from '@/model/project/design'
import { namesOf } from '@/model/topology/names'

const lesson = (id: string) => {
  const found = lessonOf(id)
  if (!found) throw new Error(`no story ${id}`)
  return found
}

function edited(design: Design, edit: Edit): Design {
  const applied = applyEdit(design, edit)
  if (!applied.ok) throw new Error(applied.diagnostics[0]?.message)
  return applied.value.design
}

function read(design: Design, id: string) {
  const flow = design.flows.find((each) => each.id === id)
  if (!flow) throw new Error(`no flow ${id}`)
  const network = compileNetwork(design)
  return replyPorts(design, network, runFlow(network, design, flow))
}

const reply = lesson('reply-that-never-came')

describe('the reply that never came', () => {
  test('R001: no port that Laptop may pick is open to the reply', () => {
    expect(read(reply.start(), reply.flow)).toMatchObject({
      client: 'Laptop',
      range: { first: 49152, last: 65535 },
      picked: 62712,
      reading: 'filtered',
      open: 0,
    })
  })

  test('R013: a rule for source port 443 to high ports opens all of them', () => {
    const design = reply.start()
    const router = design.devices.find(({ id }) => id === reply.device)
    const rows = router?.firewall.ruleset.tables[0]?.chains.find(({ name }) => name === 'inbound')?.rows
    const cells = { protocol: 'tcp', sport: '443', dport: '1024-65535' }
    const rule = writtenRule({ id: 'new', name: '', cells, target: 'accept' }, namesOf(design))
    const mended = edited(design, {
      kind: 'insert-rows',
      device: reply.device,
      chain: HOME_INBOUND,
      index: rows?.length ?? 0,
      rows: [rule],
    })
    // "Block RDP" stands before the new rule; port 3389 is none that Laptop picks.
    expect(read(mended, reply.flow)).toMatchObject({ reading: 'filtered', open: 16_384 })
  })

  test('the ports follow the profile of the client', () => {
    const design = reply.start()
    const client = design.flows.find(({ id }) => id === reply.flow)?.from ?? ''
    const linux = edited(design, { kind: 'set-device', id: client, parts: { host: { profile: 'linux' } } })
    expect(read(linux, reply.flow)?.range).toEqual({ first: 32768, last: 60999 })
  })
})

test('R050: a rule for one range of ports leaves the rest of the range of the client shut', () => {
  const story = lesson('who-picks-62712')
  const ports = read(story.start(), story.flow)
  if (!ports) throw new Error('the run has no ports')
  const total = ports.range.last - ports.range.first + 1
  expect(ports.reading).toBe('filtered')
  expect(ports.open).toBeLessThan(total)
  const at = ports.verdicts.find(({ first, last }) => ports.picked >= first && ports.picked <= last)
  expect(at?.verdict).toBe('drop')
})

test('a run without ports has no reading', () => {
  const design = reply.start()
  const [first] = design.flows
  if (!first) throw new Error('the story has no flow')
  const ping = { ...first, id: 'ping', name: '', application: 'ping', to: '104.244.42.1' }
  expect(read(edited(design, { kind: 'set-flows', flows: [ping] }), 'ping')).toBeUndefined()
})

test('a request that is dropped has no reply to ask about', () => {
  const design = reply.start()
  const blocked = design.flows.find(({ expect: wanted }) => wanted === 'blocked')
  expect(blocked && read(design, blocked.id)).toMatchObject({ reading: 'no-reply', verdicts: [] })
})
