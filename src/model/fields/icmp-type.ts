import { icmpField } from './icmp-field'

export const icmpTypeField = icmpField('icmpType', 4, 'ICMP type')
