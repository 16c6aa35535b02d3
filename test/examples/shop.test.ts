/** The server of `examples/own-page` while Payfriend's API is broken. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startShop } from '../../examples/own-page/shop.ts'

const PAYMENT = '/payfriend/payments/N2xh5v0SgVq3uQK1mYw8Tg'
let answerWith: (response: ServerResponse) => void
const api = createServer((_, response) => answerWith(response))
let shop: Awaited<ReturnType<typeof startShop>>

beforeAll(async () => {
  // The developer who runs the shop reads the reason there; here it would only be in the way.
  vi.spyOn(console, 'error').mockImplementation(() => {})
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  const { port } = api.address() as AddressInfo
  shop = await startShop({ port: 0, api: `http://127.0.0.1:${port}`, token: async () => 'token' })
})
afterAll(async () => {
  await shop.close()
  api.closeAllConnections()
  await new Promise((resolve) => api.close(resolve))
})

test.each<[string, typeof answerWith]>([
  ['drops the connection', (response) => response.destroy()],
  [
    'drops it after the headers',
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
      response.flushHeaders()
      setImmediate(() => response.destroy())
    },
  ],
  [
    'drops it within the body',
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
      response.write('{"paymentId":', () => response.destroy())
    },
  ],
])('where the API %s, the page gets 502, and the shop lives on', async (_, broken) => {
  answerWith = broken
  expect(await statusOf(PAYMENT)).toBe(502)
  expect(await statusOf('/page.js')).toBe(200)
})

const statusOf = async (path: string) => {
  const { status, body } = await fetch(`${shop.url}${path}`, { signal: AbortSignal.timeout(5_000) })
  await body?.cancel()
  return status
}
