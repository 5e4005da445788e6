import { Panel, useReactFlow, useStore } from '@xyflow/react'
import { ArrowLeftRight, Check, CornerUpLeft, Link2, Maximize, Minus, Plus, X } from 'lucide-react'
import { useEffect } from 'react'
import { NODE_KINDS_LIST } from '@/model/topology/nodes'
import { useRun } from '@/state/run-store'
import { addDevice } from './canvas-edits'

/** What is drawn with: the palette, the zoom, and what the colours mean. */
export function CanvasTools() {
  const { zoomIn, zoomOut, fitView, screenToFlowPosition } = useReactFlow()
  const zoom = useStore((state) => Math.round(state.transform[2] * 100))
  const id = useRun(({ design }) => `${design.id} ${design.devices.length}`)
  const width = useStore((state) => state.width)
  const height = useStore((state) => state.height)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another design, another device or another size of the window shows everything again
  useEffect(() => {
    if (width === 0 || height === 0) return
    const frame = requestAnimationFrame(
      () =>
        void fitView({ maxZoom: 1, padding: { top: '46px', bottom: '16px', left: '12px', right: '12px' } }),
    )
    return () => cancelAnimationFrame(frame)
  }, [id, width, height, fitView])
  return (
    <>
      <Panel position="top-left" className="palette">
        {NODE_KINDS_LIST.map(({ id: kind, label }) => (
          <button
            key={kind}
            type="button"
            aria-label={`Add ${kind}`}
            draggable
            onClick={() => addDevice(kind)}
            onDragEnd={(event) => {
              const over = document.elementFromPoint(event.clientX, event.clientY)?.closest('.react-flow')
              if (over) addDevice(kind, screenToFlowPosition({ x: event.clientX, y: event.clientY }))
            }}
          >
            <Plus className="i s12" /> {label}
          </button>
        ))}
      </Panel>
      <Panel position="bottom-left" className="legend">
        <span className="accept">
          <Check className="i" />
          accepted
        </span>
        <span className="drop">
          <X className="i b" />
          dropped
        </span>
        <span className="reject">
          <CornerUpLeft className="i" />
          rejected
        </span>
        <span className="translate">
          <ArrowLeftRight className="i" />
          translated
        </span>
        <span className="state">
          <Link2 className="i" />
          state
        </span>
      </Panel>
      <Panel position="bottom-right" className="zoom">
        <button type="button" aria-label="Zoom out" onClick={() => void zoomOut()}>
          <Minus className="i s12" />
        </button>
        <span>{zoom}%</span>
        <button type="button" aria-label="Zoom in" onClick={() => void zoomIn()}>
          <Plus className="i s12" />
        </button>
        <button
          type="button"
          aria-label="Show everything"
          onClick={() => void fitView({ maxZoom: 1, padding: 0.04 })}
        >
          <Maximize className="i s12" />
        </button>
      </Panel>
    </>
  )
}
