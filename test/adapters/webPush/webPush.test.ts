import { createECDH } from 'node:crypto'
import ece from 'http_ece'
import { importJWK, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import webPushLibrary from 'web-push'
import { vapidKeyFrom } from '../../../functions/adapters/vapidKey.ts'
import type { Outgoing, Posted } from '../../../functions/adapters/webPush/postOnce.ts'
import { webPush } from '../../../functions/adapters/webPush/webPush.ts'
import { PUSH_HOSTS } from '../../../functions/core/limits.ts'
import { decrypt8291 } from './decrypt8291.ts'

/** RFC 8291, section 5 and appendix A. */
const VECTOR = {
  privateKey: 'q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94',
  p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  message:
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  text: 'When I grow up, I want to be a watermelon',
}
const ENDPOINT = 'https://fcm.googleapis.com/fcm/send/c7Xz0R1vQmE'
const SITE = 'https://pay.example'
const KEY = vapidKeyFrom('a seed for tests')
const PAYMENT_ID = 'N2xh5v0SgVq3uQK1mYw8Tg'

type World = {
  readonly answers?: Posted
  readonly endpoint?: string
  readonly hosts?: readonly string[]
}

async function pushed({ answers = { status: 201, said: '' }, endpoint = ENDPOINT, hosts }: World) {
  const posted: Outgoing[] = []
  const refused: object[] = []
  const service = webPush({
    services: { hosts: hosts ?? PUSH_HOSTS },
    subject: SITE,
    key: async () => KEY,
    onRefused: (refusal) => refused.push(refusal),
    async post(outgoing) {
      posted.push(outgoing)
      return answers
    },
  })
  const { p256dh, auth } = VECTOR
  const answer = await service.push(
    { endpoint, p256dh, auth, since: new Date() },
    { text: VECTOR.text, ttlSeconds: 299, topic: PAYMENT_ID },
  )
  const [sent] = posted
  return { answer, sent, refused }
}

const messageOf = (sent: Outgoing | undefined) => sent?.body ?? Buffer.of()

describe('a message', () => {
  test('of the example of RFC 8291 is decrypted by both our readers', () => {
    const message = Buffer.from(VECTOR.message, 'base64url')
    expect(decrypt8291(message, VECTOR)).toBe(VECTOR.text)
    const privateKey = createECDH('prime256v1')
    privateKey.setPrivateKey(VECTOR.privateKey, 'base64url')
    const options = { version: 'aes128gcm', privateKey, authSecret: VECTOR.auth } as const
    expect(ece.decrypt(message, options).toString()).toBe(VECTOR.text)
  })

  test('of ours is decrypted by the RFC alone, and is another each time', async () => {
    const [first, second] = [(await pushed({})).sent, (await pushed({})).sent]
    expect(decrypt8291(messageOf(first), VECTOR)).toBe(VECTOR.text)
    expect(decrypt8291(messageOf(second), VECTOR)).toBe(VECTOR.text)
    expect(messageOf(first)).not.toEqual(messageOf(second))
  })

  test('has the headers that web-push itself would give it, in another signature', async () => {
    const { sent } = await pushed({})
    const { headers } = webPushLibrary.generateRequestDetails(
      { endpoint: ENDPOINT, keys: { p256dh: VECTOR.p256dh, auth: VECTOR.auth } },
      VECTOR.text,
      {
        ...{ TTL: 299, urgency: 'high', topic: PAYMENT_ID, contentEncoding: 'aes128gcm' },
        vapidDetails: { subject: SITE, ...KEY },
      },
    )
    const { Authorization: _theirs, ...theirs } = headers
    const { Authorization: _ours, ...ours } = { ...sent?.headers }
    expect(ours).toEqual(theirs)
  })

  test('is read by no other browser', async () => {
    const { sent } = await pushed({})
    const auth = Buffer.alloc(16).toString('base64url')
    expect(() => decrypt8291(messageOf(sent), { ...VECTOR, auth })).toThrow()
  })

  test('goes with its time, topic and urgency, in the one encoding of RFC 8291', async () => {
    const { sent } = await pushed({})
    expect(sent?.url).toBe(ENDPOINT)
    expect(sent?.isStandIn).toBe(false)
    expect(sent?.headers).toMatchObject({
      TTL: 299,
      Topic: PAYMENT_ID,
      Urgency: 'high',
      'Content-Encoding': 'aes128gcm',
      'Content-Length': messageOf(sent).length,
    })
  })

  test('is signed by our key for this service and this site, for at most a day', async () => {
    const { sent } = await pushed({})
    const [, jwt = '', k = ''] =
      /^vapid t=(.+), k=(.+)$/.exec(String(sent?.headers.Authorization)) ?? []
    expect(k).toBe(KEY.publicKey)
    const point = Buffer.from(k, 'base64url')
    const [x, y] = [point.subarray(1, 33), point.subarray(33)]
    const jwk = { kty: 'EC', crv: 'P-256', x: x.toString('base64url'), y: y.toString('base64url') }
    const { payload } = await jwtVerify(jwt, await importJWK(jwk, 'ES256'))
    expect(payload).toMatchObject({ aud: 'https://fcm.googleapis.com', sub: SITE })
    expect((payload.exp ?? 0) - Date.now() / 1000).toBeLessThanOrEqual(86_400)
  })
})

describe('an answer', () => {
  test.each([
    [201, 'taken'],
    [200, 'taken'],
    [404, 'gone'],
    [410, 'gone'],
    [429, 'busy'],
    [500, 'busy'],
    [503, 'busy'],
    [408, 'busy'],
    [301, 'refused'],
    [307, 'refused'],
    [400, 'refused'],
    [401, 'refused'],
    [403, 'refused'],
    [413, 'refused'],
  ] as const)('%i means %s', async (status, answer) => {
    expect(await pushed({ answers: { status, said: '' } })).toMatchObject({ answer })
  })

  test('that does not come means busy', async () => {
    expect(await pushed({ answers: { fault: 'no answer' } })).toMatchObject({ answer: 'busy' })
  })

  test('that refuses is told with host, status and what was said, and without the address', async () => {
    const { refused } = await pushed({ answers: { status: 403, said: '{"reason":"BadJwtToken"}' } })
    expect(refused).toEqual([
      { host: 'fcm.googleapis.com', status: '403', said: '{"reason":"BadJwtToken"}' },
    ])
    expect(JSON.stringify(refused)).not.toContain('c7Xz0R1vQmE')
  })

  test('from a private address is a fault of ours, told without a call', async () => {
    const { answer, refused } = await pushed({ answers: { fault: 'private' } })
    expect(answer).toBe('refused')
    expect(refused).toMatchObject([{ status: 'private address' }])
  })
})

test.each([
  ['of a host that is not on the list any more', { hosts: ['push.example.com'] }],
  ['that leads inwards', { endpoint: 'http://169.254.169.254/x' }],
  ['that looks like one', { endpoint: 'https://fcm.googleapis.com.evil/x' }],
])(
  'a stored address %s is never called, which is a fault of ours, and is kept',
  async (_, world) => {
    expect(await pushed(world)).toMatchObject({
      answer: 'refused',
      sent: undefined,
      refused: [{ status: 'not of pushHosts' }],
    })
  },
)
