import { formatProtocol } from '@/model/packet/protocol'
import { useCursor } from '@/state/playback/cursor'
import { bindingsAt, conntrackAt } from '@/state/playback/moment'
import { useCurrentTrace, useRun } from '@/state/run-store'
import { useView } from '@/state/view-store'
import './log.css'

/** Time left at the cursor, in words. */
function left(untilMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((untilMs - nowMs) / 1000))
  return seconds >= 86_400 ? `${Math.floor(seconds / 86_400)} days` : `${seconds} s`
}

function useMoment() {
  const trace = useCurrentTrace()
  const cursor = useCursor()
  const device = useView((view) => view.device)
  const name = useRun(({ network }) => network.devices.get(device ?? '')?.name)
  return { trace, step: cursor.step, device, name, nowMs: trace?.steps[cursor.step]?.atMs ?? 0 }
}

/** The NAT bindings of the selected device at the cursor. */
export function BindingsTable() {
  const { trace, step, device, name, nowMs } = useMoment()
  const rows = trace && device ? bindingsAt(trace, device, step) : []
  return (
    <section className="state-table" aria-label="NAT bindings">
      {rows.length === 0 ? (
        <p className="t3 log-empty">{name ?? 'No device'} holds no NAT binding at this moment.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">protocol</th>
              <th scope="col">inside</th>
              <th scope="col">outside</th>
              <th scope="col">peer</th>
              <th scope="col">ends in</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <td>{formatProtocol(row.protocol)}</td>
                <td>{row.inside}</td>
                <td className="translate">{row.outside}</td>
                <td>{row.peer}</td>
                <td>{left(row.timeoutAtMs, nowMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

/** The tracked connections of the selected device at the cursor. */
export function ConntrackTable() {
  const { trace, step, device, name, nowMs } = useMoment()
  const rows = trace && device ? conntrackAt(trace, device, step) : []
  return (
    <section className="state-table" aria-label="Connections">
      {rows.length === 0 ? (
        <p className="t3 log-empty">
          {name ?? 'No device'} tracks no connection at this moment. Home packet filters never do.
        </p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">#</th>
              <th scope="col">protocol</th>
              <th scope="col">state</th>
              <th scope="col">original</th>
              <th scope="col">reply</th>
              <th scope="col">made by</th>
              <th scope="col">ends in</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <td>{row.id}</td>
                <td>{formatProtocol(row.protocol)}</td>
                <td className="state">
                  {row.state}
                  {row.seenReply ? '' : ', no reply seen'}
                </td>
                <td>{row.original}</td>
                <td>{row.reply}</td>
                <td>{row.createdBy === undefined ? '' : `packet ${row.createdBy + 1}`}</td>
                <td>{left(row.timeoutAtMs, nowMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
