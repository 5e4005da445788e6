import { homeKind } from './home-chains'

/** Stateful packet inspection: replies to what went out come in before any rule is asked (R021, R039). */
export const homeStateful = homeKind({
  id: 'home-stateful',
  label: 'home stateful filter (SPI)',
  badge: 'stateful',
  keepsState: true,
})
