import { TCP_ROWS } from './tcp'

export const ROWS = [...TCP_ROWS]
