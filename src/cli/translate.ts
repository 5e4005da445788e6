import { detectDialect } from '@/dialects/detect'
import type { Dialect, ImportedRules, PrintContext } from '@/dialects/dialect'
import { DIALECTS } from '@/dialects/index'
import { dialectOf } from '@/dialects/lookup'
import type { Names } from '@/model/fields/field'
import type { Diagnostic, Result } from '@/model/result'
import { oneOperand, readArguments } from './arguments'
import { type Command, type CommandIo, readText, Trouble, writeJson } from './command'

const readable = () => DIALECTS.filter(({ parse }) => parse).map(({ id }) => id)
const writable = () => DIALECTS.filter(({ print }) => print).map(({ id }) => id)

export const NO_NAMES: Names = {
  deviceId: () => undefined,
  deviceName: () => undefined,
  setHolds: () => undefined,
}

/** Translates rules from one language into another. */
export const translate: Command = {
  name: 'translate',
  summary: 'rules from one language into another',
  get help() {
    return `
Usage: highport translate [--from LANGUAGE] --to LANGUAGE FILE

Reads rules in one language and writes them in another. What is wrong with the text is told on standard error as
"FILE:LINE:COLUMN: KIND: MESSAGE"; what the other language cannot say as "FILE: loss: MESSAGE".

  --from LANGUAGE     ${readable().join(', ')}; found out from the text when absent
  --to LANGUAGE       ${writable().join(', ')}
  --outside NAME      interface that is outside, for home tables (default: wan)
  --inside NAME       interface that is inside (default: lan)
  --host              the device is a host, not a router
  --state-match NAME  iptables: conntrack (default) or state
  --strict            fail also where something is lost
  --json              text, diagnostics and losses as JSON

Exit status: 0; 1 when the text has a syntax error, or with --strict when anything is lost; 2 when it was not tried.
`
  },
  run(args, io) {
    const given = readArguments(args, {
      flags: ['--strict', '--json', '--host'],
      values: ['--from', '--to', '--outside', '--inside', '--state-match'],
    })
    const file = oneOperand(given, 'File')
    const to = printer(given.value('--to'))
    const text = readText(file, io)
    const from = reader(given.value('--from'), text)
    const stateMatch = given.value('--state-match') ?? 'conntrack'
    if (stateMatch !== 'conntrack' && stateMatch !== 'state')
      throw new Trouble('--state-match is conntrack or state.')
    const interfaces = [
      { name: given.value('--inside') ?? 'lan', side: 'inside' as const },
      { name: given.value('--outside') ?? 'wan', side: 'outside' as const },
    ]
    const place = given.has('--host') ? ('host' as const) : ('router' as const)
    const read = from.parse(text, { names: NO_NAMES, interfaces: place === 'host' ? [] : interfaces })
    const context: PrintContext = {
      names: NO_NAMES,
      interfaces: place === 'host' ? interfaces.slice(1) : interfaces,
      designName: 'translate',
      deviceName: file === '-' ? 'standard input' : (file.split(/[\\/]/).at(-1) ?? file),
      place,
      nat: (read.ok && read.value.nat) || 'off',
      mappings: (read.ok && read.value.mappings) || [],
      resolve: () => [],
      resolveSet: () => undefined,
      spelling: { stateMatch },
    }
    return answer(read, to, context, file, given.has('--json'), given.has('--strict'), io)
  },
}

function answer(
  read: Result<ImportedRules>,
  to: Dialect & Required<Pick<Dialect, 'print'>>,
  context: PrintContext,
  file: string,
  json: boolean,
  strict: boolean,
  io: CommandIo,
): number {
  const printed = read.ok ? to.print(read.value.firewall, context) : undefined
  const losses = printed?.losses ?? []
  const broken = !read.ok || read.diagnostics.some(({ kind }) => kind === 'syntax-error')
  const lost =
    losses.length > 0 ||
    read.diagnostics.some(({ kind }) => kind === 'unsupported' || kind === 'approximated')
  // A line that was not read is not in the text either.
  const complete = !broken && (printed?.complete ?? false)
  if (json) {
    writeJson(
      {
        text: printed?.text ?? null,
        rules: read.ok ? read.value.rules : 0,
        complete,
        diagnostics: read.diagnostics,
        losses,
      },
      io,
    )
  } else {
    for (const each of read.diagnostics) io.complain(diagnosticLine(file, each))
    for (const { rule, sentence } of losses)
      io.complain(`${file}: loss: ${rule === undefined ? '' : `${rule}: `}${sentence}`)
    if (printed) io.write(printed.text)
  }
  return broken || (strict && lost) ? 1 : 0
}

export function diagnosticLine(file: string, { line, column, kind, message }: Diagnostic): string {
  return `${file}:${line}:${column}: ${kind}: ${message}`
}

function printer(id: string | undefined): Dialect & Required<Pick<Dialect, 'print'>> {
  if (id === undefined) throw new Trouble(`--to is missing. It is one of ${writable().join(', ')}.`)
  const dialect = dialectOf(id)
  if (!dialect?.print) throw new Trouble(`${id} cannot be written. Write one of ${writable().join(', ')}.`)
  return { ...dialect, print: dialect.print }
}

/** The language that was named, or the likeliest one. */
export function reader(id: string | undefined, text: string): Dialect & Required<Pick<Dialect, 'parse'>> {
  if (text.trim() === '') throw new Trouble('There is no text to read.')
  const dialect = id === undefined ? detectDialect(text)[0]?.dialect : dialectOf(id)
  if (!dialect?.parse)
    throw new Trouble(
      id === undefined
        ? `The language of the text cannot be told. Name it with --from: ${readable().join(', ')}.`
        : `${id} cannot be read. Read one of ${readable().join(', ')}.`,
    )
  return { ...dialect, parse: dialect.parse }
}
