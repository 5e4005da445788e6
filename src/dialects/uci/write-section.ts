import { writeValue } from './syntax'
import type { Options } from './write-match'

/** A section with its options in the order given. */
export function writeSection(type: string, options: Options): string[] {
  const lines = Object.entries(options).flatMap(([name, value]) =>
    typeof value === 'string'
      ? [`\toption ${name} ${writeValue(value)}`]
      : value.map((each) => `\tlist ${name} ${writeValue(each)}`),
  )
  return ['', `config ${type}`, ...lines]
}
