import { posix } from 'node:path'
import { parseSync } from 'vite'

/** One place in a source file that breaks a rule of the architecture. */
export interface Violation {
  readonly file: string
  readonly what: string
  readonly reason: string
}

/** Paths from the repository root with forward slashes, to their text. */
export type SourceFiles = ReadonlyMap<string, string>

// --- the wall table -------------------------------------------------------------------------------------

const core = ['model', 'engine', 'symbolic', 'dialects', 'applications', 'analyses', 'lessons'] as const
const rooms = [...core, 'state', 'ui', 'cli', 'main.tsx'] as const

export type Room = (typeof rooms)[number]

/** Which rooms a room may import, besides itself. */
export const mayImport: Readonly<Record<Room, readonly Room[]>> = {
  model: [],
  engine: ['model'],
  symbolic: ['model'],
  dialects: ['model'],
  applications: ['model', 'engine'],
  analyses: ['model', 'engine', 'symbolic'],
  lessons: ['model', 'engine', 'symbolic', 'dialects', 'applications', 'analyses'],
  state: core,
  ui: [...core, 'state'],
  cli: core,
  'main.tsx': rooms,
}

/** Why a room may not be imported, whoever asks. */
const closedTo: Readonly<Record<Room, string>> = {
  model: 'every room may import the model',
  engine:
    'what happens to a packet is asked by applications, analyses and above; rules and text do not need it',
  symbolic: 'sets of packets are asked for by analyses and above; the engine checks them and they check it',
  dialects: 'nothing below the lessons may depend on how rules are spelled',
  applications: 'applications are built on the engine and know it; it does not know them',
  analyses: 'questions about a design are built on the rooms below, which must not know which are asked',
  lessons: 'lessons tell a story with the rooms below, which must work without any story',
  state: 'state is the only mutable place; what does not mutate must not lean on it',
  ui: 'everything but main.tsx runs without React and without a screen',
  cli: 'the command line is an entry: it imports and is not imported',
  'main.tsx': 'main.tsx is an entry: it imports and is not imported',
}

/** Where one pair of rooms has a better reason than `closedTo`. */
const closedBetween: Readonly<Record<string, string>> = {
  'model > engine': 'the model is values and documents; nothing in it happens over time',
  'engine > symbolic':
    'one packet (engine) and every packet (symbolic) are written apart, so that each can check the other',
  'symbolic > engine':
    'every packet (symbolic) and one packet (engine) are written apart, so that each can check the other',
  'engine > dialects': 'the engine runs rules, whatever language they were written in',
  'dialects > engine': 'a dialect reads and writes rules; it never decides what happens to a packet',
  'dialects > symbolic': 'a dialect reads and writes rules; it never reasons about them',
  'cli > state': 'the command line is the same engine without the stores of the browser',
}

/** Packages a room may import; a room that is not listed may import any. */
const packagesOf: Partial<Record<Room, { readonly allowed: RegExp; readonly reason: string }>> = {
  ...Object.fromEntries(
    core.map((room) => [
      room,
      {
        allowed: /^zod(\/|$)/,
        reason: 'the core is plain TypeScript: the same in a page, a worker and Node',
      },
    ]),
  ),
  cli: { allowed: /^(node:|zod(\/|$))/, reason: 'the command line is one file without packages to install' },
}

/** Folders whose index.ts is the list of what is in them. */
const registries = [
  'model/fields',
  'model/firewalls',
  'model/topology/nodes',
  'dialects',
  'dialects/log-lines',
  'applications',
  'analyses',
  'lessons',
  'state/commands',
].map((folder) => `src/${folder}/index.ts`)

/** Globals by which time, chance or the outside would enter the core; `name()` is a call, `name.` any member. */
const impure: readonly (readonly [pattern: string, reason: string])[] = [
  ['Date.now', 'time is an argument'],
  ['Date()', 'time is an argument'],
  ['performance.', 'time is an argument'],
  ['setTimeout()', 'time is an argument; timers are events of the engine'],
  ['setInterval()', 'time is an argument; timers are events of the engine'],
  ['requestAnimationFrame()', 'time is an argument'],
  ['Math.random', 'randomness is an argument'],
  ['crypto.', 'randomness is an argument'],
  ['console.', 'what there is to say is returned: a trace, a diagnostic, a finding'],
  ['fetch()', 'the core reads what it is given and asks nobody'],
  ['globalThis.', 'a way around the other rules of the core'],
]

const vagueFolders = /^(utils?|helpers?|common)$/
const vagueFiles = /^(types|constants|utils?|helpers?|common)\.tsx?$/
const longestFile = 400
const longBecause = /^\s*\/\/ Long because: \S/

// --- reading a file -------------------------------------------------------------------------------------

interface Node {
  readonly type: string
  readonly [key: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

function* descendants(node: Node): Generator<Node> {
  yield node
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* descendants(child)
  }
}

function nameOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Identifier' ? (node.name as string) : undefined
}

function textOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined
}

/** Everything a file imports, in any way; undefined stands for an import whose target is not a plain string. */
function* importsOf(nodes: readonly Node[]): Generator<string | undefined> {
  for (const node of nodes) {
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
      case 'ImportExpression':
      case 'TSImportType':
        yield textOf(node.source)
        break
      case 'ExportNamedDeclaration':
        if (node.source) yield textOf(node.source)
        break
      case 'NewExpression': {
        // new Worker(new URL('./x.worker.ts', import.meta.url)): the bundler follows it, so we do.
        const [path, base] = node.arguments as Node[]
        const inner = base?.object
        if (nameOf(node.callee) === 'URL' && isNode(inner) && inner.type === 'MetaProperty')
          yield textOf(path)
        break
      }
      case 'CallExpression': {
        const callee = node.callee as Node
        const globs = isNode(callee.object) && callee.object.type === 'MetaProperty'
        if (globs && nameOf(callee.property) === 'glob') yield undefined
        break
      }
    }
  }
}

function* globalsOf(nodes: readonly Node[]): Generator<string> {
  for (const node of nodes) {
    if (node.type === 'MemberExpression') {
      const object = nameOf(node.object)
      if (object) yield `${object}.${nameOf(node.property) ?? ''}`
    }
    if (node.type === 'CallExpression' || node.type === 'NewExpression') {
      const callee = nameOf(node.callee)
      const reads = callee !== 'Date' || node.type === 'CallExpression' || !(node.arguments as Node[]).length
      if (callee && reads) yield `${callee}()`
    }
  }
}

/** The room a file is in, or undefined for what lies outside the rooms. */
export function roomOf(path: string): Room | undefined {
  const name = path.split('/')[1]
  return path.startsWith('src/') ? rooms.find((room) => room === name) : undefined
}

/** The path an import of our own means, or undefined for a package. */
function ownPath(file: string, target: string): string | undefined {
  const path = target.replace(/\?.*$/, '')
  if (path.startsWith('@/')) return `src/${path.slice(2)}`
  if (path.startsWith('.')) return posix.join(posix.dirname(file), path)
  return path.startsWith('/') ? path.slice(1) : undefined
}

// --- the rules ------------------------------------------------------------------------------------------

function* wallsBroken(
  file: string,
  room: Room,
  nodes: readonly Node[],
  isTest: boolean,
): Generator<Violation> {
  for (const target of importsOf(nodes)) {
    if (target === undefined) {
      yield { file, what: 'imports what only the bundler can name', reason: 'every import is readable here' }
      continue
    }
    const what = `imports "${target}"`
    const path = ownPath(file, target)
    if (path === undefined) {
      const packages = isTest ? undefined : packagesOf[room]
      if (packages && !packages.allowed.test(target)) yield { file, what, reason: packages.reason }
      continue
    }
    const other = roomOf(path.replace(/^src\/main$/, 'src/main.tsx'))
    if (other === undefined) {
      if (!isTest) yield { file, what, reason: 'what ships is under src/, in one of its rooms' }
    } else if (other !== room && !mayImport[room].includes(other)) {
      yield { file, what, reason: closedBetween[`${room} > ${other}`] ?? closedTo[other] }
    }
  }
}

function* impurities(file: string, nodes: readonly Node[]): Generator<Violation> {
  const used = new Set(globalsOf(nodes))
  for (const name of used) {
    const rule = impure.find(([pattern]) =>
      pattern.endsWith('.') ? name.startsWith(pattern) : name === pattern,
    )
    if (rule) yield { file, what: `uses ${name}`, reason: rule[1] }
  }
}

/** Reports whether an expression only lists things: names, literals, and lazy imports of them. */
function isList(value: unknown): boolean {
  if (!isNode(value)) return false
  switch (value.type) {
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'ImportExpression':
      return value.type === 'ImportExpression' || isList(value.expression)
    case 'ArrayExpression':
      return (value.elements as unknown[]).every(isList)
    case 'ObjectExpression':
      return (value.properties as Node[]).every((property) => isList(property.value ?? property.argument))
    case 'SpreadElement':
      return isList(value.argument)
    case 'ArrowFunctionExpression':
      return isNode(value.body) && value.body.type === 'ImportExpression'
    default:
      return value.type === 'Identifier' || value.type === 'Literal'
  }
}

function* notAList(file: string, program: Node): Generator<Violation> {
  for (const statement of program.body as Node[]) {
    const declaration = statement.declaration as Node | null | undefined
    const lists =
      statement.type === 'ImportDeclaration' ||
      (statement.type === 'ExportNamedDeclaration' &&
        (declaration?.type === 'TSTypeAliasDeclaration' ||
          (declaration?.type === 'VariableDeclaration' &&
            (declaration.declarations as Node[]).every((one) => isList(one.init)))))
    if (!lists) {
      yield {
        file,
        what: `holds a ${declaration?.type ?? statement.type}`,
        reason: 'the index.ts of a registry is a list and nothing else; its contract is the file beside it',
      }
    }
  }
}

function* badNames(file: string): Generator<Violation> {
  const segments = file.split('/')
  const name = segments.at(-1)!
  for (const folder of segments.slice(0, -1)) {
    if (vagueFolders.test(folder))
      yield { file, what: `is in ${folder}/`, reason: 'a folder is named after what is in it' }
  }
  if (vagueFiles.test(name))
    yield { file, what: `is called ${name}`, reason: 'a file is named after the idea in it' }
  if (/^index\.tsx?$/.test(name) && !registries.includes(file))
    yield { file, what: `is called ${name}`, reason: 'index.ts is kept for registries: no barrels' }
}

/** Every place where the given files break a rule of the architecture, in the order of the files. */
export function violations(files: SourceFiles): readonly Violation[] {
  const found: Violation[] = []
  for (const [file, text] of files) {
    found.push(...badNames(file))
    if (!/\.[cm]?tsx?$/.test(file)) continue

    const lines = text.split('\n')
    if (lines.length - 1 > longestFile && !lines.slice(0, 5).some((line) => longBecause.test(line)))
      found.push({
        file,
        what: `has ${lines.length - 1} lines`,
        reason: `over ${longestFile} lines a file says why in its first lines: "// Long because: ..."`,
      })

    const { program, errors } = parseSync(file, text)
    if (errors.length > 0) {
      found.push({ file, what: 'does not parse', reason: errors[0]!.message })
      continue
    }
    const root = program as unknown as Node
    const nodes = [...descendants(root)]
    const room = roomOf(file)
    const isTest = /\.(test|prop\.test|browser\.test|test-d)\.tsx?$/.test(file)

    if (file.endsWith('.d.ts')) continue
    if (room === undefined)
      found.push({ file, what: 'is in no room', reason: 'src/ has ten rooms and main.tsx' })
    else found.push(...wallsBroken(file, room, nodes, isTest))
    if (core.some((name) => name === room) && !isTest) found.push(...impurities(file, nodes))
    if (registries.includes(file)) found.push(...notAList(file, root))

    const exportsDefault = nodes.some(
      (node) =>
        node.type === 'ExportDefaultDeclaration' ||
        (node.type === 'ExportSpecifier' && nameOf(node.exported) === 'default'),
    )
    if (exportsDefault)
      found.push({
        file,
        what: 'has a default export',
        reason: 'one name per thing, the same wherever it is used',
      })
  }
  return found
}
