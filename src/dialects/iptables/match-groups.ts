import { connectionMatches } from './connection-matches'
import { headerMatches } from './header-matches'
import { linkMatches } from './link-matches'
import { markMatches } from './mark-matches'
import type { MatchGroup } from './match-group'

export const MATCH_GROUPS: readonly MatchGroup[] = [
  connectionMatches,
  headerMatches,
  linkMatches,
  markMatches,
]
