/**
 * A shop's own server on a laptop: it serves the page, and passes the page's requests on to Payfriend with the payer's
 * token, because Payfriend answers no page of another origin.
 *
 *     TOKEN=$(npm run -s token -- you@example.com) node examples/own-page/shop.ts
 */
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buildSync } from 'esbuild'

/** Only what this page needs: starting a payment, and looking at one. */
const PASSED_ON = /^(POST \/payments|GET \/payments\/[\w-]{22})$/
const BODY_BYTES_MAX = 8 * 1024

export type ShopOptions = {
  /** 0: any free one. */
  readonly port: number
  /** Payfriend's API, for instance `http://localhost:3000/api`. */
  readonly api: string
  /** The access token of the payer who is signed in here. A real shop keeps one in each payer's session, and renews it. */
  readonly token: () => Promise<string>
}

/** Start the shop on this machine only. */
export async function startShop({ port, api, token }: ShopOptions) {
  const files: Readonly<Record<string, readonly [type: string, content: string | Uint8Array]>> = {
    '/': ['text/html; charset=utf-8', readFileSync(join(import.meta.dirname, 'index.html'))],
    '/page.js': ['text/javascript; charset=utf-8', bundled()],
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error(error)
      if (response.headersSent) response.destroy()
      else response.writeHead(502).end()
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request
    // Whoever reaches this server is the payer for it, so another site's page must not.
    if (!isOwn(request)) return void response.writeHead(403).end()
    const [type, content] = (method === 'GET' && files[url]) || []
    if (type) {
      return void response
        .writeHead(200, { 'content-type': type, 'content-security-policy': POLICY })
        .end(content)
    }
    const path = url.replace(/^\/payfriend/, '')
    if (path === url || !PASSED_ON.test(`${method} ${path}`)) {
      return void response.writeHead(404).end()
    }
    await passOn(request, path, response)
  }

  async function passOn(request: IncomingMessage, path: string, response: ServerResponse) {
    const body = request.method === 'POST' ? await textOf(request) : undefined
    const key = request.headers['idempotency-key']
    const answered = await fetch(`${api}${path}`, {
      method: request.method ?? 'GET',
      headers: {
        authorization: `Bearer ${await token()}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(typeof key === 'string' && { 'idempotency-key': key }),
      },
      body: body ?? null,
    })
    // Before the first word of the answer: an answer that breaks off is none.
    const text = await answered.text()
    const again = answered.headers.get('retry-after')
    response
      .writeHead(answered.status, {
        'content-type': answered.headers.get('content-type') ?? 'application/json',
        'cache-control': 'no-store',
        ...(again !== null && { 'retry-after': again }),
      })
      .end(text)
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Whether the request comes from this shop's own page or the address bar, under a name of this machine. */
function isOwn({ headers }: IncomingMessage): boolean {
  const { host = '', origin, 'sec-fetch-site': site = 'none' } = headers
  if (!/^(localhost|127\.0\.0\.1)(:\d+)?$/.test(host)) return false
  if (origin !== undefined && origin !== `http://${host}`) return false
  return site === 'none' || site === 'same-origin'
}

function bundled(): Uint8Array {
  const { outputFiles } = buildSync({
    entryPoints: [join(import.meta.dirname, 'page.ts')],
    bundle: true,
    format: 'esm',
    write: false,
  })
  return outputFiles[0]?.contents ?? Buffer.of()
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > BODY_BYTES_MAX) throw new Error('The order is too long.')
  }
  return text
}

if (import.meta.main) {
  const { TOKEN, PAYFRIEND_API = 'http://localhost:3000/api', SHOP_PORT = '3010' } = process.env
  if (!TOKEN) throw new Error('Set TOKEN to what `npm run -s token -- you@example.com` prints.')
  const { url } = await startShop({
    port: Number(SHOP_PORT),
    api: PAYFRIEND_API,
    token: async () => TOKEN,
  })
  console.log(`The shop is open at ${url}, for five minutes: so long its payer's token is good.`)
}
