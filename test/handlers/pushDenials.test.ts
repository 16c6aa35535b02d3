import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { callbackOf } from '../harness/faultInjection.ts'
import {
  type Call,
  type Harness,
  otherThan,
  type Person,
  paymentBody,
  startHarness,
} from '../harness/harness.ts'

let harness: Harness
beforeAll(async () => {
  harness = await startHarness()
})
afterEach(() => {
  harness.store.instead = undefined
})
afterAll(() => harness.close())

const MINUTE = 60

const pushesOn = ({ number }: Person) => harness.phone.book.pushes(number)

/** Start a payment and deny it on the phone, at once. */
async function denied(as: Person): Promise<string> {
  const { paymentId } = await harness.pending(as)
  await harness.answers(as, 'denied')
  return paymentId
}

/** Deny the push of just this payment. */
async function deny(paymentId: string) {
  const all = harness.phone.book.numbers().flatMap((number) => harness.phone.book.pushes(number))
  const push = all.find(({ hiddenDetails }) => hiddenDetails?.payment_id === paymentId)
  if (!push) throw new Error(`no push for ${paymentId}`)
  harness.phone.book.answer(push.uuid, 'denied')
  await harness.phone.settled()
}

/** How a payment ends without its push's answer, by what it is then. */
const ENDS = {
  cancelled: (as: Person, id: string) => harness.call('cancelPayment', { as, id }),
  expired: async () => {
    harness.clock.advance(5 * MINUTE)
    await harness.sweep()
  },
  /** Over, and the sweep has not come by. */
  pending: async () => harness.clock.advance(5 * MINUTE),
  failed: async (as: Person, id: string) => {
    await harness.call('smsStart', { as, id })
    const body = { code: otherThan(harness.codeOn(as.number)) }
    for (let n = 0; n < 5; n += 1) await harness.call('smsVerify', { as, id, body })
    // The lock of codes ends, so that another payment can end so.
    harness.clock.advance(5 * MINUTE)
  },
} satisfies Record<string, (as: Person, id: string) => Promise<unknown>>

/** The callback of a denial comes when the payment is over; it may be said twice. */
async function denyLate(as: Person, id: string) {
  const push = pushesOn(as).find(({ hiddenDetails }) => hiddenDetails?.payment_id === id)
  if (!push) throw new Error(`no push for ${id}`)
  const before = (await harness.item(id)) ?? {}
  for (let n = 0; n < 2; n += 1) {
    const reply = await harness.call('authyCallback', callbackOf(harness, push, 'denied'))
    expect(reply.status).toBe(200)
  }
  const at = harness.clock.now().toISOString()
  expect(await harness.item(id)).toEqual({
    ...before,
    denied_late_at: at,
    history: [...before.history, { at, event: 'denied_late', channel: 'push', by: 'payer' }],
  })
}

const events = async ({ payerId }: Person) => {
  const item = (await harness.all('users')).find(({ user_id }) => user_id === payerId)
  return ((item?.audit_recent ?? []) as { event: string }[]).map(({ event }) => event)
}
const isAnswersRead = ({ operation, text }: Call) =>
  operation === 'Query' && text.includes('created_at > :since')

describe('after two denials in a row', () => {
  test('twenty payments started and denied at once are two pushes', async () => {
    const payer = await harness.person()
    for (let n = 0; n < 20; n += 1) {
      const { paymentId, push } = await harness.pending(payer)
      expect(push).toBe(n < 2 ? 'sent' : 'unavailable')
      if (push === 'sent') await deny(paymentId)
      else await harness.call('cancelPayment', { as: payer, id: paymentId })
    }
    expect(pushesOn(payer)).toHaveLength(2)
  })

  test('no push goes out for a quarter of an hour, the payment says until when, and a code approves it', async () => {
    const payer = await harness.person()
    await denied(payer)
    harness.clock.advance(MINUTE)
    await denied(payer)
    const until = new Date(harness.clock.now().getTime() + 15 * MINUTE * 1000).toISOString()
    harness.clock.advance(15 * MINUTE - 0.001)
    const started = await harness.pending(payer)
    expect(started).toMatchObject({ push: 'unavailable', pushPausedUntil: until })
    const { paymentId: id } = started
    expect(await harness.item(id)).toMatchObject({
      push_paused_until: until,
      history: [{ event: 'started' }, { event: 'push_paused', channel: 'push', by: 'clock' }],
    })
    const { body: listed } = await harness.call('listPayments', { as: payer })
    expect(listed.payments[0]).toEqual(started)

    await harness.call('smsStart', { as: payer, id })
    const body = { code: harness.codeOn(payer.number) }
    expect(await harness.call('smsVerify', { as: payer, id, body })).toMatchObject({
      status: 200,
      body: { status: 'approved' },
    })
    expect(pushesOn(payer)).toHaveLength(2)
  })

  test('the push goes out at the moment that the pause is over, and one denial more begins the next', async () => {
    const payer = await harness.person()
    await denied(payer)
    await denied(payer)
    harness.clock.advance(15 * MINUTE)
    await denied(payer)
    expect(pushesOn(payer)).toHaveLength(3)
    expect(await harness.pending(payer)).toMatchObject({ push: 'unavailable' })
  })

  test('a payment with the same key is the same, during the pause and after it', async () => {
    const payer = await harness.person()
    await denied(payer)
    await denied(payer)
    const send = () => harness.call('sendPayment', { as: payer, key: 'paused', body: paymentBody })
    const { body } = await send()
    expect(body.push).toBe('unavailable')
    expect(await send()).toMatchObject({ status: 200, body })
    await denied(await harness.person())
    harness.clock.advance(4 * MINUTE)
    expect(await send()).toMatchObject({ status: 200, body })
    expect(pushesOn(payer)).toHaveLength(2)
  })

  test('a yes, by a code too, begins a new row', async () => {
    const payer = await harness.person()
    await denied(payer)
    const { paymentId: id } = await harness.pending(payer)
    await harness.call('smsStart', { as: payer, id })
    await harness.call('smsVerify', { as: payer, id, body: { code: harness.codeOn(payer.number) } })
    await denied(payer)
    expect(await harness.pending(payer)).toMatchObject({ push: 'sent' })
  })

  test('a push that is out already is answered all the same, and its yes ends the pause', async () => {
    const payer = await harness.person()
    const out = await harness.pending(payer)
    await denied(payer)
    await denied(payer)
    expect(await harness.pending(payer)).toMatchObject({ push: 'unavailable' })
    const [, , first] = pushesOn(payer)
    harness.phone.book.answer(first?.uuid ?? '', 'approved')
    await harness.phone.settled()
    expect(await harness.call('paymentStatus', { as: payer, id: out.paymentId })).toMatchObject({
      body: { status: 'approved' },
    })
    expect(await harness.pending(payer)).toMatchObject({ push: 'sent' })
  })

  test('payments that are cancelled make nobody forget the denials', async () => {
    const payer = await harness.person()
    await denied(payer)
    await denied(payer)
    for (let n = 0; n < 17; n += 1) {
      harness.clock.advance(1)
      const { paymentId: id } = await harness.pending(payer)
      await harness.call('cancelPayment', { as: payer, id })
    }
    expect(await harness.pending(payer)).toMatchObject({ push: 'unavailable' })
  })

  test.each(Object.entries(ENDS))('counts what was denied when it was %s', async (status, end) => {
    const payer = await harness.person()
    for (let n = 0; n < 2; n += 1) {
      const { paymentId: id } = await harness.pending(payer)
      await end(payer, id)
      expect((await harness.item(id))?.status).toBe(status)
      await denyLate(payer, id)
    }
    expect(await harness.pending(payer)).toMatchObject({
      push: 'unavailable',
      pushPausedUntil: new Date(harness.clock.now().getTime() + 15 * MINUTE * 1000).toISOString(),
    })
    expect(await events(payer)).not.toContain('pushes.denied')
  })

  test('twenty payments started, cancelled and denied at once are two pushes', async () => {
    const payer = await harness.person()
    for (let n = 0; n < 20; n += 1) {
      const { paymentId, push } = await harness.pending(payer)
      await harness.call('cancelPayment', { as: payer, id: paymentId })
      if (push === 'sent') await deny(paymentId)
    }
    expect(pushesOn(payer)).toHaveLength(2)
  })

  test('a no to a push whose payment a code approved is not counted', async () => {
    const payer = await harness.person()
    for (let n = 0; n < 2; n += 1) {
      const { paymentId: id } = await harness.pending(payer)
      await harness.call('smsStart', { as: payer, id })
      await harness.call('smsVerify', {
        as: payer,
        id,
        body: { code: harness.codeOn(payer.number) },
      })
      await deny(id)
      expect((await harness.item(id))?.status).toBe('approved')
    }
    expect(await harness.pending(payer)).toMatchObject({ push: 'sent' })
  })

  test('nobody else’s push is paused, on the same phone neither', async () => {
    const { number } = await harness.person()
    const ann = await harness.person({ number })
    const ben = await harness.person({ number })
    await denied(ann)
    await denied(ann)
    expect(await harness.pending(ben)).toMatchObject({ push: 'sent', pushPausedUntil: null })
    expect(await harness.pending(ann)).toMatchObject({ push: 'unavailable' })
  })

  test('where that cannot be looked up, a payment starts without a push, and its history says no pause', async () => {
    const payer = await harness.person()
    harness.store.instead = (call) =>
      isAnswersRead(call) ? { status: 400, body: { __type: '#ValidationException' } } : undefined
    const started = await harness.pending(payer)
    expect(started).toMatchObject({ push: 'unavailable', pushPausedUntil: null })
    expect((await harness.item(started.paymentId))?.history).toMatchObject([
      { event: 'started' },
      { event: 'push_unavailable', channel: 'push', by: 'clock' },
    ])
    expect(pushesOn(payer)).toEqual([])
  })
})

describe('the third denial in a row', () => {
  /** Three and one more, on the phone before any was denied. */
  async function four(as: Person): Promise<string[]> {
    const all: string[] = []
    for (let n = 0; n < 4; n += 1) all.push((await harness.pending(as)).paymentId)
    return all
  }

  test('is told in the account’s trail and to its owner, and the fourth is not told again', async () => {
    const payer = await harness.person()
    const [one = '', two = '', three = '', more = ''] = await four(payer)
    await deny(one)
    await deny(two)
    expect(await events(payer)).toEqual(['phone.verified'])
    await deny(three)
    expect(await events(payer)).toEqual(['phone.verified', 'pushes.denied'])
    harness.clock.advance(1)
    await deny(more)
    expect(await events(payer)).toEqual(['phone.verified', 'pushes.denied'])
    expect((await harness.call('profile', { as: payer })).body.notices).toMatchObject([
      { event: 'pushes.denied' },
    ])
  })

  test('is told where the payment was cancelled before each', async () => {
    const payer = await harness.person()
    const all = await four(payer)
    for (const id of all.slice(0, 3)) {
      await harness.call('cancelPayment', { as: payer, id })
      await denyLate(payer, id)
    }
    expect(await events(payer)).toEqual(['phone.verified', 'pushes.denied'])
  })

  test('after the pause is told too', async () => {
    const payer = await harness.person()
    await denied(payer)
    await denied(payer)
    harness.clock.advance(15 * MINUTE)
    await denied(payer)
    expect(await events(payer)).toEqual(['phone.verified', 'pushes.denied'])
  })

  test('is told once where they come at once', async () => {
    for (let n = 0; n < 3; n += 1) {
      const payer = await harness.person()
      const all = await four(payer)
      await Promise.all(all.map(deny))
      expect(await events(payer)).toEqual(['phone.verified', 'pushes.denied'])
    }
  })

  test('is told where the sweep learns of it', async () => {
    const payer = await harness.person()
    const all = await four(payer)
    for (const id of all.slice(0, 3)) {
      harness.phone.book.faults.loseNextCallback = true
      await deny(id)
    }
    harness.clock.advance(20)
    expect(await harness.sweep()).toMatchObject({ decided: 3 })
    expect(await events(payer)).toEqual(['phone.verified', 'pushes.denied'])
  })

  test('that cannot be told stands, and the same callback again tells it', async () => {
    const payer = await harness.person()
    await denied(payer)
    const two = await harness.pending(payer)
    const three = await harness.pending(payer)
    await deny(two.paymentId)
    harness.phone.book.faults.sendNextCallbackTwice = true
    let failed = 0
    harness.store.instead = (call) => {
      if (!isAnswersRead(call) || failed > 0) return undefined
      failed += 1
      return { status: 400, body: { __type: '#ValidationException' } }
    }
    await deny(three.paymentId)
    expect(failed).toBe(1)
    expect(await harness.call('paymentStatus', { as: payer, id: three.paymentId })).toMatchObject({
      body: { status: 'denied' },
    })
    harness.runTimers()
    await harness.phone.settled()
    expect(await events(payer)).toEqual(['phone.verified', 'pushes.denied'])
  })
})
