import { homeKind } from './home-chains'

/** The packet filter of a home router that looks at each packet alone (R001). */
export const homeStateless = homeKind({
  id: 'home-stateless',
  label: 'home packet filter',
  badge: 'stateless',
  keepsState: false,
})
