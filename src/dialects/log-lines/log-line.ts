import type { IpAddress } from '@/model/packet/address'
import type { Packet } from '@/model/packet/packet'
import type { Diagnostic } from '@/model/result'

/** What a log line says of a packet and of what was done with it. What it does not say is absent. */
export interface LoggedFacts {
  /** As written. */
  readonly time?: string
  /** The machine that wrote the line, as written. */
  readonly host?: string
  /** Words that a person put into the rule (`--log-prefix`), or the reason that the device gives. */
  readonly prefix?: string
  /** Chain, list or anchor that held the rule. */
  readonly chain?: string
  /** Number of the rule as the device counts it. */
  readonly rule?: number
  readonly verdict?: 'accept' | 'drop' | 'reject'
  readonly direction?: 'in' | 'out'
  readonly iif?: string
  readonly oif?: string
  readonly mac?: string
  readonly protocol?: number
  readonly src?: IpAddress
  readonly dst?: IpAddress
  readonly sport?: number
  readonly dport?: number
  /** The TCP flag byte. */
  readonly flags?: number
  /** The line says whether a connection was asked for, and nothing else of the flags. */
  readonly opens?: boolean
  /** 32-bit unsigned. */
  readonly seq?: number
  readonly ack?: number
  readonly window?: number
  readonly icmpType?: number
  readonly icmpCode?: number
  readonly icmpId?: number
  readonly icmpSeq?: number
  /** The packet that an ICMP error is about. */
  readonly quoted?: LoggedFacts
  /** Bytes with the IP header. */
  readonly length?: number
  readonly tos?: number
  /** TTL or hop limit when the line was written. */
  readonly hopLimit?: number
  /** IP identification. */
  readonly id?: number
  readonly dontFragment?: boolean
  readonly moreFragments?: boolean
  /** Bytes. */
  readonly fragmentOffset?: number
  readonly mark?: number
  /** Connection state as the device calls it. */
  readonly state?: string
  /** How many packets the line stands for. */
  readonly packets?: number
}
export type FactName = keyof LoggedFacts

/** A stretch of the line with what it means. */
export interface LogToken {
  /** Index of the first character, and of the one after the last. */
  readonly from: number
  readonly to: number
  /** A sentence for the person who points at it. */
  readonly means: string
}

/** One line read. */
export interface LogLine {
  readonly format: LogFormatId
  /** Whole, also where only its beginning could be read. */
  readonly text: string
  readonly facts: LoggedFacts
  /** In the order of the line; they do not overlap. */
  readonly tokens: readonly LogToken[]
  /** What such a line has and this one lacks, because it was cut or masked. */
  readonly missing: readonly FactName[]
  readonly diagnostics: readonly Diagnostic[]
}

export type LogFormatId = 'netfilter' | 'ipchains' | 'home-router' | 'pf' | 'cisco-ios' | 'routeros'

/** A packet and the rule that wrote the line, for printing. */
export interface LogEntry {
  readonly packet: Packet
  readonly iif?: string
  readonly oif?: string
  readonly chain: string
  /** The word of the target in the device's language: "DENY", the name of a chain, "-" for a rule that only counts. */
  readonly action: string
  /** Number of the rule in its chain, from 1. */
  readonly rule: number
  /** What the line begins with, or the reason that it gives. */
  readonly prefix: string
}

/** What writes lines of one form. */
export interface LogFormat {
  readonly id: LogFormatId
  readonly label: string
  /** Where the form is written down. */
  readonly source: string
  /** Whether the line holds the mark of this form. */
  detect(text: string): boolean
  /**
   * Reads a line without its line end; undefined where it is not of this form. Never throws. `line` is its number for
   * diagnostics, from 1.
   */
  read(text: string, line?: number): LogLine | undefined
  write?(entry: LogEntry): string
}
