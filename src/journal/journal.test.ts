import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { systemClock } from '../kernel/clock.ts'
import { createTextLog } from '../kernel/text-log.ts'
import { createJournal, type Journal, type JournalEntry, type JournalOptions } from './journal.ts'
import { createSegmentReader } from './reader.ts'
import { createSegmentWriter } from './segment-writer.ts'
import { listSegments, type Segment } from './segments.ts'

const silent = createTextLog('silent', systemClock)
const dirs: string[] = []
after(() => dirs.forEach((dir) => rmSync(dir, { recursive: true, force: true })))

function newDir(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'tollgate-journal-'))
  dirs.push(dir)
  return dir
}

const segmentsOf = (dir: string): Segment[] => [...listSegments(dir).values()].flat()

function open(dir: string, options: Partial<JournalOptions> = {}): Journal {
  return createJournal({
    dir,
    writer: 0,
    clock: systemClock,
    log: silent,
    maxBytes: 0,
    positions: [],
    onAppended: () => {},
    ...options,
  })
}

function entry(meta: string, request: string | null = null, response: string | null = null): JournalEntry {
  const bytes = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text))
  return { meta, request: bytes(request), response: bytes(response), secrets: [] }
}

function append(journal: Journal, item: JournalEntry): Promise<void> {
  return new Promise((resolve) => journal.append(item, resolve))
}

/** Everything that a new reader finds, lane by lane. */
function readAll(dir: string, targetBytes = 4096): { meta: string; request: string | null; response: string | null }[] {
  const found = []
  const readSegment = createSegmentReader(targetBytes)
  for (const segment of segmentsOf(dir)) {
    for (let offset = 0; ;) {
      const { frames, nextOffset, state } = readSegment(segment, offset)
      for (const { meta, request, response } of frames) {
        const text = (bytes: Buffer | null): string | null => bytes && bytes.toString()
        found.push({ meta: meta.toString(), request: text(request), response: text(response) })
      }
      offset = nextOffset
      if (state !== 'more') break
    }
  }
  return found
}

test('an entry can be read as soon as its callback is called', async () => {
  const dir = newDir()
  const journal = open(dir)
  await append(journal, entry('{"a":"ü"}', 'question', 'answer'))
  await append(journal, entry('{"b":1}', null, ''))
  assert.deepEqual(readAll(dir), [
    { meta: '{"a":"ü"}', request: 'question', response: 'answer' },
    { meta: '{"b":1}', request: null, response: '' },
  ])
  await journal.close()
})

test('all entries of one turn of the event loop are one write, in order', async () => {
  const dir = newDir()
  let writes = 0
  const journal = open(dir, { onAppended: () => writes++ })
  await Promise.all(Array.from({ length: 20 }, (_, at) => append(journal, entry(`{"at":${at}}`, 'x'.repeat(100)))))
  assert.equal(writes, 1)
  assert.deepEqual(
    readAll(dir).map(({ meta }) => meta),
    Array.from({ length: 20 }, (_, at) => `{"at":${at}}`),
  )
  await journal.close()
})

test('more than a batch in one turn goes on in the next turns and loses nothing', async () => {
  const dir = newDir()
  let writes = 0
  const journal = open(dir, { onAppended: () => writes++ })
  await Promise.all(Array.from({ length: 50 }, (_, at) => append(journal, entry(`{"at":${at}}`, 'x'.repeat(10_000)))))
  assert.equal(readAll(dir).length, 50)
  assert.ok(writes >= 8, `${writes} writes cannot have kept to 64 KiB each`)
  await journal.close()
})

test('a big entry is written whole and does not hold up small ones', async () => {
  const dir = newDir()
  const journal = open(dir)
  const order: string[] = []
  const big = append(journal, entry('{"big":true}', 'r'.repeat(5_000_000), 'a'.repeat(3_000_000))).then(() =>
    order.push('big'),
  )
  const small = append(journal, entry('{"small":true}')).then(() => order.push('small'))
  await Promise.all([big, small])
  assert.deepEqual(order, ['small', 'big'])
  const [first, second] = readAll(dir)
  assert.equal(first?.meta, '{"small":true}')
  assert.equal(second?.request?.length, 5_000_000)
  assert.equal(second?.response, 'a'.repeat(3_000_000))
  await journal.close()
})

test('a secret is masked in the bodies of both lanes, never in the meta text, and the caller keeps its own bytes', async () => {
  const dir = newDir()
  const journal = open(dir)
  const secret = 'sk-very-secret-key'
  const request = Buffer.from(`{"key":"${secret}"}`)
  const big = Buffer.from(`${'x'.repeat(70_000)}${secret}${secret}`)
  await append(journal, { meta: 'very-secret-key', request, response: null, secrets: [secret, 'very-secret-key'] })
  await append(journal, { meta: 'big', request: null, response: big, secrets: [secret, 'short'] })
  await journal.close()
  for (const { file } of segmentsOf(dir)) assert.ok(!readFileSync(file).includes(secret), `${file} holds the secret`)
  assert.ok(request.includes(secret))
  assert.ok(big.includes(secret))
  assert.equal(readAll(dir)[0]?.meta, 'very-secret-key')
  assert.equal(readAll(dir)[1]?.response?.slice(70_000), '*'.repeat(2 * secret.length))
})

test('what a dying process left half written is skipped, and everything before it is read', async () => {
  for (const cut of [1, 10, 19, 25]) {
    const dir = newDir()
    const journal = open(dir)
    await append(journal, entry('{"n":1}', 'one'))
    await append(journal, entry('{"n":2}', 'two'))
    await journal.close()
    const [segment] = segmentsOf(dir)
    assert.ok(segment)
    truncateSync(segment.file, readFileSync(segment.file).length - cut)
    assert.deepEqual(
      readAll(dir).map(({ meta }) => meta),
      ['{"n":1}'],
    )
  }
})

test('garbage behind the last entry is told as damage', async () => {
  const dir = newDir()
  const journal = open(dir)
  await append(journal, entry('{"n":1}'))
  await journal.close()
  const [segment] = segmentsOf(dir)
  assert.ok(segment)
  appendFileSync(segment.file, Buffer.alloc(64, 7))
  const read = createSegmentReader(4096)(segment, 0)
  assert.equal(read.frames.length, 1)
  assert.equal(read.state, 'damaged')
})

test('a segment is full at its size, and numbers rise even if the clock goes back', async () => {
  const dir = newDir()
  let now = 5_000_000
  const clock = { ...systemClock, nowMs: () => now-- }
  const journal = open(dir, { clock, segmentBytes: 100, positions: [{ lane: 'small', segment: 6_000_000, offset: 0 }] })
  for (let at = 0; at < 3; at++) await append(journal, entry(`{"at":${at}}`, 'x'.repeat(100)))
  await journal.close()
  assert.deepEqual(
    segmentsOf(dir).map(({ number }) => number),
    [6_000_001, 6_000_002, 6_000_003],
  )
  assert.equal(readAll(dir).length, 3)
})

test('beyond its limit the journal drops, counts what it drops, and the traffic goes on', async () => {
  const journal = open(newDir(), { maxBytes: 100 })
  await append(journal, entry('{"n":1}', 'x'.repeat(200)))
  await append(journal, entry('{"n":2}'))
  assert.deepEqual({ ...journal.stats(), waitingBytes: 0 }, { accepted: 2, dropped: 1, pending: 1, waitingBytes: 0 })
  await journal.close()
})

test('accepted is stored plus pending plus dropped, and what an earlier process left is waiting', async () => {
  const dir = newDir()
  const first = open(dir)
  await append(first, entry('{"n":1}'))
  const { waitingBytes } = first.stats()
  await first.close()
  const [old] = segmentsOf(dir)
  assert.ok(old)

  const second = open(dir)
  assert.equal(second.stats().waitingBytes, waitingBytes)
  second.release({ lane: 'small', segment: old.number, entries: 1, bytes: waitingBytes })
  assert.deepEqual(second.stats(), { accepted: 0, dropped: 0, pending: 0, waitingBytes: 0 })
  await append(second, entry('{"n":2}'))
  assert.equal(second.stats().pending, 1)
  await second.close()
})

test('any texts and bodies come back as they went in, however small the reads are', async () => {
  const body = fc.option(fc.string({ maxLength: 2000 }))
  const meta = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 })
  const item = fc.record({ meta, request: body, response: body }, { noNullPrototype: true })
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { maxLength: 20 }),
      fc.integer({ min: 20, max: 5000 }),
      async (items, targetBytes) => {
        const dir = newDir()
        const journal = open(dir)
        await Promise.all(items.map(({ meta, request, response }) => append(journal, entry(meta, request, response))))
        await journal.close()
        assert.deepEqual(readAll(dir, targetBytes), items)
      },
    ),
    { numRuns: 30 },
  )
})

test('after a write that failed in the middle nothing is written where a reader may have been', async () => {
  const dir = newDir()
  const files: string[] = []
  const failed: number[] = []
  const writer = createSegmentWriter({
    nextFile: () => {
      files.push(path.join(dir, `segment-${files.length}`))
      return files.at(-1) ?? ''
    },
    segmentBytes: 1 << 20,
    onWritten: () => {},
    onFailed: (entries) => failed.push(entries),
  })
  writer.write(Buffer.from('whole'), 5)
  // More than the buffer holds: the system writes a part and then refuses.
  assert.throws(() => writer.write(Buffer.from('half'), 8))
  writer.write(Buffer.from('next'), 4)
  writer.close()
  assert.deepEqual(
    files.map((file) => readFileSync(file, 'utf8')),
    ['whole', 'next'],
  )
  assert.deepEqual(failed, [])
})

test('two writers of one folder have lanes of their own, and neither counts what the other left', async () => {
  const dir = newDir()
  const [first, second] = [open(dir), open(dir, { writer: 2 })]
  await Promise.all([
    new Promise<void>((resolve) => first.append(entry('one'), resolve)),
    new Promise<void>((resolve) => second.append(entry('two'), resolve)),
  ])
  await Promise.all([first.close(), second.close()])
  assert.deepEqual([...listSegments(dir).keys()], ['small.2', 'small'])
  const again = open(dir, { writer: 2 })
  const left = again.stats().waitingBytes
  await again.close()
  assert.equal(left, statSync(listSegments(dir).get('small.2')?.[0]?.file ?? '').size)
})
