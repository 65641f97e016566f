// The whole test suite: `npm test`. Arguments narrow it: `npm test -- src/formats --test-name-pattern=usage`.
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { runChild } from './child.ts'
import { installClients } from './install-clients.ts'
import { installServers } from './servers/debian.ts'

const root = path.join(import.meta.dirname, '..')
const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'))
const folders = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))

const files = globSync('{src,client,generate,test,bench}/**/*.test.ts', { cwd: root, exclude: ['**/node_modules/**'] })
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => folders.length === 0 || folders.some((folder) => file.startsWith(folder.replace(/^\.\//, ''))))
  .toSorted()
if (files.length === 0) {
  console.error(`tollgate: no test file begins with ${folders.join(' or ')}`)
  process.exit(1)
}

if (files.some((file) => file.startsWith('test/clients/'))) await installClients()
await installServers()

// Journeys wait for processes and sockets more than they compute, so a small machine still runs two files at once.
const concurrency = Math.max(2, availableParallelism())
// Nothing may be printed after the runner's closing lines: machines read the counts there.
process.exit(
  await runChild(
    process.execPath,
    [
      '--import=./test/deadline.ts',
      '--test',
      '--test-reporter=spec',
      `--test-concurrency=${concurrency}`,
      '--test-timeout=120000',
      ...options,
      ...files,
    ],
    root,
  ),
)
