import { answerStats, createStatsCaller, type FromWorker, type ToWorker } from './cluster-messages.ts'
import { systemClock } from '../kernel/clock.ts'
import type { Config } from '../kernel/config.ts'
import { createProcessLine } from '../kernel/line.ts'
import type { TextLog } from '../kernel/text-log.ts'
import { type Node, startNode } from './node.ts'
import { usualPatience } from './patience.ts'
import { connectStorage } from './storage.ts'

/** What a worker's process does: it is told by the first process to start and to stop. */
export interface ClusterWorker {
  /** Lets it finish what runs; rejects where it cannot end in order. */
  stop(): Promise<void>
}

/** `onStop`: the first process wants this one to end. */
export function runClusterWorker(config: Config, log: TextLog, onStop: (reason: string) => void): ClusterWorker {
  const line = createProcessLine(process)
  const tell = (message: FromWorker): void => line.postMessage(message)
  const askAll = createStatsCaller(line)
  let starting: Promise<Node> | null = null

  async function start({
    writer,
    dataDir,
    adminToken,
    encryptionKeys,
  }: ToWorker & { kind: 'worker-start' }): Promise<Node> {
    const base = { config, log, patience: usualPatience, clock: systemClock, adminToken, encryptionKeys }
    const node = await startNode(base, connectStorage(dataDir, line), { writer, stats: askAll })
    answerStats(line, () => node.stats())
    tell({ kind: 'worker-listening', url: node.url })
    return node
  }

  line.on('message', (value) => {
    const message = value as ToWorker // Everything on a line has a kind.
    if (message.kind === 'worker-stop') onStop('the first process stops')
    else if (message.kind === 'worker-start') {
      starting = start(message)
      starting.catch((error: unknown) => {
        tell({ kind: 'worker-failed', reason: error instanceof Error ? error.message : String(error) })
        onStop('it could not start')
      })
    }
  })
  tell({ kind: 'worker-ready' })
  return {
    async stop() {
      const node = await starting?.catch(() => null)
      await node?.close()
    },
  }
}
