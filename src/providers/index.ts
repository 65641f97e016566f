import { anthropic } from './anthropic.ts'
import { awsBedrock } from './aws-bedrock.ts'
import { azureOpenai } from './azure-openai.ts'
import { baseten } from './baseten.ts'
import { cartesia } from './cartesia.ts'
import { cerebras } from './cerebras.ts'
import { cohere } from './cohere.ts'
import { deepgram } from './deepgram.ts'
import { deepseek } from './deepseek.ts'
import { elevenlabs } from './elevenlabs.ts'
import { fal } from './fal.ts'
import { fireworks } from './fireworks.ts'
import { googleAiStudio } from './google-ai-studio.ts'
import { googleVertexAi } from './google-vertex-ai.ts'
import { grok } from './grok.ts'
import { groq } from './groq.ts'
import { huggingface } from './huggingface.ts'
import { ideogram } from './ideogram.ts'
import { mistral } from './mistral.ts'
import { openai } from './openai.ts'
import { openrouter } from './openrouter.ts'
import { parallel } from './parallel.ts'
import { perplexityAi } from './perplexity-ai.ts'
import type { Provider } from './provider.ts'
import { replicate } from './replicate.ts'
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
  awsBedrock,
  azureOpenai,
  baseten,
  cartesia,
  cerebras,
  cohere,
  deepgram,
  elevenlabs,
  fal,
  fireworks,
  googleVertexAi,
  grok,
  huggingface,
  ideogram,
  parallel,
  perplexityAi,
  replicate,
]

const bySlug: ReadonlyMap<string, Provider> = new Map(
  providers.flatMap((provider) =>
    [provider.slug, ...(provider.aliases ?? [])].map((slug) => [slug, provider] as const),
  ),
)

/** The built-in provider with this slug or alias. */
export function findProvider(slug: string): Provider | undefined {
  return bySlug.get(slug)
}

/** The slug under which rows show a provider: an alias is its provider's; an unknown one stays as it is. */
export function canonicalSlug(slug: string): string {
  return bySlug.get(slug)?.slug ?? slug
}
