/**
 * A shop's own server on a laptop: it serves the page, starts the payment of its own order with the payer's token, and
 * sends the goods on the event that the order is paid.
 *
 *     TOKEN=$(npm run -s token -- you@example.com) node examples/own-page/shop.ts
 */
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { createClient, PayfriendError, type Payment } from '../../client/payfriend.ts'
import { executePayment } from '../executePayment.ts'
import { keyOf, type Order, type Orders, shopOrders } from './orders.ts'

const API_PATIENCE_MS = 10_000
const EVENT_BYTES_MAX = 64 * 1024

export type ShopOptions = {
  /** 0: any free one. */
  readonly port: number
  /** Payfriend's API, for instance `http://localhost:3000/api`. */
  readonly api: string
  /** The access token of the payer who is signed in here. A real shop keeps one in each payer's session, and renews it. */
  readonly token: (refused?: string) => Promise<string>
  /** Send what was bought. */
  readonly sendGoods: (order: Order) => void
}

/** Start the shop on this machine only. */
export async function startShop({ port, api, token, sendGoods }: ShopOptions) {
  const page = readFileSync(join(import.meta.dirname, 'index.html'))
  const script = bundled()
  const orders = shopOrders()
  const starts = new Map<Order, Promise<Payment>>()
  const call = createClient({
    address: api,
    token,
    send: (url, request) =>
      fetch(url, { ...request, signal: AbortSignal.timeout(API_PATIENCE_MS) }),
  })
  const take = executing(orders.paidBy, sendGoods)

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => fail(error, response))
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request
    // Whoever reaches this server is the payer for it, so another site's page must not.
    if (!isOwn(request)) return void response.writeHead(403).end()
    const [, kind = '', id = ''] = /^\/(orders|payfriend\/payments)\/([\w-]+)/.exec(url) ?? []
    const order = kind === 'orders' ? orders.byId(id) : orders.byPayment(id)
    const route = id && order ? url.replace(id, 'ID') : url
    switch (`${method} ${route}`) {
      case 'GET /':
        return void response.writeHead(303, { location: `/orders/${orders.open().id}` }).end()
      case 'GET /page.js':
        return show(response, 'text/javascript', script)
      case 'POST /events':
        if (!isFromNoPage(request)) return void response.writeHead(403).end()
        await take(JSON.parse(await textOf(request)))
        return void response.writeHead(204).end()
    }
    if (order === undefined) return void response.writeHead(404).end()
    switch (`${method} ${route}`) {
      case 'GET /orders/ID':
        return show(response, 'text/html', page)
      case 'POST /orders/ID/payment':
        return show(response, 'application/json', JSON.stringify(await paymentOf(order)))
      case 'GET /payfriend/payments/ID':
        return show(response, 'application/json', JSON.stringify(await look(id)))
    }
    response.writeHead(404).end()
  }

  const look = (paymentId: string) => call('GET /payments/{paymentId}', { path: { paymentId } })

  /** The payment of an order. Pressed twice at once, or in two tabs, it is one start. */
  function paymentOf(order: Order): Promise<Payment> {
    const start = starts.get(order) ?? startOnce(order).finally(() => starts.delete(order))
    starts.set(order, start)
    return start
  }

  /** Nothing of it comes from the page: the shop says whom, how much and which attempt. */
  async function startOnce(order: Order): Promise<Payment> {
    if (order.paymentId !== undefined) {
      const payment = await look(order.paymentId)
      if (payment.status === 'pending' || payment.status === 'approved') return payment
      order.endedUnpaid = order.paymentId
    }
    const { payee, amount } = order
    const header = { 'Idempotency-Key': keyOf(order) }
    const payment = await call('POST /payments', { header, body: { payee, amount } })
    order.paymentId = payment.paymentId
    return payment
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

/**
 * Takes events as the Lambda of `../executePayment.ts` does: by its proofs, and once. What pays no order throws, so the
 * event comes again: the answer with its `paymentId` may still be on its way.
 */
function executing(paidBy: Orders['paidBy'], sendGoods: ShopOptions['sendGoods']) {
  const sent = new Set<string>()
  const receive = executePayment(
    {
      begin: async (paymentId) => !sent.has(paymentId),
      hold: async () => true,
      done: async (paymentId) => void sent.add(paymentId),
    },
    async (payment) => sendGoods(paidBy(payment)),
  )
  return async (event: { 'detail-type'?: string }) => {
    if (event['detail-type'] === 'payment.approved') await receive(event)
  }
}

/** A refusal is passed on with its code; a broken answer of the API is our 502, and neither ends the shop. */
function fail(error: unknown, response: ServerResponse): void {
  if (response.headersSent) return void response.destroy()
  if (!(error instanceof PayfriendError) || error.status < 400) {
    console.error(error)
    return void response.writeHead(502).end()
  }
  const { status, problem, retryAfterSeconds } = error
  response
    .writeHead(status, {
      'content-type': 'application/problem+json',
      ...(retryAfterSeconds !== undefined && { 'retry-after': `${retryAfterSeconds}` }),
    })
    .end(JSON.stringify(problem))
}

const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

function show(response: ServerResponse, type: string, content: string | Uint8Array): void {
  const headers = {
    'content-type': `${type}; charset=utf-8`,
    'content-security-policy': POLICY,
    'cache-control': 'no-store',
  }
  response.writeHead(200, headers).end(content)
}

/** Whether the request comes from this shop's own page, a program or the address bar, under a name of this machine. */
function isOwn({ headers }: IncomingMessage): boolean {
  const { host = '', origin, 'sec-fetch-site': site = 'none' } = headers
  if (!/^(localhost|127\.0\.0\.1)(:\d+)?$/.test(host)) return false
  if (origin !== undefined && origin !== `http://${host}`) return false
  return site === 'none' || site === 'same-origin'
}

/** Whether no browser sent the request: an event comes from a program. */
const isFromNoPage = ({ headers }: IncomingMessage): boolean =>
  headers.origin === undefined && headers['sec-fetch-site'] === undefined

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
    if (text.length > EVENT_BYTES_MAX) throw new Error('The event is too long.')
  }
  return text
}

if (import.meta.main) {
  const { TOKEN, PAYFRIEND_API = 'http://localhost:3000/api', SHOP_PORT = '3010' } = process.env
  if (!TOKEN) throw new Error('Set TOKEN to what `npm run -s token -- you@example.com` prints.')
  const { url } = await startShop({
    port: Number(SHOP_PORT),
    api: PAYFRIEND_API,
    async token(refused) {
      if (refused) throw new Error('The token is over: start the shop again with a new one.')
      return TOKEN
    },
    sendGoods: ({ id, amount }) => console.log(`Order ${id}, ${amount.value}: send the goods.`),
  })
  console.log(`The shop is open at ${url}, for five minutes: so long its payer's token is good.`)
}
