import type { CtState, FieldId, PacketTracking, Scalar } from '@/model/fields/field'
import type { Packet } from '@/model/packet/packet'
import type { ChainRef, Hook, Policy, TargetKind } from '@/model/ruleset/ruleset'
import type { RecordedStep } from './recording'

/**
 * The record of a run: everything on screen, in text and on the command line is a reading of it.
 *
 * A *journey* is one packet from the host that made it to its end; the slider counts journeys ("Packet 2 of 14").
 * A *step* is one thing that happened. Steps are in the order of simulated time and each belongs to one journey, except
 * what a host or person does (`socket`, `outcome`).
 */
export interface Trace {
  readonly flow: string
  /** The steps as they were written down: cheap to read where rules that did not match do not matter. */
  readonly recorded: readonly RecordedStep[]
  /** Told from `recorded` when first asked for. */
  readonly steps: readonly TraceStep[]
  readonly journeys: readonly Journey[]
  /** What the person at the client sees in the end. */
  readonly outcome: Outcome
  /** Simulated milliseconds at the last step. */
  readonly endsAtMs: number
}

export interface Journey {
  /** Index in `Trace.journeys`; people see it plus one. */
  readonly index: number
  /** Device that made the packet. */
  readonly from: string
  /** The packet as its maker made it. */
  readonly packet: Packet
  readonly sentAtMs: number
  readonly endedAtMs: number
  /** Indices into `Trace.steps` in order. */
  readonly steps: readonly number[]
  readonly disposition: Disposition
  /** Device where the journey ended. */
  readonly at: string
  /** What the packet is in the conversation. */
  readonly role: JourneyRole
  /** The journey that this one answers. */
  readonly answers?: number
  /** How many times the same packet was sent before; 1 for the first retry. */
  readonly retry: number
  /** Which of several parallel connections, from 0. */
  readonly connection: number
}

export type JourneyRole =
  | 'request'
  | 'reply'
  /** Made by a device on the way: a reject or an ICMP error. */
  | 'error'

/** How a packet's journey ended. Only `delivered` is a success. */
export type Disposition =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'dropped'; readonly by: Decider }
  | { readonly kind: 'rejected'; readonly by: Decider; readonly with: string }
  /** A translating gateway knows nobody inside who waits for this. */
  | { readonly kind: 'no-binding' }
  /** Every port of the pool is taken for this peer. */
  | { readonly kind: 'nat-exhausted' }
  | { readonly kind: 'no-route' }
  | { readonly kind: 'no-neighbor' }
  /** The interface it would leave by is not plugged in. */
  | { readonly kind: 'no-link' }
  | { readonly kind: 'ttl-expired' }
  /** The link that it would leave by takes less, and it must not be cut. */
  | { readonly kind: 'too-big' }
  | { readonly kind: 'martian' }
  /** A host that does not forward got a packet for somebody else. */
  | { readonly kind: 'not-forwarding' }
  | { readonly kind: 'no-listener' }
  /** A helper of the tracker could not read the command that the segment begins with, or cannot expect what it asks for. */
  | { readonly kind: 'helper-refused' }
  /** A fragment whose packet has not come as a whole; no rule was asked. */
  | { readonly kind: 'incomplete' }

/** What made a verdict. */
export type Decider =
  | {
      readonly kind: 'rule'
      readonly chain: ChainRef
      readonly rule: string
      readonly number?: number
      readonly name: string
      readonly locked: boolean
    }
  | { readonly kind: 'policy'; readonly chain: ChainRef }

/** Why a rule did not match: the first condition that failed, with both values. */
export interface FailedCondition {
  readonly field: FieldId | 'either' | 'concatenation' | 'opaque'
  /** Absent where the packet has no such field. */
  readonly actual?: Scalar | string
  /** The condition as a person reads it: "443", "not 10.0.0.0/8", "udp". */
  readonly wanted: string
  readonly negated: boolean
  /** The whole reason as a clause: "destination port is 62712, the rule wants 443". */
  readonly sentence: string
}

export interface StepBase {
  readonly atMs: number
  readonly device: string
  /** Index of the journey; absent for what no packet did. */
  readonly journey?: number
}

export type TraceStep = StepBase &
  (
    | { readonly kind: 'sent'; readonly packet: Packet; readonly oif?: string }
    /** On a link from this device to `to`. One per link; a switch in between makes two. */
    | {
        readonly kind: 'hop'
        readonly link: string
        readonly to: string
        readonly arrivesAtMs: number
        readonly packet: Packet
      }
    | { readonly kind: 'arrived'; readonly iif: string; readonly packet: Packet }
    /** Fragments were put together: from here on they are one packet. */
    | { readonly kind: 'reassembled'; readonly packet: Packet; readonly pieces: number }
    /** The packet goes on in fragments, as it came. */
    | { readonly kind: 'fragmented'; readonly pieces: readonly Packet[] }
    | { readonly kind: 'routed'; readonly oif?: string; readonly local: boolean; readonly via?: string }
    | {
        readonly kind: 'chain-entered'
        readonly chain: ChainRef
        readonly hook: Hook
        readonly base: boolean
        /** The packet as this chain's rules see it. */
        readonly packet: Packet
        readonly iif?: string
        readonly oif?: string
        readonly ctState?: CtState
        readonly tracking?: PacketTracking
        readonly mark?: number
      }
    | {
        readonly kind: 'rule-tried'
        readonly chain: ChainRef
        readonly rule: string
        readonly number?: number
        readonly name: string
        readonly locked: boolean
        readonly matched: boolean
        /** Matched only because of an assumption about an opaque condition. */
        readonly assumed?: boolean
        readonly failed?: FailedCondition
        readonly target?: TargetKind
        /** What a rule that matched changed, as a clause: "the mark is now 0x5". */
        readonly effect?: string
      }
    /** One base chain has decided. */
    | {
        readonly kind: 'verdict'
        readonly hook: Hook
        readonly verdict: 'accept' | 'drop' | 'reject'
        readonly by: Decider
        readonly policy?: Policy
      }
    | {
        readonly kind: 'translated'
        readonly change: 'source' | 'destination' | 'payload'
        readonly by:
          | 'napt'
          | 'port-mapping'
          | 'snat'
          | 'dnat'
          | 'masquerade'
          | 'redirect'
          | 'netmap'
          | 'binding'
          | 'helper'
        readonly before: Packet
        readonly after: Packet
      }
    /** A binding was looked for, for a packet from outside. */
    | { readonly kind: 'binding-lookup'; readonly found: boolean; readonly looked: string }
    | {
        readonly kind: 'conntrack'
        readonly change: 'created' | 'updated' | 'confirmed' | 'destroyed' | 'looked-up'
        readonly state: CtState
        /** Which way the packet goes in its connection; absent where it was not looked up. */
        readonly direction?: 'original' | 'reply'
        readonly entry?: EntryView
      }
    | {
        readonly kind: 'binding'
        readonly change: 'created' | 'refreshed' | 'expired'
        readonly binding: BindingView
      }
    /** A line that the device wrote to its log. */
    | {
        readonly kind: 'logged'
        readonly prefix: string
        readonly packet: Packet
        readonly by: Decider
        readonly hook: Hook
        readonly iif?: string
        readonly oif?: string
      }
    /** Delivered to a program or the host's stack, lost, dropped, rejected: the journey's end. */
    | { readonly kind: 'ended'; readonly disposition: Disposition; readonly packet: Packet }
    /** What a host's program or socket did: "picked port 62712", "SYN_SENT", "retry in 1 s". */
    | {
        readonly kind: 'socket'
        readonly event: SocketEvent
        readonly sentence: string
        readonly port?: number
        readonly connection: number
      }
    | { readonly kind: 'outcome'; readonly outcome: Outcome; readonly connection: number }
  )

export type SocketEvent =
  | 'port-picked'
  | 'bind-refused'
  | 'connecting'
  | 'accepted'
  | 'established'
  | 'retransmit'
  | 'gave-up'
  | 'refused'
  | 'reset'
  | 'unreachable'
  | 'closed'
  | 'application'

/** A conntrack entry as the tables on screen show it after a step. */
export interface EntryView {
  readonly id: number
  readonly protocol: number
  /** "192.168.1.10:62712 > 104.244.42.1:443". */
  readonly original: string
  readonly reply: string
  readonly state: string
  readonly seenReply: boolean
  readonly assured: boolean
  readonly timeoutAtMs: number
  /** Journey and rule that made it. */
  readonly createdBy?: number
}

/** A NAT binding in force after a step. */
export interface BindingView {
  readonly id: number
  readonly protocol: number
  readonly inside: string
  readonly outside: string
  readonly peer: string
  readonly timeoutAtMs: number
}

/** What the person at the client sees. `cause` is the row of the outcomes table (applications/outcomes.ts). */
export interface Outcome {
  readonly works: boolean
  readonly cause: OutcomeCause
  /** "page loads", "ERR_CONNECTION_TIMED_OUT". */
  readonly text: string
  /** The index of the journey whose end explains a failure. */
  readonly journey?: number
}

export const OUTCOME_CAUSES = [
  'works',
  'partly',
  'timed-out',
  'refused',
  'reset',
  'host-unreachable',
  'net-unreachable',
  'proto-unreachable',
  'prohibited',
  'not-permitted',
  'name-not-resolved',
  'no-free-port',
  'address-in-use',
  'protocol-error',
  'bad-request',
  'too-long',
] as const
export type OutcomeCause = (typeof OUTCOME_CAUSES)[number]
