import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { signRequest } from './sigv4.ts'

/*
 * Amazon's own test suite for Signature Version 4 (`aws-sig-v4-test-suite`, as in the AWS SDKs and
 * github.com/awslabs/aws-c-auth/tree/main/tests/aws-signing-test-suite/v4), looked up 2026-11-26.
 */
const key = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: null,
}
const scope = { region: 'us-east-1', service: 'service' }
const nowMs = Date.UTC(2015, 7, 30, 12, 36, 0)

interface Vector {
  method?: string
  path?: string
  query?: string
  headers?: string[]
  body?: string
  signed?: string
  signature: string
}
const vectors: Record<string, Vector> = {
  'get-vanilla': { signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31' },
  'get-unreserved': {
    path: '/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
    signature: '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
  },
  'get-slashes': {
    path: '//example//',
    signature: '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84',
  },
  'get-vanilla-query-order-key-case': {
    query: 'Param2=value2&Param1=value1',
    signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  },
  'get-vanilla-query-order-value': {
    query: 'Param1=value2&Param1=value1',
    signature: '5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694',
  },
  'get-vanilla-utf8-query': {
    query: '%E1%88%B4=bar',
    signature: '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
  },
  'get-header-value-order': {
    headers: ['My-Header1', 'value4', 'My-Header1', 'value1', 'My-Header1', 'value3', 'My-Header1', 'value2'],
    signed: 'host;my-header1;x-amz-date',
    signature: '08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01',
  },
  'get-header-value-trim': {
    headers: ['My-Header1', ' value1', 'My-Header2', ' "a   b   c"'],
    signed: 'host;my-header1;my-header2;x-amz-date',
    signature: 'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
  },
  'post-x-www-form-urlencoded': {
    method: 'POST',
    headers: ['Content-Type', 'application/x-www-form-urlencoded'],
    body: 'Param1=value1',
    signed: 'content-type;host;x-amz-date',
    signature: 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  },
}

describe('a request is signed as in Amazon’s test suite', () => {
  for (const [name, vector] of Object.entries(vectors)) {
    it(name, () => {
      const { method = 'GET', path = '/', query = '', headers = [], body = '', signed = 'host;x-amz-date' } = vector
      const request = { method, path, query, headers: ['Host', 'example.amazonaws.com', ...headers] }
      assert.deepEqual(signRequest({ ...request, body: Buffer.from(body) }, key, scope, nowMs), [
        'x-amz-date',
        '20150830T123600Z',
        'authorization',
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
          `SignedHeaders=${signed}, Signature=${vector.signature}`,
      ])
    })
  }

  it('with the session token of a temporary key', () => {
    const sessionToken = '6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267'
    const request = { method: 'GET', path: '/', query: '', headers: ['host', 'example.amazonaws.com'] }
    const added = signRequest({ ...request, body: Buffer.alloc(0) }, { ...key, sessionToken }, scope, nowMs)
    assert.deepEqual(added.slice(2, 4), ['x-amz-security-token', sessionToken])
    assert.match(
      added[5] ?? '',
      /SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8$/,
    )
  })
})
