import { useMemo } from 'react'
import { droppedDiscovery } from '@/analyses/neighbor-discovery/neighbor-discovery'
import type { Network } from '@/engine/network'
import type { Design } from '@/model/project/design'
import { problemsOf } from '@/model/topology/problems'
import { useRun } from '@/state/run-store'

const cache = new WeakMap<Design, ReturnType<typeof problemsOf>>()

/** What is wrong with a device on the drawing, a sentence each. */
export function useProblems(device: string): readonly string[] {
  const design = useRun((state) => state.design)
  const network = useRun((state) => state.network)
  return useMemo(() => {
    const all = cache.get(design) ?? problemsOf(design)
    cache.set(design, all)
    const drawn = (all.get(device) ?? []).map(({ sentence }) => sentence)
    return [...drawn, ...discoveryProblems(network, device)]
  }, [design, network, device])
}

function discoveryProblems(network: Network, device: string): string[] {
  return droppedDiscovery(network).flatMap((each) => (each.device === device ? each.sentence : []))
}
