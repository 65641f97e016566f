import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/**
 * Runs a command to its end with this process's own standard streams and gives its exit code (128 + signal where one
 * ended it). The command does not outlive this process: it is stopped when a signal comes or the launcher goes.
 */
export function runChild(command: string, args: readonly string[], cwd: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' })
    const stop = (): void => void child.kill('SIGTERM')
    process.on('SIGTERM', stop).on('SIGINT', stop).on('disconnect', stop)
    // The listener alone would keep this process alive for as long as its launcher lives.
    process.channel?.unref()
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      process.off('SIGTERM', stop).off('SIGINT', stop).off('disconnect', stop)
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal])
    })
  })
}
