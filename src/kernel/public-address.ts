import { BlockList, isIP } from 'node:net'

/**
 * Which addresses that users give may be called: public ones over https, and what the operator allows. Names are only
 * looked at here; what a name stands for is checked by whoever looks it up, with `mayDial`.
 */
export interface UpstreamPolicy {
  /** Why a URL may not be called, as the end of a sentence about it; null: it may. It never repeats a credential. */
  faultOf(url: string): string | null
  /** Whether a connection may go to this IP address, which `host` stands for. */
  mayDial(host: string, address: string): boolean
  /** Whether the operator allows this host by its name, whatever that stands for. */
  isNamed(host: string): boolean
}

/** `allowed`: host names, IP addresses and CIDRs, as `readAllowedUpstreams` took them apart. */
export function createUpstreamPolicy(allowed: readonly string[]): UpstreamPolicy {
  const names = new Set(allowed.map(bareHost))
  const networks = new BlockList()
  for (const entry of allowed) addNetwork(networks, entry)

  const isAllowed = (host: string): boolean => {
    const address = plainAddress(host)
    return names.has(host) || (address !== null && networks.check(address, familyOf(address)))
  }
  const mayDial = (host: string, address: string): boolean =>
    isPublicAddress(address) || isAllowed(bareHost(host)) || isAllowed(bareHost(address))

  return {
    mayDial,
    isNamed: (host) => names.has(bareHost(host)),
    faultOf(text) {
      // The parser of URLs would pass over white space and turn backslashes.
      const url = /^https?:\/\/[^\s\\\p{Cc}]+$/iu.test(text) && URL.canParse(text) ? new URL(text) : null
      if (!url) return 'is no address such as https://api.example.com/v1'
      if (url.username || url.password) return 'has credentials in it: they belong into headers'
      if (url.search || url.hash) return 'has a query or a fragment, to which no path can be appended'
      const host = bareHost(url.hostname)
      if (isIP(host) === 0 ? !isPublicName(host) && !isAllowed(host) : !mayDial(host, host)) {
        return `leads to ${host}, which is not public: the operator may allow it in TOLLGATE_ALLOW_PRIVATE_UPSTREAMS`
      }
      if (url.protocol === 'https:' || isAllowed(host)) return null
      return 'is not https: the operator may allow plain http to a host in TOLLGATE_ALLOW_PRIVATE_UPSTREAMS'
    },
  }
}

/** A name ends in no number: what does is an IP address, or a mistake in one. */
const hostName = /^(?!(?:.*\.)?\d+\.?$)[a-z0-9_][a-z0-9._-]*$/i

/**
 * Host names, IP addresses and CIDRs, separated by commas or white space. Throws an error whose message is the first entry
 * that is none of these.
 */
export function readAllowedUpstreams(text: string): string[] {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '')
  for (const entry of entries) {
    const [base = '', prefix, ...rest] = entry.split('/')
    const family = isIP(bareHost(base))
    const isHost = prefix === undefined && (family !== 0 || hostName.test(base))
    const isNetwork =
      family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(prefix ?? '') && Number(prefix) <= (family === 4 ? 32 : 128)
    if (!isHost && !isNetwork) throw new Error(entry)
  }
  return entries
}

/** Whether an IP address is one of the public internet: global unicast, by the registries of IANA (2026-11). */
export function isPublicAddress(address: string): boolean {
  const plain = plainAddress(address)
  if (plain === null) return false
  if (isIP(plain) === 4) return !notGlobal.check(plain, 'ipv4')
  const translated = embedded(plain, nat64)
  if (translated !== null) return isPublicAddress(translated)
  return globalUnicast.check(plain, 'ipv6') && !notGlobal.check(plain, 'ipv6')
}

/** Names that mean a machine nearby, wherever they are looked up. */
function isPublicName(host: string): boolean {
  return host.includes('.') && !/(?:^|\.)(?:localhost|local|localdomain|internal|home\.arpa)$/.test(host)
}

const globalUnicast = new BlockList()
addNetwork(globalUnicast, '2000::/3')

/** IANA IPv4 and IPv6 Special-Purpose Address Registries, and multicast; of IPv6 what is in global unicast. */
const notGlobal = new BlockList()
for (const network of [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '2001::/23',
  '2001:db8::/32',
  // 6to4 holds an IPv4 address, which may be any.
  '2002::/16',
  '3fff::/20',
]) {
  addNetwork(notGlobal, network)
}

/** IPv4 in IPv6: one meant for the other's sockets (RFC 4291), and one that a translator turns back (RFC 6052). */
const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/
const nat64 = /^64:ff9b::(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})$/

/** The IPv4 address in an IPv6 address, null where it has none of this form. */
function embedded(address: string, form: RegExp): string | null {
  const match = form.exec(address)
  if (!match) return null
  const [high, low] = [match[1] ?? '0', match[2] ?? '0'].map((part) => Number.parseInt(part, 16))
  return [high, low].flatMap((part = 0) => [part >> 8, part & 0xff]).join('.')
}

/** An IP address in its one plain form, a mapped one as IPv4; null where it is none, or one with a zone. */
function plainAddress(address: string): string | null {
  if (isIP(address) === 4) return address
  if (isIP(address) === 0 || !URL.canParse(`http://[${address}]`)) return null
  const plain = bareHost(new URL(`http://[${address}]`).hostname)
  return embedded(plain, mapped) ?? plain
}

function addNetwork(list: BlockList, entry: string): void {
  const [base = '', prefix] = entry.split('/')
  const address = bareHost(base)
  if (isIP(address) === 0) return
  if (prefix === undefined) list.addAddress(address, familyOf(address))
  else list.addSubnet(address, Number(prefix), familyOf(address))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6'
}

/** A host in lower case, without the brackets of IPv6 and without the dot at the end. */
function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
}
