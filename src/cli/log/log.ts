import { type PlacedLogLine, readLog } from '@/dialects/log-lines/read'
import { compileNetwork } from '@/engine/compile'
import { oneOperand, readArguments } from '../arguments'
import { type Command, readText, Trouble, writeJson } from '../command'
import { readDesign } from '../read-design'
import { diagnosticLine } from '../translate'
import { type Appraiser, appraiser } from './appraise-line'
import { lineJson } from './line-json'
import { lineText } from './line-text'

/** Says what log lines tell, and what a design does with their packets. */
export const log: Command = {
  name: 'log',
  summary: 'what log lines tell, and which rule of a design decides each packet',
  help: `
Usage: highport log [--design DESIGN.json [--device NAME]] [--json] FILE

Reads log lines, of several forms mixed if need be: netfilter (LOG, nft log, ulogd), ipchains, the home router, pf (tcpdump of
pflog), Cisco IOS access lists, RouterOS. Each becomes a row with its packet. With a design each packet meets the device
that it was seen at, as the first packet of a connection: the rule that decides it, its state, and where it is stopped
the narrowest rules that would let it through, in the language of the device.

  --design FILE  a design as the app saves it
  --device NAME  the device that wrote the lines; found by its name, interfaces and addresses when absent
  --json         everything that was read as JSON, each word with its meaning

Exit status: 0 when every line was read, 1 when one was not or has something wrong in it, 2 when it was not tried.
`,
  run(args, io) {
    const given = readArguments(args, { flags: ['--json'], values: ['--design', '--device'] })
    const file = oneOperand(given, 'Log file')
    const designFile = given.value('--design')
    if (designFile === '-' && file === '-')
      throw new Trouble('The design and the log cannot both be standard input.')
    const appraise =
      designFile === undefined ? undefined : askers(readText(designFile, io), given.value('--device'))
    if (designFile === undefined && given.value('--device') !== undefined)
      throw new Trouble('--device names a device of a design. Give one with --design.')
    const { lines, diagnostics } = readLog(readText(file, io))
    if (given.has('--json')) {
      writeJson({ lines: lines.map((line) => lineJson(line, appraise?.(line))), diagnostics }, io)
    } else {
      for (const each of diagnostics) io.complain(diagnosticLine(file, each))
      for (const line of lines) io.write(rowsOf(line, lines, appraise))
    }
    return diagnostics.length > 0 || lines.length === 0 ? 1 : 0
  },
}

function askers(text: string, deviceName: string | undefined): Appraiser {
  const design = readDesign(text)
  const device = design.devices.find(({ name }) => name.toLowerCase() === deviceName?.trim().toLowerCase())
  if (deviceName !== undefined && !device)
    throw new Trouble(
      `There is no device "${deviceName}". The devices are: ${design.devices.map(({ name }) => name).join(', ')}.`,
    )
  return appraiser(design, compileNetwork(design), device?.id)
}

function rowsOf(line: PlacedLogLine, all: readonly PlacedLogLine[], appraise: Appraiser | undefined): string {
  const width = String(all.at(-1)?.line ?? 0).length
  const [first = '', ...rest] = lineText(line, appraise?.(line))
  const rows = [
    `${String(line.line).padStart(width)}  ${first}`,
    ...rest.map((row) => `${' '.repeat(width)}  ${row}`),
  ]
  return `${rows.join('\n')}\n`
}
