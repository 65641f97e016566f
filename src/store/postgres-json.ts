import { sql } from 'kysely'
import type { LogJson, MetadataEntry } from './engine.ts'

/*
 * Its JSON holds neither U+0000 nor half a surrogate pair, and one such row would fail the whole query. `JSON.stringify`
 * writes both as an escape, and little else, so that nearly no row is looked at twice.
 */
const detail = sql`(case when strpos(logs.detail, '\\u') = 0 then logs.detail
  else regexp_replace(logs.detail, '(?<!\\\\)((?:\\\\\\\\)*)\\\\u(?:0000|d[89a-f][0-9a-f]{2})', '\\1\\\\ufffd', 'g') end)::jsonb`

const entry: MetadataEntry = {
  name: sql`(entry.name collate "C")`,
  text: sql`(case jsonb_typeof(entry.value) when 'string' then entry.value #>> '{}' end collate "C")`,
  number: sql`case jsonb_typeof(entry.value) when 'number' then (entry.value #>> '{}')::double precision end`,
  flag: sql`case jsonb_typeof(entry.value) when 'boolean' then (entry.value #>> '{}')::boolean::integer end`,
  shown: sql`((entry.value #>> '{}') collate "C")`,
}

/** The JSON functions of PostgreSQL. `lower` in the collation "C" knows A-Z alone. */
export const postgresJson: LogJson = {
  text: (member) => sql`((${detail} ->> ${sql.lit(member)}) collate "C")`,
  flag: (member) => sql`(${detail} ->> ${sql.lit(member)})::boolean::integer`,
  someMetadata: (condition) =>
    sql`exists (select 1 from jsonb_each(case jsonb_typeof(${detail} -> 'metadata') when 'object'
      then ${detail} -> 'metadata' else '{}' end) as entry(name, value) where ${condition(entry)})`,
  mayHold: (part) => sql`strpos(lower(logs.detail collate "C"), ${part.toLowerCase()}) > 0`,
  contains: (text, part) => sql`strpos(lower(${text}), ${part}) > 0`,
}
