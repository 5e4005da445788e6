import type { Family } from '@/model/packet/address'
import type { PlainTarget, TableFamily } from '@/model/ruleset/ruleset'
import { LeftOut } from '../left-out'

type ChangeTarget = Extract<PlainTarget, { kind: 'hop-limit' | 'tos' | 'mss' }>

/** What changes the header: a line for each family that the rule may be asked about. Throws LeftOut. */
export function writeChange(target: ChangeTarget, table: TableFamily, pinned: Family | undefined): string[] {
  const families: readonly Family[] =
    table === 'inet' ? (pinned ? [pinned] : [4, 6]) : table === 'ip' ? [4] : [6]
  switch (target.kind) {
    case 'hop-limit':
      if (target.change !== 'set') throw new LeftOut('nft sets a TTL and does not count it up or down.')
      return families.map((family) => `${family === 4 ? 'ip ttl' : 'ip6 hoplimit'} set ${target.by}`)
    case 'tos':
      if (target.mask !== 0xfc || target.flip % 4 !== 0)
        throw new LeftOut('nft sets a whole DSCP and no other bits of the type of service.')
      return families.map((family) => `${family === 4 ? 'ip' : 'ip6'} dscp set ${target.flip / 4}`)
    case 'mss':
      return [`tcp option maxseg size set ${target.size ?? 'rt mtu'}`]
  }
}
