import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { askProvider, reasonOf } from '../../functions/adapters/askProvider.ts'

let close = () => {}
afterEach(() => close())

/** Ask a server that does this, and note what was told of the call. */
async function ask(answer: RequestListener, timeoutMs?: number) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  close = () => {
    server.closeAllConnections()
    server.close()
  }
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  const told: number[] = []
  const asked = { method: 'GET', headers: {} }
  const beganAt = performance.now()
  const ended = await askProvider(url, asked, timeoutMs, (ms) => void told.push(ms)).then(
    ({ status }) => status,
    (error: Error) => error.name,
  )
  return { ended, told, tookMs: Math.ceil(performance.now() - beganAt) }
}

describe('how long a call took is told once, in whole milliseconds,', () => {
  test.each<[string, RequestListener, number | string]>([
    ['of a good answer', (_, response) => response.end('{}'), 200],
    ['of a bad one', (_, response) => response.writeHead(503).end(), 503],
    ['of one that broke off', (_, response) => response.destroy(), 'Error'],
  ])('%s', async (_, answer, how) => {
    const { ended, told, tookMs } = await ask(answer)
    expect(ended).toBe(how)
    expect(told).toEqual([expect.any(Number)])
    expect(Number.isInteger(told[0]) && Number(told[0]) >= 0).toBe(true)
    expect(told[0]).toBeLessThanOrEqual(tookMs)
  })

  test('of one that never came', async () => {
    const { ended, told } = await ask(() => {}, 30)
    expect(ended).toBe('TimeoutError')
    expect(told).toEqual([expect.any(Number)])
  })
})

const ANSWER_BYTES_MAX = 65_536

test.each([
  [ANSWER_BYTES_MAX, 200],
  [ANSWER_BYTES_MAX + 1, 'Error'],
])('an answer of %d bytes is read or not: %s', async (bytes, how) => {
  expect((await ask((_, response) => response.end('x'.repeat(bytes)))).ended).toBe(how)
})

test.each([
  [Object.assign(new Error('the secret words'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [Object.assign(new Error('the secret words'), { code: 1234567 }), 'Error'],
  [new SyntaxError('the secret words'), 'SyntaxError'],
  ['the secret words', 'unknown'],
  [undefined, 'unknown'],
])('what went wrong (%o) is told by its kind and never by its words', (error, reason) => {
  expect(reasonOf(error)).toBe(reason)
})
