/**
 * The pretend phone as a browser with its push service: it gives subscriptions, takes messages as RFC 8030 says, checks
 * who sends them (RFC 8292) and decrypts them (RFC 8291), as the browser would.
 */
import { createECDH, randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import ece from 'http_ece'
import { importJWK, jwtVerify } from 'jose'
import type { Faults } from './faults.ts'

/** A browser's subscription with its private key, all base64url. */
export type PretendSubscription = {
  /** The last part of its address. */
  readonly token: string
  readonly privateKey: string
  readonly auth: string
  /** The key of the only server that may send. */
  readonly serverKey: string
}

export const PUSH_PATH = '/push/'
/** RFC 8030, 7.2: a service need not take more. */
const MESSAGE_BYTES_MAX = 4096
/** The fault `late`; the sender waits three seconds. */
const LATE_MS = 5000
/** RFC 8292, 2: a signature for longer is refused. */
const SIGNED_SECONDS_MAX = 86_400

/** A new subscription for a server's public key. */
export function newSubscription(serverKey: string): PretendSubscription {
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  return {
    token: randomBytes(16).toString('base64url'),
    privateKey: pair.getPrivateKey('base64url'),
    auth: randomBytes(16).toString('base64url'),
    serverKey,
  }
}

/** What the browser's page would send to its server: `PushSubscription.toJSON()`. */
export function subscriptionJson({ token, privateKey, auth }: PretendSubscription, url: string) {
  const p256dh = pairOf(privateKey).getPublicKey('base64url', 'uncompressed')
  return { endpoint: `${url}${PUSH_PATH}${token}`, expirationTime: null, keys: { p256dh, auth } }
}

export type PushServiceOptions = {
  readonly faults: Faults
  readonly setTimer: (ms: number, fn: () => void) => void
  readonly url: () => string
  /** The subscription of an address; undefined if there is none. */
  readonly find: (token: string) => PretendSubscription | undefined
  /** Called with each message that the browser could decrypt. */
  readonly onMessage: (token: string, text: string) => void
  /** Called with each message that is not taken, and why in words. */
  readonly onMissed: (token: string, why: string) => void
}

type Message = {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Null if it is too large to be read. */
  readonly body: Buffer | null
  /** Resolves when the sender has gone. */
  readonly gone: Promise<void>
}

/** The push service: answers a message with a status. */
export function pushService({ faults, setTimer, url, find, ...on }: PushServiceOptions) {
  return async (message: Message): Promise<number> => {
    const token = message.path.slice(PUSH_PATH.length)
    const fault = faults.pushService
    if (fault === 'never') on.onMissed(token, missed('never answers, by the fault above'))
    const status = await answer(token, message, fault)
    const by = String(status) === fault ? ', by the fault above' : ''
    if (status >= 400 && fault !== 'never') on.onMissed(token, missed(`answered ${status}${by}`))
    return status
  }

  async function answer(
    token: string,
    { headers, body, gone }: Message,
    fault: Faults['pushService'],
  ): Promise<number> {
    if (fault === 'never') {
      await gone
      return 503
    }
    if (fault === 'late') await new Promise<void>((resolve) => setTimer(LATE_MS, resolve))
    if (fault === '404' || fault === '410' || fault === '429') return Number(fault)
    const subscription = find(token)
    if (!subscription) return 410
    if (!body || body.length > MESSAGE_BYTES_MAX) return 413
    if (!/^\d{1,10}$/.test(String(headers.ttl))) return 400
    if (headers['content-encoding'] !== 'aes128gcm') return 400
    if (!/^[A-Za-z0-9_-]{0,32}$/.test(String(headers.topic ?? ''))) return 400
    if (!(await isSignedBy(headers.authorization, subscription.serverKey, url()))) return 403
    const text = decrypted(body, subscription)
    // A browser drops what it cannot decrypt; its push service does not learn of it.
    if (text !== undefined) on.onMessage(token, text)
    else on.onMissed(token, 'A ring came that this phone could not decrypt.')
    return 201
  }
}

const missed = (what: string) => `A ring was sent, and the push service ${what}.`

function decrypted(body: Buffer, { privateKey, auth }: PretendSubscription): string | undefined {
  const options = {
    version: 'aes128gcm',
    privateKey: pairOf(privateKey),
    authSecret: auth,
  } as const
  try {
    return ece.decrypt(body, options).toString()
  } catch {
    return undefined
  }
}

/** RFC 8292, 3 and 4.2: the key that the subscription was made for signed for this service, not for too long. */
async function isSignedBy(
  authorization = '',
  serverKey: string,
  audience: string,
): Promise<boolean> {
  const [, jwt = '', key] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(authorization) ?? []
  if (key !== serverKey) return false
  const point = Buffer.from(key, 'base64url')
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((one) => one.toString('base64url'))
  if (!x || !y) return false
  try {
    const publicKey = await importJWK({ kty: 'EC', crv: 'P-256', x, y }, 'ES256')
    // By the machine's own clock, as web-push signs.
    const { payload } = await jwtVerify(jwt, publicKey, { audience, requiredClaims: ['exp'] })
    const seconds = (payload.exp ?? 0) - Date.now() / 1000
    return seconds <= SIGNED_SECONDS_MAX && /^(https:|mailto:)/.test(payload.sub ?? '')
  } catch {
    return false
  }
}

function pairOf(privateKey: string) {
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(privateKey, 'base64url')
  return pair
}
