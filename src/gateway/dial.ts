import type { LookupAddress } from 'node:dns'
import { isIP, type Socket } from 'node:net'
import { buildConnector, Pool } from 'undici'
import type { CheckedLookup } from '../kernel/checked-lookup.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { ChooseProxy } from '../kernel/proxies.ts'

export type Connector = buildConnector.connector
type Wanted = buildConnector.Options

/** How connections to providers are made: through a proxy where there is one, and where users say only to what they may. */
export interface Dial {
  /** `isUserGiven`: a user gave the address, so each connection goes only where `checked` lets it. */
  connectorFor(origin: string, isUserGiven: boolean): Connector
  close(): Promise<void>
}

export interface DialDeps {
  checked: CheckedLookup
  chooseProxy: ChooseProxy
  /** Whether a host is allowed by its name: then a proxy may look it up itself. */
  isNamed: (host: string) => boolean
  connectMs: number
}

export function createDial({ checked, chooseProxy, isNamed, connectMs }: DialDeps): Dial {
  const plain = buildConnector({ timeout: connectMs, allowH2: false })
  const safe = buildConnector({ timeout: connectMs, allowH2: false, lookup: checked.lookup })
  const proxies = new Map<string, Tunnels>()

  const connectSafely: Connector = (wanted, callback) => {
    const fault = checked.check(wanted.hostname)
    if (fault) callback(fault, null)
    else safe(wanted, callback)
  }
  const tunnelsOf = (proxy: URL): Tunnels => {
    const known = proxies.get(proxy.href)
    if (known) return known
    const made = createTunnels(proxy, plain, connectMs)
    proxies.set(proxy.href, made)
    return made
  }

  return {
    connectorFor(origin, isUserGiven) {
      const proxy = chooseProxy(origin)
      if (!proxy) return isUserGiven ? connectSafely : plain
      const tunnels = tunnelsOf(proxy)
      const hostFor = async (host: string): Promise<string> =>
        isUserGiven && !isNamed(host) ? await checkedAddress(host, checked) : host
      return (wanted, callback) =>
        void tunnels.open(wanted, hostFor).then(
          (socket) => callback(null, socket),
          (error: Error) => callback(error, null),
        )
    },
    async close() {
      await Promise.all([...proxies.values()].map(({ close }) => close()))
    },
  }
}

/** An address of a host that may be dialled. Behind a proxy too it is looked up here: the proxy is told an address. */
async function checkedAddress(host: string, checked: CheckedLookup): Promise<string> {
  const fault = checked.check(host)
  if (fault) throw fault
  if (isIP(host) !== 0) return host
  return await new Promise((resolve, reject) => {
    checked.lookup(host, {}, (error, address: string | LookupAddress[]) => {
      if (typeof address === 'string' && !error) resolve(address)
      else reject(error ?? new Error(`${host} has several addresses`))
    })
  })
}

interface Tunnels {
  open(wanted: Wanted, hostFor: (host: string) => Promise<string>): Promise<Socket>
  close(): Promise<void>
}

/** Tunnels through a proxy (`CONNECT`, RFC 9110 section 9.3.6): the proxy sees the host and its port, and of https no more. */
function createTunnels(proxy: URL, connect: Connector, connectMs: number): Tunnels {
  const pool = new Pool(proxy.origin, { connect, headersTimeout: connectMs, connections: null })
  const credentials = [proxy.username, proxy.password].map((part) => decodeURIComponent(part)).join(':')
  const authorization = credentials === ':' ? null : `Basic ${Buffer.from(credentials).toString('base64')}`

  async function openTunnel({ host, protocol, port }: Wanted, address: string): Promise<Socket> {
    const to = `${isIP(address) === 6 ? `[${address}]` : address}:${port || (protocol === 'https:' ? 443 : 80)}`
    const headers = { host: host ?? to, ...(authorization !== null && { 'proxy-authorization': authorization }) }
    const { socket, statusCode } = await pool.connect({ path: to, headers }).catch((error: Error) => {
      throw failed(proxy, 'code' in error ? String(error.code) : error.name, error)
    })
    // undici gives the connection itself; its types only know that it is a stream.
    const tunnel = socket as Socket
    if (statusCode === 200) return tunnel
    tunnel.on('error', () => {}).destroy()
    throw failed(proxy, `status ${statusCode}`)
  }

  return {
    async open(wanted, hostFor) {
      const tunnel = await openTunnel(wanted, await hostFor(wanted.hostname))
      if (wanted.protocol !== 'https:') return tunnel
      return await new Promise((resolve, reject) => {
        connect({ ...wanted, httpSocket: tunnel }, (error, socket) => {
          if (socket) resolve(socket)
          else reject(error ?? new Error('no connection'))
        })
      })
    },
    close: () => pool.destroy(),
  }
}

/** Never undici's own error: some of them it takes for one that is over soon, and tries for ever. */
function failed(proxy: URL, reason: string, cause?: Error): GatewayError {
  const message = `Failed to get response from provider: the proxy ${proxy.host} opened no tunnel (${reason})`
  return new GatewayError('upstream_failed', message, { cause })
}
