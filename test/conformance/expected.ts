import type { Feature } from './asks.ts'

/** What a translation comes to, for one column. */
export interface Expected {
  /** The body that the provider must get, whole, but for the model's name and `stream`. */
  sent: object
  /** What the client must get: members of the answer, or of the message that a stream's chunks make; of an error, of `error`. */
  got: object
}

export type ExpectedOfFormat = Readonly<Record<Feature, Expected>>
