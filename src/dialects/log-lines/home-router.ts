import { endText } from '@/model/packet/label'
import type { Packet } from '@/model/packet/packet'
import { flagLetters } from '@/model/packet/tcp-flags'

/** Flag letters in the order in which these routers write them: ACK before SYN. */
function letters(flags: number): string {
  const all = flagLetters(flags)
  return ['A', 'S', 'F', 'R', 'P', 'U'].filter((letter) => all.includes(letter)).join('')
}

/** The line of a home router about a packet it dropped: "SRC > DST:PORT, AS Seq=, Ack= -reason" (R007 to R009). */
export function homeRouterLine(packet: Packet, reason: string): string {
  const ends = `${endText(packet, 'src')} > ${endText(packet, 'dst')}`
  const numbers =
    packet.kind === 'tcp'
      ? `, ${letters(packet.flags)} Seq=${signed(packet.seq)}, Ack=${signed(packet.ack)}`
      : ''
  return `${ends}${numbers} -${reason}`
}

/** These routers print 32-bit numbers as signed ones: from 0x80000000 on they carry a minus sign (R009). */
export function signed(value: number): number {
  return value | 0
}

export interface HomeRouterEntry {
  /** Masked addresses are kept as they stand: "XXX.XXX.XXX.XXX". */
  readonly destination: string
  readonly dport?: number
  readonly flags: number
  readonly reason: string
}

const NAMES: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16, U: 32 }

/** Reads such a line, with masked addresses and numbers; undefined where it is none (R007). */
export function parseHomeRouterLine(line: string): HomeRouterEntry | undefined {
  const found =
    /(?:^|>\s*)([\dXx.*:a-fA-F[\]]+?):(\d+),\s*([FSRPAU]+)\s+Seq=\S+,\s*Ack=\S+\s+-(.+?)\s*$/.exec(line)
  if (!found) return undefined
  const flags = [...(found[3] ?? '')].reduce((byte, letter) => byte | (NAMES[letter] ?? 0), 0)
  return { destination: found[1] ?? '', dport: Number(found[2]), flags, reason: found[4] ?? '' }
}
