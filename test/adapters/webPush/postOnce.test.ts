import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { postOnce, type Resolve } from '../../../functions/adapters/webPush/postOnce.ts'

const SOON_MS = 50
const nobody: Resolve = async () => []

/** A server on this machine, as the pretend phone's. */
async function serving(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`
}

const post = (url: string, more: { isStandIn?: boolean; resolve?: Resolve } = {}, ms?: number) =>
  postOnce(
    { url, headers: { TTL: 1 }, body: Buffer.from('x'), isStandIn: true, resolve: nobody, ...more },
    ms,
  )

test('the answer is its status and the beginning of its body, printable', async () => {
  const url = await serving((_, response) => response.writeHead(403).end('{"reason":"é\n"}'))
  expect(await post(url)).toEqual({ status: 403, said: '{"reason":"  "}' })
})

test('a redirect is an answer and is not followed', async () => {
  const asked: (string | undefined)[] = []
  const url = await serving((request, response) => {
    asked.push(request.url)
    response.writeHead(307, { location: '/inside' }).end()
  })
  expect(await post(url)).toMatchObject({ status: 307 })
  expect(asked).toEqual(['/x'])
})

test('a service that changes the protocol is no answer, at once', async () => {
  const server = createSocketServer((socket) => {
    socket.on('error', () => {})
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`
  expect(await post(url, {}, 60_000)).toEqual({ fault: 'no answer' })
})

test('a service that hangs is given up', async () => {
  const url = await serving(() => {})
  expect(await post(url, {}, SOON_MS)).toEqual({ fault: 'no answer' })
})

test('a body that never ends counts by its status, as does one of ten megabytes, which is not read', async () => {
  const endless = await serving((_, response) => response.writeHead(201).write('x'))
  expect(await post(endless, {}, SOON_MS)).toEqual({ status: 201, said: 'x' })
  let isWhole: boolean | undefined
  const closed = Promise.withResolvers<void>()
  const huge = await serving((_, response) => {
    response.on('close', () => {
      isWhole = response.writableFinished
      closed.resolve()
    })
    response.writeHead(201).end(Buffer.alloc(10_000_000, 'x'))
  })
  expect(await post(huge)).toEqual({ status: 201, said: 'x'.repeat(4096) })
  await closed.promise
  expect(isWhole).toBe(false)
})

test('nobody listens: no answer', async () => {
  expect(await post('http://127.0.0.1:1/x')).toEqual({ fault: 'no answer' })
})

test.each([
  ['this machine', ['127.0.0.1']],
  ['the cloud’s metadata', ['169.254.169.254']],
  ['a network of its own beside a public address', ['8.8.8.8', '10.0.0.1']],
  ['this machine by IPv6', ['::1']],
])('a name that leads to %s is never dialled', async (_, addresses) => {
  let dialled = 0
  const server = createSocketServer((socket) => {
    dialled += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const resolve: Resolve = async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  const url = `https://fcm.googleapis.com:${port}/x`
  expect(await post(url, { isStandIn: false, resolve })).toEqual({ fault: 'private' })
  expect(dialled).toBe(0)
})

test('a name that is not found, or looked up for ever, is no answer', async () => {
  const url = 'https://fcm.googleapis.com/x'
  const unknown = () => Promise.reject(new Error('ENOTFOUND'))
  expect(await post(url, { isStandIn: false, resolve: unknown })).toEqual({ fault: 'no answer' })
  const never = () => new Promise<never>(() => {})
  expect(await post(url, { isStandIn: false, resolve: never }, SOON_MS)).toEqual({
    fault: 'no answer',
  })
})
