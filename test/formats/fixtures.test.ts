import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const folder = path.join(import.meta.dirname, '../../src/formats/fixtures')

test('every fixture of a format has a row with its source and date, and every row a fixture', () => {
  const rows = readFileSync(path.join(folder, 'README.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
  const named = rows.flatMap(([, files = '', source = '', checked = '']) => {
    for (const url of source.split(', ')) assert.ok(URL.canParse(url) && url.startsWith('https://'), `${files}: ${url}`)
    assert.match(checked, /^\d{4}-\d{2}-\d{2}$/, files)
    return Array.from(files.matchAll(/`([^`]+)`/g), ([, file = '']) => file)
  })
  const files = globSync('*', { cwd: folder }).filter((file) => file !== 'README.md')
  assert.ok(files.length > 10)
  assert.deepEqual(named.toSorted(), files.toSorted())
})
