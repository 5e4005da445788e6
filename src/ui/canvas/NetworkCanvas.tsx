import {
  Background,
  BackgroundVariant,
  type Connection,
  ConnectionMode,
  type Edge,
  type Node,
  type NodeChange,
  ReactFlow,
  ReactFlowProvider,
} from '@xyflow/react'
import { useEffect, useMemo, useState } from 'react'
import '@xyflow/react/dist/base.css'
import type { Design } from '@/model/project/design'
import { commit, currentDesign } from '@/state/design-store'
import { useRun } from '@/state/run-store'
import { selectDevice, selectLink, useView, viewStore } from '@/state/view-store'
import { useNarrow } from '../widgets/use-narrow'
import { CanvasTools } from './CanvasTools'
import { connect, removeSelected } from './canvas-edits'
import { DeviceMenu } from './DeviceMenu'
import { DeviceNode } from './DeviceNode'
import { LinkEdge } from './LinkEdge'
import { narrowPlaces } from './narrow-layout'
import { PacketLayer } from './PacketLayer'
import './canvas.css'

const NODE_TYPES = { device: DeviceNode }
const EDGE_TYPES = { link: LinkEdge }
/** Arrows move a device by this many canvas units. */
const GRID: [number, number] = [4, 4]

/** The drawing: devices, links, and the packets between them. */
export function NetworkCanvas() {
  return (
    <section className="canvas" aria-label="Network">
      <ReactFlowProvider>
        <Drawing />
      </ReactFlowProvider>
    </section>
  )
}

function Drawing() {
  const design = useRun((state) => state.design)
  const device = useView((view) => view.device)
  const link = useView((view) => view.link)
  const [dragged, setDragged] = useState<ReadonlyMap<string, { x: number; y: number }>>(new Map())
  const [menu, setMenu] = useState<{ device: string; x: number; y: number; connecting: boolean }>()
  const narrow = useNarrow()
  const nodes = useMemo(
    () => nodesOf(design, device, narrow ? narrowPlaces(design) : dragged),
    [design, device, dragged, narrow],
  )
  const edges = useMemo(() => edgesOf(design, link), [design, link])
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was dragged is in the design once that has changed
  useEffect(() => setDragged(new Map()), [design])

  const onNodesChange = (changes: NodeChange[]) => {
    for (const change of changes) {
      if (change.type !== 'position' || !change.position) continue
      const { id, position, dragging } = change
      if (dragging) setDragged((before) => new Map(before).set(id, position))
      // A drag is a step of its own; arrow keys pressed one after the other are one.
      else moveDevice(id, position, dragged.has(id) ? undefined : `move ${id}`)
    }
  }
  const openMenu = (id: string, x: number, y: number, connecting = false) => {
    selectDevice(id)
    setMenu({ device: id, x, y, connecting })
  }
  return (
    <>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        connectionMode={ConnectionMode.Loose}
        onNodesChange={onNodesChange}
        onConnect={(connection: Connection) =>
          connect(connection.source, connection.target, connection.sourceHandle, connection.targetHandle)
        }
        onNodeClick={(_, node) => selectDevice(node.id)}
        onEdgeClick={(_, edge) => selectLink(edge.id)}
        onPaneClick={() => selectLink(undefined)}
        onNodeContextMenu={(event, node) => {
          event.preventDefault()
          openMenu(node.id, event.clientX, event.clientY)
        }}
        onBeforeDelete={async () => {
          removeSelected(viewStore.getState())
          return false
        }}
        onKeyDown={(event) => {
          const id = (event.target as HTMLElement).closest<HTMLElement>('.react-flow__node')?.dataset.id
          if (id === undefined) return
          const box = (event.target as HTMLElement).getBoundingClientRect()
          if (event.key === 'Enter') selectDevice(id)
          if (event.key.toLowerCase() === 'c' && !event.ctrlKey && !event.metaKey)
            openMenu(id, box.right, box.top, true)
          if (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10'))
            openMenu(id, box.right, box.top)
          if (event.key === 'Delete') {
            event.stopPropagation()
            removeSelected({ device: id, link: undefined })
          }
        }}
        deleteKeyCode={['Delete', 'Backspace']}
        edgesFocusable
        nodesDraggable={!narrow}
        snapToGrid
        snapGrid={GRID}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.04 }}
        minZoom={0.2}
        maxZoom={2}
        proOptions={{ hideAttribution: true }}
        nodeDragThreshold={2}
        onDragOver={(event) => event.preventDefault()}
      >
        <Background
          variant={BackgroundVariant.Dots}
          gap={16}
          size={1.5}
          color="var(--n-4)"
          bgColor="var(--canvas)"
        />
        <PacketLayer />
        <CanvasTools />
      </ReactFlow>
      {menu && <DeviceMenu {...menu} onClose={() => setMenu(undefined)} />}
    </>
  )
}

function moveDevice(id: string, position: { x: number; y: number }, gesture: string | undefined): void {
  const device = currentDesign().devices.find((each) => each.id === id)
  if (!device || (device.position.x === position.x && device.position.y === position.y)) return
  commit({ kind: 'set-device', id, parts: { position } }, `move ${device.name}`, gesture)
}

function nodesOf(
  design: Design,
  selected: string | undefined,
  dragged: ReadonlyMap<string, { x: number; y: number }>,
): Node[] {
  return design.devices.map((device) => ({
    id: device.id,
    type: 'device',
    position: dragged.get(device.id) ?? device.position,
    data: {},
    selected: device.id === selected,
    ariaLabel: device.name,
  }))
}

function edgesOf(design: Design, selected: string | undefined): Edge[] {
  const name = (id: string) => design.devices.find((device) => device.id === id)?.name ?? ''
  return design.links.map(({ id, ends: [a, b] }) => ({
    id,
    type: 'link',
    source: a.device,
    sourceHandle: a.interface,
    target: b.device,
    targetHandle: b.interface,
    selected: id === selected,
    ariaLabel: `Link from ${name(a.device)} to ${name(b.device)}`,
  }))
}
