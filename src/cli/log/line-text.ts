import type { LoggedFacts } from '@/dialects/log-lines/log-line'
import { loggedName } from '@/dialects/log-lines/logged-packet'
import type { PlacedLogLine } from '@/dialects/log-lines/read'
import { shortText } from '@/dialects/plain-text'
import type { Result } from '@/model/result'
import { deciderText, dispositionText } from '../lost-where'
import type { LineAppraisal } from './appraise-line'

/** One line as rows for a person: what it tells, then what a design says. */
export function lineText(line: PlacedLogLine, appraisal: Result<LineAppraisal> | undefined): string[] {
  const { format, facts } = line
  const places = [
    facts.iif === undefined ? '' : `in by ${shortText(facts.iif, 40)}`,
    facts.oif === undefined ? '' : `out by ${shortText(facts.oif, 40)}`,
  ]
  const told = [loggedName(facts), ...places, toldText(facts)].filter(Boolean).join(', ')
  const row = `${format}  ${told}`
  if (!appraisal) return [row]
  if (!appraisal.ok)
    return [row, ...appraisal.diagnostics.map(({ message }) => `  ${shortText(message, 300)}`)]
  return [row, ...appraisalText(appraisal.value).map((text) => `  ${text}`)]
}

/** "drop by rule 28 of input", "DROP-IN". */
function toldText({ verdict, rule, chain, prefix }: LoggedFacts): string {
  const place = [
    rule === undefined ? '' : `rule ${rule}`,
    chain === undefined ? '' : rule === undefined ? shortText(chain, 60) : `of ${shortText(chain, 60)}`,
  ]
    .filter(Boolean)
    .join(' ')
  const decided = [verdict ?? '', place].filter(Boolean).join(verdict && place ? ' by ' : '')
  const reason = prefix === undefined ? '' : `"${shortText(prefix, 60)}"`
  return [decided, reason].filter(Boolean).join(', ')
}

function appraisalText({ device, asked, admission, notes, commands }: LineAppraisal): string[] {
  const state = asked.state === undefined ? '' : `; state ${asked.state.toUpperCase()}`
  const verdict = asked.ended
    ? dispositionText(asked.ended)
    : asked.deciding
      ? `accepted by ${deciderText(asked.deciding.by)}`
      : 'accepted, no rule is asked'
  return [
    `${device.name}: ${verdict}${state}`,
    ...notes.map((sentence) => `note:   ${shortText(sentence, 300)}`),
    ...commands.flatMap(({ text }) =>
      text.split('\n').map((row, index) => `${index === 0 ? 'admit:  ' : '        '}${row}`),
    ),
    ...(admission?.obstacle === undefined ? [] : [`admit:  ${admission.obstacle}`]),
  ]
}
