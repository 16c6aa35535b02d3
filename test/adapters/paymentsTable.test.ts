import {
  InternalServerError,
  ProvisionedThroughputExceededException,
} from '@aws-sdk/client-dynamodb'
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { OPEN_SHARDS } from '../../functions/adapters/dynamodb/paymentItem.ts'
import { paymentsTable } from '../../functions/adapters/dynamodb/paymentsTable.ts'
import { displayText } from '../../functions/core/action.ts'
import { pushDetails } from '../../functions/core/channels/pushRules.ts'
import { CODE_ATTEMPTS_MAX, TEXTS_MAX } from '../../functions/core/channels/smsCodeRules.ts'
import { channelOf, endedAt } from '../../functions/core/outcome.ts'
import { type Payment, view } from '../../functions/core/payment.ts'
import type { Decision } from '../../functions/core/ports.ts'
import { action, open, over } from '../core/payments.ts'
import { NOON } from '../harness/harness.ts'
import { startTables, type Tables } from './tables.ts'

let tables: Tables
let documents: DynamoDBDocumentClient
let store: ReturnType<typeof paymentsTable>

beforeAll(async () => {
  tables = await startTables()
  documents = tables.documents
  store = paymentsTable(documents, 'payments')
})
afterAll(() => tables.close())
beforeEach(() => {
  tables.lose()
  tables.calls.length = 0
})

const at = (seconds: number) => new Date(NOON.getTime() + seconds * 1000)
const LIFE_SECONDS = 300
const END = at(LIFE_SECONDS)
const JUST_BEFORE = at(LIFE_SECONDS - 0.001)

const HARRY = 'harry@hogwarts.ac.uk'
const REF = '4F2K7Q'
let made = 0
/** Nobody was reached yet. */
const channels: Payment['channels'] = {
  ...open.channels,
  push: { state: 'sending', askedAt: NOON, details: pushDetails(action, HARRY, REF) },
  sms: { to: '+44 ••••• ••123', sends: 0, attempts: 0, wrongCodes: 0 },
}
const smsOf = (sms: Partial<Payment['channels']['sms']>) => ({
  channels: { ...channels, sms: { ...channels.sms, ...sms } },
})

/** A payment that waits for its payer. Each test breaks one thing about it. */
function fresh(more: Partial<Payment> = {}): Payment {
  made += 1
  return {
    ...open,
    paymentId: String(made).padStart(22, 'A'),
    payerId: `payer-${made}`,
    requestId: `request-${made}`,
    reference: REF,
    displayText: displayText(action),
    channels,
    ...more,
  }
}

/** No item of these tests is unreadable, but where a test makes it so. */
const unexpected = (fault: unknown) => {
  throw fault
}

async function inserted(more: Partial<Payment> = {}): Promise<Payment> {
  const payment = fresh(more)
  expect(await store.insert(payment)).toBe(true)
  const { outcome } = payment
  if (outcome.status !== 'pending') {
    const end = {
      decided_at: endedAt(outcome)?.toISOString(),
      decided_by: channelOf(outcome),
      ...('proof' in outcome && { decided_proof: outcome.proof, evidence: outcome.evidence }),
    }
    const Item = { ...(await item(payment)), ...end }
    await documents.send(new PutCommand({ TableName: 'payments', Item }))
  }
  return payment
}

/** The stored item, as it is. */
async function item({ paymentId }: Pick<Payment, 'paymentId'>) {
  const Key = { payment_id: paymentId }
  const read = { TableName: 'payments', Key, ConsistentRead: true }
  return (await documents.send(new GetCommand(read))).Item
}

const history = async (payment: Payment): Promise<{ event: string }[]> =>
  (await item(payment))?.history ?? []
const events = async (payment: Payment) => (await history(payment)).map(({ event }) => event)

const evidence = {
  kind: 'push-callback',
  push_id: 'push-1',
  provider_phone_id: '1635',
  push_content: 'as shown',
  device_signature: null,
  device_id: '7',
  signed_at: '1700000100',
  nonce: '1700000101',
} as const

const approval = (payment: Payment, only: Decision['only'] = {}): Decision => ({
  status: 'approved',
  channel: 'push',
  by: 'payer',
  evidence,
  pushId: 'push-1',
  only: {
    payerId: payment.payerId,
    providerPhoneId: payment.providerPhoneId,
    displayText: payment.displayText,
    pushDetails: payment.channels.push.details ?? {},
    ...only,
  },
})
const cancelled = ({ payerId }: Payment): Decision => ({
  status: 'cancelled',
  channel: null,
  by: 'payer',
  only: { payerId },
})

/** A text was asked for, so that a code may be tried. */
const texted = async (payment: Payment) =>
  store.reserveText(payment.payerId, payment.paymentId, at(-20), NOON)

type Write = (payment: Payment, now: Date) => Promise<unknown>

/** Every write that needs an open payment, on a payment on which it is allowed. */
const writes: [name: string, write: Write][] = [
  ['claimPush', (payment, now) => store.claimPush(payment, NOON, now)],
  ['reserveText', ({ payerId, paymentId }, now) => store.reserveText(payerId, paymentId, now, now)],
  [
    'reserveAttempt',
    ({ payerId, paymentId }, now) => store.reserveAttempt(payerId, paymentId, false, now),
  ],
  ['countWrongCode', (payment, now) => store.countWrongCode(payment, now)],
  ['decide', (payment, now) => store.decide(payment.paymentId, approval(payment), now)],
  ['cancel', (payment, now) => store.decide(payment.paymentId, cancelled(payment), now)],
  ['claimPushRead', ({ paymentId }, now) => store.claimPushRead(paymentId, now, now)],
]

describe.each(writes)('%s', (_, write) => {
  test('is done a millisecond before the payment ends', async () => {
    const payment = await inserted(smsOf({ attempts: 1 }))
    await texted(payment)
    expect(await write(payment, JUST_BEFORE)).toBeTruthy()
  })

  test.each([
    ['at the instant at which the payment ends', END],
    ['a millisecond after it', at(LIFE_SECONDS + 0.001)],
    ['a day after it', at(86_400)],
  ])('changes nothing %s', async (_, now) => {
    const payment = await inserted(smsOf({ attempts: 1 }))
    await texted(payment)
    const before = await item(payment)
    expect(await write(payment, now)).toBeFalsy()
    expect(await item(payment)).toEqual(before)
  })

  test.each(['approved', 'denied', 'expired', 'failed', 'cancelled'] as const)(
    'changes nothing of a payment that is %s',
    async (status) => {
      const payment = await inserted({ ...over(status), ...smsOf({ sends: 1 }) })
      const before = await item(payment)
      expect(await write(payment, at(1))).toBeFalsy()
      expect(await item(payment)).toEqual(before)
    },
  )

  test('makes no payment where there is none', async () => {
    const payment = fresh()
    expect(await write(payment, at(1))).toBeFalsy()
    expect(await item(payment)).toBeUndefined()
  })
})

describe('the history tells what happened, by which channel and by whom:', () => {
  const STARTED = { at: NOON.toISOString(), event: 'started', channel: null, by: 'payer' }
  const asked = (payment: Payment) => [payment.payerId, payment.paymentId] as const

  test.each<[event: string, channel: string | null, by: string, write: Write]>([
    ['push_asked', 'push', 'payer', (payment, now) => store.claimPush(payment, NOON, now)],
    ['push_sent', 'push', 'provider', (payment, now) => store.savePush(payment, 'push-1', now)],
    [
      'push_unavailable',
      'push',
      'provider',
      (payment, now) => store.savePush(payment, undefined, now),
    ],
    [
      'text_asked',
      'sms',
      'payer',
      (payment, now) => store.reserveText(...asked(payment), now, now),
    ],
    [
      'code_tried',
      'sms',
      'payer',
      (payment, now) => store.reserveAttempt(...asked(payment), false, now),
    ],
    ['code_wrong', 'sms', 'payer', (payment, now) => store.countWrongCode(payment, now)],
    [
      'approved',
      'push',
      'payer',
      (payment, now) => store.decide(payment.paymentId, approval(payment), now),
    ],
    [
      'cancelled',
      null,
      'payer',
      (payment, now) => store.decide(payment.paymentId, cancelled(payment), now),
    ],
  ])('%s', async (event, channel, by, write) => {
    const payment = await inserted(smsOf({ attempts: 1, sends: 1 }))
    await write(payment, at(30))
    expect(await history(payment)).toEqual([
      STARTED,
      { at: at(30).toISOString(), event, channel, by },
    ])
  })

  test.each<[event: string, channel: string | null, by: string, write: Write, Partial<Payment>]>([
    [
      'failed',
      'sms',
      'payer',
      (payment) => store.countWrongCode(payment, at(30)),
      smsOf({ attempts: 5, wrongCodes: 4 }),
    ],
    ['expired', null, 'clock', ({ paymentId }) => store.expire(paymentId, END), {}],
  ])('%s', async (event, channel, by, write, more) => {
    const payment = await inserted(more)
    await write(payment, at(30))
    expect(await history(payment)).toEqual([
      STARTED,
      { at: expect.any(String), event, channel, by },
    ])
  })
})

describe('where an answer is lost and the SDK sends the write again', () => {
  const sent = smsOf({ attempts: 1, sends: 1 })
  const asked = (payment: Payment) => [payment.payerId, payment.paymentId] as const

  test.each<[string, write: (payment: Payment) => Promise<Payment | undefined>, counted: object]>([
    [
      'a push is claimed once, and is claimed',
      (payment) => store.claimPush(payment, NOON, at(15)),
      { channels: { push: { askedAt: at(15) } } },
    ],
    [
      'a push is saved once',
      (payment) => store.savePush(payment, 'push-1', at(15)),
      { channels: { push: { state: 'sent', id: 'push-1' } } },
    ],
    [
      'a text counts once, and is allowed',
      (payment) => store.reserveText(...asked(payment), NOON, at(20)),
      { channels: { sms: { sends: 2 } } },
    ],
    [
      'a code counts once, and is allowed',
      (payment) => store.reserveAttempt(...asked(payment), false, at(20)),
      { channels: { sms: { attempts: 2 } } },
    ],
  ])('%s', async (_, write, counted) => {
    const payment = await inserted(sent)
    tables.lose(true, true)
    expect(await write(payment)).toMatchObject(counted)
    expect(await store.find(payment.paymentId)).toMatchObject(counted)
    expect(await history(payment)).toHaveLength(2)
  })
})

describe('a payer', () => {
  test.each([
    ['get', (id: string) => store.get('another', id)],
    ['reserveText', (id: string) => store.reserveText('another', id, at(1), at(1))],
    ['reserveAttempt', (id: string) => store.reserveAttempt('another', id, false, at(1))],
    [
      'countWrongCode',
      (id: string) => store.countWrongCode(fresh({ paymentId: id, payerId: 'another' }), at(1)),
    ],
    ['cancel', (id: string) => store.decide(id, cancelled(fresh({ payerId: 'another' })), at(1))],
  ])("finds nothing of another's payment by %s, and changes nothing", async (_, call) => {
    const payment = await inserted()
    await texted(payment)
    const before = await item(payment)
    expect(await call(payment.paymentId)).toBeUndefined()
    expect(await item(payment)).toEqual(before)
  })
})

describe('insert', () => {
  test('stores the payment so that it is read back the same', async () => {
    const payment = await inserted()
    expect(await store.get(payment.payerId, payment.paymentId)).toEqual(payment)
  })

  test('never overwrites', async () => {
    const payment = await inserted()
    const before = await item(payment)
    const other = { ...payment, payerId: 'another', channels }
    expect(await store.insert(other)).toBe(false)
    expect(await item(payment)).toEqual(before)
  })
})

describe('decide', () => {
  test('sets status, evidence, push and history in one write, and takes the payment off the open ones', async () => {
    const payment = await inserted()
    const decided = await store.decide(payment.paymentId, approval(payment), at(30))
    expect(decided).toMatchObject({
      outcome: { status: 'approved', channel: 'push', decidedAt: at(30) },
    })
    const stored = await item(payment)
    expect(stored).toMatchObject({
      status: 'approved',
      decided_at: at(30).toISOString(),
      decided_by: 'push',
      decided_proof: 'signed-callback',
      push_id: 'push-1',
      evidence,
      history: [
        { event: 'started' },
        { at: at(30).toISOString(), event: 'approved', channel: 'push', by: 'payer' },
      ],
    })
    expect(stored).not.toHaveProperty('open_shard')
  })

  test.each([
    { payerId: 'another' },
    { providerPhoneId: '1636' },
    { pushId: 'push-2' },
    {
      pushDetails: pushDetails(
        { ...action, amount: { ...action.amount, amountMinor: 2051 } },
        HARRY,
        REF,
      ),
    },
    { pushDetails: pushDetails(action, 'another account', REF) },
    { pushDetails: pushDetails(action, HARRY, 'K7LMPQ') },
    { displayText: 'Pay €2.50' },
    { pushDetails: {} },
  ] satisfies Decision['only'][])('changes nothing where one thing differs: %j', async (only) => {
    const payment = await inserted()
    await store.savePush(payment, 'push-1', at(1))
    const before = await item(payment)
    const decision = approval(payment, only)
    expect(await store.decide(payment.paymentId, decision, at(30))).toBeUndefined()
    expect(await item(payment)).toEqual(before)
  })

  test('the order of the details is not a difference', async () => {
    const payment = await inserted()
    const { details = {} } = payment.channels.push
    const reversed = Object.fromEntries(Object.entries(details).reverse())
    expect(Object.keys(reversed)).not.toEqual(Object.keys(details))
    const decision = approval(payment, { pushDetails: reversed })
    expect(await store.decide(payment.paymentId, decision, at(30))).toBeDefined()
  })

  test('an answer to a push decides nothing where no push was asked for', async () => {
    const push = { state: 'unavailable' } as const
    const payment = await inserted({ channels: { ...channels, push } })
    expect(await item(payment)).not.toHaveProperty('push_details')
    for (const pushDetails of [channels.push.details ?? {}, {}]) {
      const decision = approval(payment, { pushDetails })
      expect(await store.decide(payment.paymentId, decision, at(30))).toBeUndefined()
    }
  })

  test('a push that is asked for by its id decides nothing where none is stored yet', async () => {
    const payment = await inserted()
    const decision = approval(payment, { pushId: 'push-1' })
    expect(await store.decide(payment.paymentId, decision, at(30))).toBeUndefined()
  })

  test('keeps the push that is known already', async () => {
    const payment = await inserted()
    await store.savePush(payment, 'first', at(1))
    await store.decide(payment.paymentId, approval(payment), at(30))
    expect(await item(payment)).toMatchObject({ push_id: 'first', evidence: { push_id: 'push-1' } })
  })

  test('leaves out what a decision has not: channel, evidence, push', async () => {
    const payment = await inserted()
    await store.decide(payment.paymentId, cancelled(payment), at(30))
    const stored = await item(payment)
    for (const absent of ['decided_by', 'decided_proof', 'evidence', 'push_id', 'open_shard']) {
      expect(stored).not.toHaveProperty(absent)
    }
  })
})

describe('an answer that was refused', () => {
  const read = {
    kind: 'provider-read',
    push_id: 'push-1',
    provider_phone_id: '1635',
    read_at: 'x',
  } as const
  const byProvider = (payment: Payment, status: 'approved' | 'denied' = 'approved'): Decision => ({
    ...approval(payment, { noAnswerRefused: true }),
    status,
    channel: 'push',
    by: 'provider',
    evidence: read,
  })

  test('is noted with its time and in the history, and leaves the payment waiting', async () => {
    const payment = await inserted()
    const before = await item(payment)
    expect(await store.refuseAnswer(payment.paymentId, 'answer_mismatched', at(5))).toBe(true)
    expect(await item(payment)).toEqual({
      ...before,
      answer_refused_at: at(5).toISOString(),
      history: [
        ...(before?.history ?? []),
        { at: at(5).toISOString(), event: 'answer_mismatched', channel: 'push', by: 'provider' },
      ],
    })
  })

  test('is noted once, however many come, and whichever', async () => {
    const payment = await inserted()
    const noted = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        store.refuseAnswer(
          payment.paymentId,
          i % 2 ? 'answer_mismatched' : 'answer_not_understood',
          at(5),
        ),
      ),
    )
    expect(noted.filter(Boolean)).toHaveLength(1)
    expect(await history(payment)).toHaveLength(2)
  })

  test.each<[string, Partial<Payment>, Date]>([
    ['that is at its very end', {}, END],
    ['that is approved', over('approved'), at(1)],
    ['that is denied', over('denied'), at(1)],
    ['that is cancelled', over('cancelled'), at(1)],
    ['that failed', over('failed'), at(1)],
    ['that expired', over('expired'), at(1)],
  ])('is not noted on a payment %s', async (_, more, now) => {
    const payment = await inserted(more)
    const before = await item(payment)
    expect(await store.refuseAnswer(payment.paymentId, 'answer_mismatched', now)).toBe(false)
    expect(await item(payment)).toEqual(before)
  })

  test('makes no payment where there is none', async () => {
    const payment = fresh()
    expect(await store.refuseAnswer(payment.paymentId, 'answer_mismatched', at(1))).toBe(false)
    expect(await item(payment)).toBeUndefined()
  })

  test.each(['answer_mismatched', 'answer_not_understood'] as const)(
    'takes from a payment what asks that none was (%s), and nothing else',
    async (why) => {
      const [one, other] = [await inserted(), await inserted()]
      await store.refuseAnswer(one.paymentId, why, at(5))
      const before = await item(one)
      expect(await store.decide(one.paymentId, byProvider(one), at(30))).toBeUndefined()
      expect(await item(one)).toEqual(before)
      expect(await store.decide(one.paymentId, approval(one), at(30))).toBeDefined()
      expect(await store.decide(other.paymentId, byProvider(other), at(30))).toMatchObject({
        outcome: { status: 'approved', proof: 'provider-read' },
      })
    },
  )
})

describe('a place that was taken before its payment was stored', () => {
  async function barred() {
    const payment = fresh()
    expect(await store.bar(payment.payerId, payment.paymentId)).toBe(true)
    return payment
  }
  /** What waits and what is listed, over all of both indexes. */
  async function indexed({ payerId, paymentId }: Payment) {
    const unreadable: unknown[] = []
    const open: Payment[] = []
    for await (const one of store.open((fault) => unreadable.push(fault))) open.push(one)
    const waits = open.some((one) => one.paymentId === paymentId)
    return { unreadable, waits, ...(await store.list(payerId, { limit: 20 }, unexpected)) }
  }

  test('lets no late insert in, and stays as it is', async () => {
    const payment = await barred()
    const before = await item(payment)
    expect(await store.insert(payment)).toBe(false)
    expect(await item(payment)).toEqual(before)
  })

  test('is taken from no payment that is stored, whatever it is', async () => {
    for (const status of ['pending', 'approved', 'cancelled'] as const) {
      const payment = await inserted(status === 'pending' ? {} : over(status))
      const before = await item(payment)
      expect(await store.bar(payment.payerId, payment.paymentId)).toBe(false)
      expect(await item(payment)).toEqual(before)
    }
  })

  test('is taken once', async () => {
    const payment = await barred()
    const before = await item(payment)
    expect(await store.bar('another', payment.paymentId)).toBe(false)
    expect(await item(payment)).toEqual(before)
  })

  test('is no payment: nobody finds it, and it is in no list', async () => {
    const payment = await barred()
    expect(await store.get(payment.payerId, payment.paymentId)).toBeUndefined()
    expect(await store.find(payment.paymentId)).toBeUndefined()
    const nothing = { unreadable: [], waits: false, payments: [], next: null }
    expect(await indexed(payment)).toEqual(nothing)
  })

  test('holds no payee, no amount, no number and no e-mail address', async () => {
    const payment = await barred()
    const { payerId, paymentId } = payment
    expect(await item(payment)).toEqual({ payment_id: paymentId, barred_payer: payerId })
  })

  test.each([
    ...writes,
    ['expire', ({ paymentId }: Payment) => store.expire(paymentId, END)] as (typeof writes)[number],
  ])('%s changes nothing of it', async (_, write) => {
    const payment = await barred()
    const before = await item(payment)
    for (const now of [at(1), END]) expect(await write(payment, now)).toBeFalsy()
    expect(await item(payment)).toEqual(before)
  })

  test('gets no name of a text, which is a fault', async () => {
    const payment = await barred()
    const before = await item(payment)
    await expect(store.saveText(payment.paymentId, 'VE1')).rejects.toThrow('is no longer stored')
    expect(await item(payment)).toEqual(before)
  })
})

describe('push', () => {
  test('its id is absent, never empty, until it is known', async () => {
    const payment = await inserted()
    expect(await item(payment)).not.toHaveProperty('push_id')
    await store.savePush(payment, undefined, at(1))
    expect(await item(payment)).not.toHaveProperty('push_id')
    await store.savePush(payment, '', at(1))
    expect(await item(payment)).not.toHaveProperty('push_id')
  })

  test.each([
    ['push-9', 'sent', 'push_sent'],
    [undefined, 'unavailable', 'push_unavailable'],
  ])(
    'saving %s makes it %s and touches no status, not even after a decision',
    async (pushId, push, event) => {
      const payment = await inserted()
      await store.decide(payment.paymentId, cancelled(payment), at(1))
      const saved = await store.savePush(payment, pushId, at(2))
      expect(saved).toMatchObject({
        channels: { push: { state: push, id: pushId } },
        outcome: { status: 'cancelled', endedAt: at(1) },
      })
      expect(await events(payment)).toEqual(['started', 'cancelled', event])
    },
  )

  test('the first id that is known stays', async () => {
    const payment = await inserted()
    await store.savePush(payment, 'first', at(1))
    expect(await store.savePush(payment, 'second', at(2))).toMatchObject({
      channels: { push: { id: 'first' } },
    })
  })

  test('saving for a payment that is not there is a fault and makes none', async () => {
    const payment = fresh()
    await expect(store.savePush(payment, 'push-1', at(1))).rejects.toThrow('is no longer stored')
    expect(await item(payment)).toBeUndefined()
  })

  test.each([
    ['asked for at the edge', NOON, true],
    ['asked for a millisecond later', at(-0.001), false],
  ])('is claimed again only when lost: %s', async (_, lostBefore, claimed) => {
    const payment = await inserted()
    expect((await store.claimPush(payment, lostBefore, at(15))) !== undefined).toBe(claimed)
  })

  test('is not claimed again once it has an answer', async () => {
    const payment = await inserted()
    await store.savePush(payment, undefined, at(1))
    expect(await store.claimPush(payment, at(15), at(15))).toBeUndefined()
  })

  test('is asked about by one of 20 at once, and again only after the pause', async () => {
    const payment = await inserted()
    const claim = (lastBefore: Date, now: Date) =>
      store.claimPushRead(payment.paymentId, lastBefore, now)
    const claims = await Promise.all(Array.from({ length: 20 }, () => claim(at(-30), at(30))))
    expect(claims.filter(Boolean)).toHaveLength(1)
    expect(await claim(at(29.999), at(89.999))).toBe(false)
    expect(await claim(at(30), at(90))).toBe(true)
  })

  test('a payment is found by it, and by none that is unknown', async () => {
    const payment = await inserted()
    const pushId = `push-of-${payment.paymentId}`
    await store.savePush(payment, pushId, at(1))
    expect(await store.findByPush(pushId)).toMatchObject({
      paymentId: payment.paymentId,
      channels: { push: { id: pushId } },
    })
    expect(await store.findByPush('unknown')).toBeUndefined()
  })
})

describe('texts and codes', () => {
  const text = ({ payerId, paymentId }: Payment, lastBefore: Date, now: Date) =>
    store.reserveText(payerId, paymentId, lastBefore, now)
  const attempt = ({ payerId, paymentId }: Payment) =>
    store.reserveAttempt(payerId, paymentId, false, at(100))
  const texts = (sends: number, sentAt: Date) => ({ channels: { sms: { sends, sentAt } } })
  const wrongs = (wrongCodes: number) => ({ channels: { sms: { wrongCodes } } })
  const named = (textId: string) => ({ channels: { sms: { textId } } })
  /** A payment at its attempt of this number. */
  const atAttempt = (payment: Payment, attempts: number): Payment => ({
    ...payment,
    ...smsOf({ attempts }),
  })

  test('a text comes only after the pause, at its edge', async () => {
    const payment = await inserted()
    expect(await text(payment, at(-20), NOON)).toMatchObject(texts(1, NOON))
    expect(await text(payment, at(-0.001), at(19.999))).toBeUndefined()
    expect(await text(payment, NOON, at(20))).toMatchObject(texts(2, at(20)))
  })

  test('of 20 texts at once one is counted', async () => {
    const payment = await inserted()
    const counted = await Promise.all(
      Array.from({ length: 20 }, () => text(payment, at(-20), NOON)),
    )
    expect(counted.filter(Boolean)).toHaveLength(1)
  })

  test('there are as many texts as the limit and not one more', async () => {
    const payment = await inserted()
    for (let n = 0; n < TEXTS_MAX; n += 1) {
      expect(await text(payment, at(n * 20 - 20), at(n * 20))).toMatchObject(
        texts(n + 1, at(n * 20)),
      )
    }
    expect(await text(payment, at(180), at(200))).toBeUndefined()
  })

  test('no code is tried before a text', async () => {
    expect(await attempt(await inserted())).toBeUndefined()
  })

  test('of twelve codes at once exactly five are tried, and then no text helps', async () => {
    const payment = await inserted()
    await texted(payment)
    const tried = await Promise.all(Array.from({ length: 12 }, () => attempt(payment)))
    expect(tried.filter(Boolean)).toHaveLength(CODE_ATTEMPTS_MAX)
    expect(await item(payment)).toMatchObject({ code_attempts: 5, status: 'pending' })
    expect(await text(payment, at(180), at(200))).toBeUndefined()
  })

  test('the fourth wrong code leaves the payment open, the fifth makes it failed in the same write', async () => {
    const payment = await inserted(smsOf({ attempts: 5 }))
    for (let n = 1; n < CODE_ATTEMPTS_MAX; n += 1) {
      expect(await store.countWrongCode(atAttempt(payment, n), at(n))).toMatchObject({
        outcome: { status: 'pending' },
        ...wrongs(n),
      })
    }
    expect(await store.countWrongCode(payment, at(5))).toMatchObject({
      outcome: { status: 'failed', channel: 'sms', endedAt: at(5) },
      ...wrongs(5),
    })
    expect(await store.countWrongCode(payment, at(6))).toBeUndefined()
    expect(await item(payment)).not.toHaveProperty('open_shard')
    expect(await events(payment)).toEqual([
      'started',
      ...Array.from({ length: 4 }, () => 'code_wrong'),
      'failed',
    ])
  })

  test('the name of a text is kept, in one write, and of one that decided it stays', async () => {
    const payment = await inserted()
    tables.calls.length = 0
    expect(await store.saveText(payment.paymentId, 'VE1')).toMatchObject(named('VE1'))
    expect(tables.calls).toHaveLength(1)
    expect(await store.saveText(payment.paymentId, 'VE2')).toMatchObject(named('VE2'))
    await store.decide(payment.paymentId, cancelled(payment), at(1))
    const after = await store.saveText(payment.paymentId, 'VE3')
    expect(after).toMatchObject({ ...named('VE2'), outcome: { status: 'cancelled' } })
    expect(await item(payment)).toMatchObject({ sms_id: 'VE2' })
  })

  test('the name of a text of no payment is a fault and makes none', async () => {
    const payment = fresh()
    await expect(store.saveText(payment.paymentId, 'VE1')).rejects.toThrow('is no longer stored')
    expect(await item(payment)).toBeUndefined()
  })

  test('a wrong code is counted once, though the SDK sends the write again', async () => {
    const payment = await inserted(smsOf({ attempts: 1 }))
    expect(await store.countWrongCode(payment, at(1))).toMatchObject(wrongs(1))
    expect(await store.countWrongCode(payment, at(1))).toBeUndefined()
    expect(await item(payment)).toMatchObject({ wrong_codes: 1 })
  })

  test('the fourth wrong code is not taken for the fifth where its write is sent again', async () => {
    const payment = await inserted(smsOf({ attempts: 4 }))
    for (const attempts of [1, 2, 3]) {
      await store.countWrongCode(atAttempt(payment, attempts), at(1))
    }
    tables.lose(true)
    await store.countWrongCode(payment, at(1))
    expect(await item(payment)).toMatchObject({ wrong_codes: 4, status: 'pending' })
  })

  test.each<[string, of: Partial<Payment>, by: Partial<Payment>, now: Date]>([
    ['of a payment that ends', {}, {}, END],
    ['of a payment that is approved', over('approved'), {}, at(1)],
    ['of another payer', {}, { payerId: 'another' }, at(1)],
  ])('the fifth wrong code %s makes nothing failed', async (_, of, by, now) => {
    const payment = await inserted({ ...smsOf({ wrongCodes: 4, attempts: 5 }), ...of })
    const before = await item(payment)
    expect(await store.countWrongCode({ ...payment, ...by }, now)).toBeUndefined()
    expect(await item(payment)).toEqual(before)
  })

  test('wrong codes at once are counted each once', async () => {
    const payment = await inserted(smsOf({ attempts: 5 }))
    const counted = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        store.countWrongCode(atAttempt(payment, (n % 5) + 1), at(1)),
      ),
    )
    expect(counted.filter(Boolean)).toHaveLength(CODE_ATTEMPTS_MAX)
    expect(await item(payment)).toMatchObject({ status: 'failed', wrong_codes: 5 })
  })
})

describe('expire', () => {
  test('is not yet written a millisecond before the end', async () => {
    const payment = await inserted()
    expect(await store.expire(payment.paymentId, JUST_BEFORE)).toBeUndefined()
    expect(await item(payment)).toMatchObject({ status: 'pending' })
  })

  test.each([0, 0.001, 3600])('is written %d s after the end, as of the end', async (late) => {
    const payment = await inserted()
    const expired = await store.expire(payment.paymentId, at(LIFE_SECONDS + late))
    expect(expired).toMatchObject({ outcome: { status: 'expired', endedAt: END } })
    expect(await item(payment)).not.toHaveProperty('open_shard')
    expect((await history(payment)).at(-1)).toEqual({
      at: at(LIFE_SECONDS + late).toISOString(),
      event: 'expired',
      channel: null,
      by: 'clock',
    })
  })

  test('overwrites no decision, and is overwritten by none', async () => {
    const decided = await inserted()
    await store.decide(decided.paymentId, approval(decided), at(1))
    expect(await store.expire(decided.paymentId, at(400))).toBeUndefined()
    expect(await item(decided)).toMatchObject({ status: 'approved' })

    const expired = await inserted()
    await store.expire(expired.paymentId, END)
    // Also by a clock that runs behind.
    expect(await store.decide(expired.paymentId, approval(expired), at(1))).toBeUndefined()
    expect(await item(expired)).toMatchObject({ status: 'expired' })
  })

  test('makes no payment where there is none', async () => {
    const payment = fresh()
    expect(await store.expire(payment.paymentId, END)).toBeUndefined()
    expect(await item(payment)).toBeUndefined()
  })
})

describe('list', () => {
  const payerId = 'a payer of many'
  const ids = (page: { payments: { paymentId: string }[] }) =>
    page.payments.map(({ paymentId }) => paymentId)

  beforeAll(async () => {
    for (let n = 0; n < 7; n += 1) await inserted({ payerId, createdAt: at(n) })
  })

  test('goes through all of a payer, newest first, each once', async () => {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await store.list(payerId, { limit: 3, cursor }, unexpected)
      expect(page.payments.length).toBeLessThanOrEqual(3)
      seen.push(...ids(page))
      cursor = page.next ?? undefined
    } while (cursor)
    const whole = await store.list(payerId, { limit: 100 }, unexpected)
    expect(whole.next).toBeNull()
    expect(seen).toEqual(ids(whole))
    expect(new Set(seen).size).toBe(7)
    const times = whole.payments.map(({ createdAt }) => createdAt.getTime())
    expect(times).toEqual([...times].sort((a, b) => b - a))
  })

  test('leaves out an item that cannot be read, tells of it, and shows the others', async () => {
    const who = 'a payer of one spoiled payment'
    const kept = await inserted({ payerId: who, createdAt: at(1) })
    const spoiled = await inserted({ payerId: who, createdAt: at(2) })
    await tables.documents.send(
      new UpdateCommand({
        TableName: 'payments',
        Key: { payment_id: spoiled.paymentId },
        UpdateExpression: 'SET #status = :approved REMOVE open_shard',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':approved': 'approved' },
      }),
    )
    const unreadable: unknown[] = []
    const { payments } = await store.list(who, { limit: 20 }, (fault) => unreadable.push(fault))
    expect(ids({ payments })).toEqual([kept.paymentId])
    expect(unreadable).toEqual([expect.objectContaining({ name: 'RewrittenOutcome' })])
  })

  test('tells no more than the list shows', async () => {
    const { payments } = await store.list(payerId, { limit: 1 }, unexpected)
    const [shown] = payments.map((payment) => view(payment, NOON))
    expect(shown).toHaveProperty('paymentId')
    for (const hidden of [
      'providerPhoneId',
      'details',
      'pushId',
      'evidence',
      'history',
      'payerId',
    ]) {
      expect(shown).not.toHaveProperty(hidden)
    }
  })
})

describe('a denial that comes too late', () => {
  const ends: readonly [string, (payment: Payment) => Promise<unknown>][] = [
    ['cancelled', (payment) => store.decide(payment.paymentId, cancelled(payment), at(1))],
    ['expired', ({ paymentId }) => store.expire(paymentId, END)],
    ['pending', async () => undefined],
    [
      'failed',
      async (payment) => {
        const { payerId, paymentId } = payment
        await store.reserveText(payerId, paymentId, at(1), at(1))
        for (let n = 0; n < CODE_ATTEMPTS_MAX; n += 1) {
          const tried = await store.reserveAttempt(payerId, paymentId, false, at(2))
          if (tried) await store.countWrongCode(tried, at(2))
        }
      },
    ],
  ]

  test.each(ends)(
    'to a payment that is %s is noted once, and ends nothing',
    async (status, end) => {
      const payment = await inserted()
      await end(payment)
      const before = (await item(payment)) ?? {}
      expect(before).toMatchObject({ status })
      const notes = await Promise.all(
        [1, 2, 3].map(() => store.noteLateDenial(payment.paymentId, END)),
      )
      expect(notes.filter(Boolean)).toMatchObject([
        { outcome: { status }, channels: { push: { deniedLateAt: END } } },
      ])
      expect(await store.noteLateDenial(payment.paymentId, at(900))).toBeUndefined()
      const entry = { at: END.toISOString(), event: 'denied_late', channel: 'push', by: 'payer' }
      expect(await item(payment)).toEqual({
        ...before,
        denied_late_at: END.toISOString(),
        history: [...before.history, entry],
      })
    },
  )

  test('to one that waits, or was approved or denied, is none', async () => {
    const waits = await inserted()
    const yes = await inserted()
    await store.decide(yes.paymentId, approval(yes), at(1))
    const no = await inserted()
    await store.decide(
      no.paymentId,
      { status: 'denied', channel: 'push', by: 'payer', evidence, only: {} },
      at(1),
    )
    expect(await store.noteLateDenial(waits.paymentId, JUST_BEFORE)).toBeUndefined()
    for (const one of [yes, no])
      expect(await store.noteLateDenial(one.paymentId, END)).toBeUndefined()
    for (const one of [waits, yes, no]) expect(await events(one)).not.toContain('denied_late')
    expect(await store.noteLateDenial('not there', END)).toBeUndefined()
  })
})

describe('answers', () => {
  const denial = { status: 'denied', channel: 'push', by: 'payer', evidence } as const
  const end = (payment: Payment, decision: Decision, seconds: number) =>
    store.decide(payment.paymentId, decision, at(seconds))

  test('are a payer’s own payments that were approved or denied, the newest first, and when', async () => {
    const payerId = 'a payer who answers'
    const some = []
    for (let n = 0; n < 5; n += 1) some.push(await inserted({ payerId, createdAt: at(n) }))
    const [yes, no, cancelled, over] = some as [Payment, Payment, Payment, Payment]
    await end(yes, approval(yes, {}), 30)
    await end(no, { ...denial, only: {} }, 20)
    await end(cancelled, { status: 'cancelled', channel: null, by: 'payer', only: {} }, 25)
    await store.expire(over.paymentId, END)
    await end(await inserted(), { ...denial, only: {} }, 20)
    expect(await store.answers(payerId, at(-1))).toEqual([
      { paymentId: no.paymentId, status: 'denied', decidedAt: at(20) },
      { paymentId: yes.paymentId, status: 'approved', decidedAt: at(30) },
    ])
    // Of those that were started after just this moment.
    expect(await store.answers(payerId, at(0))).toHaveLength(1)
    expect(await store.answers(payerId, at(1))).toEqual([])
  })

  test('are also denials that came too late, at the moment they came', async () => {
    const payerId = 'a payer who answers late'
    const gone = await inserted({ payerId, createdAt: at(0) })
    await store.decide(gone.paymentId, cancelled(gone), at(1))
    const waits = await inserted({ payerId, createdAt: at(-1) })
    expect(await store.answers(payerId, at(-2))).toEqual([])
    await store.noteLateDenial(gone.paymentId, at(2))
    await store.noteLateDenial(waits.paymentId, END)
    const all = [
      { paymentId: gone.paymentId, status: 'denied', decidedAt: at(2) },
      { paymentId: waits.paymentId, status: 'denied', decidedAt: END },
    ]
    expect(await store.answers(payerId, at(-2))).toEqual(all)
    await store.expire(waits.paymentId, END)
    expect(await store.answers(payerId, at(-2))).toEqual(all)
  })

  test('are found behind a hundred that ended otherwise', async () => {
    const payerId = 'a payer of a hundred'
    const first = await inserted({ payerId, createdAt: at(0) })
    await end(first, { ...denial, only: {} }, 1)
    const ids = Array.from({ length: 101 }, (_, n) => n)
    await Promise.all(ids.map((n) => inserted({ payerId, createdAt: at(1 + n / 1000) })))
    expect(await store.answers(payerId, at(-1))).toHaveLength(1)
  })

  test('that are more than a page are a fault, and never some of them', async () => {
    const payerId = 'a payer of pages'
    const payeeName = 'N'.repeat(300_000)
    for (let n = 0; n < 4; n += 1) {
      const longest = { ...action, payee: { ...action.payee, name: payeeName } }
      await inserted({ payerId, action: longest, createdAt: at(n) })
    }
    await expect(store.answers(payerId, at(-1))).rejects.toThrow('more than one page of payments')
  })

  test('that cannot be read are a fault', async () => {
    const payment = await inserted()
    await end(payment, { ...denial, only: {} }, 1)
    await documents.send(
      new UpdateCommand({
        TableName: 'payments',
        Key: { payment_id: payment.paymentId },
        UpdateExpression: 'SET decided_at = :later',
        ExpressionAttributeValues: { ':later': 'later' },
      }),
    )
    await expect(store.answers(payment.payerId, at(-1))).rejects.toThrow()
  })
})

test.each(['push_paused', 'push_unavailable'] as const)(
  'a payment that starts without a push says why: %s',
  async (why) => {
    const push = { state: 'unavailable', pausedUntil: at(60) } as const
    const payment = fresh({ channels: { ...channels, push } })
    const told = { at: NOON.toISOString(), event: why, channel: 'push', by: 'clock' } as const
    await store.insert(payment, [told])
    expect(await store.get(payment.payerId, payment.paymentId)).toMatchObject({
      channels: { push },
    })
    expect((await item(payment))?.history).toMatchObject([{ event: 'started' }, told])
  },
)

describe('open', () => {
  const unreadable = (fault: unknown) => {
    throw fault
  }
  const waiting = async () => {
    const found: Payment[] = []
    for await (const open of store.open(unreadable)) found.push(open)
    return found
  }

  test('finds 60 that wait, in all parts of the index, each once and none that is decided', async () => {
    const payments: Payment[] = []
    for (let n = 0; n < 60; n += 1) payments.push(await inserted())
    const shards = new Set<number>()
    for (const payment of payments) shards.add((await item(payment))?.open_shard)
    expect([...shards].sort()).toEqual(Array.from({ length: OPEN_SHARDS }, (_, shard) => shard))
    const [first, second, third, ...rest] = payments as [Payment, Payment, Payment, ...Payment[]]
    await store.decide(first.paymentId, approval(first), at(1))
    await store.expire(second.paymentId, END)
    await store.savePush(third, 'push-3', at(1))
    await store.claimPushRead(third.paymentId, at(1), at(2))

    const found = await waiting()
    const own = found.filter(({ paymentId }) => payments.some((p) => p.paymentId === paymentId))
    expect(own.map(({ paymentId }) => paymentId).sort()).toEqual(
      [third, ...rest].map(({ paymentId }) => paymentId).sort(),
    )
    expect(own.find(({ paymentId }) => paymentId === third.paymentId)).toEqual({
      ...third,
      channels: {
        ...channels,
        push: { ...channels.push, state: 'sent', id: 'push-3', readAt: at(2) },
      },
    })
  })

  test('asks for page after page of each part, from where the last one ended', async () => {
    const found = await item(await inserted())
    const paged = tables.faulty()
    paged.on(QueryCommand).callsFake((query) => {
      const { ':shard': shard } = query.ExpressionAttributeValues
      const page = Number(query.ExclusiveStartKey?.page ?? 0)
      return {
        // A page may be empty and yet not be the last.
        Items: page === 1 ? [] : [{ ...found, payment_id: `${shard}-${page}` }],
        ...(page < 2 && { LastEvaluatedKey: { page: page + 1 } }),
      }
    })
    expect((await waiting()).map(({ paymentId }) => paymentId)).toEqual(
      Array.from({ length: OPEN_SHARDS }, (_, shard) => [`${shard}-0`, `${shard}-2`]).flat(),
    )
  })
})

test.each([
  ['a status that is none', { status: 'undecided' }],
  ['an amount with decimals', { amount_minor: 20.5 }],
  ['an amount of nothing', { amount_minor: 0 }],
  ['a currency that is none', { currency: 'XXX' }],
  ['a time that is none', { expires_at: 'tomorrow' }],
  ['details of a push that are none', { push_details: 'Amount' }],
  ['attempts that are no number', { code_attempts: '0' }],
])('an item with %s is a fault and not a payment', async (_, broken) => {
  const payment = await inserted()
  const Item = { ...(await item(payment)), ...broken }
  await documents.send(new PutCommand({ TableName: 'payments', Item }))
  await expect(store.find(payment.paymentId)).rejects.toThrow(/Invalid|Too small|not valid JSON/)
  await documents.send(
    new PutCommand({ TableName: 'payments', Item: { payment_id: payment.paymentId } }),
  )
})

const FAULTS = [
  new ProvisionedThroughputExceededException({ $metadata: {}, message: 'slow down' }),
  new InternalServerError({ $metadata: {}, message: 'sorry' }),
  new DOMException('too late', 'TimeoutError'),
]

describe.each(FAULTS)('with $name from the database', (fault) => {
  test.each(writes)('%s throws it and changes nothing', async (_, write) => {
    const payment = await inserted()
    await texted(payment)
    const before = await item(payment)
    const faulty = mockClient(documents)
    faulty.on(UpdateCommand).rejects(fault)
    try {
      await expect(write(payment, at(30))).rejects.toBe(fault)
    } finally {
      faulty.restore()
    }
    expect(await item(payment)).toEqual(before)
  })

  test('what reads throws it too, and nothing looks as if it were not there', async () => {
    const payment = await inserted()
    const { paymentId, payerId } = payment
    const faulty = tables.faulty()
    faulty
      .on(GetCommand)
      .rejects(fault)
      .on(QueryCommand)
      .rejects(fault)
      .on(PutCommand)
      .rejects(fault)
    await expect(store.get(payerId, paymentId)).rejects.toBe(fault)
    await expect(store.find(paymentId)).rejects.toBe(fault)
    await expect(store.findByPush('push-1')).rejects.toBe(fault)
    await expect(store.list(payerId, { limit: 20 }, unexpected)).rejects.toBe(fault)
    await expect(
      store
        .open(() => {})
        [Symbol.asyncIterator]()
        .next(),
    ).rejects.toBe(fault)
    await expect(store.insert(fresh())).rejects.toBe(fault)
  })
})
