import type { Lesson } from '@/lessons/lesson'
import type { InferredDrawing } from '@/model/inference/infer-drawing'
import { decodeDesign, emptyDesign, encodeDesign } from '@/model/project/document'
import { currentDesign, replaceDesign } from '@/state/design-store'
import { tell } from '@/state/notice-store'
import { goToStart } from '@/state/playback/cursor'
import { viewStore } from '@/state/view-store'

/** Opens a story where it begins. What was open comes back by undo, as with all ways to open a design. */
export function openLesson(lesson: Lesson): void {
  replaceDesign(lesson.start(), `open the story ${lesson.title}`)
  viewStore.setState({ flow: lesson.flow, device: lesson.device, link: undefined, rule: undefined, tabs: {} })
  goToStart()
}

/** An id that no other design has, of this browser or another. */
function freshDesignId(): string {
  const numbers = crypto.getRandomValues(new Uint32Array(2))
  return `design-${[...numbers].map((each) => each.toString(36)).join('')}`
}

export function openNewDesign(): void {
  replaceDesign(emptyDesign(freshDesignId(), 'New design'), 'new design')
  viewStore.setState({ flow: undefined, device: undefined, link: undefined, rule: undefined, tabs: {} })
}

/** Opens a drawing that was made from rules: at the machine that has them, with its first connection ready to be played. */
export function openDrawing({ design, machine }: InferredDrawing): void {
  replaceDesign({ ...design, id: freshDesignId() }, 'build a drawing from rules')
  viewStore.setState({
    flow: design.flows[0]?.id,
    device: machine,
    link: undefined,
    rule: undefined,
    tabs: {},
  })
  goToStart()
}

export function downloadDesign(): void {
  const design = currentDesign()
  saveFile(
    `${fileNameOf(design.name)}.highport.json`,
    JSON.stringify(encodeDesign(design), null, 2),
    'application/json',
  )
}

export function fileNameOf(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'design'
  )
}

/** Hands the browser a file to keep. */
export function saveFile(name: string, text: string, type = 'text/plain'): void {
  const link = document.createElement('a')
  const address = URL.createObjectURL(new Blob([text], { type }))
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}

/** Opens a design from text; the sentence that says why not, where it is none. Nothing changes then. */
export function readDesignText(text: string): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'This file is not JSON. A design is a file that "Download design" made.'
  }
  const decoded = decodeDesign(value)
  if (!decoded.ok) return decoded.diagnostics.map(({ message }) => message).join(' ')
  replaceDesign(decoded.value, `open ${decoded.value.name}`)
  viewStore.setState({
    flow: undefined,
    device: decoded.value.devices.find(({ kind }) => kind === 'router')?.id,
    link: undefined,
    rule: undefined,
    tabs: {},
  })
  return undefined
}

export async function readDesignFile(file: File): Promise<void> {
  tell(readDesignText(await file.text()))
}
