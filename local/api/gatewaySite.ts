import { createHash } from 'node:crypto'
import type { Answer } from './gatewayEvent.ts'
import type { Site } from './site.ts'

type Request = { method: string | undefined; path: string; ifNoneMatch: string | undefined }

/** Serve the page as CloudFront would: the same headers on every answer; `/` is `/index.html`. */
export function siteServer({ files, config }: Site, issuer: string) {
  const headers = securityHeaders(new URL(issuer).origin)
  const text = {
    ...headers,
    'content-type': 'text/plain;charset=UTF-8',
    'cache-control': 'no-cache',
  }
  const answers = new Map<string, Answer>()

  function add(path: string, body: Buffer, type: string, immutable: boolean) {
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
    const cache = immutable ? 'public, max-age=31536000, immutable' : 'no-cache'
    answers.set(path, {
      status: 200,
      headers: { ...headers, 'content-type': type, 'cache-control': cache, etag },
      body,
    })
  }
  for (const [path, { body, type, immutable }] of files) add(path, body, type, immutable)
  add('/config.json', Buffer.from(JSON.stringify(config)), 'application/json', false)
  const index = answers.get('/index.html')
  if (index) answers.set('/', index)

  return ({ method, path, ifNoneMatch }: Request): Answer => {
    if (method !== 'GET' && method !== 'HEAD') {
      return { status: 405, headers: { ...text, allow: 'GET, HEAD' }, body: 'Method Not Allowed' }
    }
    const answer = answers.get(path)
    if (!answer) return { status: 404, headers: text, body: 'Not Found' }
    return ifNoneMatch === answer.headers.etag ? { ...answer, status: 304, body: '' } : answer
  }
}

/** No HSTS and no upgrade to https: on a laptop the page is plain http. */
const securityHeaders = (issuerOrigin: string) => ({
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${issuerOrigin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
})
