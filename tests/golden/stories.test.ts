import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { PrintContext } from '@/dialects/dialect'
import { DIALECTS } from '@/dialects/index'
import { LESSONS } from '@/lessons/index'
import type { Design } from '@/model/project/design'
import { namesOf, resolverFor } from '@/model/topology/names'
import { placeOf } from '@/model/topology/sides'
import type { Device } from '@/model/topology/topology'

/*
 * R126: the rules of every story's device in every language, as files to look at. After a change that is meant:
 * npx vitest run --project unit tests/golden --update
 */

function contextOf(design: Design, device: Device): PrintContext {
  const resolver = resolverFor(design, device.id)
  return {
    names: namesOf(design),
    interfaces: device.interfaces,
    designName: design.name,
    deviceName: device.name,
    place: placeOf(device),
    nat: device.nat.mode,
    mappings: device.nat.mappings,
    resolve: (token) => resolver.token(token),
    resolveSet: (name) => resolver.set(name),
  }
}

const writable = DIALECTS.flatMap(({ id, print, parse }) => (print ? [{ id, print, parse }] : []))

describe.each(LESSONS.map((lesson) => ({ id: lesson.id, lesson })))('$id', ({ lesson }) => {
  const versions = [
    ['start', lesson.start()],
    ['solution', lesson.solution()],
  ] as const
  test.each(versions.flatMap(([version, design]) => writable.map((dialect) => ({ version, design, dialect, language: dialect.id }))))(
    'R126: $version in $language',
    async ({ version, design, dialect }) => {
      const device = design.devices.find((each) => each.id === lesson.device)
      if (!device) throw new Error(`no device ${lesson.device}`)
      const { text, losses } = dialect.print(device.firewall, contextOf(design, device))
      const told = losses.map(({ rule, sentence }) => `\n[loss${rule === undefined ? '' : ` of ${rule}`}] ${sentence}`).join('')
      const path = fileURLToPath(new URL(`./${lesson.id}/${version}.${dialect.id}.txt`, import.meta.url))
      await expect(`${text}${told}\n`).toMatchFileSnapshot(path)
    },
  )

  test.each(versions)('R126: the iptables text of the %s reads back as the same table', (_version, design) => {
    const device = design.devices.find((each) => each.id === lesson.device)
    const iptables = writable.find(({ id }) => id === 'iptables')
    if (!device || !iptables?.parse) throw new Error('the story has a device, and iptables is read')
    const context = contextOf(design, device)
    const { text } = iptables.print(device.firewall, context)
    const read = iptables.parse(text, context)
    if (!read.ok) throw new Error(text)
    const plain = (value: unknown) => JSON.stringify(value, (key, each) => (key === 'sourceLine' ? undefined : typeof each === 'bigint' ? `${each}n` : each))
    const { firewall, nat, mappings } = read.value
    expect({ kind: firewall.kind, form: firewall.form, nat, mappings }).toEqual({
      kind: device.firewall.kind,
      form: device.firewall.form,
      nat: device.nat.mode,
      mappings: device.nat.mappings,
    })
    expect(JSON.parse(plain(firewall.ruleset))).toEqual(JSON.parse(plain(device.firewall.ruleset)))
    expect(JSON.parse(plain(firewall.builtins))).toEqual(JSON.parse(plain(device.firewall.builtins)))
  })
})
