import type { ImportedRules } from '@/dialects/dialect'
import type { Edit } from '@/model/edits/edit'
import type { InferredDrawing } from '@/model/inference/infer-drawing'
import type { Result } from '@/model/result'
import type { Device } from '@/model/topology/topology'

/** What is about to be imported. */
export interface Intake {
  readonly text: string
  readonly isDesign: boolean
  /** Label of the language. */
  readonly language: string | undefined
  readonly parsed: Result<ImportedRules> | undefined
  /** Present where a drawing is built around the rules. */
  readonly drawing: InferredDrawing | undefined
}

/** Why it cannot be taken yet; nothing where it can. */
export function whyNot({ text, isDesign, language, parsed, drawing }: Intake): string | undefined {
  if (text.trim() === '') return 'Paste text or choose a file first.'
  if (isDesign) return undefined
  if (language === undefined) return 'No language is recognised. Choose one above.'
  if (!parsed?.ok) return `Nothing could be read: ${parsed?.diagnostics[0]?.message ?? ''}`
  const wrong = drawing?.guesses.find(({ trouble }) => trouble !== undefined)
  return wrong && `${wrong.label}: ${wrong.trouble}`
}

/** One step: the filter, and translation where the text speaks of it. */
export function editFor(device: Device, { firewall, nat, mappings }: ImportedRules): Edit {
  const edits: Edit[] = [{ kind: 'set-firewall', device: device.id, firewall }]
  if (nat !== undefined)
    edits.push({
      kind: 'set-device',
      id: device.id,
      parts: { nat: { mode: nat, mappings: mappings ?? device.nat.mappings } },
    })
  return { kind: 'batch', edits }
}

/** "12 rules are read. 2 lines are left out: see above." */
export function summary({ value, diagnostics }: Extract<Result<ImportedRules>, { ok: true }>): string {
  const wrong = new Set(diagnostics.filter(({ kind }) => kind === 'syntax-error').map(({ line }) => line))
  const left = value.lines.filter(({ line, fate }) => fate === 'not-understood' || wrong.has(line)).length
  const read = `${value.rules} ${value.rules === 1 ? 'rule is' : 'rules are'} read.`
  return left === 0 ? read : `${read} ${left} ${left === 1 ? 'line is' : 'lines are'} left out: see above.`
}
