import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { createUpstreamPolicy, isPublicAddress, readAllowedUpstreams } from './public-address.ts'

describe('public addresses', () => {
  it('are those of the internet', () => {
    for (const address of ['1.1.1.1', '8.8.8.8', '100.63.255.255', '100.128.0.0', '172.15.255.255', '172.32.0.0']) {
      assert.ok(isPublicAddress(address), address)
    }
    for (const address of ['2606:4700::1111', '2001:200::1', '2a00::1', '::ffff:8.8.8.8', '64:ff9b::808:808']) {
      assert.ok(isPublicAddress(address), address)
    }
  })

  for (const [kind, addresses] of Object.entries({
    'this host': ['0.0.0.0', '0.1.2.3', '::'],
    loopback: ['127.0.0.1', '127.255.255.255', '::1'],
    private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.255.255'],
    'of carriers': ['100.64.0.0', '100.127.255.255'],
    'link-local': ['169.254.169.254', 'fe80::1', 'febf::1', 'fe80::1%eth0'],
    'unique-local': ['fc00::1', 'fd12:3456::1'],
    'site-local': ['fec0::1'],
    multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1'],
    'for documents and benchmarks': [
      '192.0.2.1',
      '198.51.100.1',
      '203.0.113.1',
      '198.19.0.1',
      '2001:db8::1',
      '3fff::1',
    ],
    reserved: ['192.0.0.8', '240.0.0.1', '255.255.255.255', '192.88.99.1', '2001::1', '5f00::1', '4000::1', '100::1'],
    'IPv4 in IPv6': [
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::127.0.0.1',
      '::ffff:0:127.0.0.1',
      '2002:7f00:1::',
      '64:ff9b::7f00:1',
    ],
    'translated in other ways': ['64:ff9b::10.0.0.1', '64:ff9b:1::1', '64:ff9b::1'],
    'no address': ['', 'localhost', '127.1', '0x7f000001', '1.2.3.4.5', '[::1]'],
  })) {
    it(`are not ${kind} ones`, () => {
      for (const address of addresses) assert.ok(!isPublicAddress(address), address)
    })
  }

  it('are told as by a table of numbers, in every notation of IPv6 too', () => {
    const ranges = [
      [0x00000000, 8],
      [0x0a000000, 8],
      [0x64400000, 10],
      [0x7f000000, 8],
      [0xa9fe0000, 16],
      [0xac100000, 12],
      [0xc0000000, 24],
      [0xc0000200, 24],
      [0xc0586300, 24],
      [0xc0a80000, 16],
      [0xc6120000, 15],
      [0xc6336400, 24],
      [0xcb007100, 24],
      [0xe0000000, 3],
    ] as const
    const isNear = (number: number): boolean =>
      ranges.some(([base, bits]) => Math.floor(number / 2 ** (32 - bits)) === Math.floor(base / 2 ** (32 - bits)))
    const edges = ranges.flatMap(([base, bits]) => [
      base,
      base - 1,
      base + 2 ** (32 - bits) - 1,
      base + 2 ** (32 - bits),
    ])
    const number = fc.oneof(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.constantFrom(...edges.filter((edge) => edge >= 0 && edge < 2 ** 32)),
    )
    fc.assert(
      fc.property(number, (value) => {
        const parts = [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256)
        const hex = [value >>> 16, value & 0xffff].map((part) => part.toString(16))
        for (const text of [parts.join('.'), `::ffff:${parts.join('.')}`, `0:0:0:0:0:FFFF:${hex.join(':')}`]) {
          assert.equal(isPublicAddress(text), !isNear(value), text)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('URLs that users give', () => {
  const { faultOf } = createUpstreamPolicy([])

  it('may be of any public host over https', () => {
    for (const url of [
      'https://api.example.com',
      'https://api.example.com:8443/v1/',
      'HTTPS://8.8.8.8/x',
      'https://[2606:4700::1111]/',
      'https://api.example.com./',
      'https://bücher.example/v1',
    ]) {
      assert.equal(faultOf(url), null, url)
    }
  })

  for (const url of [
    'https://127.0.0.1',
    'https://127.1',
    'https://127.0.0.1.',
    'https://2130706433',
    'https://0x7f000001',
    'https://0x7f.1',
    'https://0177.0.0.1',
    'https://017700000001',
    'https://%31%32%37.0.0.1',
    'https://１２７.0.0.1',
    'https://127。0。0。1',
    'https://0',
    'https://10.0.0.1:443/v1',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]',
    'https://[::]',
    'https://[::ffff:127.0.0.1]',
    'https://[::ffff:a00:1]',
    'https://[0:0:0:0:0:ffff:10.0.0.1]',
    'https://[64:ff9b::7f00:1]',
    'https://[fe80::1]',
    'https://[fd00::1]',
    'https://localhost',
    'https://LOCALHOST:1',
    'https://localhost.',
    'https://x.localhost',
    'https://printer.local',
    'https://metadata.google.internal',
    'https://intranet',
    'https://router.home.arpa',
  ]) {
    it(`may not be ${url}`, () =>
      assert.match(faultOf(url) ?? '', /^leads to .* not public: .*TOLLGATE_ALLOW_PRIVATE_UPSTREAMS/))
  }

  for (const [url, fault] of [
    ['http://api.example.com', /^is not https/],
    ['https://sk-secret@api.example.com', /^has credentials/],
    ['https://api.example.com@127.0.0.1/', /^has credentials/],
    ['https://:sk-secret@api.example.com', /^has credentials/],
    ['https://api.example.com?key=sk-secret', /^has a query/],
    ['https://api.example.com/#sk-secret', /^has a query or a fragment/],
    ['ftp://api.example.com', /^is no address/],
    ['api.example.com', /^is no address/],
    ['https://', /^is no address/],
    ['https:\\\\127.0.0.1', /^is no address/],
    ['https://api.example.com\\@127.0.0.1', /^is no address/],
    ['https://127.0.\n0.1', /^is no address/],
    [' https://api.example.com', /^is no address/],
    ['https://[fe80::1%25eth0]', /^is no address/],
    ['https://999.1.1.1', /^is no address/],
  ] as const) {
    it(`that are ${JSON.stringify(url)} are refused: ${fault.source}`, () => {
      assert.match(faultOf(url) ?? '', fault)
      assert.ok(!faultOf(url)?.includes('sk-secret'))
    })
  }

  it('may be what the operator allows, over plain http too', () => {
    const policy = createUpstreamPolicy(
      readAllowedUpstreams('llm.internal, 10.1.0.0/16 [fd00::]/8\n127.0.0.1,api.example.com'),
    )
    for (const url of [
      'http://llm.internal:8000/v1',
      'http://LLM.internal.',
      'http://10.1.2.3',
      'https://[::ffff:10.1.2.3]',
      'http://[fd12::1]:80',
      'http://127.1:9',
      'http://api.example.com',
    ]) {
      assert.equal(policy.faultOf(url), null, url)
    }
    for (const url of [
      'http://x.llm.internal',
      'http://10.2.0.1',
      'http://[fe80::1]',
      'http://127.0.0.2',
      'http://other.example.com',
    ]) {
      assert.notEqual(policy.faultOf(url), null, url)
    }
    assert.ok(policy.mayDial('llm.internal', '192.168.0.7'))
    assert.ok(policy.mayDial('some.example.com', '10.1.0.1'))
    assert.ok(policy.mayDial('some.example.com', '8.8.8.8'))
    assert.ok(!policy.mayDial('some.example.com', '192.168.0.7'))
  })

  it('are judged without a throw, whatever they are', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.webUrl()), (url) => void faultOf(url)))
  })

  it('have an allow list of hosts, addresses and networks', () => {
    assert.deepEqual(readAllowedUpstreams(' '), [])
    for (const entry of [
      'http://x',
      'x/8',
      '10.0.0.0/33',
      '::/129',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '*.x',
      '10.0.0',
      '2130706433',
      'a:80',
    ]) {
      assert.throws(() => readAllowedUpstreams(`ok.example ${entry}`), { message: entry }, entry)
    }
  })
})
