import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { providers } from '../../src/providers/index.ts'
import { findBreaches, findCliBreaches, findClientBreaches, importsOf, readTree, type SourceFile } from './wall.ts'

const slugs = providers.map((provider) => provider.slug)

describe('the rooms of src', () => {
  const files = readTree(path.join(import.meta.dirname, '../../src'))

  it('are all seen by this test', () => {
    const imports = files.flatMap((file) => importsOf(file.text))
    assert.ok(files.length > 60, `only ${files.length} files seen`)
    assert.ok(imports.length > files.length, `only ${imports.length} imports seen in ${files.length} files`)
    assert.ok(slugs.length > 5, `only ${slugs.length} providers seen`)
  })

  it('import only what the house allows, and keep words where they live', () => {
    assert.deepEqual(findBreaches(files, slugs), [])
  })
})

describe('the client', () => {
  it('imports nothing but its own files', () => {
    const files = readTree(path.join(import.meta.dirname, '../../client/src'))
    assert.ok(files.length > 10, `only ${files.length} files seen`)
    assert.deepEqual(findClientBreaches(files), [])
  })

  it('is seen where it reaches for the server, a package or Node', () => {
    const file = (name: string, text: string): SourceFile => ({ path: name, text })
    const breaches = findClientBreaches([
      file('page.test.ts', "import assert from 'node:assert/strict'\n"),
      file('page.ts', "import { call } from './call.ts'\nimport type { Route } from '../../src/contract/route.ts'\n"),
      file('send.ts', "import { request } from 'undici'\nimport { readFileSync } from 'node:fs'\n"),
      file('Send.ts', 'export {}\n'),
    ])
    assert.deepEqual(breaches, [
      'client/src/page.ts imports ../../src/contract/route.ts: the client imports its own files only',
      'client/src/send.ts imports undici: the client imports its own files only',
      'client/src/send.ts imports node:fs: the client imports its own files only',
      'client/src/Send.ts is not named in kebab-case',
    ])
  })
})

describe('the command line', () => {
  it("imports nothing but its own files, Node's and the client", () => {
    const files = readTree(path.join(import.meta.dirname, '../../cli'))
    assert.ok(files.length > 4, `only ${files.length} files seen`)
    assert.deepEqual(findCliBreaches(files), [])
    const planted = { path: 'main.ts', text: "import { startTollgate } from '../src/process/start.ts'\n" }
    assert.deepEqual(findCliBreaches([planted]), [
      "cli/main.ts imports ../src/process/start.ts: the command line imports its own files, Node's and the client",
    ])
  })
})

describe('the wall', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tollgate-wall-'))
  after(() => rmSync(folder, { recursive: true }))

  const plant = (name: string, files: Record<string, string>): string[] => {
    const root = path.join(folder, name)
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.join(root, path.dirname(file)), { recursive: true })
      writeFileSync(path.join(root, file), text)
    }
    return findBreaches(readTree(root), ['openai', 'workers-ai'])
  }

  it('lets a clean tree pass', () => {
    const breaches = plant('clean', {
      'main.ts': "import { gateway } from './gateway/door.ts'\nimport { serve } from '@hono/node-server'\n",
      'gateway/door.ts':
        "// SELECT, Date.now and 'openai' may be spoken of\nimport {\n  store,\n} from '../store/store.ts'\n",
      'gateway/door.test.ts': "import { start } from '../../test/aimock.ts'\nconsole.log('openai', Date.now())\n",
      'store/store.ts': "export const sql = 'select id from logs'\n",
      'kernel/clock.ts': 'export const nowMs = () => Date.now()\n',
    })
    assert.deepEqual(breaches, [])
  })

  it('names an import that goes up, sideways or out of the house, in any spelling', () => {
    const breaches = plant('imports', {
      'formats/up.ts': "import type { Store } from '../store/store.ts'\n",
      'formats/lazy.ts': "const a = await import('../gateway/door.ts')\n",
      'gateway/door.ts': "import {\n  logs,\n} from '../management/logs.ts'\n",
      'jobs/thread.ts': "new Worker(new URL('../gateway/door.ts', import.meta.url))\n",
      'kernel/ids.ts': "export * from '../contract/log.ts'\n",
      'kernel/out.ts': "import '../../test/aimock.ts'\n",
      'attic/box.ts': 'export const box = 1\n',
    })
    assert.deepEqual(breaches, [
      'src/attic/box.ts is in no room of the house',
      'src/formats/lazy.ts imports ../gateway/door.ts: formats may import kernel, contract',
      'src/formats/up.ts imports ../store/store.ts: formats may import kernel, contract',
      'src/gateway/door.ts imports ../management/logs.ts: gateway may import kernel, contract, formats, providers, ' +
        'pricing, guardrails, routing, evaluators, store, kv, journal, live',
      'src/jobs/thread.ts imports ../gateway/door.ts: jobs may import kernel, contract, formats, providers, pricing, ' +
        'guardrails, routing, evaluators, store, kv, journal, live',
      'src/kernel/ids.ts imports ../contract/log.ts: kernel may import no other room',
      'src/kernel/out.ts imports ../../test/aimock.ts: src imports nothing from outside src',
    ])
  })

  it('names a package or builtin in a room that may not have it', () => {
    const breaches = plant('packages', {
      'contract/log.ts': "import { z } from 'zod'\nimport { Buffer } from 'node:buffer'\n",
      'formats/read.ts': "import { readFileSync } from 'node:fs'\n",
      'gateway/db.ts': "import { sql } from 'kysely'\nimport { DatabaseSync } from 'node:sqlite'\n",
      'main.ts': "import Tollgate from '@tollgate/client'\n",
    })
    assert.deepEqual(breaches, [
      'src/contract/log.ts imports node:buffer: contract also runs in a browser',
      'src/formats/read.ts imports node:fs: formats does no I/O',
      'src/gateway/db.ts imports kysely: gateway may import undici',
      'src/gateway/db.ts imports node:sqlite: SQL lives in store',
      'src/main.ts imports @tollgate/client: the client is for those who call the server',
    ])
  })

  it('names a word that is not at home, with its line', () => {
    const breaches = plant('words', {
      'gateway/words.ts':
        "const a = 'openai'\nconst b = `workers-ai/@cf/x`\nconst c = 'SELECT id FROM logs'\nconst d = process.env.HOME\n" +
        'console.log(1)\nconst e = Date.now()\nconst f = new Date()\n',
    })
    assert.deepEqual(
      breaches.map((breach) =>
        /^src\/gateway\/words\.ts:(\d) has (.+), which lives in/.exec(breach)?.slice(1).join(' '),
      ),
      [
        '1 a provider by name',
        '2 a provider by name',
        '3 SQL',
        '4 the environment',
        '5 the console',
        '6 the clock',
        '7 the clock',
      ],
    )
  })

  it('names cycles, long files, barrels, empty names and lint disables without a reason', () => {
    const breaches = plant('shape', {
      'kernel/a.ts': "import { b } from './b.ts'\n",
      'kernel/b.ts': "import { a } from './a.ts'\n",
      'kernel/long.ts': 'export {}\n'.repeat(401),
      'kernel/index.ts': 'export {}\n',
      'kernel/string-utils.ts': 'export {}\n',
      'kernel/camelCase.ts': '// oxlint-disable-next-line no-console -- shown to the operator\nexport {}\n',
      'kernel/quiet.ts': 'export {} // oxlint-disable-line no-console\n',
    })
    assert.deepEqual(breaches, [
      'src/kernel/camelCase.ts is not named in kebab-case',
      'src/kernel/index.ts is a barrel file',
      'src/kernel/long.ts has 401 lines',
      'src/kernel/quiet.ts disables a lint rule without a reason (` -- why`) on the same line',
      'src/kernel/string-utils.ts has a name that says nothing',
      'import cycle: src/kernel/a.ts > src/kernel/b.ts > src/kernel/a.ts',
    ])
  })
})
