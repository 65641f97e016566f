/** How much of something may go on at a time. */
export interface Slots {
  /** Takes a place; false: there is none. */
  enter(): boolean
  leave(): void
}

export function createSlots(count: number): Slots {
  let free = count
  return {
    enter() {
      if (free === 0) return false
      free--
      return true
    },
    leave() {
      free++
    },
  }
}
