import { createHash } from 'node:crypto'
import {
  APPROVE_PATH,
  approveHeaders,
  cacheControl,
  type PageFile,
  pageHeaders,
} from '../../lib/page.ts'
import type { Answer } from './gatewayEvent.ts'
import { notFoundPage } from './notFoundPage.ts'
import type { Site } from './site.ts'

type Request = {
  readonly method: string | undefined
  readonly path: string
  readonly ifNoneMatch: string | undefined
  /** A person reads the answer. */
  readonly wantsHtml: boolean
}

/**
 * Serve the page as CloudFront would: the same headers on every answer, but for the phone's page;
 * `/` is `/index.html`.
 */
export function siteServer({ files, config, brand }: Site, issuer: string) {
  // No HSTS: on a laptop the page is plain http.
  const headers = pageHeaders({ connect: [new URL(issuer).origin] })
  const text = {
    ...headers,
    'content-type': 'text/plain;charset=UTF-8',
    'cache-control': 'no-cache',
  }
  const answers = new Map<string, Answer>()

  function add(path: string, { body, type, immutable }: PageFile) {
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
    answers.set(path, {
      status: 200,
      headers: {
        ...(path === APPROVE_PATH ? approveHeaders() : headers),
        'content-type': type,
        'cache-control': cacheControl({ immutable }),
        etag,
      },
      body,
    })
  }
  for (const [path, file] of files) add(path, file)
  const body = Buffer.from(JSON.stringify(config))
  add('/config.json', { body, type: 'application/json', immutable: false })
  const index = answers.get('/index.html')
  if (index) answers.set('/', index)

  const nothing = notFoundPage(headers, brand)

  return ({ method, path, ifNoneMatch, wantsHtml }: Request): Answer => {
    if (method !== 'GET' && method !== 'HEAD') {
      return { status: 405, headers: { ...text, allow: 'GET, HEAD' }, body: 'Method Not Allowed' }
    }
    const answer = answers.get(path)
    if (!answer) return wantsHtml ? nothing : { status: 404, headers: text, body: 'Not Found' }
    return ifNoneMatch === answer.headers.etag ? { ...answer, status: 304, body: '' } : answer
  }
}
