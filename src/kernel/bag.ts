/**
 * Things that come and go by the thousand, in no order. Not a Set: V8 links each table that a Set outgrew to the next
 * one, and a dead table that is old keeps alive what was in it until the next full collection.
 */
export interface Bag<T> {
  /** What takes it out again; a second time does nothing. */
  add(value: T): () => void
  /** Not to be kept: it changes. */
  values(): readonly T[]
}

export function createBag<T>(): Bag<T> {
  const values: T[] = []
  const places: { at: number }[] = []
  return {
    values: () => values,
    add(value) {
      const place = { at: values.length }
      values.push(value)
      places.push(place)
      return () => {
        const { at } = place
        if (at === -1) return
        place.at = -1
        // The last one takes its place.
        const last = values.pop()
        const lastPlace = places.pop()
        if (at === values.length || !lastPlace) return
        values[at] = last as T // There was one: `at` is the place of another.
        places[at] = lastPlace
        lastPlace.at = at
      }
    },
  }
}
