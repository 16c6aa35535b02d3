/** The server of `examples/own-page` while Payfriend's API is broken. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startShop } from '../../examples/own-page/shop.ts'

let answerWith: (response: ServerResponse) => void
const keys: unknown[] = []
const api = createServer((request, response) => {
  keys.push(request.headers['idempotency-key'])
  answerWith(response)
})
let shop: Awaited<ReturnType<typeof startShop>>

beforeAll(async () => {
  // The developer who runs the shop reads the reason there; here it would only be in the way.
  vi.spyOn(console, 'error').mockImplementation(() => {})
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  const { port } = api.address() as AddressInfo
  const sendGoods = () => {}
  shop = await startShop({
    port: 0,
    api: `http://127.0.0.1:${port}`,
    token: async () => 'token',
    sendGoods,
  })
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
  ['answers no JSON', (response) => response.writeHead(200).end('<html>')],
  [
    'drops it within the body',
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
      response.write('{"paymentId":', () => response.destroy())
    },
  ],
])('where the API %s, the page gets 502, and the shop lives on', async (_, broken) => {
  answerWith = broken
  const { url } = await ask(shop.url)
  expect((await ask(`${url}/payment`, 'POST')).status).toBe(502)
  expect((await ask(url)).status).toBe(200)
})

test('a start whose answer was lost is repeated with its own key', async () => {
  keys.length = 0
  answerWith = (response) => response.destroy()
  const { url } = await ask(shop.url)
  await ask(`${url}/payment`, 'POST')
  await ask(`${url}/payment`, 'POST')
  expect(keys).toEqual([expect.stringMatching(/^[\w-]{37,64}$/), keys[0]])
})

const ask = async (url: string, method = 'GET') => {
  const response = await fetch(url, { method, signal: AbortSignal.timeout(5_000) })
  await response.body?.cancel()
  return response
}
