import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { longFiles, rooms, stairwells } from './rooms.ts'

/** One file of `src/`: its path there with `/`, and its text. */
export interface SourceFile {
  path: string
  text: string
}

/** Every `.ts` file under a folder, tests included. */
export function readTree(folder: string): SourceFile[] {
  return globSync('**/*.ts', { cwd: folder })
    .map((file) => ({ path: file.split(path.sep).join('/'), text: readFileSync(path.join(folder, file), 'utf8') }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** What the tree does against docs/house.md and docs/conventions.md: one line for each breach, none if it is clean. */
export function findBreaches(files: readonly SourceFile[], providerSlugs: readonly string[]): string[] {
  const sources = files.filter((file) => !isTest(file))
  return [
    ...files.flatMap(importBreaches),
    ...sources.flatMap((file) => wordBreaches(file, providerSlugs)),
    ...files.flatMap(shapeBreaches),
    ...cycles(sources),
  ]
}

/** What the client's tree does against docs/house.md: it imports nothing but its own files, so it runs anywhere. */
export function findClientBreaches(files: readonly SourceFile[]): string[] {
  const imports = files.flatMap((file) =>
    importsOf(file.text)
      .filter((name) => !/^\.\/[a-z-]+\.ts$/.test(name) && !(isTest(file) && name.startsWith('node:')))
      .map((name) => `src/${file.path} imports ${name}: the client imports its own files only`),
  )
  return [...imports, ...files.flatMap(shapeBreaches)].map((breach) => `client/${breach}`)
}

/** What the command line's tree does against docs/house.md: it is a client, and reaches nothing of the server but its API. */
export function findCliBreaches(files: readonly SourceFile[]): string[] {
  const imports = files.flatMap((file) =>
    importsOf(file.text)
      .filter((name) => !/^\.\/[a-z-]+\.ts$/.test(name) && !name.startsWith('node:') && name !== '@tollgate/client')
      .map((name) => `src/${file.path} imports ${name}: the command line imports its own files, Node's and the client`),
  )
  return [...imports, ...files.flatMap(shapeBreaches)].map((breach) => breach.replace('src/', 'cli/'))
}

const loads = [
  /^import\s+(?!type\s)[\w*{][^'"();=]*?\sfrom\s+['"]([^'"]+)['"]/gm,
  /^import\s+['"]([^'"]+)['"]/gm,
  /^export\s+(?!type\s)[*{][^'"();=]*?from\s+['"]([^'"]+)['"]/gm,
  /\bimport\(\s*['"]([^'"]+)['"]/g,
]
const mentions = [
  /^(?:import|export)\s+type\s+[\w*{][^'"();=]*?from\s+['"]([^'"]+)['"]/gm,
  /\bnew URL\(\s*['"](\.[^'"]+\.ts)['"],\s*import\.meta\.url/g,
]
const namesFoundBy = (patterns: readonly RegExp[], text: string): string[] =>
  patterns.flatMap((pattern) => Array.from(text.matchAll(pattern), (match) => match[1] ?? ''))

/** The module names a file knows: those it loads, those it only takes types from, those it starts as a thread. */
export function importsOf(text: string): string[] {
  return namesFoundBy([...loads, ...mentions], text)
}

const isTest = (file: SourceFile): boolean => file.path.endsWith('.test.ts')
const roomOf = (file: string): string => (file.includes('/') ? file.slice(0, file.indexOf('/')) : '')

function importBreaches(file: SourceFile): string[] {
  const room = rooms[roomOf(file.path)]
  if (room === undefined && !stairwells.includes(file.path)) return [`src/${file.path} is in no room of the house`]
  return importsOf(file.text).flatMap((name) => {
    const why = refusal(file, name)
    return why === null ? [] : [`src/${file.path} imports ${name}: ${why}`]
  })
}

/** Why a file may not import a module; null if it may. */
function refusal(file: SourceFile, name: string): string | null {
  const roomName = roomOf(file.path)
  if (name.startsWith('.')) {
    const target = path.posix.join('src', path.posix.dirname(file.path), name)
    if (!target.startsWith('src/')) return isTest(file) ? null : 'src imports nothing from outside src'
    const targetRoom = roomOf(target.slice('src/'.length))
    if (targetRoom === roomName) return null
    const known = rooms[roomName]?.rooms ?? []
    return mayImport(file, known, targetRoom) ? null : `${roomName} may import ${known.join(', ') || 'no other room'}`
  }
  if (name.startsWith('node:')) return builtinRefusal(roomName, name, isTest(file))
  if (name === '@tollgate/client') return 'the client is for those who call the server'
  const packages = rooms[roomName]?.packages ?? []
  const packageName = name.split('/', name.startsWith('@') ? 2 : 1).join('/')
  if (isTest(file) || mayImport(file, packages, packageName)) return null
  return `${roomName} may import ${packages.join(', ') || 'no package'}`
}

const mayImport = (file: SourceFile, known: readonly string[], name: string): boolean =>
  stairwells.includes(file.path) || known.includes(name)

const builtinsWithIo = /^node:(fs|net|http|https|http2|tls|dns|dgram|child_process|worker_threads|cluster|sqlite)\b/

function builtinRefusal(roomName: string, name: string, inTest: boolean): string | null {
  if (inTest) return null
  if (roomName === 'contract') return 'contract also runs in a browser'
  if (rooms[roomName]?.floor === 1 && builtinsWithIo.test(name)) return `${roomName} does no I/O`
  if (name === 'node:sqlite' && roomName !== 'store') return 'SQL lives in store'
  return null
}

/** Conventions 12: words that belong to one place. */
function wordBreaches(file: SourceFile, providerSlugs: readonly string[]): string[] {
  const rules: readonly { what: string; pattern: RegExp; home: string }[] = [
    {
      what: 'a provider by name',
      pattern: new RegExp(`(['"\`])(?:${providerSlugs.join('|')})(?:\\1|/)`),
      home: 'providers/',
    },
    {
      what: 'SQL',
      pattern:
        /['"`]\s*(?:select\s+\S|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s|create\s+(?:table|index|unique)\s|pragma\s)/i,
      home: 'store/',
    },
    { what: 'the environment', pattern: /\bprocess\.env\b|from 'node:process'/, home: 'kernel/config.ts' },
    { what: 'the console', pattern: /\bconsole\.\w+\(/, home: 'kernel/text-log.ts' },
    { what: 'the clock', pattern: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/, home: 'kernel/clock.ts' },
  ]
  const lines = withoutComments(file.text).split('\n')
  return rules
    .filter((rule) => !file.path.startsWith(rule.home))
    .flatMap((rule) =>
      lines.flatMap((line, index) =>
        rule.pattern.test(line)
          ? [`src/${file.path}:${index + 1} has ${rule.what}, which lives in ${rule.home}: ${line.trim()}`]
          : [],
      ),
    )
}

/** Conventions 1, 2, 5 and 31: names, length, barrels and the reasons of lint disables. */
function shapeBreaches(file: SourceFile): string[] {
  const name = path.posix.basename(file.path)
  const lines = file.text.split('\n')
  const breaches: string[] = []
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.test)?\.ts$/.test(name)) breaches.push('is not named in kebab-case')
  if (/\b(manager|helper|util|service|common)s?\b/.test(name)) breaches.push('has a name that says nothing')
  if (name === 'index.ts' && file.path !== name && !listingRooms.includes(roomOf(file.path)))
    breaches.push('is a barrel file')
  if (lines.length - 1 > 400 && longFiles[file.path] === undefined) breaches.push(`has ${lines.length - 1} lines`)
  if (lines.some((line) => /oxlint-disable/.test(line) && !/ -- \S/.test(line))) {
    breaches.push('disables a lint rule without a reason (` -- why`) on the same line')
  }
  return breaches.map((breach) => `src/${file.path} ${breach}`)
}

const listingRooms = ['contract', 'providers', 'formats', 'guardrails', 'evaluators', 'jobs']

/** Blanks comments but keeps the lines. Knows whole lines and ends of lines, which is how this project writes them. */
function withoutComments(text: string): string {
  return text.replaceAll(/^\s*(?:\/\/|\/\*|\*).*$/gm, '').replaceAll(/\s\/\/ .*$/gm, '')
}

/**
 * Cycles among the files as they are loaded, each told once, as the chain of files. Types and threads are left out:
 * a part may name the type of the whole that hands itself down, and a thread that of the file that starts it.
 */
function cycles(files: readonly SourceFile[]): string[] {
  const edges = new Map(
    files.map((file) => [
      file.path,
      namesFoundBy(loads, file.text)
        .filter((name) => name.startsWith('.'))
        .map((name) => path.posix.join(path.posix.dirname(file.path), name)),
    ]),
  )
  const done = new Set<string>()
  const found: string[] = []
  const walk = (at: string, chain: readonly string[]): void => {
    if (chain.includes(at)) {
      found.push(`import cycle: ${[...chain.slice(chain.indexOf(at)), at].map((file) => `src/${file}`).join(' > ')}`)
      return
    }
    if (done.has(at)) return
    for (const next of edges.get(at) ?? []) walk(next, [...chain, at])
    done.add(at)
  }
  for (const file of files) walk(file.path, [])
  return found
}
