import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { it } from 'node:test'
import { lockDataDir } from './data-lock.ts'

it('a folder is taken once, and is free again after release', () => {
  const dir = path.join(mkdtempSync(path.join(tmpdir(), 'tollgate-lock-')), 'not', 'made', 'yet')
  const lock = lockDataDir(dir)
  assert.throws(() => lockDataDir(dir), { message: new RegExp(`^The data folder ${dir} is in use.*$`) })
  lock.release()
  lockDataDir(dir).release()
  rmSync(dir, { recursive: true })
})

it('the folder of a process that was killed is free', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'tollgate-lock-'))
  const module = JSON.stringify(path.join(import.meta.dirname, 'data-lock.ts'))
  const script = `const { lockDataDir } = await import(${module}); globalThis.lock = lockDataDir(${JSON.stringify(dir)});
    console.log('locked'); setInterval(() => {}, 1000)`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  assert.throws(() => lockDataDir(dir), /is in use/)
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  lockDataDir(dir).release()
  rmSync(dir, { recursive: true })
})
