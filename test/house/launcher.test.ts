import assert from 'node:assert/strict'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'

const root = path.join(import.meta.dirname, '../..')

/** A project that has the launcher and the installed Node, but none of the links that some versions of npm make. */
describe('the launcher run.cjs, where npm linked nothing', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tollgate-launcher-'))
  before(() => {
    copyFileSync(path.join(root, 'run.cjs'), path.join(folder, 'run.cjs'))
    mkdirSync(path.join(folder, 'node_modules'))
    const packageName = path.relative(path.join(root, 'node_modules'), process.execPath).split(path.sep)[0] ?? ''
    symlinkSync(path.join(root, 'node_modules', packageName), path.join(folder, 'node_modules', packageName))
  })
  after(() => rmSync(folder, { recursive: true }))

  function launch(source: string): ChildProcessWithoutNullStreams {
    writeFileSync(path.join(folder, 'program.ts'), source)
    return spawn(process.execPath, ['run.cjs', 'program.ts', 'given'], { cwd: folder, env: { PATH: '/usr/bin:/bin' } })
  }

  it('runs TypeScript on the Node that the lock file pins, and puts it first on PATH', async () => {
    const child = launch(
      'import { execSync } from "node:child_process"\n' +
        'const outer: string = execSync("node --version").toString().trim()\n' +
        'console.log(process.execPath, outer, process.argv[2])\n',
    )
    const [execPath = '', version, argument] = (await text(child.stdout)).trim().split(' ')
    assert.ok(execPath.startsWith(path.join(root, 'node_modules')), execPath)
    assert.equal(version, process.version)
    assert.equal(argument, 'given')
  })

  it('ends with the exit code of what it started', async () => {
    const child = launch('process.exit(7)\n')
    assert.deepEqual(await once(child, 'exit'), [7, null])
  })

  it('hands SIGTERM on', async () => {
    const child = launch(
      'process.on("SIGTERM", () => process.exit(3))\nsetInterval(() => {}, 1000)\nconsole.log("up")\n',
    )
    await once(child.stdout, 'data')
    child.kill('SIGTERM')
    assert.deepEqual(await once(child, 'exit'), [3, null])
  })

  it('stops the program when the shell that npm signals dies of it without a word', async () => {
    writeFileSync(
      path.join(folder, 'program.ts'),
      'process.on("SIGTERM", () => { console.log("told"); process.exit() })\nsetInterval(() => {}, 1000)\nconsole.log("up")\n',
    )
    // The `:` keeps the shell from becoming the launcher itself.
    const shell = spawn('sh', ['-c', `"${process.execPath}" run.cjs program.ts; :`], {
      cwd: folder,
      env: { PATH: '/usr/bin:/bin', npm_lifecycle_event: 'start' },
    })
    await once(shell.stdout, 'data')
    const rest = text(shell.stdout)
    shell.kill('SIGTERM')
    assert.match(await rest, /told/)
  })

  it('lets the program know when the launcher itself is killed', async () => {
    const child = launch(
      'process.on("disconnect", () => { console.log("alone"); process.exit() })\nconsole.log("up")\n',
    )
    await once(child.stdout, 'data')
    const rest = text(child.stdout)
    child.kill('SIGKILL')
    assert.equal(await rest, 'alone\n')
  })
})
