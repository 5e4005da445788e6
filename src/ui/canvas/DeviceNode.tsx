import { Handle, type NodeProps, Position } from '@xyflow/react'
import {
  ArrowLeftRight,
  Check,
  CornerUpLeft,
  Filter,
  Globe,
  Laptop,
  Link2,
  Lock,
  Minus,
  Network as NetworkIcon,
  Router,
  Server,
  TriangleAlert,
  X,
} from 'lucide-react'
import { memo } from 'react'
import { firewallKind } from '@/model/firewalls/lookup'
import { formatAddress } from '@/model/packet/address'
import type { Device } from '@/model/topology/topology'
import { useCursor } from '@/state/playback/cursor'
import { useCurrentTrace, useRun } from '@/state/run-store'
import { useNarrow } from '../widgets/use-narrow'
import { type Gate, type GateCell, gateOf } from './gate-cells'
import { sideOf } from './links'
import { stackedSide } from './narrow-layout'
import { useProblems } from './problems'

const ICONS = {
  client: Laptop,
  router: Router,
  server: Server,
  internet: Globe,
  switch: NetworkIcon,
} as const

/** The card of a device: its interfaces, what it is, and the gate that packets meet. */
export const DeviceNode = memo(function DeviceNode({ id, selected }: NodeProps) {
  const device = useRun(({ design }) => design.devices.find((each) => each.id === id))
  const filters = useRun(({ network }) => (network.devices.get(id)?.firewall.id ?? 'none') !== 'none')
  const problems = useProblems(id)
  if (!device) return null
  const Icon = ICONS[device.kind]
  if (device.kind === 'internet' || device.kind === 'switch') {
    return (
      <div className={`net ${selected ? 'is-selected' : ''}`}>
        <Icon className="i s16" />
        <span>{device.name}</span>
        <Ports device={device} centered />
        {problems.length > 0 && <Problems sentences={problems} />}
      </div>
    )
  }
  return (
    <div className={`node ${device.kind} ${filters ? 'has-gate' : ''} ${selected ? 'is-selected' : ''}`}>
      <div className="card">
        <h3>
          <Icon className="i" /> <span className="ellip">{device.name}</span>
        </h3>
        {device.interfaces.map((each) => (
          <div key={each.id} className="if">
            <span className="n">{each.name}</span>
            <span className="m">
              {each.addresses[0]
                ? `${formatAddress(each.addresses[0].address)}/${each.addresses[0].prefixLength}`
                : 'no address'}
            </span>
          </div>
        ))}
        <Badges device={device} />
        {problems.length > 0 && <Problems sentences={problems} />}
      </div>
      {filters && <GateSlot device={id} />}
      <Ports device={device} />
    </div>
  )
})

/** The gate follows the cursor; only devices that have one do. */
function GateSlot({ device }: { readonly device: string }) {
  const network = useRun((state) => state.network)
  const trace = useCurrentTrace()
  const cursor = useCursor()
  const gate = gateOf(network, trace, device, cursor.journey, cursor.step)
  return gate ? <GateView gate={gate} /> : null
}

function Badges({ device }: { readonly device: Device }) {
  const kind = firewallKind(device.firewall.kind)
  const Icon = kind.keepsState ? Link2 : Filter
  return (
    <div className="badges">
      {device.services.length > 0 && (
        <span className="tag">listens {device.services.map(({ port }) => port).join(', ')}</span>
      )}
      {(device.kind !== 'server' || kind.id !== 'none') && (
        <span className={`tag ${kind.keepsState ? 'state' : ''}`}>
          {kind.id !== 'none' && <Icon className="i" />}
          {kind.badge}
        </span>
      )}
      {device.nat.mode !== 'off' && (
        <span className="tag translate">
          <ArrowLeftRight className="i" />
          {device.nat.mode === 'napt' ? 'NAPT' : device.nat.mode === 'tables' ? 'NAT' : 'masquerade'}
        </span>
      )}
    </div>
  )
}

function Problems({ sentences }: { readonly sentences: readonly string[] }) {
  return (
    <p className="problem" title={sentences.join('\n')}>
      <TriangleAlert className="i s12" /> <span>{sentences[0]}</span>
    </p>
  )
}

const POSITIONS = { left: Position.Left, right: Position.Right, top: Position.Top, bottom: Position.Bottom }
/** Where the link between two cards on top of each other runs. */
const STACK_LINK = 60
const HEAD = 30
const ROW = 22

/** One port per interface on the side of its link, and one to draw a new link from. */
function Ports({ device, centered = false }: { readonly device: Device; readonly centered?: boolean }) {
  const design = useRun((state) => state.design)
  const narrow = useNarrow()
  return (
    <>
      {device.interfaces.map((each, index) => {
        const side = (narrow && stackedSide(design, device, each.id)) || sideOf(design, device, each.id)
        const aside = side === 'left' || side === 'right'
        return (
          <Handle
            key={each.id}
            id={each.id}
            type="source"
            position={POSITIONS[side]}
            className="port"
            style={
              centered ? undefined : aside ? { top: HEAD + ROW * index + ROW / 2 } : { left: STACK_LINK }
            }
          />
        )
      })}
      <Handle
        id="new"
        type="source"
        position={device.kind === 'server' ? Position.Left : Position.Right}
        className="port new"
        style={centered ? { top: '85%' } : { top: HEAD / 2 }}
      />
    </>
  )
}

function GateView({ gate }: { readonly gate: Gate }) {
  return (
    <div className="gate">
      <h4>{gate.chain.chain}</h4>
      <ul>
        {gate.cells.map((cell) => (
          <li
            key={cell.key}
            className={`${DECISIONS.has(cell.state) ? `lit ${cell.state}` : ''} ${cell.key === 'policy' ? 'policy' : ''}`}
            title={cell.label}
          >
            {cell.locked ? <Lock className="i" /> : <span>{cell.label}</span>}
            <CellMark state={cell.state} />
          </li>
        ))}
      </ul>
    </div>
  )
}

const DECISIONS = new Set<GateCell['state']>(['accept', 'drop', 'reject'])

function CellMark({ state }: { readonly state: GateCell['state'] }) {
  switch (state) {
    case 'no-match':
      return <Minus className="i" />
    case 'matched':
    case 'accept':
      return <Check className="i b" />
    case 'drop':
      return <X className="i b" />
    case 'reject':
      return <CornerUpLeft className="i b" />
    case 'waiting':
      return null
  }
}
