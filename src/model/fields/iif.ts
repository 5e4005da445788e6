import { interfaceField } from './interface-field'

export const iifField = interfaceField('iif', 'in interface')
