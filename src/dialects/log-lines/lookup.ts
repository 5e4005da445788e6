import { LOG_FORMATS } from './index'
import type { LogFormat, LogFormatId } from './log-line'

/** Finds a form by its id. */
export function logFormatOf(id: LogFormatId): LogFormat {
  const format = LOG_FORMATS.find((each) => each.id === id)
  if (!format) throw new Error(`no log format ${id}`)
  return format
}
