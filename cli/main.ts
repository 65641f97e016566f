// The command line: `npm run tollgate -- COMMAND`. A client of a running server, on this machine or elsewhere.
import { ArgumentError } from './arguments.ts'
import { evaluate, evaluateHelp } from './evaluate.ts'

const commands = { eval: evaluate }
const help = `Usage: npm run tollgate -- eval [options]\n\n${evaluateHelp}`

const [name = '', ...args] = process.argv.slice(2)
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
process.exitCode = await run()

async function run(): Promise<number> {
  if (name === '--help' || args.includes('--help')) {
    process.stdout.write(help)
    return 0
  }
  const command = Object.hasOwn(commands, name) ? commands[name as keyof typeof commands] : null
  try {
    if (command === null) throw new ArgumentError(`there is no command ${JSON.stringify(name)}, expected eval`)
    return await command(args, { env: process.env, out: process.stdout, err: process.stderr, signal: stopping.signal })
  } catch (error) {
    process.stderr.write(`tollgate: ${error instanceof Error ? error.message : String(error)}\n`)
    if (error instanceof ArgumentError) process.stderr.write('Run it with --help for all options.\n')
    return 2
  }
}
