import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import type { Answer } from './gatewayEvent.ts'

/** The path under which the API can be read and tried out. */
export const DOCS_PATH = '/docs'

const API_FILE = resolve(import.meta.dirname, '../../docs/api/openapi.json')

/** Swagger UI, made of its package's files; nothing is loaded from elsewhere. */
const VIEWER = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Payfriend’s API</title>
    <link rel="icon" href="/docs/favicon.png">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="stylesheet" href="/docs/docs.css">
    <script src="/docs/swagger-ui.js" defer></script>
    <script src="/docs/docs.js" defer></script>
  </head>
  <body>
    <p class="hint">To try a route, press <b>Authorize</b> and paste what
      <code>npm run -s token -- you@example.com</code> prints. It is good for five minutes.</p>
    <main id="api"></main>
  </body>
</html>
`

const STYLE = `body { margin: 0; background: #fff }
.hint { margin: 0; padding: 1rem; text-align: center; color: #1a1c20; background: #e8eefb; font: 1rem/1.5 system-ui, sans-serif }
`

/** The token is forgotten with the tab, and no validator of somebody else is asked. */
const SCRIPT = `SwaggerUIBundle({
  url: '/docs/openapi.json',
  dom_id: '#api',
  validatorUrl: null,
  persistAuthorization: false,
  queryConfigEnabled: false,
  defaultModelsExpandDepth: 0,
  docExpansion: 'list',
})
`

/**
 * Looser than the page's policy in one thing: Swagger UI makes elements with style attributes, and has its own pictures
 * in its style sheet. Scripts and requests are from here only.
 */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cache-control': 'no-cache',
}

const FILES: Readonly<Record<string, readonly [type: string, content: () => string | Buffer]>> = {
  [DOCS_PATH]: ['text/html; charset=utf-8', () => PAGE],
  [`${DOCS_PATH}/docs.css`]: ['text/css; charset=utf-8', () => STYLE],
  [`${DOCS_PATH}/docs.js`]: ['text/javascript; charset=utf-8', () => SCRIPT],
  [`${DOCS_PATH}/openapi.json`]: ['application/json', () => readFileSync(API_FILE)],
  [`${DOCS_PATH}/swagger-ui.js`]: [
    'text/javascript; charset=utf-8',
    () => readFileSync(join(VIEWER, 'swagger-ui-bundle.js')),
  ],
  [`${DOCS_PATH}/swagger-ui.css`]: [
    'text/css; charset=utf-8',
    () => readFileSync(join(VIEWER, 'swagger-ui.css')),
  ],
  [`${DOCS_PATH}/favicon.png`]: [
    'image/png',
    () => readFileSync(join(VIEWER, 'favicon-32x32.png')),
  ],
}

/** The API, readable, on a laptop only; undefined for any other path or method. */
export function docsAnswer(method: string | undefined, path: string): Answer | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined
  const [type, content] = FILES[path === `${DOCS_PATH}/` ? DOCS_PATH : path] ?? []
  if (!type || !content) return undefined
  return { status: 200, headers: { ...HEADERS, 'content-type': type }, body: content() }
}
