import { Ban, Check, CornerDownRight, CornerUpLeft, FileText, X } from 'lucide-react'
import type { Names } from '@/model/fields/field'
import type { Firewall } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import { mapWords } from '@/model/ruleset/map-words'
import { type Policy, REJECT_KINDS, type Target, type TargetKind } from '@/model/ruleset/ruleset'
import { targetDetail } from '@/model/ruleset/target-words'
import { Menu, MenuChoices, MenuItem, MenuLine } from '../widgets/Menu'

export function TargetIcon({ kind }: { readonly kind: TargetKind }) {
  switch (kind) {
    case 'accept':
      return <Check className="i" />
    case 'drop':
      return <X className="i" />
    case 'reject':
      return <CornerUpLeft className="i" />
    case 'log':
      return <FileText className="i" />
    case 'opaque':
      return <Ban className="i" />
    default:
      return <CornerDownRight className="i" />
  }
}

/** Maps come from text, which names no devices. */
const NO_NAMES: Names = { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined }

/** The word and colour of a target: "allow", "DROP", the name of the chain it jumps to. */
export function targetWord(firewall: Firewall, target: Target): string {
  if (target.kind === 'jump' || target.kind === 'goto')
    return `${target.kind === 'goto' ? 'goto ' : ''}${target.chain}`
  if (target.kind === 'opaque') return target.text
  if (target.kind === 'map') return mapWords(target, NO_NAMES, (each) => targetWord(firewall, each))
  const word = firewallKind(firewall.kind).word(target.kind, firewall.form)
  return [word, targetDetail(target)].filter(Boolean).join(' ')
}

export function meaningOf(kind: TargetKind): string {
  return kind === 'accept' || kind === 'drop' || kind === 'reject'
    ? kind
    : kind === 'snat' || kind === 'dnat' || kind === 'masquerade' || kind === 'redirect' || kind === 'netmap'
      ? 'translate'
      : ''
}

interface Props {
  readonly firewall: Firewall
  readonly label: string
  /** Absent where the chain does not have the rule. */
  readonly target: Target | undefined
  /** User chains that can be jumped to. */
  readonly chains: readonly string[]
  readonly onChoose: (target: Target) => void
  readonly locked?: boolean
  /** Whether a line is written before the target acts; absent where a column of its own says so. */
  readonly log?: boolean
  readonly onLog?: () => void
  /** What the rule's conditions that nobody can answer are taken for; absent where it has none. */
  readonly assume?: 'matches' | 'does not match'
  readonly onAssume?: () => void
}

/** What a rule does, and the menu of what it could do. */
export function VerdictMenu({
  firewall,
  label,
  target,
  chains,
  onChoose,
  locked = false,
  log = false,
  onLog,
  assume,
  onAssume,
}: Props) {
  const word = target ? targetWord(firewall, target) : '–'
  const face = (
    <>
      {target && <TargetIcon kind={target.kind} />}
      <span className="ellip" {...(target?.kind === 'map' ? { title: word } : {})}>
        {word}
      </span>
      {assume === 'matches' && <span title="conditions that nobody can tell are assumed to match">≈</span>}
      {log && <FileText className="i log-mark" aria-label="writes a log line" />}
    </>
  )
  const meaning = target ? meaningOf(target.kind) : ''
  if (locked) return <span className={`verdict ${meaning}`}>{face}</span>
  const choices = choicesFor(firewall, chains)
  return (
    <Menu
      trigger={
        <button type="button" tabIndex={-1} className={`verdict ${meaning}`} aria-label={`${label}: ${word}`}>
          {face}
        </button>
      }
    >
      <MenuChoices
        label={label}
        value={target ? keyOf(target) : ''}
        choices={choices.map((each) => ({
          value: keyOf(each),
          label: targetWord(firewall, each),
          ...noteOf(each),
        }))}
        onChoose={(key) => {
          const found = choices.find((each) => keyOf(each) === key)
          if (found) onChoose(found)
        }}
      />
      {assume && onAssume && (
        <>
          <MenuLine />
          <MenuItem
            note={`what nobody can tell ${assume === 'matches' ? 'is assumed to match' : 'is assumed not to match'}`}
            onSelect={onAssume}
          >
            {assume === 'matches' ? 'Assume that it does not match' : 'Assume that it matches'}
          </MenuItem>
        </>
      )}
      {onLog && (
        <>
          <MenuLine />
          <MenuItem onSelect={onLog}>{log ? 'Write no log line' : 'Write a log line'}</MenuItem>
        </>
      )}
    </Menu>
  )
}

const keyOf = (target: Target) =>
  target.kind === 'reject'
    ? `reject ${target.with}`
    : target.kind === 'jump' || target.kind === 'goto'
      ? `${target.kind} ${target.chain}`
      : target.kind

function noteOf(target: Target): { note?: string } {
  if (target.kind === 'reject') return { note: target.with }
  if (target.kind === 'drop') return { note: 'silent: the sender waits' }
  if (target.kind === 'jump') return { note: 'comes back when that chain ends' }
  return {}
}

function choicesFor(firewall: Firewall, chains: readonly string[]): Target[] {
  const kind = firewallKind(firewall.kind)
  const has = (target: TargetKind) => kind.targets.includes(target)
  return [
    ...(has('accept') ? [{ kind: 'accept' as const }] : []),
    ...(has('drop') ? [{ kind: 'drop' as const }] : []),
    ...(has('reject')
      ? REJECT_KINDS.filter((each) =>
          ['icmp-port-unreachable', 'icmp-admin-prohibited', 'icmp-host-unreachable', 'tcp-reset'].includes(
            each,
          ),
        ).map((each) => ({ kind: 'reject' as const, with: each }))
      : []),
    ...(has('return') ? [{ kind: 'return' as const }] : []),
    ...(has('log') ? [{ kind: 'log' as const, prefix: '' }] : []),
    ...(has('jump') ? chains.map((chain) => ({ kind: 'jump' as const, chain })) : []),
  ]
}

interface PolicyProps {
  readonly firewall: Firewall
  readonly label: string
  readonly policy: Policy
  readonly onChoose: (policy: Policy) => void
}

export function PolicyMenu({ firewall, label, policy, onChoose }: PolicyProps) {
  const kind = firewallKind(firewall.kind)
  const word = kind.word(policy, firewall.form)
  return (
    <Menu
      trigger={
        <button type="button" tabIndex={-1} className={`verdict ${policy}`} aria-label={`${label}: ${word}`}>
          <TargetIcon kind={policy} /> {word}
        </button>
      }
    >
      <MenuChoices
        label={label}
        value={policy}
        choices={kind.policies.map((each) => ({ value: each, label: kind.word(each, firewall.form) }))}
        onChoose={(value) => onChoose(value as Policy)}
      />
    </Menu>
  )
}
