import { useDeferredValue, useMemo, useRef, useState } from 'react'
import { detectDialect } from '@/dialects/detect'
import { NO_DEVICE, parseContextOf } from '@/dialects/device-context'
import { DIALECTS } from '@/dialects/index'
import type { Answers } from '@/model/inference/guess'
import { inferDrawing } from '@/model/inference/infer-drawing'
import { commit } from '@/state/design-store'
import { useRun } from '@/state/run-store'
import { useView, viewStore } from '@/state/view-store'
import { openDrawing, readDesignText } from '../shell/documents'
import { Dialog } from '../widgets/Dialog'
import { Fates } from './Fates'
import { Guesses } from './Guesses'
import { editFor, summary, whyNot } from './intake'
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
  const [answers, setAnswers] = useState<Answers>({})
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
      dialect?.parse && text.trim() !== ''
        ? dialect.parse(text, device ? parseContextOf(design, device) : NO_DEVICE)
        : undefined,
    [dialect, device, text, design],
  )
  const drawing = useMemo(
    () => (!device && parsed?.ok ? inferDrawing(parsed.value, answers) : undefined),
    [device, parsed, answers],
  )
  const intake = { text, isDesign, language: dialect?.label, parsed, drawing }
  const reason = typed === text ? whyNot(intake) : 'The text is being read.'

  const apply = () => {
    if (isDesign) {
      const wrong = readDesignText(text)
      if (wrong === undefined) onClose()
      else setTrouble(wrong)
      return
    }
    if (drawing) {
      openDrawing(drawing)
      onClose()
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
            {isDesign ? 'Apply design' : device ? `Replace rules of ${device.name}` : 'Build the drawing'}
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
          <select value={device?.id ?? ''} onChange={(event) => setDevice(event.target.value)}>
            {candidates.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
            <option value="">Build a drawing from it</option>
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
      {drawing && (
        <Guesses drawing={drawing} onAnswer={(id, answer) => setAnswers({ ...answers, [id]: answer })} />
      )}
      {parsed && <Fates parsed={parsed} />}
    </Dialog>
  )
}
