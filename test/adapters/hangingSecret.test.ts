/** A store of secrets that takes a call and never answers it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { authyKeyFrom } from '../../functions/adapters/aws/providerSecret.ts'

let asked = () => {}
const server = createServer(() => asked())

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', `http://127.0.0.1:${port}`)
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'nobody')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'nothing')
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1')
})
afterAll(() => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  server.close()
})
afterEach(() => {
  vi.useRealTimers()
})

test('is waited for no longer than a second, and that is a fault', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const arrived = new Promise<void>((resolve) => {
    asked = resolve
  })
  let reason: unknown
  const read = authyKeyFrom('the-secret', false).catch((fault: Error) => {
    reason = fault
  })
  await arrived
  await vi.advanceTimersByTimeAsync(999)
  expect(reason).toBeUndefined()
  await vi.advanceTimersByTimeAsync(1)
  await read
  expect(reason).toMatchObject({ name: 'TimeoutError' })
})
