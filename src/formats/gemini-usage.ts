import type { Usage } from '../contract/usage.ts'
import { asCount, asList, asObject } from './json.ts'
import { rest, withoutZeros } from './read-usage.ts'

/**
 * Reads Google's `usageMetadata`; null where it holds no count. `promptTokenCount` contains the cached tokens,
 * `candidatesTokenCount` does not contain the thoughts, and what tools put into the prompt stands beside both.
 * Documents are counted as images, as Google prices them. Source:
 * https://ai.google.dev/api/generate-content#UsageMetadata (checked 2026-11-22).
 */
export function readGeminiUsage(value: unknown): Usage | null {
  const usage = asObject(value)
  if (!usage) return null
  const promptTokens = asCount(usage['promptTokenCount'])
  const candidatesTokens = asCount(usage['candidatesTokenCount'])
  if (promptTokens === null && candidatesTokens === null) return null

  const toolTokens = asCount(usage['toolUsePromptTokenCount']) ?? 0
  const reasoning = asCount(usage['thoughtsTokenCount']) ?? 0
  const cacheRead = asCount(usage['cachedContentTokenCount']) ?? 0
  const prompt = usage['promptTokensDetails']
  const tool = usage['toolUsePromptTokensDetails']
  const cached = usage['cacheTokensDetails']
  const candidates = usage['candidatesTokensDetails']
  const cacheReadAudio = ofModality([cached], audio)
  const inputAudio = rest(ofModality([prompt, tool], audio), cacheReadAudio)
  const inputImage = rest(ofModality([prompt, tool], image), ofModality([cached], image))
  const outputAudio = ofModality([candidates], audio)
  const outputImage = ofModality([candidates], image)
  return withoutZeros({
    input: rest((promptTokens ?? 0) + toolTokens, cacheRead, inputAudio, inputImage),
    cacheRead: rest(cacheRead, cacheReadAudio),
    cacheReadAudio,
    inputAudio,
    inputImage,
    output: rest((candidatesTokens ?? 0) + reasoning, outputAudio, outputImage),
    reasoning,
    outputAudio,
    outputImage,
  })
}

const audio = ['AUDIO']
const image = ['IMAGE', 'DOCUMENT']

function ofModality(details: readonly unknown[], modalities: readonly string[]): number {
  let tokens = 0
  for (const entry of details.flatMap((list) => asList(list))) {
    const fields = asObject(entry)
    const modality = fields?.['modality']
    if (typeof modality === 'string' && modalities.includes(modality)) tokens += asCount(fields?.['tokenCount']) ?? 0
  }
  return tokens
}
