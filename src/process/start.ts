import path from 'node:path'
import { createCaseCollecting } from '../jobs/collect-cases.ts'
import { createLogPruning } from '../jobs/prune-logs.ts'
import { createWordReading } from '../jobs/read-words.ts'
import { resealSecrets } from '../jobs/reseal-secrets.ts'
import { type Clock, systemClock } from '../kernel/clock.ts'
import type { Config } from '../kernel/config.ts'
import { loadAdminToken } from '../kernel/secrets.ts'
import type { TextLog } from '../kernel/text-log.ts'
import { createVault, loadVaultKeys } from '../kernel/vault.ts'
import { within } from '../kernel/within.ts'
import { removeOrphans } from '../management/removal.ts'
import { lockDataDir } from '../store/data-lock.ts'
import { startNode } from './node.ts'
import { type Patience, usualPatience } from './patience.ts'
import { openStorage } from './storage.ts'

/** A running Tollgate. */
export interface Tollgate {
  /** Where it listens, without a trailing slash. */
  url: string
  adminToken: string
  /** Null where the token comes from the environment. */
  adminTokenFile: string | null
  /** Stops accepting, lets finish what runs (bounded), moves the journal to the store and closes everything. */
  close(): Promise<void>
}

/** Starts everything in this process. */
export async function startTollgate(
  config: Config,
  log: TextLog,
  patience: Patience = usualPatience,
  clock: Clock = systemClock,
): Promise<Tollgate> {
  const { dataDir, adminToken, adminTokenFile, encryptionKeys, lock } = takeDataDir(config)
  const storage = await openStorage(dataDir, config, log).catch((error: unknown) => {
    lock.release()
    throw error
  })
  await resealSecrets({ store: storage.store, vault: createVault(encryptionKeys), clock, log })
  const base = { config, log, patience, clock, adminToken, encryptionKeys }
  const node = await startNode(base, storage, { writer: 0, stats: (own) => own }).catch(async (error: unknown) => {
    await storage.close()
    lock.release()
    throw error
  })
  void removeOrphans({ store: storage.store, log })
  const pruning = createLogPruning({ store: storage.store, clock, log })
  const collecting = createCaseCollecting({ store: storage.store, clock, log })
  const reading = createWordReading({ store: storage.store, clock, log })
  pruning.start()
  collecting.start()
  reading.start()

  return {
    url: node.url,
    adminToken,
    adminTokenFile,
    async close() {
      await node.close()
      await Promise.all([pruning.stop(), collecting.stop(), reading.stop()])
      await within(patience.stopMs, storage.ingest.caughtUp())
      await storage.close()
      lock.release()
    },
  }
}

/** Makes the data folder this process's own, and reads or makes the admin token and the encryption key in it. */
export function takeDataDir(config: Config): {
  dataDir: string
  adminToken: string
  adminTokenFile: string | null
  encryptionKeys: string
  lock: { release(): void }
} {
  const dataDir = path.resolve(config.dataDir)
  const lock = lockDataDir(dataDir)
  const made = config.adminToken === null ? loadAdminToken(dataDir) : null
  return {
    dataDir,
    adminToken: config.adminToken ?? made?.token ?? '',
    adminTokenFile: made?.file ?? null,
    encryptionKeys: config.encryptionKeys ?? loadVaultKeys(dataDir),
    lock,
  }
}
