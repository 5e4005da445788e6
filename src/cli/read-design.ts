import type { Design } from '@/model/project/design'
import { decodeDesign } from '@/model/project/document'
import { parseJson, Trouble } from './command'

/** The design of a document; throws Trouble with what is wrong. */
export function readDesign(text: string): Design {
  const design = decodeDesign(parseJson(text, 'The design'))
  if (!design.ok) throw new Trouble(design.diagnostics.map(({ message }) => message).join('\n  '))
  return design.value
}
