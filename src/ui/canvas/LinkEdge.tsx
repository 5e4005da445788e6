import { type EdgeProps, getBezierPath } from '@xyflow/react'
import { memo, useEffect, useRef } from 'react'
import { registerPath } from './links'

/** A cable. It tells where it lies, so that packets can travel along it. */
export const LinkEdge = memo(function LinkEdge(props: EdgeProps) {
  const path = useRef<SVGPathElement>(null)
  const [d] = getBezierPath({ ...props, curvature: 0.35 })
  const { id, source, selected } = props
  useEffect(() => {
    registerPath(id, path.current, source)
    return () => registerPath(id, null, source)
  }, [id, source])
  return (
    <>
      <path ref={path} d={d} className={`link-line ${selected ? 'is-selected' : ''}`} />
      <path
        d={d}
        className="react-flow__edge-interaction"
        strokeWidth={18}
        stroke="transparent"
        fill="none"
      />
    </>
  )
})
