import { Copy } from 'lucide-react'
import { useState } from 'react'
import { ownRulesSentence, ownRulesVerdict } from '@/analyses/explain-verdict/own-rules'
import { explain } from '@/analyses/explain-verdict/sentences'
import { decidingWalk, deviceName, type Walk, walksOf } from '@/analyses/explain-verdict/walks'
import type { Network } from '@/engine/network'
import { BLACK_LIST_DEFENSE, builtinGroup, withBuiltin } from '@/model/firewalls/built-in'
import { packetAddresses, packetWord } from '@/model/packet/label'
import { commit, currentDesign } from '@/state/design-store'
import { useLogReader } from '@/state/log-reader-store'
import { useCursor } from '@/state/playback/cursor'
import { useCurrentTrace, useRun } from '@/state/run-store'
import { LoggedWhy } from './LoggedWhy'
import { PacketFields } from './PacketFields'
import { OtherWalks, TriedRules } from './TriedRules'
import './why.css'

/** Why the packet under the cursor ended as it did: one sentence, and one line per rule that was asked. */
export function WhyPanel() {
  const trace = useCurrentTrace()
  const network = useRun((state) => state.network)
  const cursor = useCursor()
  const sight = useLogReader((state) => state.sight)
  const journey = trace?.journeys[cursor.journey]
  if (sight) return <LoggedWhy sight={sight} network={network} />
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
        <OtherWalks walks={others} network={network} />
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
