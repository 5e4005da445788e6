import { useMemo, useState } from 'react'
import { admit } from '@/analyses/seen-packet/admit'
import { loggedPlace } from '@/dialects/log-lines/logged-packet'
import { ruleCommands } from '@/dialects/rule-command'
import type { Design } from '@/model/project/design'
import { commit } from '@/state/design-store'
import { LoggedWords } from './LoggedWords'
import { type LoggedRow, shown } from './logged-rows'

/** One log line looked at closely: its words, its state, and the narrowest rule that would admit its packet (R089). */
export function LoggedLine({ row, design }: { readonly row: LoggedRow; readonly design: Design }) {
  const { line, logged, met } = row
  const asked = met.ok ? met.value.asked : undefined
  const assumed = logged.ok ? logged.value.assumed : []
  const notes = [...assumed, ...(asked?.notes ?? []), ...line.diagnostics.map(({ message }) => message)]
  return (
    <section className="logged-line" aria-label={`Line ${line.line}`}>
      <LoggedWords key={`${line.line} ${line.text}`} line={line} label={`Words of line ${line.line}`} />
      {!met.ok && met.diagnostics.map(({ message }) => <p key={message}>{shown(message)}</p>)}
      {asked?.state && (
        <p>
          Connection state of a first packet: <b className="state">{asked.state.toUpperCase()}</b>
        </p>
      )}
      {notes.map((note) => (
        <p key={note} className="t2">
          {shown(note)}
        </p>
      ))}
      {asked?.ended && <Admitting row={row} design={design} />}
    </section>
  )
}

function Admitting({ row, design }: { readonly row: LoggedRow; readonly design: Design }) {
  const { line, logged, met } = row
  const [trouble, setTrouble] = useState<string>()
  const device = met.ok ? met.value.device.id : undefined
  const admission = useMemo(
    () =>
      logged.ok && device !== undefined
        ? admit(design, device, { packet: logged.value.packet, ...loggedPlace(line.facts) })
        : undefined,
    [design, device, logged, line],
  )
  if (!admission || device === undefined) return null
  const { rules, obstacle } = admission
  const commands = ruleCommands(design, device, rules)
  const insert = () => {
    const edits = rules.map(
      ({ chain, rule, index }) => ({ kind: 'insert-rows', device, chain, index, rows: [rule] }) as const,
    )
    setTrouble(commit({ kind: 'batch', edits }, `let the packet of line ${line.line} through`))
  }
  return (
    <>
      {rules.length > 0 && (
        <>
          <p className="logged-admit-head">
            <span>
              {rules.length === 1
                ? 'The narrowest rule that lets it through'
                : 'The narrowest rules that let it through'}
            </span>
            <button type="button" className="btn mini" onClick={insert}>
              {rules.length === 1 ? 'Insert the rule' : `Insert ${rules.length} rules`}
            </button>
          </p>
          {commands.map(({ text }) => (
            <pre key={text} className="logged-command mono">
              {text}
            </pre>
          ))}
        </>
      )}
      {obstacle !== undefined && <p>{obstacle}</p>}
      {trouble !== undefined && (
        <p className="drop" role="alert">
          {trouble}
        </p>
      )}
    </>
  )
}
