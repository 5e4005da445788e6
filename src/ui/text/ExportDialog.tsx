import { Copy, Download } from 'lucide-react'
import { useMemo, useState } from 'react'
import { printContextOf } from '@/dialects/device-context'
import { DIALECTS } from '@/dialects/index'
import { useRun } from '@/state/run-store'
import { useView } from '@/state/view-store'
import { saveFile } from '../shell/documents'
import { Dialog } from '../widgets/Dialog'
import './text.css'

/** A device's rules as text, with what the language cannot say told before anything leaves. */
export function ExportDialog({ onClose }: { readonly onClose: () => void }) {
  const design = useRun((state) => state.design)
  const selected = useView((view) => view.device)
  const candidates = design.devices.filter(({ kind }) => kind !== 'switch')
  const [deviceId, setDevice] = useState(
    selected ?? candidates.find(({ kind }) => kind === 'router')?.id ?? candidates[0]?.id,
  )
  const writable = DIALECTS.filter(({ print }) => print !== undefined)
  const [language, setLanguage] = useState(writable[0]?.id ?? '')
  const [copied, setCopied] = useState(false)
  const device = candidates.find(({ id }) => id === deviceId)
  const dialect = writable.find(({ id }) => id === language)
  const printed = useMemo(
    () =>
      device && dialect?.print ? dialect.print(device.firewall, printContextOf(design, device)) : undefined,
    [design, device, dialect],
  )
  return (
    <Dialog
      title="Export rules"
      summary="The text means what the table means; what a language cannot say is listed here first."
      onClose={onClose}
      footer={
        <>
          <button
            type="button"
            className="btn primary big"
            disabled={!printed}
            onClick={() => printed && dialect && saveFile(dialect.fileName, printed.text)}
          >
            <Download className="i" /> Download {dialect?.fileName}
          </button>
          <button
            type="button"
            className="btn big"
            disabled={!printed}
            onClick={() => {
              if (printed) void navigator.clipboard?.writeText(printed.text).then(() => setCopied(true))
            }}
          >
            <Copy className="i" /> Copy
          </button>
          <span className="t2 s12" role="status">
            {copied
              ? 'The text is on the clipboard.'
              : printed && !printed.complete
                ? 'The text is incomplete: see above.'
                : ''}
          </span>
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
          <select
            value={language}
            onChange={(event) => {
              setLanguage(event.target.value)
              setCopied(false)
            }}
          >
            {writable.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </div>
      {printed && printed.losses.length > 0 && (
        <ul className="losses" aria-label="What this language cannot say">
          {printed.losses.map(({ rule, sentence }) => (
            <li key={`${rule} ${sentence}`} className="reject">
              {sentence}
            </li>
          ))}
        </ul>
      )}
      <pre tabIndex={0} aria-label="The text">
        {printed?.text ?? 'Draw a device first: there are no rules yet.'}
      </pre>
    </Dialog>
  )
}
