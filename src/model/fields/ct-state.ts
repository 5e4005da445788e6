import { CT_STATES, type CtState, type Term } from './field'
import { wordField } from './word-field'

/** Connection states as numbers in the order of CT_STATES. */
export const ctStateField = wordField({
  id: 'ctState',
  label: 'connection state',
  short: 'state',
  what: 'a connection state',
  words: CT_STATES,
  read: ({ ctState }) => (ctState === undefined ? undefined : CT_STATES.indexOf(ctState)),
  absent: 'this device keeps no connection state',
  source: 'conntrack(8), iptables-extensions(8) --ctstate',
})

/** Terms for a list of states. */
export function ctStateTerms(...states: readonly CtState[]): Term[] {
  return states.map((state) => {
    const number = CT_STATES.indexOf(state)
    return { kind: 'range', first: number, last: number }
  })
}
