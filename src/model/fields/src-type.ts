import { addressTypeField } from './address-type-field'

export const srcTypeField = addressTypeField('srcType', 'src', 'type of source')
