import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { chainKey } from '@/model/ruleset/chains'
import type { ChainRef } from '@/model/ruleset/ruleset'

export type PanelTab = 'ladder' | 'log' | 'bindings' | 'conntrack'
export type PhoneTab = 'ladder' | 'rules' | 'why' | 'ports' | 'checks'
export type Theme = 'light' | 'dark' | 'system'
export type Perspective = 'client' | 'router' | 'server'

/** What is looked at. None of it is part of the document, and none of it is undone. */
export interface ViewState {
  /** Selected device. */
  readonly device: string | undefined
  /** Selected link. */
  readonly link: string | undefined
  /** Selected flow. */
  readonly flow: string | undefined
  /** Tab of the rules panel by device: a chain's key or the name of another tab. */
  readonly tabs: Readonly<Record<string, string>>
  readonly rule: { readonly device: string; readonly chain: ChainRef; readonly rule: string } | undefined
  readonly perspective: Perspective
  readonly theme: Theme
  readonly panelTab: PanelTab
  readonly phoneTab: PhoneTab
  readonly dialog: 'import' | 'export' | 'help' | 'rename' | undefined
}

export const viewStore = createStore<ViewState>(() => ({
  device: undefined,
  link: undefined,
  flow: undefined,
  tabs: {},
  rule: undefined,
  perspective: 'router',
  theme: 'system',
  panelTab: 'ladder',
  phoneTab: 'rules',
  dialog: undefined,
}))

export function useView<T>(selector: (state: ViewState) => T): T {
  return useStore(viewStore, selector)
}

export function selectDevice(device: string | undefined): void {
  viewStore.setState({ device, link: undefined })
}

export function selectLink(link: string | undefined): void {
  viewStore.setState({ link })
}

export function selectFlow(flow: string | undefined): void {
  viewStore.setState({ flow })
}

export function selectRule(rule: ViewState['rule']): void {
  viewStore.setState({ rule })
}

/** The name of a chain's tab: its key without the spaces that an id may not have. */
export function tabOf(chain: ChainRef): string {
  return chainKey(chain).replaceAll(' ', '/')
}

/** Shows one tab of a device's rules panel. */
export function showTab(device: string, tab: string): void {
  viewStore.setState(({ tabs }) => ({ device, tabs: { ...tabs, [device]: tab } }))
}

export function showPanelTab(panelTab: PanelTab): void {
  viewStore.setState({ panelTab })
}

export function showPhoneTab(phoneTab: PhoneTab): void {
  viewStore.setState({ phoneTab })
}

export function openDialog(dialog: ViewState['dialog']): void {
  viewStore.setState({ dialog })
}

export function setPerspective(perspective: Perspective): void {
  viewStore.setState({ perspective })
}

export function setTheme(theme: Theme): void {
  viewStore.setState({ theme })
}
