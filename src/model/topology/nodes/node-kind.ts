import type { Design } from '../../project/design'
import type { Device, NodeKindId } from '../topology'

/** A kind of device that can be drawn. */
export interface NodeKind {
  readonly id: NodeKindId
  /** "Client"; the palette's button is "Add client". */
  readonly label: string
  /** Name of a lucide icon. */
  readonly icon: string
  /** Passes on what is meant for others. */
  readonly forwards: boolean
  /** Has interfaces with addresses; a switch has none. */
  readonly hasAddresses: boolean
  /** Runs programs that a person starts or that answer. */
  readonly isHost: boolean
  /** A device with an id and a name that the design does not have yet, not connected to anything. */
  create(design: Design, position: Device['position']): Device
}
