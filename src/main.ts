import cluster from 'node:cluster'
import { startCluster } from './process/cluster.ts'
import { runClusterWorker } from './process/cluster-worker.ts'
import { systemClock } from './kernel/clock.ts'
import { ConfigError, readConfig } from './kernel/config.ts'
import { isLoopback } from './kernel/host-check.ts'
import { createTextLog } from './kernel/text-log.ts'
import { providers } from './providers/index.ts'
import { startTollgate, type Tollgate } from './process/start.ts'

// The process: reads the environment, starts, says where it is, stops on a signal. Everything else is in start.ts.
// What it writes holds other people's prompts: for this user only.
process.umask(0o077)
const config = readConfigOrExit()
const log = createTextLog(config.logLevel, systemClock)
if (cluster.isPrimary) for (const warning of config.warnings) log.warn(warning)

// Known before anything is awaited: what is told meanwhile is told to nobody.
const hadLauncher = process.connected
let isStopping = false
let close: () => Promise<void>
if (cluster.isWorker) {
  const worker = runClusterWorker(config, log, (reason) => void stop(reason))
  close = () => worker.stop()
} else {
  const tollgate = await start()
  close = () => tollgate.close()
  greet(tollgate)
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop(signal))
// The launcher was killed: a server that nobody started must not stay behind.
process.on('disconnect', () => void stop('the launcher is gone'))
if (cluster.isPrimary) process.channel?.unref()
if (hadLauncher && !process.connected) void stop('the launcher is gone')
process.on('uncaughtException', (error) => {
  log.error('uncaught; stopping, what was journalled is safe', error)
  process.exit(1)
})

async function start(): Promise<Tollgate> {
  try {
    return await (config.workers > 1 ? startCluster(config, log) : startTollgate(config, log))
  } catch (error) {
    exitWith(error)
  }
}

async function stop(reason: string): Promise<void> {
  if (isStopping) return
  isStopping = true
  log.info('stopping', { reason })
  try {
    await close()
    log.info('stopped')
    process.exit(0)
  } catch (error) {
    log.error('the stop failed; what was journalled is safe', error)
    process.exit(1)
  }
}

function greet({ url, adminToken, adminTokenFile }: Tollgate): void {
  const curl =
    `curl ${url}/v1/default/default/openai/chat/completions -H "Authorization: Bearer $OPENAI_API_KEY"` +
    ` -H "cf-aig-authorization: Bearer ${adminTokenFile === null ? '$TOLLGATE_ADMIN_TOKEN' : `$(cat '${adminTokenFile}')`}"` +
    ` -H "Content-Type: application/json"` +
    ` -d '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hello!"}]}'`
  log.info('listening', { url, adminTokenFile, curl })
  if (!isLoopback(config.host) && config.publicUrl === null) {
    log.warn('other machines cannot use the address above: set TOLLGATE_PUBLIC_URL to the one they call')
  }
  // A secret is shown to a person only, never to a file that a log ends up in.
  if (!process.stdout.isTTY) return
  const token =
    adminTokenFile === null ? 'the one in TOLLGATE_ADMIN_TOKEN' : `${adminToken}  (kept in ${adminTokenFile})`
  process.stdout.write(`\n  Tollgate   ${url}\n  Token      ${token}\n  Try        ${curl}\n\n`)
}

function readConfigOrExit(): ReturnType<typeof readConfig> {
  try {
    return readConfig(providers.map(({ slug }) => slug))
  } catch (error) {
    exitWith(error)
  }
}

function exitWith(error: unknown): never {
  const isPlain = error instanceof ConfigError || (error instanceof Error && !('code' in error))
  const text = isPlain ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`tollgate: ${text}\n`)
  process.exit(1)
}
