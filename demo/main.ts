// `npm run demo`: Tollgate with a scripted provider of its own, so that it needs no key and no network. It sends mixed
// traffic, looks at the logs as anybody would, prints what it saw, and fails where something is missing.
import { parseArgs } from 'node:util'
import { startDemoProvider } from './provider.ts'
import { type DemoServer, startDemoServer } from './server.ts'
import { limited, type Seen, sendTraffic } from './traffic.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    stay: { type: 'boolean', default: false },
    help: { type: 'boolean' },
  },
})
const seconds = Number(values.seconds)
if (values.help || !(seconds > 0)) {
  console.log('usage: npm run demo -- [--seconds N] [--stay]\n  --stay  keep running afterwards, to look around')
  process.exit(values.help ? 0 : 2)
}

const provider = await startDemoProvider()
const server = await startDemoServer(provider.url)
process.on('disconnect', () => void end(1))
process.on('SIGINT', () => void end(130))
process.on('SIGTERM', () => void end(143))

await server.manage('POST', '/gateways', { id: 'shop', cache_ttl: 300 })
await server.manage('POST', '/gateways', limited)
console.log(
  `\n  Tollgate   ${server.url}\n  Token      ${server.adminToken}\n  Provider   ${provider.url}  (scripted: no model is asked)\n`,
)
console.log(`  Sending mixed traffic for ${seconds} seconds ...\n`)
printSeen(await sendTraffic(server, seconds))
const missing = printRows(await readRows(server))

if (missing.length > 0) console.error(`\n  Missing: ${missing.join(', ')}`)
if (values.stay) {
  const rows = `${server.url}/client/v4/accounts/demo/ai-gateway/gateways/shop/logs?per_page=1`
  console.log(
    `\n  Still running; Ctrl-C stops it. One row:\n  curl -H "Authorization: Bearer ${server.adminToken}" "${rows}"\n`,
  )
} else {
  console.log('\n  To look around yourself: npm run demo -- --stay\n')
  await end(missing.length === 0 ? 0 : 1)
}

async function end(code: number): Promise<never> {
  await server.close()
  await provider.close()
  process.exit(code)
}

/** Of the rows that the demo looks at. */
interface Row {
  status_code: number
  success: boolean
  cached: boolean
  outcome: string
  cost: number | null
  saved_cost: number | null
}

async function readRows({ manage }: DemoServer): Promise<Row[]> {
  const rows: Row[] = []
  for (const gateway of ['shop', limited.id]) {
    for (let page = 1; ; page++) {
      const { result } = await manage('GET', `/gateways/${gateway}/logs?per_page=50&page=${page}`)
      const some = result as Row[] // Of our own API.
      if (some.length === 0) break
      rows.push(...some)
    }
  }
  return rows
}

function printSeen(seen: Seen): void {
  console.log('  What the clients saw')
  for (const [name, counts] of seen) {
    const outcomes = [...counts].map(([outcome, count]) => `${count} x ${outcome}`)
    console.log(`    ${name.padEnd(36)}${outcomes.join(', ')}`)
  }
}

/** Prints what the logs say; the names of what should be there and is not. */
function printRows(rows: readonly Row[]): string[] {
  const kinds: readonly (readonly [string, (row: Row) => boolean])[] = [
    ['priced', (row) => row.cost !== null && row.cost > 0],
    ['answered from the cache', (row) => row.cached && (row.saved_cost ?? 0) > 0],
    ['refused by the rate limit (429)', (row) => row.status_code === 429],
    ['left by the client in mid-stream', (row) => row.outcome === 'client_left'],
    ['failed by the provider (500)', (row) => row.status_code === 500 && !row.success],
  ]
  console.log(`\n  What the logs say: ${rows.length} rows`)
  for (const [name, is] of kinds) console.log(`    ${name.padEnd(36)}${rows.filter(is).length}`)
  const sum = (of: (row: Row) => number | null): string =>
    rows.reduce((total, row) => total + (of(row) ?? 0), 0).toFixed(6)
  console.log(
    `    ${'cost, and saved by the cache'.padEnd(36)}$${sum((row) => row.cost)}, $${sum((row) => row.saved_cost)}`,
  )
  return kinds.filter(([, is]) => !rows.some(is)).map(([name]) => name)
}
