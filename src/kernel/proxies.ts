import { BlockList, isIP } from 'node:net'

/** What the environment says of proxies, as other programs read it too. */
export interface ProxySettings {
  /** For http:// addresses, and for https:// ones where there is no `https`; null: none. */
  http: string | null
  https: string | null
  /** Hosts, their domains, addresses and CIDRs, each with a port or without, that are called without a proxy; `*`: all. */
  none: string
}

/** The proxy for calls to an origin; null: none. Loopback addresses never have one. */
export type ChooseProxy = (origin: string) => URL | null

export function createChooseProxy({ http, https, none }: ProxySettings): ChooseProxy {
  const forHttp = http === null ? null : new URL(http)
  const forHttps = https === null ? forHttp : new URL(https)
  const exceptions = none.split(/[\s,]+/).filter((entry) => entry !== '')
  const isExcepted = exceptions.map(compileException)

  return (origin) => {
    const { protocol, hostname, port } = new URL(origin)
    const proxy = protocol === 'https:' ? forHttps : forHttp
    if (!proxy) return null
    const host = bareHost(hostname)
    const asked = { host, port: port || (protocol === 'https:' ? '443' : '80') }
    return isLoopback(host) || isExcepted.some((matches) => matches(asked)) ? null : proxy
  }
}

type Matches = (asked: { host: string; port: string }) => boolean

function compileException(entry: string): Matches {
  if (entry === '*') return () => true
  const [, base = '', prefix] = /^([^/]+)\/(\d{1,3})$/.exec(entry) ?? []
  if (isIP(base) !== 0) {
    const network = new BlockList()
    network.addSubnet(base, Math.min(Number(prefix), isIP(base) === 4 ? 32 : 128), familyOf(base))
    return ({ host }) => isIP(host) !== 0 && network.check(host, familyOf(host))
  }
  const [, named = entry, port] = (isIP(entry) === 6 ? null : /^(.*):(\d+)$/.exec(entry)) ?? []
  const isWild = named.startsWith('*.')
  const name = bareHost(named.replace(/^\*?\./, ''))
  return (asked) =>
    (port === undefined || port === asked.port) &&
    ((!isWild && asked.host === name) || (isIP(name) === 0 && asked.host.endsWith(`.${name}`)))
}

function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    (isIP(host) === 4 && host.startsWith('127.'))
  )
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6'
}

function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
}
