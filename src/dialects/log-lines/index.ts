import { ciscoLog } from './cisco'
import { homeRouterLog } from './home-router'
import { ipchainsLog } from './ipchains'
import type { LogFormat } from './log-line'
import { pfLog } from './pf'
import { netfilterLog } from './read-netfilter'
import { routerosLog } from './routeros'

/** Forms of log lines; the first that detects its mark in a line reads it. */
export const LOG_FORMATS: readonly LogFormat[] = [
  netfilterLog,
  ipchainsLog,
  ciscoLog,
  routerosLog,
  pfLog,
  homeRouterLog,
]
