import { ApiPromise } from './api-promise.ts'
import { CloudflareError, errorOf } from './errors.ts'
import type { FileContent, Operation, RequestOptions } from './operation.ts'
import { Page, type PageEnvelope, PagePromise, type Place } from './page.ts'
import type { Settings } from './settings.ts'
import { type Answered, type OutgoingRequest, parseBody, send } from './transport.ts'

type Params = Readonly<Record<string, unknown>>

/** What was given to a call, taken apart. */
interface Given {
  path: string
  query: Params
  body: Params | undefined
  file: FileContent | undefined
  options: RequestOptions
}

/**
 * Makes a call as it was written: texts first, the object with the other parameters, the options. Throws where a parameter of
 * the path is missing; all else that goes wrong rejects the promise.
 */
export function call(name: string, operation: Operation, args: readonly unknown[], settings: Settings): unknown {
  const given = takeApart(name, operation, args)
  if (operation.answer === 'page') return callForPage(operation, given, settings)
  const sent = send(toRequest(operation, given, settings), settings.fetch)
  return new ApiPromise(sent, (answered) => readAnswer(operation.answer, answered))
}

function callForPage(operation: Operation, given: Given, settings: Settings): PagePromise<unknown> {
  const sent = send(toRequest(operation, given, settings), settings.fetch)
  const number = Number(given.query['page'] ?? 1)
  // A thenable of a thenable is one promise: a page's next one is awaited like any other.
  const ask = async (place: Place): Promise<Page<unknown>> =>
    callForPage(operation, { ...given, query: { ...given.query, ...place } }, settings)
  return new PagePromise(
    sent,
    // What the operation answers is what the contract says.
    (answered) => new Page(readEnvelope(answered) as unknown as PageEnvelope<unknown>, number, ask),
  )
}

function takeApart(name: string, { method, path, query, body }: Operation, args: readonly unknown[]): Given {
  const firstObject = args.findIndex((arg) => typeof arg !== 'string')
  const texts = firstObject === -1 ? args : args.slice(0, firstObject)
  const inPath = Array.from(path.matchAll(/\{(\w+)\}/g), ([, parameter = '']) => parameter)
  const takesParams = inPath.length > 0 || query.length > 0 || body !== 'none'
  const objects = args.slice(texts.length)
  // The declared signatures; a call from JavaScript that gives something else is told by the server what is missing.
  const params = (takesParams ? objects[0] : undefined) as Params | undefined
  const options = (takesParams ? objects[1] : objects[0]) as RequestOptions | undefined
  const { values, rest: others } = pathValues(name, inPath, texts, params ?? {})
  const { file, ...rest } = body === 'file' ? others : { ...others, file: undefined }
  if (body === 'file' && file === undefined) throw new CloudflareError(`${name}: file is missing.`)
  const hasQueryOnly = method === 'GET' || method === 'DELETE'
  const inQuery = (key: string): boolean => hasQueryOnly || query.includes(key)
  const entries = Object.entries(rest)
  const inBody = entries.filter(([key]) => !inQuery(key))
  return {
    path: path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) => encodeURIComponent(values[parameter] ?? '')),
    query: { ...Object.fromEntries(entries.filter(([key]) => inQuery(key))), ...options?.query },
    file: file as FileContent | undefined, // The declared signature.
    body: body === 'required' || inBody.length > 0 ? Object.fromEntries(inBody) : undefined,
    options: options ?? {},
  }
}

/** Texts are the last parameters of the path, in its order; the others are in the object by name. */
function pathValues(
  name: string,
  inPath: readonly string[],
  texts: readonly unknown[],
  params: Params,
): { values: Record<string, string>; rest: Params } {
  const first = inPath.length - texts.length
  if (first < 0)
    throw new CloudflareError(`${name}: ${texts.length} texts given, but its path has ${inPath.join(', ')}.`)
  const values: Record<string, string> = {}
  const rest = { ...params }
  for (const [index, parameter] of inPath.entries()) {
    const value = index >= first ? texts[index - first] : params[parameter]
    if (index < first) delete rest[parameter]
    // A dot alone would be taken for a step in the path.
    if (typeof value !== 'string' || /^\.{0,2}$/.test(value)) {
      throw new CloudflareError(
        `${name}: ${parameter} must be a text that is no step in a path, but was ${String(value)}.`,
      )
    }
    values[parameter] = value
  }
  return { values, rest }
}

function toRequest(operation: Operation, given: Given, settings: Settings): OutgoingRequest {
  const { options, body, file } = given
  const { ifMatch } = options
  const contentType = file !== undefined ? 'application/octet-stream' : body !== undefined ? 'application/json' : null
  return {
    method: operation.method,
    url: settings.baseURL + given.path + queryText({ ...settings.defaultQuery, ...given.query }),
    headers: toHeaders(
      { accept: operation.answer === 'raw' || operation.answer === 'stream' ? '*/*' : 'application/json' },
      settings.headers,
      contentType === null ? {} : { 'content-type': contentType },
      ifMatch === undefined ? {} : { 'if-match': ifMatch === '*' ? '*' : `"${ifMatch}"` },
      options.headers ?? {},
    ),
    body: file ?? (body === undefined ? undefined : JSON.stringify(body)),
    // Done once, the version that `ifMatch` names is gone: a second attempt would tell of a change that was the first.
    isRepeatable: operation.isRepeatable && (ifMatch === undefined || operation.method === 'GET'),
    isStream: operation.answer === 'stream',
    timeoutMs: options.timeout ?? settings.timeout,
    maxRetries: options.maxRetries ?? settings.maxRetries,
    signal: options.signal ?? undefined,
  }
}

/** The later win, whatever the case of their names; null takes one away. */
function toHeaders(...groups: readonly Record<string, string | null | undefined>[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of groups.flatMap((group) => Object.entries(group))) {
    const key = name.toLowerCase()
    if (value === null) delete headers[key]
    else if (value !== undefined) headers[key] = value
  }
  return headers
}

/** Objects and arrays, as `filters` is one, travel as JSON: repeated parameters would not tell where one entry ends. */
function queryText(query: Params): string {
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]): [string, string] => [key, textOf(value)])
  const text = new URLSearchParams(pairs).toString()
  return text === '' ? '' : `?${text}`
}

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function readAnswer(answer: Operation['answer'], answered: Answered): unknown {
  if (answer === 'stream') return answered.response
  if (answer === 'raw') return parseBody(answered.response, answered.body)
  const envelope = readEnvelope(answered)
  return answer === 'whole' ? envelope : envelope['result']
}

function readEnvelope({ response, body }: Answered): Params {
  const parsed = parseBody(response, body)
  if (typeof parsed === 'object' && parsed !== null && 'success' in parsed && parsed.success === true) {
    return { ...parsed }
  }
  // A proxy's page, or an address that is no Tollgate: better said here than found as an undefined later.
  throw errorOf(response.status, parsed, response.headers)
}
