// Writes client/src/generated.ts from the contract: `npm run generate`.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { printGenerated, generatedFile } from './generated.ts'

const root = path.join(import.meta.dirname, '..')
writeFileSync(path.join(root, generatedFile), await printGenerated())
console.log(`wrote ${generatedFile}`)
