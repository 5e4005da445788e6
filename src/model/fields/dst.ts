import { addressField } from './address-field'

export const dstField = addressField('dst', 'destination')
