/** Web Push subscriptions: where a browser is rung, and which addresses may be called for it. */

/** A push service's address for one browser, and the keys with which messages to it are encrypted (RFC 8291). */
export type PushSubscription = {
  readonly endpoint: string
  /** Public key (P-256, 65 bytes, uncompressed), base64url. */
  readonly p256dh: string
  /** Secret of 16 bytes, base64url. */
  readonly auth: string
  readonly since: Date
}

/** Longer than any push service's address. */
const ENDPOINT_LENGTH_MAX = 1024

/** Which push services may be called. */
export type PushServices = {
  /** Their hosts; `*.` stands for any names before the rest. */
  readonly hosts: readonly string[]
  /** The origin of a stand-in on this machine, by plain HTTP. Only a laptop has one. */
  readonly standIn?: string | undefined
}

/**
 * Whether an address is one of a push service, and so may be stored and called. It comes from a client, so it must be
 * spelled exactly as it is called: https, the usual port, no user, no fragment, a host of the list and never a number.
 */
export function isPushEndpoint(endpoint: string, { hosts, standIn }: PushServices): boolean {
  if (endpoint.length > ENDPOINT_LENGTH_MAX) return false
  const url = URL.parse(endpoint)
  if (!url || url.href !== endpoint) return false
  if (url.username !== '' || url.password !== '' || endpoint.includes('#')) return false
  if (url.pathname === '/') return false
  if (standIn !== undefined && url.origin === standIn) return true
  if (url.protocol !== 'https:' || url.port !== '') return false
  return hosts.some((host) => isOf(url.hostname, host))
}

const isOf = (hostname: string, host: string): boolean =>
  host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host
