import { type RefObject, useLayoutEffect, useState } from 'react'

/** Whether an element is wider than so many pixels, now and whenever its size changes. */
export function useIsWide(element: RefObject<HTMLElement | null>, pixels: number): boolean {
  const [wide, setWide] = useState(false)
  useLayoutEffect(() => {
    const found = element.current
    if (!found) return
    const measure = () => setWide(found.clientWidth > pixels)
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(found)
    return () => observer.disconnect()
  }, [element, pixels])
  return wide
}
