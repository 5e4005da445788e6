import { Check, Copy, CornerUpLeft, X } from 'lucide-react'
import { useState } from 'react'
import { ownRulesSentence, ownRulesVerdict } from '@/analyses/explain-verdict/own-rules'
import { explain } from '@/analyses/explain-verdict/sentences'
import {
  decidingWalk,
  deviceName,
  isDecider,
  type TriedRule,
  type Walk,
  walksOf,
} from '@/analyses/explain-verdict/walks'
import type { Network } from '@/engine/network'
import { BLACK_LIST_DEFENSE, builtinGroup, withBuiltin } from '@/model/firewalls/built-in'
import { packetAddresses, packetWord } from '@/model/packet/label'
import { chainKey } from '@/model/ruleset/chains'
import { commit, currentDesign } from '@/state/design-store'
import { useCursor } from '@/state/playback/cursor'
import { useCurrentTrace, useRun } from '@/state/run-store'
import { selectRule, showTab, tabOf } from '@/state/view-store'
import { PacketFields } from './PacketFields'
import './why.css'

/** Why the packet under the cursor ended as it did: one sentence, and one line per rule that was asked. */
export function WhyPanel() {
  const trace = useCurrentTrace()
  const network = useRun((state) => state.network)
  const cursor = useCursor()
  const journey = trace?.journeys[cursor.journey]
  if (!trace || !journey) {
    return (
      <section className="panel why" aria-label="Why">
        <div className="panel-head">
          <h2>Why</h2>
        </div>
        <p className="why-empty t3">Select a packet, or press Play.</p>
      </section>
    )
  }
  const seen = walksOf(trace, journey, cursor.step)
  const ended = journey.steps.some((index) => index <= cursor.step && trace.steps[index]?.kind === 'ended')
  const main = decidingWalk(seen)
  const packet = main?.packet ?? journey.packet
  const explanation = ended || seen.length > 0 ? explain(trace, network, journey, seen) : undefined
  const own = main && ownRulesVerdict(network, main)
  const others = seen.filter((walk) => walk !== main)
  return (
    <section className="panel why" aria-label="Why">
      <div className="panel-head">
        <h2>Why</h2>
        <span className="mono s12 t2 ellip">
          {packetWord(packet)} {packetAddresses(packet)}
        </span>
        <span className="grow" />
        <button
          type="button"
          className="btn quiet icon mini"
          aria-label="Copy the packet and the reason"
          onClick={() =>
            void navigator.clipboard?.writeText(
              `${packetAddresses(packet)}\n${explanation?.headline ?? ''} ${explanation?.fact ?? ''}`,
            )
          }
        >
          <Copy className="i s12" />
        </button>
      </div>
      <div className="body">
        {explanation ? (
          <p className="say">
            <b className={explanation.meaning === 'none' ? '' : explanation.meaning}>
              {explanation.headline}
            </b>{' '}
            {explanation.fact}
          </p>
        ) : (
          <p className="say">
            Packet {journey.index + 1} has left {deviceName(network, journey.from)} and is on its way.
          </p>
        )}
        {main && own && (
          <BuiltinNote
            walk={main}
            network={network}
            sentence={ownRulesSentence(
              own,
              ownCount(network, main),
              main.by.kind === 'rule' ? main.by.name : '',
            )}
          />
        )}
        {main && <TriedRules walk={main} />}
        {main?.onTheWire && (
          <p className="s12 t2 wire">
            On the wire it was <span className="mono">{packetAddresses(main.onTheWire)}</span>; NAT translated
            it before the rules were asked.
          </p>
        )}
        {others.map((walk) => (
          <details key={walk.step} className="other-walk">
            <summary>
              {walk.verdict === 'accept' ? 'Accepted' : walk.verdict === 'drop' ? 'Dropped' : 'Rejected'} at{' '}
              {deviceName(network, walk.device)}, {walk.chain.chain}
            </summary>
            <TriedRules walk={walk} />
          </details>
        ))}
        <PacketFields trace={trace} journey={journey} upToStep={cursor.step} />
      </div>
    </section>
  )
}

function ownCount(network: Network, walk: Walk): number {
  return (
    network.devices
      .get(walk.device)
      ?.chain(walk.chain)
      ?.rules.filter(({ locked }) => !locked).length ?? 0
  )
}

function BuiltinNote({
  walk,
  sentence,
}: {
  readonly walk: Walk
  readonly network: Network
  readonly sentence: string
}) {
  const [trouble, setTrouble] = useState<string>()
  const isList = walk.by.kind === 'rule' && walk.by.rule === BLACK_LIST_DEFENSE.rule
  const turnOff = () => {
    const firewall = currentDesign().devices.find(({ id }) => id === walk.device)?.firewall
    const group = firewall && builtinGroup(firewall, BLACK_LIST_DEFENSE.id)
    if (!firewall || !group) return
    setTrouble(
      commit(
        {
          kind: 'set-firewall',
          device: walk.device,
          firewall: withBuiltin(firewall, { ...group, enabled: false }),
        },
        `turn off ${BLACK_LIST_DEFENSE.label}`,
      ),
    )
  }
  return (
    <div className="why-note">
      <p>{sentence}</p>
      {isList && (
        <button type="button" className="btn mini" onClick={turnOff}>
          Turn the group off
        </button>
      )}
      {trouble && <p className="drop">{trouble}</p>}
    </div>
  )
}

function TriedRules({ walk }: { readonly walk: Walk }) {
  return (
    <ol className="tried">
      {walk.tried.map((tried) => {
        const decides = isDecider(walk, tried)
        const text = tried.matched
          ? decides
            ? `${matchesHow(tried)} and decides: ${walk.verdict}`
            : wentOn(tried)
          : tried.failed?.sentence
        return (
          <li
            key={`${chainKey(tried.chain)} ${tried.rule}`}
            className={decides ? `last strong ${walk.verdict}` : ''}
          >
            <button
              type="button"
              onClick={() => {
                showTab(walk.device, tabOf(tried.chain))
                selectRule({ device: walk.device, chain: tried.chain, rule: tried.rule })
              }}
            >
              <span className="n">
                {decides ? <VerdictIcon verdict={walk.verdict} /> : (tried.number ?? '·')}
              </span>
              <span className="who">{tried.name || 'unnamed'}</span>
              <span className="what">{text}</span>
            </button>
          </li>
        )
      })}
      {walk.by.kind === 'policy' && (
        <li className={`last strong ${walk.verdict}`}>
          <span className="line">
            <span className="n">
              <VerdictIcon verdict={walk.verdict} />
            </span>
            <span className="who">policy</span>
            <span className="what">
              decides: {walk.verdict}
              {walk.verdict === 'drop' ? ', without an answer' : ''}
            </span>
          </span>
        </li>
      )}
    </ol>
  )
}

const matchesHow = ({ assumed }: TriedRule) => (assumed ? 'is assumed to match' : 'matches')

/** What a rule that matched and did not decide did. */
function wentOn(tried: TriedRule): string {
  const { target, effect } = tried
  const matches = matchesHow(tried)
  if (target === 'jump' || target === 'goto') return `${matches}, and another chain is asked`
  if (target === 'return') return `${matches}, and the chain before goes on`
  if (effect !== undefined) return `${matches}: ${effect}, and the next rule is asked`
  return target === 'log'
    ? `${matches}, writes a line, and the next rule is asked`
    : `${matches}, and the next rule is asked`
}

function VerdictIcon({ verdict }: { readonly verdict: Walk['verdict'] }) {
  if (verdict === 'accept') return <Check className="i s12 b" />
  return verdict === 'drop' ? <X className="i s12 b" /> : <CornerUpLeft className="i s12 b" />
}
