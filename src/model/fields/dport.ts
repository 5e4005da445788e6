import { portField } from './port-field'

export const dportField = portField('dport', 'destination port')
