import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Walk } from '@/analyses/explain-verdict/walks'
import type { Disposition } from '@/engine/trace'
import type { Packet } from '@/model/packet/packet'
import { designStore } from './design-store'
import { clockStore } from './playback/clock'

/** The packet of a log line, for the drawing. */
export interface LoggedSight {
  readonly packet: Packet
  /** Where it was seen. */
  readonly device: string
  readonly iif?: string
  readonly ended?: Disposition
  /** The chains that it was asked about. */
  readonly walks: readonly Walk[]
  /** Drawn devices that have its addresses. */
  readonly sources: readonly string[]
  readonly destinations: readonly string[]
}

/** Log lines that are being read. Not part of the document. */
export interface LogReaderState {
  readonly isOpen: boolean
  readonly text: string
  /** Device that is asked; absent: the one that the line tells of. */
  readonly device: string | undefined
  /** Number of the selected line. */
  readonly line: number | undefined
  /** On the drawing until playback moves or the design changes. */
  readonly sight: LoggedSight | undefined
}

export const logReaderStore = createStore<LogReaderState>(() => ({
  isOpen: false,
  text: '',
  device: undefined,
  line: undefined,
  sight: undefined,
}))

export function useLogReader<T>(selector: (state: LogReaderState) => T): T {
  return useStore(logReaderStore, selector)
}

export function openLogReader(isOpen: boolean): void {
  logReaderStore.setState({ isOpen, sight: undefined })
}

export function setLogText(text: string): void {
  logReaderStore.setState({ text, line: undefined, sight: undefined })
}

export function setLogDevice(device: string | undefined): void {
  logReaderStore.setState({ device, sight: undefined })
}

export function selectLogLine(line: number, sight: LoggedSight | undefined): void {
  logReaderStore.setState({ line, sight })
}

const forget = () => {
  if (logReaderStore.getState().sight) logReaderStore.setState({ sight: undefined })
}
clockStore.subscribe(({ tMs }, before) => {
  if (tMs !== before.tMs) forget()
})
designStore.subscribe(({ design }, before) => {
  if (design !== before.design) forget()
})
