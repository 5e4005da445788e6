import type { NetworkDevice } from '@/engine/network'
import type { JsonReader } from './json-reader'
import type { ReplayDiagnostic } from './read-rules'
import { SYSCTLS } from './sysctls'

/** What the settings of a host make of it once it is compiled. */
export type DeviceChange = (device: NetworkDevice) => NetworkDevice

const PATTERNS = SYSCTLS.map(
  (sysctl) => [sysctl, new RegExp(`^${sysctl.path.replaceAll('*', '([^/]+)')}$`)] as const,
)

/** Settings by path, with slashes or dots; those that change nothing here are named and left alone. */
export function readSysctls(
  host: string,
  reader: JsonReader,
  diagnostics: ReplayDiagnostic[],
): DeviceChange | undefined {
  const changes: DeviceChange[] = []
  for (const [name, value] of reader.entries()) {
    const path = name.includes('/') ? name : name.replaceAll('.', '/')
    const found = PATTERNS.map(([sysctl, pattern]) => ({ sysctl, parts: pattern.exec(path) })).find(
      ({ parts }) => parts,
    )
    if (!found) {
      diagnostics.push({ host, kind: 'ignored', message: `${name} changes nothing here.` })
      continue
    }
    const { sysctl, parts } = found
    const number = value.numeral(0, sysctl.last)
    changes.push((device) => sysctl.set(device, number, parts?.[1] ?? ''))
  }
  return changes.length === 0 ? undefined : (device) => changes.reduce((now, change) => change(now), device)
}
