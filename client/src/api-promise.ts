import type { Answered } from './transport.ts'

/** The answer to a call, on its way: a promise of what it is about, and of the HTTP answer around it for who wants that. */
export class ApiPromise<T> implements Promise<T> {
  readonly [Symbol.toStringTag] = 'ApiPromise'
  readonly #sent: Promise<Answered>
  readonly #read: (answered: Answered) => T
  #value: Promise<T> | undefined

  constructor(sent: Promise<Answered>, read: (answered: Answered) => T) {
    this.#sent = sent
    this.#read = read
  }

  /** The HTTP answer; its body can be read once more. */
  async asResponse(): Promise<Response> {
    const { response, body } = await this.#sent
    if (!response.bodyUsed) return response
    const { status, statusText, headers } = response
    // An answer that may have no body must not be given an empty one.
    return new Response(body.length === 0 ? null : body, { status, statusText, headers })
  }

  /** Both. */
  async withResponse(): Promise<{ data: T; response: Response }> {
    const [data, response] = await Promise.all([this.#parsed(), this.asResponse()])
    return { data, response }
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise: read only when somebody asks for what it holds
  then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#parsed().then(fulfilled, rejected)
  }

  catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#parsed().catch(rejected)
  }

  finally(finished?: (() => void) | null): Promise<T> {
    return this.#parsed().finally(finished)
  }

  #parsed(): Promise<T> {
    this.#value ??= this.#sent.then(this.#read)
    return this.#value
  }
}
