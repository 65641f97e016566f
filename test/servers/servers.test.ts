import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Client } from 'pg'
import { skipWithout } from './debian.ts'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'

test('a Redis of a test is stopped and started again, empty', { skip: skipWithout('redis-server') }, async (t) => {
  const redis = await startRedis()
  t.after(() => redis.close())
  const ask = async (command: string): Promise<string> => {
    const socket = connect(redis.port, '127.0.0.1')
    socket.write(`${command}\r\n`)
    const [answer] = (await once(socket, 'data')) as [Buffer] // The event's documented argument.
    socket.destroy()
    return answer.toString()
  }
  assert.equal(await ask('SET a 1'), '+OK\r\n')
  await redis.stop()
  await assert.rejects(ask('PING'), { code: 'ECONNREFUSED' })
  await redis.start()
  assert.equal(await ask('GET a'), '$-1\r\n')
})

test('a PostgreSQL of a test keeps what was committed', { skip: skipWithout('postgres', 'initdb') }, async (t) => {
  const postgres = await startPostgres()
  t.after(() => postgres.close())
  const database = postgres.createDatabase()
  const ask = (statement: string): string[] => postgres.query(database, statement)
  ask('create table t as select 7 as seven')
  await postgres.stop()
  assert.throws(() => ask('select 1'))
  await postgres.start()
  assert.deepEqual(ask('select seven from t'), ['7'])
  const client = new Client({ connectionString: database })
  await client.connect()
  postgres.freeze()
  const answer = client.query('select 8 as eight')
  assert.equal(await Promise.race([answer, setTimeout(300)]), undefined)
  postgres.thaw()
  assert.deepEqual((await answer).rows, [{ eight: 8 }])
  await client.end()
})
