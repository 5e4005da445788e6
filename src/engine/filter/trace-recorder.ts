import type { HelperName, Hook } from '@/model/ruleset/ruleset'
import { setConnectionMark } from '../conntrack/connection-mark'
import { withTrackedEntry } from '../conntrack/conntrack-hook'
import { FTP_HELPER } from '../conntrack/ftp-helper'
import { contextOf, type Passage, record, type Tracking } from '../passage'
import { type Recorder, ruleDecider } from './recorder'

const UNTRACKED: Tracking = { state: 'untracked', direction: 'original' }

/** Keeps everything as steps of the packet's trace. */
export function traceRecorder(passage: Passage, hook: Hook): Recorder {
  return {
    entered: (chain, base) => {
      const { addressType: _, ...seen } = contextOf(passage)
      record(passage, { kind: 'chain-entered', chain: chain.ref, hook, base, ...seen })
    },
    passed: (rules) => record(passage, { kind: 'rules-passed', rules }),
    matched: (chain, { rule, number, locked, target }, assumed, effect) =>
      record(passage, {
        kind: 'rule-tried',
        chain: chain.ref,
        rule: rule.id,
        name: rule.name,
        locked,
        ...(number === undefined ? {} : { number }),
        matched: true,
        target: target.kind,
        ...(assumed ? { assumed } : {}),
        ...(effect === undefined ? {} : { effect }),
      }),
    logged: (chain, compiled, prefix) => {
      const { packet, iif, oif } = passage
      record(passage, {
        kind: 'logged',
        prefix,
        packet,
        by: ruleDecider(chain, compiled),
        hook,
        ...(iif === undefined ? {} : { iif }),
        ...(oif === undefined ? {} : { oif }),
      })
    },
    changed: ({ packet, mark, tracking }) => {
      passage.packet = packet
      passage.mark = mark ?? 0
      if (tracking?.entry) setConnectionMark(passage, tracking.entry.mark)
    },
    untracked: (isNft) => {
      // After the tracker has looked it does nothing [e11 B4], but to a packet that belongs to no connection (nft_ct.c).
      const { device, inherits } = passage.visit
      // Nor does it after a rule has given the packet a helper.
      const isFree = (isNft || !inherits?.answersUntracked) && passage.helper === undefined
      const belongs = passage.tracking !== undefined && passage.tracking.state !== 'invalid'
      if (device.tracks && isFree && !belongs) passage.tracking = UNTRACKED
      return contextOf(passage)
    },
    helped: (name) => giveHelper(passage, name),
  }
}

/** Before the tracker it is kept for the entry to come; behind it, an entry that is not confirmed yet takes it. */
function giveHelper(passage: Passage, name: HelperName): void {
  const entry = passage.tracking?.entry
  if (!passage.tracking) passage.helper ??= name
  else if (entry && !entry.confirmed) withTrackedEntry(passage, { ...entry, helper: FTP_HELPER })
}
