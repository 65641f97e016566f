import assert from 'node:assert/strict'
import { globSync, readFileSync, statSync } from 'node:fs'
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
    const files = globSync('**/*', { cwd: tollgate.dataDir }).map((file) => path.join(tollgate.dataDir, file))
    const stored = files.filter((file) => statSync(file).isFile())
    assert.ok(
      stored.some((file) => readFileSync(file).includes('provider_config')),
      'the store was looked at',
    )
    for (const file of stored) assert.ok(!readFileSync(file).includes('c4n4ry'), file)
  })
})
