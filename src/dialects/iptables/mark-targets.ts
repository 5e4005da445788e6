import { ALL_BITS, hexadecimal, parseBits, parseMaskedBits } from '@/model/fields/bits'
import type { Target } from '@/model/ruleset/ruleset'
import type { ReadTargetOptions } from './target-readers'

type MarkTarget = Extract<Target, { kind: 'mark' | 'connmark' | 'save-mark' | 'restore-mark' }>

/** `-j MARK`: every form clears the bits of a mask and turns bits over (libxt_MARK). */
export const readMark: ReadTargetOptions = (options) => {
  const forms = options.filter(({ name }) => name in CHANGES)
  const [form] = forms
  if (!form || forms.length > 1)
    return 'MARK needs one of --set-mark, --set-xmark, --and-mark, --or-mark and --xor-mark.'
  const change = CHANGES[form.name]?.(form.values[0]?.text ?? '')
  if (!change) return `${form.values[0]?.text ?? ''} is not a mark, such as 0x1 or 0x1/0xff.`
  return { kind: 'mark', ...change }
}

interface Change {
  readonly flip: number
  readonly mask: number
}

const bare = (text: string, change: (bits: number) => Change): Change | undefined => {
  const bits = parseBits(text)
  return bits === undefined ? undefined : change(bits)
}

const CHANGES: Readonly<Record<string, (text: string) => Change | undefined>> = {
  '--set-xmark': (text) => {
    const read = parseMaskedBits(text)
    return read && { flip: read.bits, mask: read.mask }
  },
  '--set-mark': (text) => {
    const read = parseMaskedBits(text)
    return read && { flip: read.bits, mask: (read.bits | read.mask) >>> 0 }
  },
  '--and-mark': (text) => bare(text, (bits) => ({ flip: 0, mask: ~bits >>> 0 })),
  '--or-mark': (text) => bare(text, (bits) => ({ flip: bits, mask: bits })),
  '--xor-mark': (text) => bare(text, (bits) => ({ flip: bits, mask: 0 })),
}

/** `-j CONNMARK` (libxt_CONNMARK); what shifts marks is kept as it stands. */
export const readConnmark: ReadTargetOptions = (options, family) => {
  if (options.some(({ name }) => name.endsWith('-shift-mark'))) return undefined
  const masks = options.filter(({ name }) => name.endsWith('mask'))
  if (masks.length > 1 && masks.some(({ name }) => name === '--mask'))
    return '--mask says both masks. Leave --nfmask and --ctmask out.'
  const forms = options.filter((option) => !masks.includes(option))
  const [form] = forms
  if (!form) return readMark([], family)?.toString().replace('MARK', 'CONNMARK')
  if (forms.length > 1) return 'CONNMARK does one thing: set, save or restore.'
  const wrong = masks.find(({ values }) => parseBits(values[0]?.text ?? '') === undefined)
  if (wrong) return `${wrong.values[0]?.text ?? ''} is not a mask, such as 0xff.`
  const [ofPacket, ofConnection] = ['--nfmask', '--ctmask'].map((own) => {
    const use = masks.find(({ name }) => name === own || name === '--mask')
    return use && { bits: Number(use.values[0] && parseBits(use.values[0].text)), at: options.indexOf(use) }
  })
  const [packet, connection] = [ofPacket?.bits ?? ALL_BITS, ofConnection?.bits ?? ALL_BITS]
  if (form.name === '--save-mark') return { kind: 'save-mark', from: packet, to: connection }
  if (form.name === '--restore-mark') return { kind: 'restore-mark', from: connection, to: packet }
  const change = readMark(forms, family)
  if (typeof change !== 'object' || change.kind !== 'mark') return change
  // A mask after the form takes the place of its own.
  const replaced = ofConnection && ofConnection.at > options.indexOf(form) ? { mask: ofConnection.bits } : {}
  return { ...change, ...replaced, kind: 'connmark' }
}

/** As iptables-save prints them. */
export function writeMarkTarget(target: MarkTarget): string {
  switch (target.kind) {
    case 'mark':
    case 'connmark':
      return `-j ${target.kind.toUpperCase()} --set-xmark ${hexadecimal(target.flip)}/${hexadecimal(target.mask)}`
    case 'save-mark':
      return `-j CONNMARK --save-mark${masks(target.from, target.to)}`
    case 'restore-mark':
      return `-j CONNMARK --restore-mark${masks(target.to, target.from)}`
  }
}

const masks = (ofPacket: number, ofConnection: number) =>
  ofPacket === ALL_BITS && ofConnection === ALL_BITS
    ? ''
    : ` --nfmask ${hexadecimal(ofPacket)} --ctmask ${hexadecimal(ofConnection)}`
