import { providers } from '../../src/providers/index.ts'
import type { Feature } from './asks.ts'

/** One row of the table: a model that is asked. */
export interface Target {
  name: string
  slug: string
  format: 'openai-chat' | 'anthropic-messages' | 'gemini' | 'bedrock-converse' | 'cohere-chat'
  /** As the client names it. */
  model: string
  /** Where the provider must be asked; streams elsewhere than the rest. */
  path: string
  streamPath?: string
  /** Why the provider cannot do it, whatever the gateway says to it, with the page that says so. */
  lacks?: Readonly<Partial<Record<Feature, string>>>
}

/** One model of each provider of OpenAI's kind; where their paths differ from most, they are named below. */
const likeOpenAi: Readonly<Record<string, string>> = {
  openai: 'gpt-4o',
  'azure-openai': 'resource/deployment',
  'workers-ai': '@cf/meta/llama-3.1-8b-instruct',
  groq: 'llama-3.3-70b-versatile',
  mistral: 'mistral-large-latest',
  deepseek: 'deepseek-chat',
  openrouter: 'google/gemini-2.5-flash',
  cerebras: 'llama-3.3-70b',
  fireworks: 'accounts/fireworks/models/llama-v3p3-70b-instruct',
  grok: 'grok-4',
  baseten: 'deepseek-ai/DeepSeek-V3.1',
  huggingface: 'deepseek-ai/DeepSeek-R1',
  'perplexity-ai': 'sonar',
  parallel: 'speed',
}

const paths: Readonly<Record<string, string>> = {
  'azure-openai': '/openai/v1/chat/completions',
  'workers-ai': '/v1/chat/completions',
  huggingface: '/v1/chat/completions',
}

const ignored = 'ignored there ([its page](https://docs.parallel.ai/chat-api/sdk-compatibility))'
const untold = 'its answers tell none ([its page](https://docs.parallel.ai/chat-api/sdk-compatibility))'
const noTools = 'no functions there ([its page](https://docs.perplexity.ai/api-reference/chat-completions-post))'
const lacks: Readonly<Record<string, Target['lacks']>> = {
  parallel: { tools: ignored, 'parallel tools': ignored, images: ignored, reasoning: ignored, usage: untold },
  'perplexity-ai': { tools: noTools, 'parallel tools': noTools },
}

const nameOf = (slug: string): string => providers.find((provider) => provider.slug === slug)?.name ?? slug

const translated: readonly Target[] = [
  {
    name: 'Anthropic',
    slug: 'anthropic',
    format: 'anthropic-messages',
    model: 'anthropic/claude-sonnet-4-5',
    path: '/messages',
  },
  {
    name: 'Google AI Studio',
    slug: 'google-ai-studio',
    format: 'gemini',
    model: 'google-ai-studio/gemini-2.5-flash',
    path: '/v1beta/models/gemini-2.5-flash:generateContent',
    streamPath: '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
  },
  {
    name: 'Google Vertex AI, Gemini',
    slug: 'google-vertex-ai',
    format: 'gemini',
    model: 'google-vertex-ai/projects/p/locations/us-central1/publishers/google/models/gemini-2.5-flash',
    path: '/v1/projects/p/locations/us-central1/publishers/google/models/gemini-2.5-flash:generateContent',
    streamPath:
      '/v1/projects/p/locations/us-central1/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
  },
  {
    name: 'Google Vertex AI, Claude',
    slug: 'google-vertex-ai',
    format: 'anthropic-messages',
    model: 'google-vertex-ai/projects/p/locations/eu/publishers/anthropic/models/claude-sonnet-4-5@20250929',
    path: '/v1/projects/p/locations/eu/publishers/anthropic/models/claude-sonnet-4-5%4020250929:rawPredict',
    streamPath: '/v1/projects/p/locations/eu/publishers/anthropic/models/claude-sonnet-4-5%4020250929:streamRawPredict',
  },
  {
    name: 'Amazon Bedrock',
    slug: 'aws-bedrock',
    format: 'bedrock-converse',
    model: 'aws-bedrock/us-east-1/anthropic.claude-sonnet-4-5-20250929-v1:0',
    path: '/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse',
    streamPath: '/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream',
  },
  { name: 'Cohere', slug: 'cohere', format: 'cohere-chat', model: 'cohere/command-a-03-2025', path: '/v2/chat' },
]

export const targets: readonly Target[] = [
  ...translated,
  ...Object.entries(likeOpenAi).map(([slug, model]): Target => ({
    name: nameOf(slug),
    slug,
    format: 'openai-chat',
    model: `${slug}/${model}`,
    path: paths[slug] ?? '/chat/completions',
    ...(lacks[slug] && { lacks: lacks[slug] }),
  })),
  {
    name: 'the account’s own',
    slug: 'custom-own',
    format: 'openai-chat',
    model: 'custom-own/qwen3',
    path: '/v1/chat/completions',
  },
]
