// Writes docs/conformance.md from what every provider is asked and every client told: `npm run conformance`.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { openConformance } from './conformance.ts'
import { pageFile, printPage } from './page.ts'

const conformance = await openConformance()
try {
  const page = await printPage((target, feature) => conformance.check(target, feature))
  writeFileSync(path.join(import.meta.dirname, '../..', pageFile), page)
  console.log(`wrote ${pageFile}`)
} finally {
  await conformance.close()
}
