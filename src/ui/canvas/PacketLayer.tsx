import { useReactFlow, ViewportPortal } from '@xyflow/react'
import { Check, CornerUpLeft, X } from 'lucide-react'
import { type ReactNode, type Ref, useLayoutEffect, useRef } from 'react'
import { deciderName } from '@/analyses/explain-verdict/sentences'
import type { Disposition } from '@/engine/trace'
import { formatAddress } from '@/model/packet/address'
import { packetLabel, packetName } from '@/model/packet/label'
import type { Packet } from '@/model/packet/packet'
import type { Device } from '@/model/topology/topology'
import { currentDesign } from '@/state/design-store'
import { clockStore } from '@/state/playback/clock'
import { currentCursor, goToJourney, useCursor } from '@/state/playback/cursor'
import { packetsAt, type ShownPacket } from '@/state/playback/packets'
import { timelineOf } from '@/state/playback/timeline'
import { currentTrace, runStore, useCurrentTrace } from '@/state/run-store'
import { endText } from '../playback/ladder-rows'
import { useNarrow } from '../widgets/use-narrow'
import { gateOf } from './gate-cells'
import { pointOn, sideOf } from './links'

const reduced = matchMedia('(prefers-reduced-motion: reduce)')

/** The packets on the drawing. What is shown follows the cursor; where it is follows the clock, without rendering. */
export function PacketLayer() {
  const trace = useCurrentTrace()
  const cursor = useCursor()
  if (!trace || cursor.step < 0) return null
  const shown = packetsAt(trace, timelineOf(trace), cursor.step, cursor.journey)
  return (
    <ViewportPortal>
      {shown.map((packet) =>
        packet.kind === 'flying' ? (
          <Flying key={packet.journey} packet={packet} />
        ) : (
          <Standing key={packet.journey} packet={packet} />
        ),
      )}
    </ViewportPortal>
  )
}

function Flying({ packet }: { readonly packet: Extract<ShownPacket, { kind: 'flying' }> }) {
  const capsule = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => {
    const place = () => {
      const { tMs } = clockStore.getState()
      const share = reduced.matches
        ? 0.5
        : Math.min(1, Math.max(0, (tMs - packet.startMs) / (packet.endMs - packet.startMs)))
      const point = pointOn(packet.link, packet.from, share)
      if (point && capsule.current)
        capsule.current.style.transform = `translate(${point.x}px, ${point.y}px) translate(-50%, -50%)`
    }
    place()
    return clockStore.subscribe(place)
  }, [packet])
  return (
    <Capsule packet={packet} innerRef={capsule}>
      <Label packet={packet.packet} original={currentTrace()?.journeys[packet.journey]?.packet} />
    </Capsule>
  )
}

interface CapsuleProps {
  readonly packet: ShownPacket
  readonly meaning?: ReturnType<typeof meaningOf>
  readonly innerRef?: Ref<HTMLButtonElement>
  readonly children: ReactNode
}

/** A packet as something to press: it shows the packet's fate everywhere, as its arrow in the ladder does. */
function Capsule({ packet, meaning = '', innerRef, children }: CapsuleProps) {
  return (
    <button
      type="button"
      ref={innerRef}
      className={`capsule nodrag nopan ${meaning}`}
      title={packetName(packet.packet)}
      aria-current={packet.journey === currentCursor().journey ? 'step' : undefined}
      onClick={() => goToJourney(packet.journey)}
    >
      {children}
    </button>
  )
}

/** The capsule's words; an address that translation has put in place of another stands in its colour. */
function Label({ packet, original }: { readonly packet: Packet; readonly original: Packet | undefined }) {
  const label = packetLabel(packet)
  if (!original || original.src === packet.src || !('sport' in packet)) return label
  const word = label.slice(0, label.length - `${packet.sport} > ${packet.dport}`.length)
  return (
    <span>
      {word}
      <span className="translate">{formatAddress(packet.src)}</span>:{packet.sport} &gt; {packet.dport}
    </span>
  )
}

/** A packet at a device: waiting at its gate, or where it ended. */
function Standing({ packet }: { readonly packet: Extract<ShownPacket, { kind: 'standing' }> }) {
  const { getInternalNode } = useReactFlow()
  const narrow = useNarrow()
  const node = getInternalNode(packet.device)
  const design = currentDesign()
  const device = design.devices.find(({ id }) => id === packet.device)
  if (!node || !device) return null
  const { x, y } = node.internals.positionAbsolute
  const width = widthOf(device)
  const height = node.measured.height ?? 100
  const entry = device.interfaces.find(({ name }) => name === packet.iif)
  const port = entry && device.interfaces.indexOf(entry)
  // On a narrow screen nothing is left of the cards.
  const side = entry && !narrow ? sideOf(design, device, entry.id) : 'right'
  const round = device.kind === 'internet' || device.kind === 'switch'
  const linkY = round ? y + height / 2 : y + 30 + 22 * (port ?? 0) + 11
  const meaning = meaningOf(packet.disposition)
  const fallen = meaning === 'drop' || meaning === 'reject'
  const cell = fallen && side === 'right' ? decidingCell(packet) : undefined
  const top = fallen
    ? Math.max(linkY + 24, cell === undefined ? y + height - 22 : y + 30 + 19 * cell + 10)
    : linkY
  const edge = side === 'right' ? x + width : x
  const offset = side === 'right' ? 8 : -8
  const shift = side === 'right' ? '0' : '-100%'
  return (
    <>
      {fallen && (
        <div
          className={`fall ${meaning}`}
          style={{ left: edge + offset + (side === 'right' ? 6 : -6), top: linkY, height: top - linkY }}
        />
      )}
      <div
        className="capsule-place"
        style={{ transform: `translate(${edge + offset}px, ${top}px) translate(${shift}, -50%)` }}
      >
        <Capsule packet={packet} meaning={meaning}>
          {meaning === 'drop' && <X className="i" />}
          {meaning === 'reject' && <CornerUpLeft className="i" />}
          {meaning === 'accept' && <Check className="i" />}
          {packetLabel(packet.packet)}
        </Capsule>
        {packet.disposition && fallen && (
          <div className={`capnote ${meaning}`}>{noteOf(packet.disposition)}</div>
        )}
      </div>
    </>
  )
}

/** The place of the cell that decided in the gate on the card, from the top. */
function decidingCell({ device, journey }: ShownPacket & { readonly kind: 'standing' }): number | undefined {
  const gate = gateOf(runStore.getState().network, currentTrace(), device, journey, currentCursor().step)
  return gate === undefined || gate.decided < 0 ? undefined : gate.decided
}

/** Cards have fixed widths, so that a packet finds their edge before they were measured. */
function widthOf({ kind, firewall }: Device): number {
  if (kind === 'internet' || kind === 'switch') return 32
  return firewall.kind === 'none' ? 156 : 214
}

function meaningOf(disposition: Disposition | undefined): 'accept' | 'drop' | 'reject' | '' {
  if (!disposition) return ''
  if (disposition.kind === 'delivered') return 'accept'
  return disposition.kind === 'rejected' || disposition.kind === 'no-listener' ? 'reject' : 'drop'
}

function noteOf(disposition: Disposition): string {
  if (disposition.kind === 'dropped') return `dropped by ${deciderName(disposition.by).replace(/^the /, '')}`
  if (disposition.kind === 'rejected')
    return `rejected by ${deciderName(disposition.by).replace(/^the /, '')}`
  return endText(disposition)
}
