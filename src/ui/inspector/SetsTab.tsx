import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import type { Design } from '@/model/project/design'
import {
  addSetEdit,
  formatSetValues,
  parseSetValues,
  removeSetEdit,
  renameSetEdit,
  type SetUse,
  setValuesEdit,
  usesOfSet,
} from '@/model/project/named-sets'
import type { NamedSet } from '@/model/ruleset/ruleset'
import { commit, useDesign } from '@/state/design-store'
import { selectRuleAndPacket } from '@/state/playback/rule-packets'
import { showTab, tabOf } from '@/state/view-store'
import { TextField } from './TextField'

/** Values that several rules share, by name: rules of every device write them as @name. */
export function SetsTab() {
  const design = useDesign((state) => state.design)
  const [trouble, setTrouble] = useState<string>()
  const remove = (name: string) => {
    const edit = removeSetEdit(design, name)
    setTrouble(edit.ok ? commit(edit.value, `delete the set ${name}`) : edit.diagnostics[0]?.message)
  }
  return (
    <div className="tab-form">
      <p className="t2">
        Values under one name for the rules of all devices: a cell says <code>@name</code>, or{' '}
        <code>any:@name</code> for ports.
      </p>
      {design.sets.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">name</th>
              <th scope="col">holds</th>
              <th scope="col">values</th>
              <th scope="col">named by</th>
              <th scope="col">
                <span className="vh">delete</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {design.sets.map((set, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a set is renamed in its place, and the focus stays
              <tr key={index}>
                <SetRow design={design} set={set} onRemove={() => remove(set.name)} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {trouble && (
        <p className="field-trouble" role="alert">
          {trouble}
        </p>
      )}
      <div className="pair">
        {(['addresses', 'ports'] as const).map((holds) => (
          <button
            key={holds}
            type="button"
            className="btn quiet mini"
            onClick={() => {
              setTrouble(commit(addSetEdit(design, holds), `add a set of ${holds}`))
            }}
          >
            <Plus className="i s12" /> Set of {holds}
          </button>
        ))}
      </div>
    </div>
  )
}

interface RowProps {
  readonly design: Design
  readonly set: NamedSet
  readonly onRemove: () => void
}

function SetRow({ design, set, onRemove }: RowProps) {
  return (
    <>
      <td>
        <TextField
          label={`Name of the set ${set.name}`}
          value={set.name}
          size={14}
          onTake={(text) => {
            const edit = renameSetEdit(design, set.name, text.trim())
            return edit.ok ? commit(edit.value, `rename the set ${set.name}`) : edit.diagnostics[0]?.message
          }}
        />
      </td>
      <td className="t2">{set.holds}</td>
      <td>
        <TextField
          label={`Values of the set ${set.name}`}
          value={formatSetValues(design, set)}
          placeholder={set.holds === 'ports' ? '443, 8000-8080' : '10.0.0.0/8, 192.0.2.1-192.0.2.9'}
          size={34}
          onTake={(text) => {
            const read = parseSetValues(design, set.holds, text)
            if (!read.ok) return read.diagnostics[0]?.message
            return commit(
              setValuesEdit(design, set.name, read.value),
              `change the values of the set ${set.name}`,
            )
          }}
        />
      </td>
      <td>
        <Uses design={design} uses={usesOfSet(design, set.name)} />
      </td>
      <td>
        <button
          type="button"
          className="btn quiet icon mini"
          aria-label={`Delete the set ${set.name}`}
          onClick={onRemove}
        >
          <X className="i s12" />
        </button>
      </td>
    </>
  )
}

function Uses({ design, uses }: { readonly design: Design; readonly uses: readonly SetUse[] }) {
  if (uses.length === 0) return <span className="t3">no rule</span>
  return uses.map(({ device, chain, rule }) => (
    <button
      key={`${device} ${tabOf(chain)} ${rule.id}`}
      type="button"
      className="btn quiet mini"
      onClick={() => {
        showTab(device, tabOf(chain))
        selectRuleAndPacket({ device, chain, rule: rule.id })
      }}
    >
      {design.devices.find(({ id }) => id === device)?.name} {chain.chain} {rule.name || rule.id}
    </button>
  ))
}
