import { oneOperand, readArguments } from '../arguments'
import { type Command, parseJson, readText, Trouble } from '../command'
import { injectAll } from './inject'
import { BadCase, JsonReader } from './json-reader'
import { readCase } from './read-case'

/** Sends crafted packets through real rule text. */
export const replay: Command = {
  name: 'replay',
  summary: 'crafted packets through rule text, as JSON',
  help: `
Usage: highport replay [--jsonl] FILE

Reads a case (hosts, their rule text, packets), sends the packets in order, and prints where each ended and by which
rule. docs/cli.md describes cases and results.

  --jsonl  one case per line, one result per line

A bad case gives {"error": ..., "at": JSON POINTER} in its place; the others are answered all the same.
Exit status: 0 when every case was answered, 2 when one was bad.
`,
  run(args, io) {
    const given = readArguments(args, { flags: ['--jsonl', '--json'] })
    const text = readText(oneOperand(given, 'Case file'), io)
    if (!given.has('--jsonl')) {
      const result = replayText(text)
      io.write(`${JSON.stringify(result, null, 2)}\n`)
      return 'error' in result ? 2 : 0
    }
    let bad = false
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue
      const result = replayText(line)
      bad ||= 'error' in result
      io.write(`${JSON.stringify(result)}\n`)
    }
    return bad ? 2 : 0
  },
}

/** One case as text to its result. */
export function replayText(text: string) {
  try {
    const given = readCase(new JsonReader(parseJson(text, 'The case')))
    return { packets: injectAll(given), diagnostics: given.diagnostics }
  } catch (error) {
    if (error instanceof BadCase) return { error: error.message, at: error.at }
    if (error instanceof Trouble) return { error: error.message, at: '' }
    throw error
  }
}
