/** One call of the API as data. */
export interface Operation {
  method: string
  /** Below the base URL, with parameters in braces. */
  path: string
  /** Names of the parameters that go into the query. */
  query: readonly string[]
  /** `file`: the parameter `file`, as it is. */
  body: 'required' | 'optional' | 'none' | 'file'
  /**
   * What the caller gets: the `result` of the envelope, a page of a list, the whole envelope, the stored content as it is,
   * or the `Response` whose body is still to come.
   */
  answer: 'result' | 'page' | 'whole' | 'raw' | 'stream'
  /** Whether doing it twice is the same as doing it once. */
  isRepeatable: boolean
}

/** What is sent as a file. */
export type FileContent = string | Blob | ArrayBuffer | Uint8Array<ArrayBuffer>

/** What a single call may do otherwise than its client. */
export interface RequestOptions {
  /** Added to the client's; a value of null takes one away. */
  headers?: Record<string, string | null | undefined>
  /** Added to the query. */
  query?: Record<string, unknown>
  /** Milliseconds for one attempt. */
  timeout?: number
  /** Attempts after the first. */
  maxRetries?: number
  /** Gives the call up. */
  signal?: AbortSignal | null
  /** The `modified_at` of the version that you have seen: a thing that has changed since is left alone (status 412). */
  ifMatch?: string
}
