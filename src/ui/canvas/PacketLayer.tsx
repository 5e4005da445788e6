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
import { type LoggedSight, useLogReader } from '@/state/log-reader-store'
import { clockStore } from '@/state/playback/clock'
import { currentCursor, goToJourney, useCursor } from '@/state/playback/cursor'
import { packetsAt, type ShownPacket } from '@/state/playback/packets'
import { timelineOf } from '@/state/playback/timeline'
import { currentTrace, runStore, useCurrentTrace } from '@/state/run-store'
import { showPanelTab } from '@/state/view-store'
import { endText } from '../playback/ladder-rows'
import { useNarrow } from '../widgets/use-narrow'
import { gateOf } from './gate-cells'
import { pointOn, sideOf } from './links'

const reduced = matchMedia('(prefers-reduced-motion: reduce)')

/** The packets on the drawing. What is shown follows the cursor; where it is follows the clock, without rendering. */
export function PacketLayer() {
  const trace = useCurrentTrace()
  const cursor = useCursor()
  const sight = useLogReader((state) => state.sight)
  if (sight)
    return (
      <ViewportPortal>
        <LoggedPacket sight={sight} />
      </ViewportPortal>
    )
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
    <Capsule packet={packet.packet} {...pressOf(packet)} innerRef={capsule}>
      <Label packet={packet.packet} original={currentTrace()?.journeys[packet.journey]?.packet} />
    </Capsule>
  )
}

interface Press {
  readonly isCurrent: boolean
  readonly onPress: () => void
}

/** Pressing a packet of the run shows its fate everywhere, as its arrow in the ladder does. */
function pressOf({ journey }: ShownPacket): Press {
  return { isCurrent: journey === currentCursor().journey, onPress: () => goToJourney(journey) }
}

interface CapsuleProps extends Press {
  readonly packet: Packet
  readonly meaning?: ReturnType<typeof meaningOf>
  readonly innerRef?: Ref<HTMLButtonElement>
  readonly children: ReactNode
}

/** A packet as something to press. */
function Capsule({ packet, isCurrent, onPress, meaning = '', innerRef, children }: CapsuleProps) {
  return (
    <button
      type="button"
      ref={innerRef}
      className={`capsule nodrag nopan ${meaning}`}
      title={packetName(packet)}
      aria-current={isCurrent ? 'step' : undefined}
      onClick={onPress}
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
  return (
    <AtDevice
      {...pressOf(packet)}
      packet={packet.packet}
      device={packet.device}
      iif={packet.iif}
      disposition={packet.disposition}
      cell={() => decidingCell(packet)}
    />
  )
}

/** The packet of a log line at the device that saw it; hosts that are its ends are marked. */
function LoggedPacket({ sight }: { readonly sight: LoggedSight }) {
  return (
    <>
      <AtDevice
        isCurrent
        onPress={() => showPanelTab('log')}
        packet={sight.packet}
        device={sight.device}
        iif={sight.iif}
        disposition={sight.ended ?? { kind: 'delivered' }}
        cell={() => undefined}
      />
      {sight.sources.map((device) => (
        <EndMark key={device} device={device} text={`from ${formatAddress(sight.packet.src)}`} />
      ))}
      {sight.destinations.map((device) => (
        <EndMark key={device} device={device} text={`to ${formatAddress(sight.packet.dst)}`} />
      ))}
    </>
  )
}

/** A word over the card of a device. */
function EndMark({ device, text }: { readonly device: string; readonly text: string }) {
  const node = useReactFlow().getInternalNode(device)
  if (!node) return null
  const { x, y } = node.internals.positionAbsolute
  return (
    <div className="logged-end" style={{ transform: `translate(${x}px, ${y - 4}px) translateY(-100%)` }}>
      {text}
    </div>
  )
}

interface AtDeviceProps extends Press {
  readonly packet: Packet
  readonly device: string
  readonly iif: string | undefined
  readonly disposition: Disposition | undefined
  /** The place of the cell of the gate that decided. */
  readonly cell: () => number | undefined
}

function AtDevice({ packet, device: id, iif, disposition, cell: decided, ...press }: AtDeviceProps) {
  const { getInternalNode } = useReactFlow()
  const narrow = useNarrow()
  const node = getInternalNode(id)
  const design = currentDesign()
  const device = design.devices.find((each) => each.id === id)
  if (!node || !device) return null
  const { x, y } = node.internals.positionAbsolute
  const width = widthOf(device)
  const height = node.measured.height ?? 100
  const entry = device.interfaces.find(({ name }) => name === iif)
  const port = entry && device.interfaces.indexOf(entry)
  // On a narrow screen nothing is left of the cards.
  const side = entry && !narrow ? sideOf(design, device, entry.id) : 'right'
  const round = device.kind === 'internet' || device.kind === 'switch'
  const linkY = round ? y + height / 2 : y + 30 + 22 * (port ?? 0) + 11
  const meaning = meaningOf(disposition)
  const fallen = meaning === 'drop' || meaning === 'reject'
  const cell = fallen && side === 'right' ? decided() : undefined
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
        <Capsule {...press} packet={packet} meaning={meaning}>
          {meaning === 'drop' && <X className="i" />}
          {meaning === 'reject' && <CornerUpLeft className="i" />}
          {meaning === 'accept' && <Check className="i" />}
          {packetLabel(packet)}
        </Capsule>
        {disposition && fallen && <div className={`capnote ${meaning}`}>{noteOf(disposition)}</div>}
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
