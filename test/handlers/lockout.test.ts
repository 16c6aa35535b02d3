import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  type Call,
  type Harness,
  no,
  numberOf,
  otherThan,
  type Person,
  startHarness,
} from '../harness/harness.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let harness: Harness
beforeAll(async () => {
  const plenty = {
    TEXTS_PER_HOUR: '1000',
    TEXTS_PER_DAY: '1000',
    TEXTS_PER_DAY_FOR_STAGE: '10000',
  }
  harness = await startHarness({ ...plenty, OPEN_PAYMENTS: '100', PAYMENTS_PER_HOUR: '1000' })
})
afterEach(() => {
  harness.provider.instead = undefined
})
afterAll(() => harness.close())

const isVerify = ({ path }: Call) => path.startsWith('/protected/json/verify/')
const checks = () => harness.provider.calls.filter(isVerify).length
const enter = (as: Person, id: string, code: string) =>
  harness.call('smsVerify', { as, id, body: { code } })
const locked = (seconds: number) => ({
  ...no(423, 'locked'),
  headers: { 'retry-after': String(seconds) },
})

/** A payment that its payer could approve with the code that they have just got. */
async function texted(payer: Person): Promise<{ id: string; code: string; wrong: string }> {
  const { paymentId: id } = await harness.pending(payer)
  const sent = await harness.call('smsStart', { as: payer, id })
  if (sent.status !== 202) throw new Error(JSON.stringify(sent))
  const code = harness.codeOn(payer.number)
  return { id, code, wrong: otherThan(code) }
}

/** So many wrong codes, four at most for one payment, so that none fails. */
async function wrongCodes(payer: Person, times: number) {
  let payment = await texted(payer)
  for (let i = 0; i < times; i += 1) {
    if (i === 4) payment = await texted(payer)
    const { id, wrong } = payment
    expect(await enter(payer, id, wrong)).toMatchObject(no(422, 'wrong_code'))
  }
}

/** Somebody whose codes are locked since now, with a payment that has a code from before. */
async function lockedOut() {
  const payer = await harness.person()
  await wrongCodes(payer, 4)
  const payment = await texted(payer)
  const last = await texted(payer)
  await enter(payer, last.id, last.wrong)
  return { payer, ...payment }
}

test('ending every session lifts a lock, once a day: a thief’s wrong codes shut nobody out', async () => {
  const { payer, id, code } = await lockedOut()
  expect((await enter(payer, id, code)).status).toBe(423)
  const signedIn = () => ({ auth_time: String(harness.clock.now().getTime() / 1000) })
  const endSessions = async () => {
    const ended = await harness.call('endSessions', { as: payer, claims: signedIn() })
    expect(ended.status).toBe(200)
    return signedIn()
  }
  const claims = await endSessions()
  const right = await harness.call('smsVerify', { as: payer, claims, id, body: { code } })
  expect(right).toMatchObject({ status: 200, body: { status: 'approved' } })

  harness.clock.advance(DAY - 1)
  await wrongCodes(payer, 5)
  const askedFor = async () => {
    const claims = await endSessions()
    const { paymentId } = await harness.pending(payer)
    return (await harness.call('smsStart', { as: payer, claims, id: paymentId })).status
  }
  expect(await askedFor()).toBe(423)
  harness.clock.advance(1)
  expect(await askedFor()).toBe(202)
})

test('the fifth wrong code in a row, whatever payments they were for, locks codes for five minutes', async () => {
  const payer = await harness.person()
  const [one, two, three] = [await texted(payer), await texted(payer), await texted(payer)]
  for (const { id, wrong } of [one, two, one, two]) {
    expect(await enter(payer, id, wrong)).toMatchObject(no(422, 'wrong_code'))
  }
  expect(await enter(payer, one.id, one.wrong)).toMatchObject(no(422, 'wrong_code'))

  const before = [checks(), await harness.item(three.id)]
  expect(await enter(payer, three.id, three.code)).toMatchObject(locked(5 * MINUTE))
  harness.clock.advance(299.5)
  expect(await enter(payer, three.id, three.code)).toMatchObject(locked(1))
  expect([checks(), await harness.item(three.id)]).toEqual(before)
})

test('the profile tells until when codes are locked, up to that instant', async () => {
  const { payer } = await lockedOut()
  const until = new Date(harness.clock.now().getTime() + 5 * MINUTE * 1000).toISOString()
  const told = async () => (await harness.call('profile', { as: payer })).body.codesLockedUntil
  expect(await told()).toBe(until)
  harness.clock.advance(5 * MINUTE - 0.001)
  expect(await told()).toBe(until)
  harness.clock.advance(0.001)
  expect(await told()).toBeNull()
})

test('the fifth wrong code at one payment fails it and locks codes as well', async () => {
  const payer = await harness.person()
  const { id, wrong } = await texted(payer)
  for (let i = 0; i < 4; i += 1) await enter(payer, id, wrong)
  const other = await texted(payer)
  expect(await enter(payer, id, wrong)).toMatchObject(no(422, 'wrong_code', { attemptsLeft: 0 }))
  expect(await enter(payer, other.id, other.code)).toMatchObject(locked(5 * MINUTE))
})

test('locks follow each other at 5, 15, 30 and 60 minutes, a day, and always a day, each ending at its instant', async () => {
  const payer = await harness.person()
  for (const seconds of [5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, DAY, DAY]) {
    await wrongCodes(payer, 5)
    const start = { as: payer, id: (await harness.pending(payer)).paymentId }
    expect(await harness.call('smsStart', start)).toMatchObject(locked(seconds))
    // A payment lives shorter than a lock, so each look is at a fresh one.
    harness.clock.advance(seconds - 0.001)
    const late = { as: payer, id: (await harness.pending(payer)).paymentId }
    expect(await harness.call('smsStart', late)).toMatchObject(locked(1))
    harness.clock.advance(0.001)
    expect((await harness.call('smsStart', late)).status).toBe(202)
  }
})

describe('while codes are locked', () => {
  test('a push still decides', async () => {
    const { payer } = await lockedOut()
    const { paymentId: id } = await harness.pending(payer)
    await harness.answers(payer, 'approved')
    expect(await harness.item(id)).toMatchObject({ status: 'approved', decided_by: 'push' })
  })

  test('a payment can be started, looked at and cancelled', async () => {
    const { payer } = await lockedOut()
    const { paymentId: id } = await harness.pending(payer)
    expect((await harness.call('paymentStatus', { as: payer, id })).status).toBe(200)
    expect((await harness.call('cancelPayment', { as: payer, id })).status).toBe(200)
  })

  test('nobody else is locked out, not even who has the same phone', async () => {
    const { payer } = await lockedOut()
    for (const other of [await harness.person(), await harness.person({ number: payer.number })]) {
      const { id, code } = await texted(other)
      expect((await enter(other, id, code)).status).toBe(200)
    }
  })
})

describe('a right code', () => {
  test('ends the row: the next four wrong ones lock nothing', async () => {
    const payer = await harness.person()
    await wrongCodes(payer, 4)
    const right = await texted(payer)
    await enter(payer, right.id, right.code)
    await wrongCodes(payer, 4)
    const { id, code } = await texted(payer)
    expect((await enter(payer, id, code)).status).toBe(200)
  })

  test('ends the ladder: the next lock is five minutes again', async () => {
    const { payer } = await lockedOut()
    harness.clock.advance(5 * MINUTE)
    const right = await texted(payer)
    expect((await enter(payer, right.id, right.code)).status).toBe(200)
    await wrongCodes(payer, 5)
    const { paymentId: id } = await harness.pending(payer)
    expect(await harness.call('smsStart', { as: payer, id })).toMatchObject(locked(5 * MINUTE))
  })

  test('of a payment that is over at that moment proves as much', async () => {
    const payer = await harness.person()
    await wrongCodes(payer, 4)
    const { id, code } = await texted(payer)
    harness.provider.instead = (call) => {
      if (isVerify(call)) harness.clock.advance(300)
      return undefined
    }
    expect(await enter(payer, id, code)).toMatchObject(no(410, 'expired'))
    harness.provider.instead = undefined
    await wrongCodes(payer, 4)
  })

  test('by push ends no row of codes', async () => {
    const payer = await harness.person()
    await wrongCodes(payer, 4)
    await harness.pending(payer)
    await harness.answers(payer, 'approved')
    await wrongCodes(payer, 1)
    const { paymentId: id } = await harness.pending(payer)
    expect(await harness.call('smsStart', { as: payer, id })).toMatchObject(no(423, 'locked'))
  })
})

describe('a code that was not checked', () => {
  test.each([
    ['503', { status: 503, body: {} }],
    ['200 and nonsense', { status: 200, body: { success: 'true' } }],
    ['nothing at all', 'hang up'],
  ] as const)('because the provider answered %s is none of the row', async (_, fault) => {
    const payer = await harness.person()
    await wrongCodes(payer, 4)
    const { id, code } = await texted(payer)
    harness.provider.instead = (call) => (isVerify(call) ? fault : undefined)
    for (let i = 0; i < 3; i += 1) {
      expect(await enter(payer, id, code)).toMatchObject(no(503, 'provider_unavailable'))
    }
    harness.provider.instead = undefined
    expect((await enter(payer, id, code)).status).toBe(200)
  })
})

describe('a change of phone', () => {
  const next = numberOf(1500)
  const change = (as: Person) =>
    harness.call('phoneStart', { as, body: { phoneNumber: next, channel: 'sms' } })
  const prove = (as: Person, currentCode: string) =>
    harness.call('phoneVerify', {
      as,
      body: { ...harness.verification(as), code: harness.codeOn(next), currentCode },
    })

  test('asks for the verified phone’s code, and a wrong one is of the same row', async () => {
    const payer = await harness.person()
    await wrongCodes(payer, 4)
    expect((await change(payer)).status).toBe(202)
    const wrong = otherThan(harness.codeOn(payer.number))
    expect(await prove(payer, wrong)).toMatchObject(no(422, 'wrong_code'))
    const { paymentId: id } = await harness.pending(payer)
    expect(await harness.call('smsStart', { as: payer, id })).toMatchObject(locked(5 * MINUTE))
    expect(await prove(payer, harness.codeOn(payer.number))).toMatchObject(no(423, 'locked'))
    expect((await harness.call('profile', { as: payer })).body.phone.number).toContain(
      payer.number.slice(-3),
    )
  })

  test('loses none of its attempts while codes are locked', async () => {
    const payer = await harness.person()
    await wrongCodes(payer, 4)
    await change(payer)
    const right = harness.codeOn(payer.number)
    expect((await prove(payer, otherThan(right))).status).toBe(422)
    for (let i = 0; i < 5; i += 1) {
      expect(await prove(payer, right)).toMatchObject(locked(5 * MINUTE))
    }
    harness.clock.advance(5 * MINUTE)
    expect((await prove(payer, right)).status).toBe(200)
  })
})
