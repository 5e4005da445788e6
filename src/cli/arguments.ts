import { Trouble } from './command'

/** What options a command has: `flags` stand alone, `values` take the next word, all with their dashes. */
export interface OptionNames {
  readonly flags?: readonly string[]
  readonly values?: readonly string[]
}

export interface Arguments {
  has(flag: string): boolean
  value(name: string): string | undefined
  readonly operands: readonly string[]
}

/** Takes arguments apart: `--name value`, `--name=value`, operands; after `--` everything is an operand. */
export function readArguments(args: readonly string[], names: OptionNames): Arguments {
  const { flags = [], values = [] } = names
  const seen = new Set<string>()
  const given = new Map<string, string>()
  const operands: string[] = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string
    const [name = '', ...rest] = arg.startsWith('--') ? arg.split('=') : [arg]
    if (arg === '--') {
      operands.push(...args.slice(i + 1))
      break
    }
    if (!arg.startsWith('-') || arg === '-') operands.push(arg)
    else if (flags.includes(arg)) seen.add(arg)
    else if (values.includes(name)) {
      const value = rest.length > 0 ? rest.join('=') : args[++i]
      if (value === undefined) throw new Trouble(`${name} needs a value after it.`)
      if (given.has(name)) throw new Trouble(`${name} is given twice.`)
      given.set(name, value)
    } else throw new Trouble(`There is no option ${arg}. --help lists what there is.`)
  }
  return { has: (flag) => seen.has(flag), value: (name) => given.get(name), operands }
}

/** The one operand of a command. */
export function oneOperand({ operands }: Arguments, what: string): string {
  const [only, second] = operands
  if (only === undefined) throw new Trouble(`${what} is missing. "-" reads standard input.`)
  if (second !== undefined) throw new Trouble(`"${second}" is too much: one ${what.toLowerCase()} is read.`)
  return only
}
