/**
 * What was said in a kept request and its answer, by the shape of the bodies: for test cases that are made of logs, and to
 * read what a model answered. Pure; a shape that is not known gives null.
 */

/** A message as the hub format (OpenAI chat) has it; what is not text stays as it came. */
export interface Message {
  role: string
  content?: unknown
  [member: string]: unknown
}

type Fields = Record<string, unknown>

/** The prompt of a request: a text where it is one message of a user or a bare prompt, else its messages. */
export function inputOf(request: unknown): string | Message[] | null {
  if (!isObject(request)) return null
  const messages = messagesOf(request)
  if (messages === null) return promptOf(request)
  const [only] = messages
  const isPlain = messages.length === 1 && only?.role === 'user'
  return isPlain ? (textOf(only.content) ?? messages) : messages
}

/** The text of an answer. An answer without text (a tool call, an image) gives null. */
export function outputOf(answer: unknown): string | null {
  if (!isObject(answer)) return null
  const [choice] = listOf(answer['choices'])
  if (isObject(choice)) {
    const { message, text } = choice
    return isObject(message) ? textOf(message['content']) : typeof text === 'string' ? text : null
  }
  const [candidate] = listOf(answer['candidates'])
  if (isObject(candidate)) return isObject(candidate['content']) ? textOf(candidate['content']['parts']) : null
  if (Array.isArray(answer['output'])) {
    const said = answer['output'].filter((item) => isObject(item) && item['type'] === 'message')
    return joined(said.map((item) => textOf((item as Fields)['content'])))
  }
  if (isObject(answer['result'])) return outputOf(answer['result'])
  if (isObject(answer['message'])) return textOf(answer['message']['content'])
  const texts = [answer['response'], answer['text'], answer['output_text']]
  return texts.find((text) => typeof text === 'string') ?? textOf(answer['content'])
}

function messagesOf(request: Fields): Message[] | null {
  const { messages, input, contents, system, systemInstruction, instructions } = request
  const given = [messages, input].find((list) => Array.isArray(list) && list.every(isMessage)) as Message[] | undefined
  const list = given ?? fromContents(contents)
  if (list === null || list.length === 0) return null
  const said = isObject(systemInstruction) ? systemInstruction['parts'] : (system ?? instructions)
  const first = textOf(said)
  return first === null ? list : [{ role: 'system', content: first }, ...list]
}

function promptOf({ prompt, input, text }: Fields): string | null {
  return [prompt, input, text].find((given) => typeof given === 'string') ?? null
}

/** Gemini's turns. */
function fromContents(contents: unknown): Message[] | null {
  if (!Array.isArray(contents)) return null
  return contents.filter(isObject).map(({ role, parts }) => ({
    role: role === 'model' ? 'assistant' : 'user',
    content: textOf(parts) ?? parts,
  }))
}

function textOf(content: unknown): string | null {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return null
  return joined(content.map((part) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : null)))
}

function joined(texts: readonly (string | null)[]): string | null {
  const said = texts.filter((text) => text !== null)
  return said.length === 0 ? null : said.join('')
}

function isMessage(value: unknown): value is Message {
  return isObject(value) && typeof value['role'] === 'string'
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
