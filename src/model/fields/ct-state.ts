import { failure, success } from '../result'
import { CT_STATES, type CtState, type Field, type Term } from './field'
import { formatTerms, parseTerms } from './terms'

/** Connection states as numbers in the order of CT_STATES. */
export const ctStateField: Field = {
  id: 'ctState',
  label: 'connection state',
  short: 'state',
  domain: { kind: 'numbers', first: 0, last: CT_STATES.length - 1 },
  read: ({ ctState }) => (ctState === undefined ? undefined : CT_STATES.indexOf(ctState)),
  absent: 'this device keeps no connection state',
  parse: (text) =>
    parseTerms(text, (part) => {
      const state = CT_STATES.indexOf(part.toLowerCase() as CtState)
      return state >= 0
        ? success({ kind: 'range', first: state, last: state })
        : failure(`${part} is not a connection state. Write ${CT_STATES.join(', ')}.`, 1, part.length)
    }),
  format: (terms, names) =>
    formatTerms(terms, names, ({ first, last }) =>
      CT_STATES.slice(Number(first), Number(last) + 1).join(', '),
    ),
  formatValue: (value) => CT_STATES[Number(value)] ?? String(value),
  source: 'conntrack(8), iptables-extensions(8) --ctstate',
}

/** Terms for a list of states. */
export function ctStateTerms(...states: readonly CtState[]): Term[] {
  return states.map((state) => {
    const number = CT_STATES.indexOf(state)
    return { kind: 'range', first: number, last: number }
  })
}
