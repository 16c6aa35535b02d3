import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Phone, startPhone } from '../../local/phone/phone.ts'

/** What this test calls of npm's authy-client, which brings no types. */
type AuthyClient = {
  registerUser(user: object): Promise<{ user: { id: number } }>
  getUserStatus(user: object): Promise<{ status: { registered: boolean } }>
  requestSms(user: object, options: object): Promise<{ ignored?: boolean }>
  verifyToken(user: object, options: object): Promise<{ token: string }>
  startPhoneVerification(phone: object, options?: object): Promise<{ message: string }>
  verifyPhone(phone: object): Promise<{ message: string }>
  createApprovalRequest(
    request: object,
    options: object,
  ): Promise<{ approval_request: { uuid: string } }>
  getApprovalRequest(request: object): Promise<{ approval_request: { status: string } }>
  verifyCallback(request: object): Promise<unknown>
}
type AuthyClientModule = {
  Client: new (credentials: { key: string }, options: { host: string }) => AuthyClient
}

const { Client }: AuthyClientModule = createRequire(import.meta.url)('authy-client')

// The client refuses numbers that are set aside for fiction.
const number = '+15017122661'
const given = { countryCode: 'US', phone: '5017122661' }
const callbacks: { headers: IncomingHttpHeaders; text: string }[] = []
const receiver = createServer(async (request, response) => {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  callbacks.push({ headers: request.headers, text })
  response.end()
})
let phone: Phone
let client: AuthyClient

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const { port } = receiver.address() as AddressInfo
  phone = await startPhone({
    port: 0,
    apiKey: 'local-authy-key',
    callbackUrl: () => `http://localhost:${port}/api/payments/callback`,
    clock: () => new Date('2026-11-21T12:00:00Z'),
  })
  client = new Client({ key: 'local-authy-key' }, { host: phone.url })
})

afterAll(async () => {
  await phone.close()
  await new Promise((resolve) => receiver.close(resolve))
})

const register = async () =>
  (await client.registerUser({ ...given, email: 'harry@hogwarts.ac.uk' })).user.id

const codeSent = () => phone.book.messages(number)[0]?.code

test('a real client registers a user and reads their status', async () => {
  const authyId = await register()
  expect(await client.getUserStatus({ authyId })).toMatchObject({
    status: { authy_id: authyId, registered: true },
  })
})

test('a real client texts a code and verifies it', async () => {
  const authyId = await register()
  expect(await client.requestSms({ authyId }, {})).toMatchObject({ ignored: true })
  await client.requestSms({ authyId }, { force: true })
  const token = codeSent()
  expect(await client.verifyToken({ authyId, token }, { force: true })).toMatchObject({
    token: 'is valid',
  })
  await expect(client.verifyToken({ authyId, token }, { force: true })).rejects.toMatchObject({
    code: 401,
    body: { error_code: '60019' },
  })
})

test.each(['sms', 'call'])('a real client verifies a phone by %s', async (via) => {
  await client.startPhoneVerification({ ...given, via })
  const token = codeSent()
  const wrong = token === '0000' ? '0001' : '0000'
  await expect(client.verifyPhone({ ...given, token: wrong })).rejects.toMatchObject({ code: 401 })
  expect(await client.verifyPhone({ ...given, token })).toMatchObject({ success: true })
})

test.each(['approved', 'denied'] as const)(
  'a real client asks, is told %s, and finds the callback genuine',
  async (decision) => {
    const authyId = await register()
    const { approval_request: asked } = await client.createApprovalRequest(
      {
        authyId,
        message: 'Pay €20.50 to Neville Longbottom (neville@hogwarts.ac.uk)',
        details: {
          visible: { 'Sending to': "José & Søn's café (50% off)", 'Transaction amount': '€20.50' },
          hidden: { payment_id: 'p-1' },
        },
        logos: [
          { res: 'default', url: 'https://pay.example.com/logo.png' },
          { res: 'high', url: 'https://pay.example.com/logo@2x.png' },
        ],
      },
      { ttl: 290 },
    )
    const read = () => client.getApprovalRequest({ id: asked.uuid })
    expect(await read()).toMatchObject({ approval_request: { status: 'pending' } })
    phone.book.answer(asked.uuid, decision)
    await phone.settled()
    expect(await read()).toMatchObject({ approval_request: { status: decision } })

    const { headers, text } = callbacks.at(-1) ?? { headers: {}, text: '' }
    const body = JSON.parse(text)
    // The client insists on the text that a device's id was in 2016. The signature is the same.
    const request = {
      body: { ...body, device_uuid: String(body.device_uuid) },
      headers,
      method: 'POST',
      protocol: 'http',
      url: '/api/payments/callback',
    }
    expect(await client.verifyCallback(request)).toBe(request)
    const spoiled = { ...request, body: { ...request.body, authy_id: authyId + 1 } }
    await expect(client.verifyCallback(spoiled)).rejects.toThrow()
  },
)

test('a real client is told what is wrong in a way that it understands', async () => {
  const stranger = new Client({ key: 'another-key' }, { host: phone.url })
  await expect(stranger.getUserStatus({ authyId: 1 })).rejects.toMatchObject({
    code: 401,
    body: { error_code: '60001' },
  })
  await expect(client.getApprovalRequest({ id: 'none' })).rejects.toMatchObject({
    code: 404,
    body: { error_code: '60049' },
  })
})
