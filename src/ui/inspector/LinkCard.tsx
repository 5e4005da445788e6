import { formatPrefix, prefixOf } from '@/model/packet/prefix'
import { commit } from '@/state/design-store'
import { useRun } from '@/state/run-store'
import { selectLink } from '@/state/view-store'

/** The selected link: what it joins and the prefixes on it. */
export function LinkCard({ id }: { readonly id: string }) {
  const design = useRun((state) => state.design)
  const link = design.links.find((each) => each.id === id)
  if (!link) return null
  const ends = link.ends.map((end) => {
    const device = design.devices.find((each) => each.id === end.device)
    const port = device?.interfaces.find((each) => each.id === end.interface)
    return {
      name: device?.name ?? '',
      port: port?.name ?? '',
      prefixes: (port?.addresses ?? []).map((own) => formatPrefix(prefixOf(own))),
    }
  })
  const prefixes = [...new Set(ends.flatMap((end) => end.prefixes))]
  const title = ends.map(({ name }) => name).join(' to ')
  return (
    <section className="panel rules" aria-label={`Link ${title}`}>
      <div className="panel-head">
        <h2>Link {title}</h2>
        <span className="grow" />
        <button
          type="button"
          className="btn quiet mini"
          onClick={() => {
            commit({ kind: 'remove-link', id }, 'delete a link')
            selectLink(undefined)
          }}
        >
          Delete link
        </button>
      </div>
      <div className="tab-form">
        <p>
          {ends.map(({ name, port }) => `${name} ${port}`).join(' and ')}.{' '}
          {prefixes.length > 0 ? 'Prefixes on it:' : 'No addresses on it.'}{' '}
          <span className="mono">{prefixes.join(', ')}</span>
        </p>
      </div>
    </section>
  )
}
