import { type Feature, features } from './asks.ts'
import type { Fixture } from './fixture.ts'
import { type Target, targets } from './targets.ts'

/** The file that is written, from the root of the repository. */
export const pageFile = 'docs/conformance.md'

const head = `# Conformance

What every provider is asked, and every client told, through \`/compat/chat/completions\` ([compat.md](compat.md)). Written by
\`npm run conformance\`; a test compares, and is no longer green where this page says what is not so.

Each cell is a run: a chat as OpenAI's clients send it, through a whole Tollgate, to a server that answers with the bytes of a
fixture in the provider's own format. It passes where the provider was asked the right thing in its own words at its own address,
with the client's key in its own place, and the client was told in OpenAI's words what the provider said; where the provider speaks
OpenAI's format, every byte of both. The row has the provider and the tokens.

- *recorded*: the provider gave this answer on that day, to those that the link leads to. *simulated*: made by the documentation,
  which was read on that day.
- *of ...*: another provider's answer, in the same format.
- *not expressible*: it cannot be asked there, with the reason.

| column | what is asked |
|---|---|
| plain | a system prompt and a question |
| stream | the same as a stream, in pieces that cut its events, with its usage |
| tools | a function that must be called |
| parallel tools | the results of two calls, in another order than the calls; several calls come back |
| images | a picture as \`data:\` |
| structured | an answer by a JSON schema |
| reasoning | \`reasoning_effort\`; thoughts come back in words, with their signatures, or as counted tokens |
| error | the provider refuses: its status, its words, OpenAI's shape |
| usage | cached and reasoning tokens |
`

/** Runs every cell by `check`, and gives the page of what passed. Rejects where one does not pass. */
export async function printPage(check: (target: Target, feature: Feature) => Promise<Fixture>): Promise<string> {
  const links = new Map<string, string>()
  const rows: string[] = []
  for (const target of targets) {
    const cells: string[] = []
    for (const feature of features) {
      const reason = target.lacks?.[feature]
      if (reason === undefined) {
        const fixture = await check(target, feature)
        links.set(fixture.name, fixture.source)
        cells.push(cellOf(target, fixture))
      } else cells.push(`not expressible: ${reason}`)
    }
    rows.push(`| ${target.name} | ${cells.join(' | ')} |`)
  }
  const table = [`| provider | ${features.join(' | ')} |`, `|${'---|'.repeat(features.length + 1)}`, ...rows]
  const sources = [...links].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, source]) => `[${name}]: ${source}`)
  return `${head}\n${table.join('\n')}\n\n${sources.join('\n')}\n`
}

function cellOf({ slug }: Target, { kind, date, name, of }: Fixture): string {
  return `[${kind} ${date}][${name}]${of === slug ? '' : ` of \`${of}\``}`
}
