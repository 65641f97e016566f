import { anthropic } from './anthropic.ts'
import { deepseek } from './deepseek.ts'
import { googleAiStudio } from './google-ai-studio.ts'
import { groq } from './groq.ts'
import { mistral } from './mistral.ts'
import { openai } from './openai.ts'
import { openrouter } from './openrouter.ts'
import type { Provider } from './provider.ts'
import { workersAi } from './workers-ai.ts'

/** Every built-in provider. */
export const providers: readonly Provider[] = [
  openai,
  anthropic,
  googleAiStudio,
  workersAi,
  groq,
  mistral,
  deepseek,
  openrouter,
]

const bySlug: ReadonlyMap<string, Provider> = new Map(providers.map((provider) => [provider.slug, provider]))

/** The built-in provider with this slug. */
export function findProvider(slug: string): Provider | undefined {
  return bySlug.get(slug)
}
