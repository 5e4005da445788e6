import { packetAddressField } from './address-field'

export const srcField = packetAddressField('src', 'source')
