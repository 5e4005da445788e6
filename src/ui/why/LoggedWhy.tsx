import { deciderName } from '@/analyses/explain-verdict/sentences'
import { decidingWalk, deviceName } from '@/analyses/explain-verdict/walks'
import type { Network } from '@/engine/network'
import { packetAddresses, packetWord } from '@/model/packet/label'
import type { LoggedSight } from '@/state/log-reader-store'
import { endText } from '../playback/ladder-rows'
import { OtherWalks, TriedRules } from './TriedRules'

/** Why a device does with the packet of a log line what it does. */
export function LoggedWhy({ sight, network }: { readonly sight: LoggedSight; readonly network: Network }) {
  const { packet, walks } = sight
  const main = decidingWalk(walks)
  const { meaning, headline } = headlineOf(sight, deviceName(network, sight.device))
  return (
    <section className="panel why" aria-label="Why">
      <div className="panel-head">
        <h2>Why</h2>
        <span className="mono s12 t2 ellip">
          {packetWord(packet)} {packetAddresses(packet)}
        </span>
      </div>
      <div className="body">
        <p className="say">
          <b className={meaning}>{headline}</b> It is the packet of a log line, asked about as the first of a
          connection{main?.state === undefined ? '' : `: ${main.state.toUpperCase()}`}.
        </p>
        {main && <TriedRules walk={main} />}
        <OtherWalks walks={walks.filter((walk) => walk !== main)} network={network} />
      </div>
    </section>
  )
}

function headlineOf({ ended, walks }: LoggedSight, at: string): { meaning: string; headline: string } {
  if (ended?.kind === 'dropped' || ended?.kind === 'rejected') {
    const [meaning, word] = ended.kind === 'dropped' ? ['drop', 'Dropped'] : ['reject', 'Rejected']
    return { meaning, headline: `${word} at ${at}, ${ended.by.chain.chain}, by ${deciderName(ended.by)}.` }
  }
  if (ended && ended.kind !== 'delivered')
    return { meaning: 'drop', headline: `Lost at ${at}: ${endText(ended)}.` }
  const main = decidingWalk(walks)
  if (!main) return { meaning: 'accept', headline: `Let through at ${at}: no rule is asked.` }
  return {
    meaning: 'accept',
    headline: `Accepted at ${at}, ${main.chain.chain}, by ${deciderName(main.by)}.`,
  }
}
