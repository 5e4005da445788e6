import { Ban, Check, CircleDashed, CircleX, Info } from 'lucide-react'
import type { ImportedRules } from '@/dialects/dialect'
import type { Diagnostic, Result } from '@/model/result'

const LINES_AT_MOST = 400

/** What became of each line of a text, with the remarks on it. Lines with remarks come first to be shown when it is long. */
export function Fates({ parsed }: { readonly parsed: Result<ImportedRules> }) {
  const byLine = new Map<number, Diagnostic[]>()
  for (const each of parsed.diagnostics) byLine.set(each.line, [...(byLine.get(each.line) ?? []), each])
  const lines = (parsed.ok ? parsed.value.lines : []).filter(({ fate }) => fate !== 'blank')
  const known = new Set(lines.map(({ line }) => line))
  const general = parsed.diagnostics.filter(({ line }) => !known.has(line))
  const remarked = lines.filter(({ line, fate }) => byLine.has(line) || fate === 'not-understood')
  const shown = lines.length > LINES_AT_MOST ? remarked.slice(0, LINES_AT_MOST) : lines
  return (
    <div className="fates" role="region" aria-label="What was understood" tabIndex={0}>
      <ol>
        {general.slice(0, LINES_AT_MOST).map((each) => (
          <li key={`${each.line} ${each.column} ${each.message}`}>
            <span className="n">{each.line}</span>
            <DiagnosticLine diagnostic={each} />
          </li>
        ))}
        {shown.map(({ line, text, fate, rules }) => (
          <li key={line} className={fate}>
            <span className="n">{line}</span>
            <span>
              <code>{text}</code>
              {fate === 'understood' && rules.length > 0 && (
                <Check className="i s12 accept b" aria-label="understood" />
              )}
              {(byLine.get(line) ?? []).map((each) => (
                <DiagnosticLine key={`${each.column} ${each.message}`} diagnostic={each} />
              ))}
              {fate === 'not-understood' && !byLine.has(line) && (
                <span className="t3 s11"> not a rule: left out</span>
              )}
            </span>
          </li>
        ))}
      </ol>
      {shown.length < lines.length && (
        <p className="t3 s11 fates-rest">
          {(lines.length - shown.length).toLocaleString('en')} more lines are not shown
          {remarked.length > shown.length
            ? `, ${(remarked.length - shown.length).toLocaleString('en')} of them with remarks.`
            : '; there is nothing to remark on them.'}
        </p>
      )}
    </div>
  )
}

function DiagnosticLine({ diagnostic: { kind, column, message } }: { readonly diagnostic: Diagnostic }) {
  const Icon = {
    'syntax-error': CircleX,
    unsupported: Ban,
    approximated: CircleDashed,
    ignored: Info,
    note: Info,
  }[kind]
  return (
    <span className={`diag ${kind === 'syntax-error' ? 'drop' : kind === 'unsupported' ? 'reject' : 't2'}`}>
      <Icon className="i s12" aria-label={kind} /> column {column}: {message}
    </span>
  )
}
