import cluster from 'node:cluster'
import { createCaseCollecting } from '../jobs/collect-cases.ts'
import { createLogPruning } from '../jobs/prune-logs.ts'
import { createWordReading } from '../jobs/read-words.ts'
import { resealSecrets } from '../jobs/reseal-secrets.ts'
import { answerStats, createStatsCaller, type FromWorker, noStats, sumOf, type ToWorker } from './cluster-messages.ts'
import type { JournalStats } from '../journal/journal.ts'
import { systemClock } from '../kernel/clock.ts'
import type { Config } from '../kernel/config.ts'
import { createProcessLine, type Line } from '../kernel/line.ts'
import type { TextLog } from '../kernel/text-log.ts'
import { createVault } from '../kernel/vault.ts'
import { within } from '../kernel/within.ts'
import { removeOrphans } from '../management/removal.ts'
import { usualPatience } from './patience.ts'
import { takeDataDir, type Tollgate } from './start.ts'
import { openStorage, serveStorage, type Storage } from './storage.ts'

/** One that ends soon after its start is started again, but not in a hot loop. */
const restartMs = 1000

/**
 * Starts several processes that share the port. This one has the data folder, the store and the thread that feeds it;
 * the others, its workers, take the requests and reach the store over a line to it. One that ends is started again.
 * Rejects where one of the first cannot start.
 */
export async function startCluster(config: Config, log: TextLog): Promise<Tollgate> {
  const { dataDir, adminToken, adminTokenFile, encryptionKeys, lock } = takeDataDir(config)
  const storage = await openStorage(dataDir, config, log)
  await resealSecrets({ store: storage.store, vault: createVault(encryptionKeys), clock: systemClock, log })
  cluster.setupPrimary({ serialization: 'advanced' })
  const members: Member[] = []
  const allStats = async (): Promise<JournalStats> => sumOf(await Promise.all(members.map(({ stats }) => stats())))
  for (let writer = 0; writer < config.workers; writer++) {
    const start = { kind: 'worker-start', writer, dataDir, adminToken, encryptionKeys } as const
    members.push(createMember({ start, storage, log, allStats }))
  }

  const pruning = createLogPruning({ store: storage.store, clock: systemClock, log })
  const collecting = createCaseCollecting({ store: storage.store, clock: systemClock, log })
  const reading = createWordReading({ store: storage.store, clock: systemClock, log })

  async function close(): Promise<void> {
    await Promise.all(members.map((member) => member.stop()))
    await Promise.all([pruning.stop(), collecting.stop(), reading.stop()])
    await within(usualPatience.stopMs, storage.ingest.caughtUp())
    await storage.close()
    lock.release()
  }
  try {
    const [url = ''] = await Promise.all(members.map(({ listening }) => listening))
    void removeOrphans({ store: storage.store, log })
    pruning.start()
    collecting.start()
    reading.start()
    return { url, adminToken, adminTokenFile, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** One place among the workers, and whichever process has it now. */
interface Member {
  /** Where its first process listens; rejects where that ended before. */
  listening: Promise<string>
  stats(): Promise<JournalStats>
  /** Lets it finish what runs. Resolves when it is gone. */
  stop(): Promise<void>
}

interface MemberParts {
  start: ToWorker & { kind: 'worker-start' }
  storage: Storage
  log: TextLog
  allStats: () => Promise<JournalStats>
}

function createMember({ start, storage, log, allStats }: MemberParts): Member {
  const listening = Promise.withResolvers<string>()
  let isStopping = false
  let running = fork()

  function fork(): Running {
    const next = startWorker(storage, start, allStats, (message) => {
      if (message.kind === 'worker-listening') {
        log.info('a worker takes requests', { worker: start.writer, pid: next.pid })
        listening.resolve(message.url)
      } else if (message.kind === 'worker-failed') listening.reject(new Error(message.reason))
    })
    void next.ended.then((how) => {
      listening.reject(new Error(`A worker ended with ${how} before it listened. The server's log says why.`))
      if (isStopping) return
      log.error('a worker ended and is started again', `ended with ${how}`, { worker: start.writer })
      setTimeout(() => {
        if (!isStopping) running = fork()
      }, restartMs)
    })
    return next
  }
  return {
    listening: listening.promise,
    stats: () => running.stats(),
    async stop() {
      isStopping = true
      running.line.postMessage({ kind: 'worker-stop' } satisfies ToWorker)
      // A little more than it has itself to let requests finish.
      await within(
        usualPatience.stopMs + 5000,
        running.ended.then(() => {}),
      )
      running.kill()
    },
  }
}

/** A worker's process. */
interface Running {
  pid: number | null
  line: Line
  /** Its exit code, or the signal that ended it. */
  ended: Promise<string>
  stats(): Promise<JournalStats>
  kill(): void
}

function startWorker(
  storage: Storage,
  start: ToWorker & { kind: 'worker-start' },
  allStats: () => Promise<JournalStats>,
  tell: (message: FromWorker) => void,
): Running {
  const worker = cluster.fork()
  const line = createProcessLine(worker.process)
  const ended = Promise.withResolvers<string>()
  const served = serveStorage(storage, line, start.writer)
  answerStats(line, allStats)
  const askStats = createStatsCaller(line)
  line.on('message', (value) => {
    const message = value as FromWorker // Everything on a line has a kind.
    if (message.kind === 'worker-ready') line.postMessage(start)
    else tell(message)
  })
  let isGone = false
  worker.on('exit', (code: number | null, signal: string | null) => {
    isGone = true
    served.end()
    // What it wrote last may be waiting.
    storage.ingest.poke()
    ended.resolve(signal ?? String(code))
  })
  return {
    pid: worker.process.pid ?? null,
    line,
    ended: ended.promise,
    stats: () => (isGone ? Promise.resolve(noStats) : askStats()),
    kill: () => void worker.process.kill('SIGKILL'),
  }
}
