import { interfaceField } from './interface-field'

export const oifField = interfaceField('oif', 'out interface')
