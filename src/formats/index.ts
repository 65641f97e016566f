import { anthropicMessages } from './anthropic-messages.ts'
import { speech, transcription } from './audio.ts'
import { bedrockConverse } from './bedrock-converse.ts'
import { bedrockInvoke } from './bedrock-invoke.ts'
import { cohereChat, cohereEmbed, cohereRerank } from './cohere.ts'
import type { Format } from './format.ts'
import { gemini, geminiEmbeddings } from './gemini.ts'
import { falRun, huggingfaceInference, ideogramImages, replicatePredictions } from './media-jobs.ts'
import { openaiAudio } from './openai-audio.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiCompletions } from './openai-completions.ts'
import { openaiEmbeddings } from './openai-embeddings.ts'
import { openaiImages } from './openai-images.ts'
import { openaiModerations } from './openai-moderations.ts'
import { openaiResponses } from './openai-responses.ts'
import { perplexityChat } from './perplexity-chat.ts'
import { tokenCount } from './token-count.ts'
import { unread } from './unread.ts'
import { vertexPredict } from './vertex-predict.ts'
import { workersAiRun } from './workers-ai-run.ts'

/** Every wire format, by the name that a provider's data file uses. */
export const formats = {
  'openai-chat': openaiChat,
  'openai-completions': openaiCompletions,
  'openai-responses': openaiResponses,
  'openai-embeddings': openaiEmbeddings,
  'openai-images': openaiImages,
  'openai-audio': openaiAudio,
  'openai-moderations': openaiModerations,
  'anthropic-messages': anthropicMessages,
  gemini,
  'gemini-embeddings': geminiEmbeddings,
  'workers-ai-run': workersAiRun,
  'vertex-predict': vertexPredict,
  'bedrock-converse': bedrockConverse,
  'bedrock-invoke': bedrockInvoke,
  'cohere-chat': cohereChat,
  'cohere-embed': cohereEmbed,
  'cohere-rerank': cohereRerank,
  'perplexity-chat': perplexityChat,
  speech,
  transcription,
  'replicate-predictions': replicatePredictions,
  'fal-run': falRun,
  'ideogram-images': ideogramImages,
  'huggingface-inference': huggingfaceInference,
  'token-count': tokenCount,
  unread,
} as const satisfies Record<string, Format>
