import { parseArgs } from 'node:util'
import { fuzz, READ } from './fuzz'

const USAGE = `
npm run fuzz -- [--dialect D] [--n N] [--seed S]

Tries spoiled texts on the parsers: none may throw, take over a second, or need more than 512 MB.

  --dialect D  one language (all that are read)
  --n N        texts per language (20000)
  --seed S     decides the texts (1)

Exit status: 0 nothing found, 1 something found, 2 the options are wrong.
`

function main(): number {
  const { values } = parseArgs({
    options: {
      dialect: { type: 'string' },
      n: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const [count, seed] = [Number(values.n), Number(values.seed)]
  const chosen = READ.filter(({ id }) => values.dialect === undefined || id === values.dialect)
  if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed) || chosen.length === 0) {
    console.log(`${USAGE}\nLanguages: ${READ.map(({ id }) => id).join(', ')}.`)
    return 2
  }
  let found = 0
  for (const dialect of chosen) {
    const { texts, read, refused, slowest, troubles } = fuzz(
      dialect,
      count,
      seed,
      () => process.cpuUsage().user / 1000,
    )
    const counts = `${texts} texts, seed ${seed}: ${read} read, ${refused} refused, slowest ${Math.round(slowest)} ms`
    console.log(`${dialect.id}: ${counts}, ${troubles.length} found`)
    for (const { text, what } of troubles) console.log(`${what}\n${JSON.stringify(text.slice(0, 2000))}\n`)
    found += troubles.length
  }
  return found === 0 ? 0 : 1
}

try {
  process.exitCode = main()
} catch (error) {
  console.log(String(error))
  process.exitCode = 2
}
