import { readFileSync } from 'node:fs'
import path from 'node:path'
import { format, type FormatConfig } from 'oxfmt'
import { apiRoutes } from '../src/contract/index.ts'
import type { Route } from '../src/contract/route.ts'
import { printClient } from './client.ts'

/** The file that is made, from the root of the repository. */
export const generatedFile = 'client/src/generated.ts'

/** The text of the client's types and table of calls, laid out as all code here is. */
export async function printGenerated(): Promise<string> {
  const routes = Object.values(apiRoutes).flatMap((ofNoun) => Object.values<Route>(ofNoun))
  const text = printClient(routes)
  const { code, errors } = await format(generatedFile, text, layout())
  if (errors.length > 0) throw new Error(`What was generated is no TypeScript: ${JSON.stringify(errors)}`)
  return code
}

function layout(): FormatConfig {
  // This repository's own file, which oxfmt itself checks.
  return JSON.parse(readFileSync(path.join(import.meta.dirname, '../.oxfmtrc.json'), 'utf8')) as FormatConfig
}
