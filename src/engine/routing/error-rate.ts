import type { IpAddress } from '@/model/packet/address'
import type { DeviceState } from '../device-state'

/** How much a sender may still be told: milliseconds of silence saved up until `atMs`. */
export interface ErrorCredit {
  readonly savedMs: number
  readonly atMs: number
}

/** Every answer costs a second of silence, and five can be saved (`ip_rt_error_cost` and `ip_rt_error_burst` of the kernel). */
const COST_MS = 1000
const MOST_MS = 5000

/**
 * Whether this source may be told once more that there is no route [D9, e8], and the state after that. IPv4 alone; asking
 * costs nothing where nothing is saved up.
 */
export function spendOnNoRoute(
  state: DeviceState,
  source: IpAddress,
  nowMs: number,
): { readonly allowed: boolean; readonly state: DeviceState } {
  const key = String(source)
  const known = state.noRouteCredits.get(key)
  const saved = known ? Math.min(known.savedMs + nowMs - known.atMs, MOST_MS) : MOST_MS
  const allowed = saved >= COST_MS
  const credit = { savedMs: allowed ? saved - COST_MS : saved, atMs: nowMs }
  return { allowed, state: { ...state, noRouteCredits: new Map(state.noRouteCredits).set(key, credit) } }
}
