// Everything that can be said about the code without running it: `npm run check`.
import path from 'node:path'
import { runChild } from './child.ts'
import { installClients } from './install-clients.ts'

const root = path.join(import.meta.dirname, '..')

const checks: readonly (readonly [tool: string, ...args: string[]])[] = [
  ['oxlint', '--type-aware', '--report-unused-disable-directives'],
  ['oxfmt', '--check'],
  ['tsc', '--project', '.'],
  ['tsc', '--project', 'src/management/reference-page'],
  ['tsc', '--project', 'client'],
  ['knip'],
]

// The compiler reads the tests too, and those under test/clients import the client libraries.
await installClients()

const failed: string[] = []
for (const [tool, ...args] of checks) {
  console.log(`\n> ${tool} ${args.join(' ')}`)
  if ((await runChild(process.execPath, ['run.cjs', tool, ...args], root)) !== 0) failed.push(tool)
}

console.log(failed.length === 0 ? '\ncheck: all green' : `\ncheck: failed: ${failed.join(', ')}`)
process.exit(failed.length === 0 ? 0 : 1)
