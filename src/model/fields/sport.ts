import { portField } from './port-field'

export const sportField = portField('sport', 'source port')
