import { useMemo } from 'react'
import type { Design } from '@/model/project/design'
import { problemsOf } from '@/model/topology/problems'
import { useRun } from '@/state/run-store'

const cache = new WeakMap<Design, ReturnType<typeof problemsOf>>()

/** What is wrong with a device on the drawing, a sentence each. */
export function useProblems(device: string): readonly string[] {
  const design = useRun((state) => state.design)
  return useMemo(() => {
    const all = cache.get(design) ?? problemsOf(design)
    cache.set(design, all)
    return (all.get(device) ?? []).map(({ sentence }) => sentence)
  }, [design, device])
}
