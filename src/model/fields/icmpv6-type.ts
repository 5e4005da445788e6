import { icmpField } from './icmp-field'

export const icmpv6TypeField = icmpField('icmpv6Type', 6, 'ICMPv6 type')
