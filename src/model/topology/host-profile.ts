/** How a picker chooses among the free ports of the range. */
export const PORT_PICKERS = ['sequential', 'random', 'linux-parity'] as const
export type PortPicker = (typeof PORT_PICKERS)[number]

/** How an operating system behaves as a host. Every value says where it comes from. */
export interface HostProfile {
  readonly id: string
  readonly label: string
  /** Source ports of outgoing connections, inclusive. */
  readonly ephemeralPorts: { readonly first: number; readonly last: number }
  readonly picker: PortPicker
  /** The lowest port that a program without privileges may listen on. */
  readonly lowestUnprivilegedPort: number
  /** Milliseconds after the first SYN at which it is sent again. */
  readonly synRetriesAtMs: readonly number[]
  /** Milliseconds after the first SYN at which connect() gives up. */
  readonly synGiveUpAtMs: number
  /** The same for a SYN-ACK without an ACK, at the listening side. */
  readonly synAckRetriesAtMs: readonly number[]
  readonly synAckGiveUpAtMs: number
  /** TTL and hop limit of packets it makes. */
  readonly hopLimit: number
  /** Field of this row -> source of its value, or "assumed". */
  readonly sources: Readonly<Record<string, string>>
}
