import { useDeferredValue, useMemo, useRef, useState } from 'react'
import { detectDialect } from '@/dialects/detect'
import { parseContextOf } from '@/dialects/device-context'
import type { ImportedRules } from '@/dialects/dialect'
import { DIALECTS } from '@/dialects/index'
import type { Edit } from '@/model/edits/edit'
import type { Result } from '@/model/result'
import type { Device } from '@/model/topology/topology'
import { commit } from '@/state/design-store'
import { useRun } from '@/state/run-store'
import { useView, viewStore } from '@/state/view-store'
import { readDesignText } from '../shell/documents'
import { Dialog } from '../widgets/Dialog'
import { Fates } from './Fates'
import './text.css'

const BYTES_AT_MOST = 20 * 1024 * 1024

/** Text on its way in: what was understood of it, line by line, before anything changes. */
export function ImportDialog({ onClose }: { readonly onClose: () => void }) {
  const design = useRun((state) => state.design)
  const selected = useView((view) => view.device)
  const candidates = design.devices.filter(({ kind }) => kind !== 'switch')
  const [deviceId, setDevice] = useState(
    selected ?? candidates.find(({ kind }) => kind === 'router')?.id ?? candidates[0]?.id,
  )
  const device = candidates.find(({ id }) => id === deviceId)
  const [typed, setText] = useState('')
  // Long texts are read while typing goes on.
  const text = useDeferredValue(typed)
  const [language, setLanguage] = useState('auto')
  const [trouble, setTrouble] = useState<string>()
  const file = useRef<HTMLInputElement>(null)
  const isDesign = /^\s*\{/.test(text)
  const readable = DIALECTS.filter(({ parse }) => parse !== undefined)
  const detected = useMemo(() => (isDesign ? [] : detectDialect(text)), [text, isDesign])
  const dialect = language === 'auto' ? detected[0]?.dialect : readable.find(({ id }) => id === language)
  const parsed = useMemo(
    () =>
      dialect?.parse && device && text.trim() !== ''
        ? dialect.parse(text, parseContextOf(design, device))
        : undefined,
    [dialect, device, text, design],
  )
  const reason =
    typed === text ? whyNot(text, isDesign, device, dialect?.label, parsed) : 'The text is being read.'

  const apply = () => {
    if (isDesign) {
      const wrong = readDesignText(text)
      if (wrong === undefined) onClose()
      else setTrouble(wrong)
      return
    }
    if (!device || !parsed?.ok) return
    const wrong = commit(editFor(device, parsed.value), `import rules for ${device.name}`)
    if (wrong !== undefined) {
      setTrouble(wrong)
      return
    }
    viewStore.setState(({ tabs }) => ({
      device: device.id,
      tabs: Object.fromEntries(Object.entries(tabs).filter(([id]) => id !== device.id)),
    }))
    onClose()
  }
  const takeFile = async (chosen: File) => {
    setTrouble(undefined)
    if (chosen.size > BYTES_AT_MOST) {
      setTrouble('The file is larger than 20 MB. Split it, or take the tables that matter.')
      return
    }
    try {
      setText(await chosen.text())
    } catch {
      setTrouble(`${chosen.name} cannot be read. Choose it again, or paste its text.`)
    }
  }
  return (
    <Dialog
      title="Import rules"
      summary="Paste rule text, or a whole design. Nothing changes until you apply it."
      onClose={onClose}
      footer={
        <>
          <button type="button" className="btn primary big" disabled={reason !== undefined} onClick={apply}>
            {isDesign ? 'Apply design' : `Replace rules of ${device?.name ?? 'device'}`}
          </button>
          {trouble === undefined ? (
            <span className="t2 s12" role="status">
              {reason ?? (parsed?.ok ? summary(parsed) : '')}
            </span>
          ) : (
            <span className="drop s12" role="alert">
              {trouble}
            </span>
          )}
        </>
      }
    >
      <div className="import-options">
        <label>
          Device{' '}
          <select value={deviceId ?? ''} onChange={(event) => setDevice(event.target.value)}>
            {candidates.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          Language{' '}
          <select value={language} onChange={(event) => setLanguage(event.target.value)}>
            <option value="auto">{detected[0] ? `found: ${detected[0].dialect.label}` : 'find it'}</option>
            {readable.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <button type="button" className="btn" onClick={() => file.current?.click()}>
          From a file...
        </button>
        <input
          ref={file}
          type="file"
          hidden
          onChange={(event) => {
            const chosen = event.target.files?.[0]
            event.target.value = ''
            if (chosen) void takeFile(chosen)
          }}
        />
      </div>
      <textarea
        aria-label="Text to import"
        rows={10}
        spellCheck={false}
        placeholder={
          '*filter\n:INPUT DROP [0:0]\n-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\nCOMMIT'
        }
        value={typed}
        onChange={(event) => {
          setText(event.target.value)
          setTrouble(undefined)
        }}
      />
      {parsed && <Fates parsed={parsed} />}
    </Dialog>
  )
}

function whyNot(
  text: string,
  isDesign: boolean,
  device: Device | undefined,
  dialect: string | undefined,
  parsed: Result<ImportedRules> | undefined,
): string | undefined {
  if (text.trim() === '') return 'Paste text or choose a file first.'
  if (isDesign) return undefined
  if (!device) return 'Draw a device first: the rules need one.'
  if (dialect === undefined) return 'No language is recognised. Choose one above.'
  return parsed?.ok ? undefined : `Nothing could be read: ${parsed?.diagnostics[0]?.message ?? ''}`
}

/** One step: the filter, and translation where the text speaks of it. */
function editFor(device: Device, { firewall, nat, mappings }: ImportedRules): Edit {
  const edits: Edit[] = [{ kind: 'set-firewall', device: device.id, firewall }]
  if (nat !== undefined)
    edits.push({
      kind: 'set-device',
      id: device.id,
      parts: { nat: { mode: nat, mappings: mappings ?? device.nat.mappings } },
    })
  return { kind: 'batch', edits }
}

/** "12 rules are read. 2 lines are left out: see above." */
function summary({ value, diagnostics }: Extract<Result<ImportedRules>, { ok: true }>): string {
  const wrong = new Set(diagnostics.filter(({ kind }) => kind === 'syntax-error').map(({ line }) => line))
  const left = value.lines.filter(({ line, fate }) => fate === 'not-understood' || wrong.has(line)).length
  const read = `${value.rules} ${value.rules === 1 ? 'rule is' : 'rules are'} read.`
  return left === 0 ? read : `${read} ${left} ${left === 1 ? 'line is' : 'lines are'} left out: see above.`
}
