import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const root = path.join(import.meta.dirname, '..', '..')

test('the demo finds a hit, a 429, a priced row and an aborted stream, and ends by itself', async () => {
  const run = promisify(execFile)(process.execPath, ['run.cjs', 'demo/main.ts', '--seconds', '3'], { cwd: root })
  // Rejects with what was printed where the exit code is not 0.
  const { stdout } = await run
  for (const what of ['priced', 'answered from the cache', 'refused by the rate limit', 'left by the client']) {
    assert.match(stdout, new RegExp(`${what}.* +[1-9]\\d*\\n`), what)
  }
  assert.match(stdout, /Tollgate {3}http:\/\/127\.0\.0\.1:\d+\n/)
})
