import { ctStateField } from './ct-state'
import { dportField } from './dport'
import { dstField } from './dst'
import { familyField } from './family'
import type { Field } from './field'
import { icmpTypeField } from './icmp-type'
import { icmpv6TypeField } from './icmpv6-type'
import { iifField } from './iif'
import { oifField } from './oif'
import { protocolField } from './protocol'
import { sportField } from './sport'
import { srcField } from './src'
import { tcpFlagsField } from './tcp-flags'

/** What a rule can match on, in the order in which conditions are asked and cells stand. */
export const FIELDS: readonly Field[] = [
  familyField,
  protocolField,
  srcField,
  sportField,
  dstField,
  dportField,
  tcpFlagsField,
  icmpTypeField,
  icmpv6TypeField,
  ctStateField,
  iifField,
  oifField,
]
