import { addressField } from './address-field'

export const srcField = addressField('src', 'source')
