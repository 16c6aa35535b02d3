/** Web Push (RFC 8030): messages encrypted for one browser (RFC 8291) and signed with our key (RFC 8292). */
import { encrypt } from 'web-push/src/encryption-helper.js'
import { getVapidHeaders } from 'web-push/src/vapid-helper.js'
import type { PushAnswer, PushService } from '../../core/ports.ts'
import { isPushEndpoint, type PushServices } from '../../core/pushSubscription.ts'
import type { VapidKey } from '../vapidKey.ts'
import { type Post, postOnce, type Resolve, resolveName } from './postOnce.ts'

export type WebPushOptions = {
  readonly services: PushServices
  /** The page's https address, where a push service's people find whom to ask. Apple refuses one that cannot be real. */
  readonly subject: string
  readonly key: () => Promise<VapidKey>
  /** Called if a service refuses our request, or may not be called, with its host. Never with the whole address. */
  readonly onRefused: (refusal: {
    readonly host: string
    readonly status: string
    readonly said: string
  }) => void
  readonly post?: Post
  readonly resolve?: Resolve
}

/** The only encoding of RFC 8291. */
const ENCODING = 'aes128gcm'

export function webPush(options: WebPushOptions): PushService {
  const { services, subject, key, onRefused, post = postOnce, resolve = resolveName } = options
  return {
    async push({ endpoint, p256dh, auth }, { text, ttlSeconds, topic }) {
      // It was checked before it was stored, and by another list if the setting has changed.
      const { host, origin } = new URL(endpoint)
      if (!isPushEndpoint(endpoint, services)) return refused(host, 'not of pushHosts')
      const { publicKey, privateKey } = await key()
      const { cipherText: body } = encrypt(p256dh, auth, text, ENCODING)
      const headers = {
        ...getVapidHeaders(origin, subject, publicKey, privateKey, ENCODING),
        TTL: ttlSeconds,
        Urgency: 'high',
        Topic: topic,
        'Content-Type': 'application/octet-stream',
        'Content-Encoding': ENCODING,
        'Content-Length': body.length,
      }
      const isStandIn = origin === services.standIn
      const posted = await post({ url: endpoint, headers, body, isStandIn, resolve })
      if ('fault' in posted) {
        return posted.fault === 'private' ? refused(host, 'private address') : 'busy'
      }
      const answer = answerOf(posted.status)
      return answer === 'refused' ? refused(host, String(posted.status), posted.said) : answer
    },
  }

  function refused(host: string, status: string, said = ''): PushAnswer {
    onRefused({ host, status, said })
    return 'refused'
  }
}

/** RFC 8030, 5 and 8.4; 404 and 410: the subscription has ended. A redirect is refused, never followed. */
function answerOf(status: number): PushAnswer {
  if (status >= 200 && status < 300) return 'taken'
  if (status === 404 || status === 410) return 'gone'
  if (status === 408 || status === 429 || status >= 500) return 'busy'
  return 'refused'
}
