import { packetAddressField } from './address-field'

export const dstField = packetAddressField('dst', 'destination')
