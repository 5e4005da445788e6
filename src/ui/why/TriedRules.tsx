import { Check, CornerUpLeft, X } from 'lucide-react'
import { deviceName, isDecider, type TriedRule, type Walk } from '@/analyses/explain-verdict/walks'
import type { Network } from '@/engine/network'
import { chainKey } from '@/model/ruleset/chains'
import { selectRule, showTab, tabOf } from '@/state/view-store'

/** The walks that did not decide, closed at first. */
export function OtherWalks({
  walks,
  network,
}: {
  readonly walks: readonly Walk[]
  readonly network: Network
}) {
  return walks.map((walk) => (
    <details key={walk.step} className="other-walk">
      <summary>
        {walk.verdict === 'accept' ? 'Accepted' : walk.verdict === 'drop' ? 'Dropped' : 'Rejected'} at{' '}
        {deviceName(network, walk.device)}, {walk.chain.chain}
      </summary>
      <TriedRules walk={walk} />
    </details>
  ))
}

/** One line per rule that was asked, the one that decided last. */
export function TriedRules({ walk }: { readonly walk: Walk }) {
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
