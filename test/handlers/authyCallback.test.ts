import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { callbackSignature } from '../../local/phone/phoneCallback.ts'
import {
  API_KEY,
  type Harness,
  no,
  type Person,
  paymentBody,
  startHarness,
} from '../harness/harness.ts'

let harness: Harness
/** The payer's payment, which the callback would approve right now. */
let payer: Person
let id: string
let body: Callback
beforeAll(async () => {
  harness = await startHarness()
})
afterEach(() => {
  harness.provider.instead = undefined
  harness.store.instead = undefined
})
afterAll(() => harness.close())

// biome-ignore lint/suspicious/noExplicitAny: each test spoils another part of it
type Callback = any

async function pending(more: object = {}) {
  payer = await harness.person()
  id = (await harness.pending(payer, more)).paymentId
  body = approval()
}

/** What the phone would send for the newest push on it. */
function approval(status: 'approved' | 'denied' = 'approved'): Callback {
  const push = harness.phone.book.latestPush(payer.number)
  if (!push) throw new Error('no push')
  return {
    authy_id: push.authyId,
    device_uuid: 2102943,
    callback_action: 'approval_request_status',
    uuid: push.uuid,
    status,
    approval_request: {
      transaction: {
        details: { ...push.details },
        device_details: {},
        device_geolocation: '',
        device_signing_time: nowSeconds(),
        encrypted: false,
        flagged: false,
        hidden_details: { ...push.hiddenDetails },
        message: push.message,
        reason: '',
        requester_details: null,
        status,
        uuid: push.uuid,
        created_at_time: nowSeconds(),
        customer_uuid: 15083,
      },
      expiration_timestamp: nowSeconds() + 290,
      logos: null,
      app_id: '582380eb7e1caa03317ec08c',
    },
    signature: 'ZGV2aWNl',
    device: { city: null, enabled_unlock_methods: ['pin', 'fingerprint'], os_type: 'android' },
  }
}

const nowSeconds = () => Math.floor(harness.clock.now().getTime() / 1000)

type Signing = {
  key?: string
  nonce?: string
  url?: string
  method?: string
  headers?: Record<string, string>
  base64?: boolean
}
function post(sent: Callback, signing: Signing = {}) {
  const { key = API_KEY, nonce = String(nowSeconds()), url = harness.callbackUrl } = signing
  const { method = 'POST', base64 = false } = signing
  const signature = callbackSignature(key, { nonce, method, url, params: sent })
  const headers = {
    'X-Authy-Signature': signature,
    'X-Authy-Signature-Nonce': nonce,
    ...signing.headers,
  }
  return harness.call('authyCallback', { body: sent, headers, base64 })
}

const status = async () => (await harness.item(id))?.status
/** Posting this answers 200 and leaves the payment, byte by byte, as it was. */
async function changesNothing(sent: Callback, signing: Signing = {}, paymentId = id) {
  const before = JSON.stringify(await harness.item(paymentId))
  expect(await post(sent, signing)).toMatchObject({ status: 200, body: {} })
  expect(JSON.stringify(await harness.item(paymentId))).toBe(before)
}

async function isForged(sent: Callback, signing: Signing = {}) {
  const before = harness.store.calls.length
  expect(await post(sent, signing)).toMatchObject(no(403, 'forged_callback'))
  const calls = harness.store.calls.slice(before)
  // It names a payment, which is looked for, once: who forges with its id is told of.
  expect(calls.map(({ operation }) => operation)).toEqual(['GetItem'])
  expect(JSON.parse(calls[0]?.text ?? '')).toMatchObject({ ConsistentRead: true })
}

describe('a signed callback', () => {
  test.each(['approved', 'denied'] as const)(
    'decides: %s, with its evidence (2019: W17)',
    async (answer) => {
      await pending()
      const nonce = String(nowSeconds())
      expect(await post(approval(answer))).toMatchObject({ status: 200, body: {} })
      const item = await harness.item(id)
      expect(item).toMatchObject({
        status: answer,
        decided_at: harness.clock.now().toISOString(),
        decided_by: 'push',
        evidence: {
          kind: 'push-callback',
          push_id: item?.push_id,
          provider_phone_id: item?.provider_phone_id,
          push_content: JSON.stringify([item?.display_text, ...JSON.parse(item?.push_details)]),
          device_signature: 'ZGV2aWNl',
          device_id: '2102943',
          signed_at: nonce,
          nonce,
        },
        history: [{}, {}, { event: answer, channel: 'push', by: 'payer' }],
      })
      expect(item).not.toHaveProperty('open_shard')
    },
  )

  test('from the pretend phone itself decides', async () => {
    await pending()
    await harness.answers(payer, 'approved')
    expect(await status()).toBe('approved')
  })

  test.each<[string, (sent: Callback) => object]>([
    ['its ids are text', ({ authy_id }) => ({ authy_id: String(authy_id), device_uuid: 'ab-12' })],
    ['it comes without a device', () => ({ device: undefined, device_uuid: undefined })],
    ['it has parts that nobody knows', () => ({ something_new: { a: 1 } })],
  ])('decides also when %s', async (_, changes) => {
    await pending()
    await post(JSON.parse(JSON.stringify({ ...body, ...changes(body) })))
    expect(await status()).toBe('approved')
  })

  test('in base64, as API Gateway may pass it on, decides', async () => {
    await pending()
    await post(body, { base64: true })
    expect(await status()).toBe('approved')
  })

  test('for a payee whose name breaks old libraries decides (2019: W21)', async () => {
    const payee = { name: 'None*~ & Sons (Zoë)', id: 'None+1=2@example.com' }
    await pending({ body: { ...paymentBody, payee } })
    await post(body)
    expect(await status()).toBe('approved')
  })

  test('is checked against our own address, whatever the request calls itself (2019: W20)', async () => {
    await pending()
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' }
    await isForged(body, { headers, url: 'http://evil.example/api/payments/callback' })
    await post(body, { headers: { ...headers, 'x-forwarded-proto': 'http' } })
    expect(await status()).toBe('approved')
  })
})

describe('a forged callback', () => {
  test.each([
    ['unsigned', { 'X-Authy-Signature': '' }],
    ['without a nonce', { 'X-Authy-Signature-Nonce': '' }],
    ['signed with nonsense', { 'X-Authy-Signature': 'nonsense' }],
    ['signed with a signature of the right length', { 'X-Authy-Signature': 'A'.repeat(43) }],
    ['with another nonce than the signed one', { 'X-Authy-Signature-Nonce': 'another' }],
  ])('%s is refused, and nothing changes (2019: W18)', async (_, headers) => {
    await pending()
    await isForged(body, { headers })
  })

  test('without the headers at all is refused', async () => {
    await pending()
    expect(await harness.call('authyCallback', { body })).toMatchObject(no(403, 'forged_callback'))
    expect(await status()).toBe('pending')
  })

  test.each([
    ['by another key', { key: 'another-key' }],
    ['by no key', { key: '' }],
    ['for another method', { method: 'GET' }],
    ['for another address', { url: 'https://pay.example.com/api/payments/callback' }],
  ])('signed %s is refused', async (_, signing) => {
    await pending()
    await isForged(body, signing)
  })

  test.each([
    ['no JSON', '{"authy_id":'],
    ['empty', ''],
    ['an array', '[]'],
    ['null', 'null'],
    ['a text', '"approved"'],
  ])('that is %s is refused', async (_, text) => {
    const nonce = String(nowSeconds())
    const params = {}
    const signature = callbackSignature(API_KEY, {
      nonce,
      method: 'POST',
      url: harness.callbackUrl,
      params,
    })
    const headers = { 'X-Authy-Signature': signature, 'X-Authy-Signature-Nonce': nonce }
    expect(await harness.call('authyCallback', { text, headers })).toMatchObject(
      no(403, 'forged_callback'),
    )
  })
})

describe('a forged callback is answered the same, whatever it names:', () => {
  const inside = (sent: Callback) => sent.approval_request.transaction
  const unsigned = { headers: { 'X-Authy-Signature': '' } }
  const forged = { headers: { 'X-Authy-Signature': 'nonsense' } }
  const looks = async (sent: Callback, signing: Signing) => {
    const before = harness.store.calls.length
    const { status, headers, body } = await post(sent, signing)
    const { requestId, ...told } = body
    return { reply: { status, headers, told }, calls: harness.store.calls.length - before }
  }

  test.each([
    ['unsigned', unsigned],
    ['signed with nonsense', forged],
  ])('%s, a payment that is there and one that is not', async (_, signing) => {
    await pending()
    const there = await looks(body, signing)
    inside(body).hidden_details.payment_id = 'A'.repeat(22)
    expect(await looks(body, signing)).toEqual(there)
    expect(there).toMatchObject({ reply: { status: 403 }, calls: 1 })
  })

  test.each<[string, (sent: Callback) => void]>([
    ['a malformed payment id', (sent) => (inside(sent).hidden_details.payment_id = '../x')],
    ['an id that is too long', (sent) => (inside(sent).hidden_details.payment_id += 'A')],
    ['an id that is no text', (sent) => (inside(sent).hidden_details.payment_id = [id])],
    ['no hidden details', (sent) => (inside(sent).hidden_details = null)],
    ['no approval request', (sent) => (sent.approval_request = null)],
  ])('%s is not looked for', async (_, spoil) => {
    await pending()
    const { reply } = await looks(body, forged)
    spoil(body)
    expect(await looks(body, forged)).toEqual({ reply, calls: 0 })
  })

  test('a payment that cannot be looked for', async () => {
    await pending()
    const { reply } = await looks(body, forged)
    harness.store.instead = () => ({ status: 400, body: { __type: 'ValidationException' } })
    expect(await looks(body, forged)).toMatchObject({ reply })
  })
})

describe('a callback’s age', () => {
  test.each([-300, 300, -299.5, 0.25])('of %d s is fresh (2019: W19)', async (seconds) => {
    await pending()
    await post(body, { nonce: String(nowSeconds() + seconds) })
    expect(await status()).toBe('approved')
  })

  test.each([-301, 301, -300.1, -1_000_000, -795_262_400])(
    'of %d s is stale: refused, however well signed (2019: W19)',
    async (seconds) => {
      await pending()
      await isForged(body, { nonce: String(nowSeconds() + seconds) })
    },
  )

  test('is not known from a nonce that is no time; it is taken, since a replay changes nothing', async () => {
    await pending()
    await post(body, { nonce: 'b7f3-not-a-time' })
    expect(await status()).toBe('approved')
  })
})

describe('a callback that comes again', () => {
  test('word for word changes nothing (2019: W19)', async () => {
    await pending()
    const nonce = String(nowSeconds())
    await post(body, { nonce })
    await changesNothing(body, { nonce })
  })

  test('with another answer changes nothing: a changed mind is a new payment', async () => {
    await pending()
    await post(body)
    await changesNothing(approval('denied'))
  })

  test('after a cancel does not make it approved', async () => {
    await pending()
    await harness.call('cancelPayment', { as: payer, id })
    await changesNothing(approval('approved'))
  })

  test('after a cancel does not make it denied', async () => {
    await pending()
    await harness.call('cancelPayment', { as: payer, id })
    await post(approval('denied'))
    expect(await harness.item(id)).toMatchObject({
      status: 'cancelled',
      denied_late_at: harness.clock.now().toISOString(),
    })
    expect(await harness.item(id)).not.toHaveProperty('decided_by')
  })
})

describe('a callback in time', () => {
  test('is late from the very moment on: late is no (2019: W9)', async () => {
    await pending()
    harness.clock.advance(300)
    await changesNothing(body)
    await harness.sweep()
    expect(await status()).toBe('expired')
    await changesNothing(body)
  })
})

const inside = (sent: Callback) => sent.approval_request.transaction

/** Posting this answers 200, decides nothing, and leaves on the payment that it was refused, and nothing else. */
async function isRefused(sent: Callback, why: string, paymentId = id) {
  const before = await harness.item(paymentId)
  expect(await post(sent)).toMatchObject({ status: 200, body: {} })
  const at = harness.clock.now().toISOString()
  expect(await harness.item(paymentId)).toEqual({
    ...before,
    answer_refused_at: at,
    history: [...(before?.history ?? []), { at, event: why, channel: 'push', by: 'provider' }],
  })
}

const MISMATCHED: [string, (sent: Callback) => void][] = [
  ['another phone’s id (2019: W5)', (sent) => (sent.authy_id += 1)],
  ['another message (2019: W5)', (sent) => (inside(sent).message = 'Pay €2.05 to Neville')],
  ['another amount shown (2019: W5)', (sent) => (inside(sent).details.Amount = '€2.05')],
  ['another payee shown (2019: W5)', (sent) => (inside(sent).details['Sending to'] = 'Mallory')],
  ['another payment’s reference', (sent) => (inside(sent).details.Reference = 'K7LMPQ')],
  ['one detail more', (sent) => (inside(sent).details.Tip = '€1.00')],
  ['one detail less', (sent) => delete inside(sent).details['Your account']],
  ['no reference', (sent) => delete inside(sent).details.Reference],
  ['no details', (sent) => (inside(sent).details = null)],
  ['another requester', (sent) => (inside(sent).hidden_details.requester_user_id = 'person-0')],
  ['an unknown payment', (sent) => (inside(sent).hidden_details.payment_id = 'A'.repeat(22))],
  [
    'other words, without hidden details',
    (sent) => Object.assign(inside(sent), { message: 'Pay €2.05', hidden_details: null }),
  ],
  [
    'other words, though it is a no',
    (sent) => {
      sent.status = inside(sent).status = 'denied'
      inside(sent).message = 'Pay €2.05'
    },
  ],
]
const NOT_UNDERSTOOD: [string, (sent: Callback) => void][] = [
  ['a malformed payment id', (sent) => (inside(sent).hidden_details.payment_id = '../x')],
  ['status "expired" (2019: W10)', (sent) => (sent.status = inside(sent).status = 'expired')],
  ['status nonsense (2019: W10)', (sent) => (sent.status = inside(sent).status = 'yes')],
  ['no status', (sent) => delete sent.status],
  ['approved outside, denied inside', (sent) => (inside(sent).status = 'denied')],
  ['denied outside, approved inside', (sent) => (sent.status = 'denied')],
  ['another uuid inside than outside', (sent) => (inside(sent).uuid = 'another')],
  ['another uuid outside than inside', (sent) => (sent.uuid = 'another')],
  ['a uuid that is no text', (sent) => (sent.uuid = inside(sent).uuid = 7)],
  ['another action', (sent) => (sent.callback_action = 'user_phone_changed')],
  ['an Authy id of 0', (sent) => (sent.authy_id = 0)],
  ['an Authy id that is no id', (sent) => (sent.authy_id = '../1')],
  ['details that are no text', (sent) => (inside(sent).details.Amount = { value: 1 })],
  ['a list of details', (sent) => (inside(sent).details = ['Amount'])],
  ['hidden details that are no text', (sent) => (inside(sent).hidden_details = 'none')],
  ['hidden details of another kind too', (sent) => (inside(sent).hidden_details.more = [1])],
  ['a message that is none', (sent) => (inside(sent).message = null)],
  ['no transaction', (sent) => delete sent.approval_request.transaction],
  ['no approval request', (sent) => delete sent.approval_request],
  ['an approval request that is a list', (sent) => (sent.approval_request = [])],
]

describe('a callback that is signed, but not for this payment as it stands, decides nothing and is noted on it:', () => {
  test.each([
    ...MISMATCHED.map((one) => [...one, 'answer_mismatched'] as const),
    ...NOT_UNDERSTOOD.map((one) => [...one, 'answer_not_understood'] as const),
  ])('%s', async (_, spoil, why) => {
    await pending()
    spoil(body)
    await isRefused(body, why)
    expect(await status()).toBe('pending')
    expect((await harness.call('listPayments', { as: payer })).status).toBe(200)
    // However often it comes, and whatever else comes: once.
    harness.clock.advance(1)
    await changesNothing(body)
    const other = approval()
    inside(other).message = 'Pay €9.00'
    await changesNothing(other)
  })

  test('the test that Authy’s console sends is noted nowhere (2019: W18)', async () => {
    await pending()
    const all = await harness.all('payments')
    await changesNothing({
      authy_id: 1234,
      device_uuid: 'device-uuid',
      callback_action: 'approval_request_status',
      uuid: 'uuid',
      status: 'approved',
    })
    expect(await harness.all('payments')).toEqual(all)
  })

  test('an unknown push, without hidden details, is noted nowhere', async () => {
    await pending()
    inside(body).hidden_details = null
    body.uuid = inside(body).uuid = 'cca2c400-bc43-0135-d7be-1285ca17e122'
    await changesNothing(body)
  })

  test('what is over keeps no note of what comes after', async () => {
    await pending()
    await harness.call('cancelPayment', { as: payer, id })
    inside(body).message = 'Pay €2.05 to Neville'
    await changesNothing(body)
    await pending()
    harness.clock.advance(300)
    inside(body).message = 'Pay €2.05 to Neville'
    await changesNothing(body)
  })

  test('another’s payment named in the hidden details of one’s own push', async () => {
    await pending()
    const [alice, hers] = [payer, id]
    await pending()
    const own = id
    inside(body).hidden_details.payment_id = hers
    // Authy signed it and a payer cannot word it, so something is wrong with both: no sweep approves either.
    await isRefused(body, 'answer_mismatched', hers)
    expect(await harness.item(own)).toMatchObject({ status: 'pending', answer_refused_at: at() })
    // Not even by somebody who shares her number, and so her Authy id.
    const mallory = await harness.person({ number: alice.number })
    await harness.pending(mallory)
    payer = mallory
    const theirs = approval()
    inside(theirs).hidden_details.payment_id = hers
    await changesNothing(theirs, {}, hers)
    // And she approves all the same, by her own answer.
    const answer = harness.phone.book
      .pushes(alice.number)
      .find(({ hiddenDetails }) => hiddenDetails?.payment_id === hers)
    harness.phone.book.answer(answer?.uuid ?? '', 'approved')
    await harness.phone.settled()
    expect((await harness.item(hers))?.status).toBe('approved')
  })

  const at = () => harness.clock.now().toISOString()
})

describe('what a callback was refused for, the sweep', () => {
  /** Answered on the phone; the callback that came of it was spoilt, and Authy knows the true answer. */
  async function answered(
    answer: 'approved' | 'denied',
    spoil: ((sent: Callback) => void) | undefined,
  ) {
    await pending()
    const { uuid } = harness.phone.book.latestPush(payer.number) ?? {}
    harness.phone.book.faults.loseNextCallback = true
    harness.phone.book.answer(uuid ?? '', answer)
    await harness.phone.settled()
    if (spoil) {
      spoil(body)
      await post(body)
    }
    harness.clock.advance(25)
    await harness.sweep()
  }

  test('approves where nothing was refused', async () => {
    await answered('approved', undefined)
    expect(await status()).toBe('approved')
  })

  test.each([...MISMATCHED, ...NOT_UNDERSTOOD])('does not approve: %s', async (_, spoil) => {
    await answered('approved', spoil)
    expect(await status()).toBe('pending')
    harness.clock.advance(61)
    await harness.sweep()
    expect(await status()).toBe('pending')
    harness.clock.advance(300)
    await harness.sweep()
    expect(await status()).toBe('expired')
  })

  test.each(['approved', 'denied'] as const)(
    'leaves to the payer, whose own true callback decides: %s',
    async (answer) => {
      await pending()
      inside(body).message = 'Pay €2.05 to Neville'
      await post(body)
      await post(approval(answer))
      expect(await harness.item(id)).toMatchObject({
        status: answer,
        decided_proof: 'signed-callback',
        evidence: { kind: 'push-callback' },
      })
    },
  )

  test('leaves to the payer, whose code approves', async () => {
    await answered('approved', (sent) => (inside(sent).message = 'Pay €2.05 to Neville'))
    await harness.call('smsStart', { as: payer, id })
    const code = harness.codeOn(payer.number)
    expect(await harness.call('smsVerify', { as: payer, id, body: { code } })).toMatchObject({
      status: 200,
      body: { status: 'approved', decision: { channel: 'sms', proof: 'sms-code' } },
    })
  })
})

describe('a payment is found', () => {
  test('by the push’s id where the hidden details are lost (2019: W37)', async () => {
    await pending()
    body.approval_request.transaction.hidden_details = null
    const from = harness.store.calls.length
    await post(body)
    expect(await status()).toBe('approved')
    const operations = harness.store.calls.slice(from).map(({ operation }) => operation)
    expect(operations.slice(0, 2)).toEqual(['Query', 'GetItem'])
  })

  test('by our own id alone, in one write, where they are there', async () => {
    await pending()
    const from = harness.store.calls.length
    await post(body)
    expect(harness.store.calls.slice(from).map(({ operation }) => operation)).toEqual([
      'UpdateItem',
    ])
  })

  test('by our own id, also when another push is stored (a crash lost the first)', async () => {
    await pending()
    const stored = (await harness.item(id))?.push_id
    body.uuid = body.approval_request.transaction.uuid = 'the-first-push'
    await post(body)
    expect(await harness.item(id)).toMatchObject({
      status: 'approved',
      push_id: stored,
      evidence: { push_id: 'the-first-push' },
    })
  })

  test('before its push is stored: the decision stores it, and stands (2019: W36)', async () => {
    payer = await harness.person()
    let answered = false
    harness.store.instead = async ({ text }) => {
      if (answered || !text.includes('push_sent')) return undefined
      answered = true
      await harness.answers(payer, 'approved')
      const { hiddenDetails, uuid } = harness.phone.book.latestPush(payer.number) ?? {}
      expect(await harness.item(hiddenDetails?.payment_id ?? '')).toMatchObject({
        status: 'approved',
        push: 'sending',
        push_id: uuid,
      })
      return undefined
    }
    const started = await harness.pending(payer)
    expect(started).toMatchObject({ status: 'approved', push: 'sent', decidedBy: 'push' })
    expect(await harness.item(started.paymentId)).toMatchObject({
      status: 'approved',
      push: 'sent',
      push_id: harness.phone.book.latestPush(payer.number)?.uuid,
    })
  })
})

describe('a callback of', () => {
  const padded = (bytes: number) => {
    const length = Buffer.byteLength(JSON.stringify({ ...body, padding: '' }))
    return { ...body, padding: 'x'.repeat(bytes - length) }
  }

  test('8192 bytes decides', async () => {
    await pending()
    await post(padded(8192))
    expect(await status()).toBe('approved')
  })

  test.each([8193, 1_000_000])('%i bytes is refused', async (bytes) => {
    await pending()
    expect(await post(padded(bytes))).toMatchObject(no(400, 'invalid_request'))
    expect(await post(padded(bytes), { base64: true })).toMatchObject(no(400, 'invalid_request'))
    expect(await status()).toBe('pending')
  })
})

test('our own fault is answered 5xx, so that the callback may come again', async () => {
  await pending()
  harness.store.instead = ({ operation }) =>
    operation === 'UpdateItem'
      ? { status: 400, body: { __type: 'com.amazonaws.dynamodb.v20120810#AccessDeniedException' } }
      : undefined
  expect(await post(body)).toMatchObject({
    status: 500,
    body: { message: 'Internal Server Error' },
  })
  harness.store.instead = undefined
  await post(body)
  expect(await status()).toBe('approved')
})
