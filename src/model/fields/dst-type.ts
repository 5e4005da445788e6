import { addressTypeField } from './address-type-field'

export const dstTypeField = addressTypeField('dstType', 'dst', 'type of destination')
