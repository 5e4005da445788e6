import { ChevronDown, Globe, Laptop, Network as NetworkIcon, Router, Search, Server, X } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { useState } from 'react'
import { FIREWALL_KINDS } from '@/model/firewalls'
import { askedChains } from '@/model/firewalls/asked-chains'
import type { FirewallKindId } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import { PRESETS } from '@/model/firewalls/presets'
import { switchKindEdit } from '@/model/firewalls/switch-kind'
import { rulesOf } from '@/model/ruleset/chains'
import type { Device } from '@/model/topology/topology'
import { commit, currentDesign } from '@/state/design-store'
import { useRun } from '@/state/run-store'
import { type Perspective, setPerspective, showTab, tabOf, useView } from '@/state/view-store'
import { HostTab } from '../inspector/HostTab'
import { InterfacesTab } from '../inspector/InterfacesTab'
import { LinkCard } from '../inspector/LinkCard'
import { NatTab } from '../inspector/NatTab'
import { RoutesTab } from '../inspector/RoutesTab'
import { SetsTab } from '../inspector/SetsTab'
import { Menu, MenuCaption, MenuChoices, MenuItem, MenuLine } from '../widgets/Menu'
import { RuleGrid } from './RuleGrid'
import { seenFrom } from './seen-from'
import { chainTable, dualTable } from './table-model'
import './rules.css'

const ICONS = {
  client: Laptop,
  router: Router,
  server: Server,
  internet: Globe,
  switch: NetworkIcon,
} as const

/** The rules of the selected device, a tab per chain, and everything else that it is. */
export function RulesPanel() {
  const device = useRun(({ design }) => design.devices)
  const id = useView((view) => view.device)
  const link = useView((view) => view.link)
  const selected = device.find((each) => each.id === id)
  if (link !== undefined) return <LinkCard id={link} />
  if (!selected) {
    return (
      <section className="panel rules" aria-label="Rules">
        <p className="why-empty t3">Select a device on the drawing to see and edit its rules, or add one.</p>
      </section>
    )
  }
  return <DevicePanel key={selected.id} device={selected} />
}

interface TabSpec {
  readonly value: string
  readonly label: string
  readonly count?: number
}

function DevicePanel({ device }: { readonly device: Device }) {
  const [filter, setFilter] = useState('')
  const [filtering, setFiltering] = useState(false)
  const [notes, setNotes] = useState<readonly string[]>([])
  const stored = useView((view) => view.tabs[device.id])
  const sets = useRun(({ design }) => design.sets.length)
  const dual = device.firewall.form === 'dual' && device.firewall.kind.startsWith('home')
  const chains =
    device.kind === 'switch' || device.firewall.kind === 'none'
      ? []
      : inReadingOrder(askedChains(device.firewall))
  const chainTabs: TabSpec[] = dual
    ? [{ value: 'dual', label: 'Rules', count: dualTable(device).ownRows }]
    : chains.map(({ ref, chain, table }) => ({
        value: tabOf(ref),
        label: `${device.firewall.kind.startsWith('home') ? chain.name.replace(/^./, (letter) => letter.toUpperCase()) : chain.name}${table.name === 'filter' ? '' : ` (${table.name})`}`,
        count: rulesOf(chain).length,
      }))
  const more: TabSpec[] =
    device.kind === 'switch'
      ? []
      : [
          ...(device.kind === 'router' ? [{ value: 'nat', label: 'NAT' }] : []),
          { value: 'interfaces', label: 'Interfaces', count: device.interfaces.length },
          {
            value: 'routes',
            label: 'Routes',
            count: device.routes.length + device.interfaces.flatMap(({ addresses }) => addresses).length,
          },
          { value: 'host', label: 'Host' },
          { value: 'sets', label: 'Sets', count: sets },
        ]
  const tabs = [...chainTabs, ...more]
  const dualAlias =
    dual && stored !== undefined && chains.some(({ ref }) => tabOf(ref) === stored) ? 'dual' : stored
  const main =
    chainTabs.find(({ label }) => label === (device.kind === 'router' ? 'FORWARD' : 'INPUT')) ?? tabs[0]
  const tab = tabs.some(({ value }) => value === dualAlias) ? (dualAlias ?? '') : (main?.value ?? '')
  const shown = chains.find(({ ref }) => tabOf(ref) === tab)
  const model =
    tab === 'dual' ? dualTable(device) : shown ? chainTable(device, shown.ref, shown.chain) : undefined
  const Icon = ICONS[device.kind]
  return (
    <section className="panel rules" aria-label={`Rules of ${device.name}`}>
      <div className="panel-head">
        <Icon className="i" />
        <DeviceName device={device} />
        {device.kind !== 'switch' && device.kind !== 'internet' && (
          <KindMenu device={device} onNotes={setNotes} />
        )}
        <span className="grow" />
        {filtering && (
          <input
            className="filter-field"
            aria-label="Filter rules"
            placeholder="name, port, address"
            value={filter}
            // biome-ignore lint/a11y/noAutofocus: it opens because its button was pressed
            autoFocus
            onChange={(event) => setFilter(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return
              setFilter('')
              setFiltering(false)
            }}
          />
        )}
        {chainTabs.length > 0 && (
          <button
            type="button"
            className={`btn quiet mini ${filtering ? 'on' : ''}`}
            aria-pressed={filtering}
            onClick={() => setFiltering(!filtering)}
          >
            <Search className="i s12" /> Filter
          </button>
        )}
        <ViewMenu device={device} onNotes={setNotes} />
      </div>
      {notes.length > 0 && (
        <div className="notes" role="status">
          <ul>
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
          <button
            type="button"
            className="btn quiet icon mini"
            aria-label="Close the notes"
            onClick={() => setNotes([])}
          >
            <X className="i s12" />
          </button>
        </div>
      )}
      {tabs.length === 0 ? (
        <p className="why-empty t3">A switch passes every frame on. It has no addresses and no rules.</p>
      ) : (
        <Tabs.Root className="rules-tabs" value={tab} onValueChange={(value) => showTab(device.id, value)}>
          <div className="panel-tabs">
            <Tabs.List aria-label={`Tables of ${device.name}`}>
              {tabs.map(({ value, label, count }) => (
                <Tabs.Trigger key={value} value={value}>
                  {label} {count !== undefined && <span className="count">{count}</span>}
                </Tabs.Trigger>
              ))}
            </Tabs.List>
            {model && <Hint device={device} hint={model.hint} chain={model.chains[0]?.chain ?? ''} />}
          </div>
          <Tabs.Content value={tab} className="rules-body" tabIndex={-1}>
            {model && <RuleGrid key={tab} device={device} model={model} filter={filter} />}
            {tab === 'nat' && <NatTab device={device} />}
            {tab === 'interfaces' && <InterfacesTab device={device} />}
            {tab === 'routes' && <RoutesTab device={device} />}
            {tab === 'host' && <HostTab device={device} />}
            {tab === 'sets' && <SetsTab />}
          </Tabs.Content>
        </Tabs.Root>
      )}
    </section>
  )
}

/** The filter is what people come for; chains of other tables follow. Base chains stand before those that they lead to. */
function inReadingOrder(chains: ReturnType<typeof askedChains>): ReturnType<typeof askedChains> {
  const isFilter = ({ table }: (typeof chains)[number]) =>
    table.name === 'filter' || table.chains.some(({ base }) => base?.type === 'filter')
  const rank = (each: (typeof chains)[number]) => (isFilter(each) ? 0 : 2) + (each.chain.base ? 0 : 1)
  return [...chains].sort((a, b) => rank(a) - rank(b))
}

/** R016: what a table's direction is called depends on where one stands. */
function Hint({
  device,
  hint,
  chain,
}: {
  readonly device: Device
  readonly hint: string
  readonly chain: string
}) {
  const perspective = useView((view) => view.perspective)
  const seen = seenFrom(perspective, device.kind, chain)
  return <span className="end s11 t3 hint">{seen ?? hint}</span>
}

function DeviceName({ device }: { readonly device: Device }) {
  const [text, setText] = useState(device.name)
  const take = () => {
    const name = text.trim().slice(0, 60)
    if (name === '' || name === device.name) setText(device.name)
    else commit({ kind: 'set-device', id: device.id, parts: { name } }, `rename ${device.name}`)
  }
  return (
    <h2 className="device-name">
      <input
        aria-label="Name of the device"
        value={text}
        size={Math.max(6, text.length)}
        onChange={(event) => setText(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur()
          if (event.key === 'Escape') setText(device.name)
        }}
      />
    </h2>
  )
}

const FORM_NOTE = { separate: 'two tables', dual: 'one table, two verdicts a row' } as const

function KindMenu({
  device,
  onNotes,
}: {
  readonly device: Device
  readonly onNotes: (notes: readonly string[]) => void
}) {
  const kind = firewallKind(device.firewall.kind)
  const choose = (to: string) => {
    const { edit, notes } = switchKindEdit(device, to as FirewallKindId)
    const trouble = commit(edit, `switch to ${firewallKind(to as FirewallKindId).label}`)
    onNotes(trouble === undefined ? notes : [trouble])
  }
  return (
    <Menu
      trigger={
        <button type="button" className="btn mini">
          {kind.label} <ChevronDown className="i chev" />
        </button>
      }
    >
      <MenuChoices
        label="Kind of firewall"
        value={kind.id}
        choices={FIREWALL_KINDS.map(({ id, label }) => ({ value: id, label }))}
        onChoose={choose}
      />
      {kind.id.startsWith('home') && (
        <>
          <MenuLine />
          <MenuChoices
            label="Form"
            value={device.firewall.form}
            choices={(['separate', 'dual'] as const).map((form) => ({
              value: form,
              label: form,
              note: FORM_NOTE[form],
            }))}
            onChoose={(form) =>
              commit(
                {
                  kind: 'set-firewall',
                  device: device.id,
                  firewall: { ...device.firewall, form: form === 'dual' ? 'dual' : 'separate' },
                },
                'change the form of the table',
              )
            }
          />
        </>
      )}
    </Menu>
  )
}

const PERSPECTIVES: readonly { value: Perspective; label: string }[] = [
  { value: 'client', label: 'client' },
  { value: 'router', label: 'router' },
  { value: 'server', label: 'server' },
]

/** "Start from ..." and "Seen from ...". */
function ViewMenu({
  device,
  onNotes,
}: {
  readonly device: Device
  readonly onNotes: (notes: readonly string[]) => void
}) {
  const perspective = useView((view) => view.perspective)
  return (
    <Menu
      align="end"
      trigger={
        <button type="button" className="btn quiet mini">
          Start from... <ChevronDown className="i chev" />
        </button>
      }
    >
      <MenuCaption>Start from</MenuCaption>
      {PRESETS.map((preset) => (
        <MenuItem
          key={preset.id}
          note={preset.summary}
          onSelect={() => {
            const trouble = commit(preset.apply(currentDesign(), device.id), `start from ${preset.label}`)
            onNotes(trouble === undefined ? [] : [trouble])
          }}
        >
          {preset.label}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuChoices
        label="Seen from"
        value={perspective}
        choices={PERSPECTIVES}
        onChoose={(value) => setPerspective(value as Perspective)}
      />
    </Menu>
  )
}
