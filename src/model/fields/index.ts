import { physInField, physOutField } from './bridge-ports'
import { ctDirectionField } from './ct-direction'
import { ctEndFields, ctProtocolField } from './ct-ends'
import { ctMarkField } from './ct-mark'
import { ctStateField } from './ct-state'
import { ctStatusField } from './ct-status'
import { dportField } from './dport'
import { dstField } from './dst'
import { dstTypeField } from './dst-type'
import { familyField } from './family'
import type { Field } from './field'
import { fragmentField } from './fragment'
import { hopLimitField } from './hop-limit'
import { icmpTypeField } from './icmp-type'
import { icmpv6TypeField } from './icmpv6-type'
import { iifField } from './iif'
import { lengthField } from './length'
import { markField } from './mark'
import { oifField } from './oif'
import { packetTypeField } from './packet-type'
import { protocolField } from './protocol'
import { sportField } from './sport'
import { srcField } from './src'
import { srcTypeField } from './src-type'
import { tcpFlagsField } from './tcp-flags'
import { tosField } from './tos'

/** What a rule can match on, in the order in which conditions are asked and cells stand. */
export const FIELDS: readonly Field[] = [
  familyField,
  protocolField,
  srcField,
  sportField,
  dstField,
  dportField,
  srcTypeField,
  dstTypeField,
  lengthField,
  hopLimitField,
  tosField,
  fragmentField,
  packetTypeField,
  tcpFlagsField,
  icmpTypeField,
  icmpv6TypeField,
  ctStateField,
  ctDirectionField,
  ctStatusField,
  ctProtocolField,
  ...ctEndFields,
  markField,
  ctMarkField,
  iifField,
  oifField,
  physInField,
  physOutField,
]
