import { ApiPromise } from './api-promise.ts'
import { CloudflareError } from './errors.ts'
import type { CursorInfo, ResultInfo } from './generated.ts'

/** Beside a page: its number and the count of all, or where a walk by cursor goes on. */
export type PageInfo = Partial<ResultInfo> & Partial<CursorInfo>

/** What a list's answer holds. */
export interface PageEnvelope<T> {
  result: T[] | null
  result_info?: PageInfo
}

/** What the query of a page says of where it is: its number, or the cursor it begins at. */
export type Place = { page: number } | { cursor: string }

/** One page of a list; iterating over it goes on over the pages after it. */
export class Page<T> implements AsyncIterable<T> {
  readonly result: T[]
  readonly result_info: PageInfo | undefined
  readonly #ask: (place: Place) => Promise<Page<T>>
  readonly #number: number

  constructor(envelope: PageEnvelope<T>, number: number, ask: (place: Place) => Promise<Page<T>>) {
    this.result = envelope.result ?? []
    this.result_info = envelope.result_info
    this.#number = number
    this.#ask = ask
  }

  getPaginatedItems(): T[] {
    return this.result
  }

  hasNextPage(): boolean {
    return this.#next() !== null
  }

  getNextPage(): Promise<Page<T>> {
    const next = this.#next()
    if (next !== null) return this.#ask(next)
    return Promise.reject(new CloudflareError('There is no next page; ask `hasNextPage()` before.'))
  }

  /** By cursor the server says where it ends. By number an empty page is the last one, and so is one that is not full. */
  #next(): Place | null {
    const { cursor, per_page: perPage = 0 } = this.result_info ?? {}
    if (cursor !== undefined) return cursor === null ? null : { cursor }
    const count = this.result.length
    return count > 0 && count >= perPage ? { page: this.#number + 1 } : null
  }

  async *iterPages(): AsyncGenerator<Page<T>> {
    // The type of a class cannot be named by `this` once it is another page.
    let page = await Promise.resolve<Page<T>>(this)
    yield page
    while (page.hasNextPage()) {
      page = await page.getNextPage()
      yield page
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for await (const page of this.iterPages()) yield* page.result
  }
}

/** A list on its way: awaited, its first page; iterated over, all its items. */
export class PagePromise<T> extends ApiPromise<Page<T>> implements AsyncIterable<T> {
  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    yield* await this
  }
}
