import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startForTest, type TestTollgate } from '../tollgate.ts'

const canary = 'sk-c4n4ry-7f3a9be1d2'

describe('secrets that are stored', () => {
  let tollgate: TestTollgate
  const answers: string[] = []
  before(async () => {
    tollgate = await startForTest()
  })
  after(() => tollgate.close())

  const call = async (method: string, below: string, body?: unknown) => {
    const answer = await tollgate.manage(method, below, body)
    answers.push(JSON.stringify(answer))
    return answer
  }

  it('are sealed with a key of this user, in no other file', () => {
    const file = path.join(tollgate.dataDir, 'encryption-key')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    const key = readFileSync(file, 'utf8').trim()
    const others = filesOf(tollgate).filter((other) => other !== file)
    for (const text of [...others.map((other) => readFileSync(other, 'latin1')), ...tollgate.logLines]) {
      assert.ok(!text.includes(key))
    }
  })

  it('are sealed with the key that the operator gives, which is written nowhere', async () => {
    const own = await startForTest({ TOLLGATE_ENCRYPTION_KEY: Buffer.alloc(32, 9).toString('base64') })
    try {
      await own.gateway('g')
      const config = { alias: 'a', default_config: true, provider_slug: 'openai', secret: canary }
      assert.equal((await own.manage('POST', '/gateways/g/provider_configs', config)).status, 200)
      assert.ok(!existsSync(path.join(own.dataDir, 'encryption-key')))
    } finally {
      await own.close()
    }
  })

  it('are in no answer, log, audit entry or file, in any of their ways through the server', async () => {
    await tollgate.gateway('g')
    const configs = '/gateways/g/provider_configs'
    const config = { alias: 'a', default_config: true, provider_slug: 'openai', secret: `${canary}-1` }
    const made = await call('POST', configs, config)
    const { id } = made.body.result as { id: string }
    await call('PUT', `${configs}/${id}`, { secret: `${canary}-2` })
    await call('POST', configs, config)
    await call('POST', configs, { ...config, secret: [canary] })
    await call('POST', configs, { ...config, alias: 7 })
    await call('POST', configs, { ...config, provider_slug: 'none' })
    await call('POST', configs, { ...config, unknown: canary })
    await call('PUT', `${configs}/none`, { secret: canary })
    await call('GET', configs)
    await call('DELETE', `${configs}/${id}`)
    const base_url = 'https://api.example.com'
    const provider = { name: 'p', slug: 'p', base_url, headers: JSON.stringify({ 'x-key': canary }) }
    const own = await call('POST', '/custom-providers', { ...provider, slug: 'q', headers: '{"x-key":"a"}' })
    // Whoever may write them is shown the headers: what is answered to these calls is not looked at below.
    const shown = await tollgate.manage('POST', '/custom-providers', provider)
    const { id: providerId } = shown.body.result as { id: string }
    await tollgate.manage('PATCH', `/custom-providers/${providerId}`, { name: 'r' })
    await call('POST', '/custom-providers', { ...provider, base_url: `https://${canary}@api.example.com` })
    await call('POST', '/custom-providers', { ...provider, base_url: `https://api.example.com?key=${canary}` })
    await call('POST', '/custom-providers', { ...provider, slug: 's', headers: `{"x-key": "${canary}"` })
    await call('POST', '/custom-providers', { ...provider, slug: 's', headers: { 'x-key': canary } })
    await call('POST', '/custom-providers', provider)
    await call('GET', '/audit-logs?per_page=100')
    const broken = await fetch(`${tollgate.url}/client/v4/accounts/test/ai-gateway${configs}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tollgate.adminToken}` },
      body: `{"secret": "${canary}`,
    })
    answers.push(await broken.text())

    assert.deepEqual([made.status, own.status, shown.status, broken.status], [200, 200, 200, 400])
    for (const text of [...answers, ...tollgate.logLines]) assert.ok(!text.includes('c4n4ry'), text)
    const stored = filesOf(tollgate)
    assert.ok(
      stored.some((file) => readFileSync(file).includes('provider_config')),
      'the store was looked at',
    )
    for (const file of stored) assert.ok(!readFileSync(file).includes('c4n4ry'), file)
  })
})

function filesOf({ dataDir }: TestTollgate): string[] {
  const all = globSync('**/*', { cwd: dataDir }).map((file) => path.join(dataDir, file))
  return all.filter((file) => statSync(file).isFile())
}
