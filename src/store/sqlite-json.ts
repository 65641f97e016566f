import { sql } from 'kysely'
import type { LogJson, MetadataEntry } from './engine.ts'

const entry: MetadataEntry = {
  name: sql`entry.key`,
  text: sql`case entry.type when 'text' then entry.value end`,
  number: sql`case when entry.type in ('integer', 'real') then entry.value end`,
  flag: sql`case entry.type when 'true' then 1 when 'false' then 0 end`,
  shown: sql`case when entry.type in ('true', 'false') then entry.type else cast(entry.value as text) end`,
}

/** The JSON functions of SQLite. Its `lower` knows A-Z alone. */
export const sqliteJson: LogJson = {
  text: (member) => sql`json_extract(logs.detail, ${sql.lit(`$.${member}`)})`,
  flag: (member) => sql`json_extract(logs.detail, ${sql.lit(`$.${member}`)})`,
  someMetadata: (condition) =>
    sql`exists (select 1 from json_each(logs.detail, '$.metadata') as entry where entry.key is not null and ${condition(entry)})`,
  mayHold: (part) => sql`logs.detail like ${`%${part}%`}`,
  contains: (text, part) => sql`instr(lower(${text}), ${part}) > 0`,
}
