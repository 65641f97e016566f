// Makes the package that is published, plain JavaScript with types: `npm run build --workspace client`, then `npm publish client/dist`.
// Inside this repository the sources are used as they are.
import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const here = import.meta.dirname
const root = path.join(here, '..')
const out = path.resolve(process.argv[2] ?? path.join(here, 'dist'))

rmSync(out, { recursive: true, force: true })
const config = path.join(here, 'tsconfig.build.json')
execFileSync(process.execPath, [path.join(root, 'run.cjs'), 'tsc', '--project', config, '--outDir', out], {
  stdio: 'inherit',
})
// A file of this package.
const manifest = JSON.parse(readFileSync(path.join(here, 'package.json'), 'utf8')) as Record<string, unknown>
delete manifest['scripts']
manifest['exports'] = { '.': { types: './index.d.ts', default: './index.js' }, './package.json': './package.json' }
writeFileSync(path.join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
copyFileSync(path.join(root, 'LICENSE'), path.join(out, 'LICENSE'))
