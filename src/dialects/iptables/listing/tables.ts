import { own } from '../../own'

/** In the order in which a packet may meet them; every table lists its chains so, but for old nat tables. */
const ORDER = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']

/** Chains of one listing, and the table that they are of. */
export class ListedTable {
  private readonly base: string[] = []
  private readonly stated: string | undefined
  private hints = new Set<string>()

  /** `stated`: the table that a command line or a title in front of the listing names. */
  constructor(stated: string | undefined) {
    this.stated = stated
  }

  /** Whether a chain of that name would be of the next table: each has its chains once, in order. */
  endsBefore(chain: string): boolean {
    const place = ORDER.indexOf(chain)
    if (place < 0 || this.base.length === 0) return false
    if (this.base.includes(chain)) return true
    if (chain === 'POSTROUTING') return !this.base.includes('PREROUTING')
    // Before Linux 2.6.34 nat listed PREROUTING, POSTROUTING, OUTPUT.
    if (chain === 'OUTPUT') return false
    return this.base.some((other) => ORDER.indexOf(other) > place)
  }

  add(chain: string): void {
    if (ORDER.includes(chain)) this.base.push(chain)
  }

  /** A target that stands in one table only tells chains apart that several tables have. */
  see(target: string): void {
    const table = own(TABLE_OF_TARGET, target)
    if (table) this.hints.add(table)
  }

  get name(): string {
    if (this.stated !== undefined) return this.stated
    const has = (chain: string) => this.base.includes(chain)
    if (has('FORWARD')) return has('PREROUTING') || has('POSTROUTING') ? 'mangle' : 'filter'
    if (has('PREROUTING') || has('POSTROUTING')) {
      const [hint] = this.hints
      if (hint !== undefined) return hint
      return has('POSTROUTING') || !has('OUTPUT') ? 'nat' : 'raw'
    }
    return 'filter'
  }
}

const TABLE_OF_TARGET: Readonly<Record<string, string>> = {
  DNAT: 'nat',
  SNAT: 'nat',
  MASQUERADE: 'nat',
  REDIRECT: 'nat',
  NETMAP: 'nat',
  CT: 'raw',
  NOTRACK: 'raw',
  TPROXY: 'mangle',
  TTL: 'mangle',
  HL: 'mangle',
  TOS: 'mangle',
  DSCP: 'mangle',
}
