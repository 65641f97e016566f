/** A schedule as in crontab(5), in UTC: minutes, hours, days of the month, months, weekdays (0: Sunday). */
export interface Cron {
  fields: readonly ReadonlySet<number>[]
  /** Both days are said: either will do, as cron has it. */
  isEitherDay: boolean
}

const ranges = [
  { name: 'minute', least: 0, most: 59, words: [] },
  { name: 'hour', least: 0, most: 23, words: [] },
  { name: 'day of the month', least: 1, most: 31, words: [] },
  { name: 'month', least: 1, most: 12, words: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { name: 'day of the week', least: 0, most: 7, words: 'sun mon tue wed thu fri sat'.split(' ') },
]
const minuteMs = 60_000
const dayMs = 1440 * minuteMs
/** A 29th of February is eight years away at most. */
const mostDays = 366 * 8 + 1

/** Reads one, or says what is wrong with it. */
export function parseCron(text: string): Cron | { fault: string } {
  const parts = text.trim().toLowerCase().split(/\s+/)
  if (parts.length !== 5)
    return { fault: `it has ${parts.length} fields, expected five: minute hour day month weekday` }
  const fields = ranges.map((range, at) => readField(parts[at] ?? '', range))
  const wrong = fields.findIndex((field) => field.size === 0)
  if (wrong >= 0)
    return { fault: `${parts[wrong]} is no ${ranges[wrong]?.name}, expected such as * or 1,5 or 1-5 or */2` }
  if (fields[4]?.has(7)) fields[4].add(0)
  const cron = { fields, isEitherDay: parts[2]?.startsWith('*') === false && parts[4]?.startsWith('*') === false }
  return nextRunMs(cron, 0) === null ? { fault: 'there is no such day' } : cron
}

/** The first time after `afterMs`; null: there is none. */
export function nextRunMs({ fields, isEitherDay }: Cron, afterMs: number): number | null {
  const has = (field: number, value: number): boolean => fields[field]?.has(value) === true
  const startMs = (Math.floor(afterMs / minuteMs) + 1) * minuteMs
  for (let day = 0; day < mostDays; day++) {
    const dayStartMs = (Math.floor(startMs / dayMs) + day) * dayMs
    const date = new Date(dayStartMs)
    const [isDay, isWeekday] = [has(2, date.getUTCDate()), has(4, date.getUTCDay())]
    if (!has(3, date.getUTCMonth() + 1) || !(isEitherDay ? isDay || isWeekday : isDay && isWeekday)) continue
    for (let atMs = Math.max(startMs, dayStartMs); atMs < dayStartMs + dayMs; atMs += minuteMs) {
      const minute = (atMs - dayStartMs) / minuteMs
      if (has(1, Math.floor(minute / 60)) && has(0, minute % 60)) return atMs
    }
  }
  return null
}

/** Empty where it cannot be read. */
function readField(text: string, { least, most, words }: (typeof ranges)[number]): Set<number> {
  const values = new Set<number>()
  const read = (word: string): number => (words.includes(word) ? words.indexOf(word) + least : Number(word))
  for (const part of text.split(',')) {
    const [, all, from = '', to, step] = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part) ?? []
    const begin = all ? least : read(from || 'none')
    // `5/10` is every tenth from 5 on.
    const end = to === undefined ? (all || step ? most : begin) : read(to)
    if (!(begin >= least && end <= most && begin <= end && Number(step ?? 1) > 0)) return new Set()
    for (let value = begin; value <= end; value += Number(step ?? 1)) values.add(value)
  }
  return values
}
