import type { PlainTarget } from '@/model/ruleset/ruleset'
import { LeftOut } from '../left-out'
import { readDscp, readTosBits } from './header-matches'
import type { OptionUse } from './rule-syntax'
import type { ReadTargetOptions } from './target-readers'

/** Targets that change the IP or TCP header: TTL, HL, TOS, DSCP, TCPMSS. */

type HeaderTarget = Extract<PlainTarget, { kind: 'hop-limit' | 'tos' | 'mss' }>

const HOP_CHANGES = { set: 'set', inc: 'increase', dec: 'decrease' } as const
type HopForm = keyof typeof HOP_CHANGES

/** `-j TTL` and `-j HL`: one change, by 1 to 255, or to 0 to 255. */
export const readHopLimit: ReadTargetOptions = (options, family) => {
  const name = family === 4 ? 'TTL' : 'HL'
  const [use, ...others] = options
  const form = /^--(?:ttl|hl)-(set|inc|dec)$/.exec(use?.name ?? '')?.[1] as HopForm | undefined
  if (!use || !form || others.length > 0) return `${name} needs one of set, inc and dec.`
  const text = textOf(use)
  const by = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN
  const least = form === 'set' ? 0 : 1
  if (!(by >= least && by <= 255)) return `${text} is not a number from ${least} to 255.`
  return { kind: 'hop-limit', change: HOP_CHANGES[form], by }
}

const textOf = (use: OptionUse) => use.values[0]?.text ?? ''

/** `-j TOS`: clears the bits of a mask and turns bits over, as MARK does. */
export const readTos: ReadTargetOptions = (options) => {
  const [use, ...others] = options
  if (!use || others.length > 0) return 'TOS needs one of --set-tos, --and-tos, --or-tos and --xor-tos.'
  const read = readTosBits(textOf(use))
  const isPlain = !/[/a-z]/i.test(
    textOf(use)
      .replace(/^0x/i, '')
      .replace(/^[0-9a-f]+$/i, ''),
  )
  if (!read || (use.name !== '--set-tos' && !isPlain))
    return `${textOf(use)} is not a type of service, such as 0x10/0x3f.`
  switch (use.name) {
    case '--and-tos':
      return { kind: 'tos', flip: 0, mask: ~read.bits & 0xff }
    case '--or-tos':
      return { kind: 'tos', flip: read.bits, mask: read.bits }
    case '--xor-tos':
      return { kind: 'tos', flip: read.bits, mask: 0 }
    default:
      return { kind: 'tos', flip: read.bits, mask: read.mask }
  }
}

/** `-j DSCP`: the upper six bits of the same byte. */
export const readDscpTarget: ReadTargetOptions = (options) => {
  const [use, ...others] = options
  if (!use || others.length > 0) return 'DSCP needs --set-dscp.'
  const byte = readDscp(use.name === '--set-dscp' ? '--dscp' : '--dscp-class', textOf(use))?.[0]?.first
  return byte === undefined
    ? `${textOf(use)} is not a DSCP. Write 0 to 63, or a class such as EF.`
    : { kind: 'tos', flip: Number(byte), mask: 0xfc }
}

/** What the tools take. */
const SIZE_AT_MOST = { 4: 65515, 6: 65495 } as const

export const readMss: ReadTargetOptions = (options, family) => {
  const [use, ...others] = options
  if (!use || others.length > 0) return 'TCPMSS needs --set-mss or --clamp-mss-to-pmtu.'
  if (use.name === '--clamp-mss-to-pmtu') return { kind: 'mss' }
  const size = /^\d+$/.test(textOf(use)) ? Number(textOf(use)) : Number.NaN
  return size <= SIZE_AT_MOST[family]
    ? { kind: 'mss', size }
    : `${textOf(use)} is not a size of segments up to ${SIZE_AT_MOST[family]}.`
}

/** Two digits, as iptables-save prints it. */
const hex = (value: number) => `0x${value.toString(16).padStart(2, '0')}`

const HOP_FORMS = { set: 'set', increase: 'inc', decrease: 'dec' } as const

export function writeHeaderTarget(target: HeaderTarget, family: 4 | 6): string {
  switch (target.kind) {
    case 'hop-limit': {
      if (target.by === 0 && target.change !== 'set') throw new LeftOut('it counts by nothing.')
      const name = family === 4 ? 'TTL' : 'HL'
      return `-j ${name} --${name.toLowerCase()}-${HOP_FORMS[target.change]} ${target.by}`
    }
    case 'tos':
      return `-j TOS --set-tos ${hex(target.flip)}/${hex(target.mask)}`
    case 'mss':
      if (target.size !== undefined && target.size > SIZE_AT_MOST[family])
        throw new LeftOut('it announces segments that are too large.')
      return `-j TCPMSS ${target.size === undefined ? '--clamp-mss-to-pmtu' : `--set-mss ${target.size}`}`
  }
}
