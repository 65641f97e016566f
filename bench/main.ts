// `npm run bench`: what Tollgate costs beside the smallest honest proxy, on this machine, in this hour. All targets run
// at once and are measured in turn within each round, because a shared machine changes from minute to minute: only
// figures of one round may be set against each other, and only ratios over several rounds mean something.
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { loadCore, startServer } from './processes.ts'
import { type Figures, printMemory, printScenario } from './report.ts'
import { measureMemory, type Scenario, scenarios } from './scenarios.ts'
import { directTarget, startTarget, type Target, targetNames } from './targets.ts'

const usage = `usage: npm run bench -- [options]
  --rounds N     rounds (5) after one that is four times as long and not counted
  --seconds N    seconds of each load (2)
  --only TEXT    only what has TEXT in its name: ${[...scenarios.map((scenario) => scenario.name), 'memory'].join('; ')}
  --targets A,B  raw,tollgate; also bare, hits, redis, workers, retry, once (see bench/targets.ts)
  --portkey      Portkey too (first: npm ci --prefix bench/portkey)
  --requests N   growth of memory is told per so many requests (50000); six times as many are sent
  --json FILE    every figure of every round`

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    targets: { type: 'string', default: 'raw,tollgate' },
    portkey: { type: 'boolean', default: false },
    requests: { type: 'string', default: '50000' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(usage)
  process.exit()
}
// The launcher is gone: the servers would be measured for nobody.
process.on('disconnect', () => process.exit(1))
process.on('SIGINT', () => process.exit(130))
process.on('SIGTERM', () => process.exit(143))

const wanted = values.targets.split(',').concat(values.portkey ? ['portkey'] : [])
const chosenTargets = targetNames.filter((name) => wanted.includes(name))
const chosen = scenarios.filter((scenario) => scenario.name.includes(values.only))
const hasMemory = 'memory'.includes(values.only)
/** By scenario, then by target: the figures of each counted round. */
const figures: Record<string, Record<string, Figures[]>> = {}

console.log(`${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.version}`)
const upstream = await startServer(loadCore, ['bench/upstream.ts'])
if (chosen.length > 0) await measureInRounds(chosen)
if (hasMemory) await measureMemories()
await upstream.stop()
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`)
process.exit()

async function measureInRounds(list: readonly Scenario[]): Promise<void> {
  const targets = [directTarget(upstream.url)]
  for (const name of chosenTargets) targets.push(await startTarget(name, upstream.url))
  for (const { name } of list) figures[name] = Object.fromEntries(targets.map((target) => [target.name, []]))
  // Round 0 warms the compilers and pools: the first 20 000 requests of a process are slower.
  for (let round = 0; round <= Number(values.rounds); round++) {
    const startedAt = performance.now()
    for (const scenario of list) {
      if (scenario.isSideBySide) {
        await Promise.all(targets.map((target) => measureOne(scenario, target, round)))
        continue
      }
      // Another one goes first each time, so that none always runs on a rested machine.
      for (let turn = 0; turn < targets.length; turn++) {
        const target = targets[(turn + round) % targets.length]
        if (target !== undefined) await measureOne(scenario, target, round)
      }
    }
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
    console.log(`round ${round} of ${values.rounds}: ${seconds} s${round === 0 ? ', not counted' : ''}`)
  }
  for (const scenario of list) printScenario(scenario, figures[scenario.name] ?? {})
  for (const target of targets) await target.stop()
}

async function measureOne(scenario: Scenario, target: Target, round: number): Promise<void> {
  const measured = await scenario.measure(target, Number(values.seconds) * (round === 0 ? 4 : 1))
  if (round > 0) figures[scenario.name]?.[target.name]?.push(measured)
}

async function measureMemories(): Promise<void> {
  const memory: Record<string, Figures[]> = (figures['memory'] = {})
  for (const name of chosenTargets) {
    const target = await startTarget(name, upstream.url)
    memory[name] = [await measureMemory(target, Number(values.requests))]
    await target.stop()
  }
  printMemory(Number(values.requests), memory)
}
