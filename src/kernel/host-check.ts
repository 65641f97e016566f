/**
 * Whether a request's `Host` may be answered. On a loopback address only names of this machine are taken, so that a web
 * page which has its own name resolve to 127.0.0.1 (DNS rebinding) cannot talk to the gateway. Elsewhere the
 * operator's own proxy and names decide, and every host is taken.
 */
export function createHostCheck(listenHost: string, publicUrl: string | null): (host: string | undefined) => boolean {
  if (!isLoopback(listenHost)) return () => true
  const allowed = new Set(['localhost', '127.0.0.1', '[::1]', listenHost.toLowerCase()])
  if (publicUrl !== null) allowed.add(new URL(publicUrl).hostname)
  // Clients send the same host again and again; the last good one is known without taking it apart.
  let lastGood: string | undefined
  return (host) => {
    if (host === undefined) return false
    if (host === lastGood) return true
    const name = host.replace(/:\d*$/, '').toLowerCase()
    if (!allowed.has(name) && !name.endsWith('.localhost') && !/^127(\.\d{1,3}){3}$/.test(name)) return false
    lastGood = host
    return true
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
