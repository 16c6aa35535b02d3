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

/** Each of these may add one: by a first sign-in, or by a text. */
const noDevices = (...leaves: string[]) => ({
  list: [],
  waiting: [],
  removed: [],
  pending: null,
  everHadOne: false,
  textsClosed: false,
  waitHours: 12,
  canAdd: true,
  leaves: [...leaves, 'invitation'],
})

let harness: Harness
beforeAll(async () => {
  harness = await startHarness()
})
afterEach(() => {
  harness.provider.instead = undefined
})
afterAll(() => harness.close())

type Who = Pick<Person, 'payerId' | 'email'>
const start = (as: Who, phoneNumber: unknown, channel: unknown = 'sms') =>
  harness.call('phoneStart', { as, body: { phoneNumber, channel } })
const verify = (as: Who, code: string, currentCode?: string) =>
  harness.call('phoneVerify', {
    as,
    body: {
      ...harness.verification(as),
      code,
      ...(currentCode !== undefined && { currentCode }),
    },
    requestId: 'request-1',
  })
const profile = (as: Who) => harness.call('profile', { as })
const itemOf = async ({ payerId }: Who) =>
  (await harness.all('users')).find(({ user_id }) => user_id === payerId)
const messagesOn = (number: string) => harness.phone.book.messages(number)
const times = <T>(n: number, run: (i: number) => T) => Array.from({ length: n }, (_, i) => run(i))
const isCheck = ({ path }: Call) => path.includes('/phones/verification/check')
const isVerify = ({ path }: Call) => path.startsWith('/protected/json/verify/')
const masked = (number: string) => `+1 ••••• ••${number.slice(-3)}`

let spare = 900
/** A number that nobody has. */
const freeNumber = () => {
  spare += 1
  return numberOf(spare)
}

/** Somebody who has asked for a code: entering it makes their phone trusted. */
async function asked(): Promise<{ who: Person; code: string; wrong: string }> {
  const who = harness.stranger()
  expect((await start(who, who.number)).status).toBe(202)
  const code = harness.codeOn(who.number)
  return { who, code, wrong: otherThan(code) }
}

/** Somebody with a verified phone who has asked for another one: both codes together let it in. */
async function changing() {
  const who = await harness.person()
  const next = freeNumber()
  expect((await start(who, next)).status).toBe(202)
  return { who, next, code: harness.codeOn(next), currentCode: harness.codeOn(who.number) }
}

describe('a first phone', () => {
  test.each([
    ['sms', 'text'],
    ['call', 'call'],
  ])('is verified by %s, with a code of six digits', async (channel, kind) => {
    const who = harness.stranger()
    const started = await start(who, who.number, channel)
    const { verificationId, reference } = started.body
    const named = { verificationId, reference }
    expect(named).toEqual({
      verificationId: expect.stringMatching(/^[\w-]{22}$/),
      reference: expect.stringMatching(/^[2-9A-HJ-NP-Z]{6}$/),
    })
    expect(started).toMatchObject({
      status: 202,
      body: {
        // No phone has to let it in, so none is told anything.
        displayText: null,
        to: masked(who.number),
        sendsLeft: 4,
        expiresAt: new Date(harness.clock.now().getTime() + 600_000).toISOString(),
      },
    })
    expect(messagesOn(who.number)).toMatchObject([{ kind }])
    const code = harness.codeOn(who.number)
    expect(code).toMatch(/^\d{6}$/)
    const number = masked(who.number)
    expect((await profile(who)).body).toEqual({
      email: who.email,
      devices: noDevices('sign-in'),
      notices: [],
      codesLockedUntil: null,
      startsLockedUntil: null,
      phone: {
        number,
        verified: false,
        pending: { number, channel, leave: null, hasLeave: false, ...named },
      },
    })
    const verified = await verify(who, code)
    expect(verified).toMatchObject({ status: 200 })
    expect(verified.body).toEqual({
      email: who.email,
      devices: noDevices('text'),
      notices: [],
      codesLockedUntil: null,
      startsLockedUntil: null,
      phone: { number, verified: true, pending: null },
    })
    expect(await profile(who)).toMatchObject({ body: verified.body })
  })

  test('is known to the provider from then on, who sends no link to its app (2019: W29)', async () => {
    const who = await harness.person()
    const item = await itemOf(who)
    expect(item?.provider_phone_id).toMatch(/^[1-9]\d*$/)
    expect(Object.keys(item ?? {}).filter((name) => name.startsWith('pending_'))).toEqual([])
    const enrolled = harness.provider.calls.findLast(({ path }) => path.endsWith('/users/new'))
    expect(JSON.parse(enrolled?.text ?? '')).toMatchObject({ send_install_link_via_sms: false })
    expect(messagesOn(who.number)).toHaveLength(1)
  })

  test('is shown to its owner alone, and most of it hidden (2019: W23)', async () => {
    const who = await harness.person()
    const shown = JSON.stringify(await profile(who))
    expect(shown).not.toContain(who.number.slice(2, 9))
    const stranger = harness.stranger()
    expect((await profile(stranger)).body).toEqual({
      email: stranger.email,
      phone: null,
      devices: noDevices('sign-in'),
      notices: [],
      codesLockedUntil: null,
      startsLockedUntil: null,
    })
  })

  test('that another person has says nothing of them (2019: W24)', async () => {
    const other = await harness.person()
    harness.clock.advance(20)
    const who = harness.stranger()
    const started = await start(who, other.number)
    expect(started).toMatchObject({ status: 202, body: { to: masked(other.number), sendsLeft: 4 } })
    const before = await itemOf(other)
    expect((await verify(who, harness.codeOn(other.number))).status).toBe(200)
    expect(await itemOf(other)).toEqual(before)
  })

  test.each([
    ...['0', '', '07700900123', '+1202555', '+999123456789', '+1 202 555 0100 ext. 5'],
    ...['tel:+12025550100', '+١٢٠٢٥٥٥٠١٠٠', '＋12025550100', '+12025550100\n'],
    ...[`+1202555${'0'.repeat(30)}`, 12025550100, null, undefined],
  ])('may not be %j (2019: W26)', async (number) => {
    const before = [harness.provider.calls.length, await harness.all('users')]
    expect(await start(harness.stranger(), number)).toMatchObject(
      no(400, 'invalid_request', { fields: [{ path: 'phoneNumber' }] }),
    )
    expect([harness.provider.calls.length, await harness.all('users')]).toEqual(before)
  })

  test('that is a fixed line is called; asked for a text, its person is led to a call', async () => {
    const who = harness.stranger()
    const number = '+44 20 7946 0123'
    expect(await start(who, number)).toMatchObject(
      no(400, 'invalid_request', {
        fields: [{ path: 'phoneNumber', reason: expect.stringContaining('Choose a call') }],
      }),
    )
    expect((await start(who, number, 'call')).status).toBe(202)
    expect(messagesOn('+442079460123')).toMatchObject([{ kind: 'call' }])
  })

  test.each([
    ['+52 1 55 1234 5678', '+525512345678', '+52 55 1234 5678'],
    ['+54 11 2345 6789', '+5491123456789', '+54 9 11 2345 6789'],
    ['+44 (0)7400 654321', '+447400654321', '+44 7400 654321'],
    ['+44 7400-654.322', '+447400654322', null],
  ])('written as %s gets its text as %s, and is told so', async (given, number, dialled) => {
    expect(await start(harness.stranger(), given)).toMatchObject({ status: 202, body: { dialled } })
    expect(messagesOn(number)).toMatchObject([{ kind: 'text' }])
  })

  test('for which the provider does not answer is said so, and may be asked for again (2019: W27)', async () => {
    const who = harness.stranger()
    harness.provider.instead = () => ({ status: 503, body: {} })
    expect(await start(who, who.number)).toMatchObject({
      ...no(503, 'provider_unavailable'),
      headers: { 'retry-after': '20' },
    })
    harness.provider.instead = undefined
    harness.clock.advance(20)
    expect((await start(who, who.number)).status).toBe(202)
  })
})

describe('a code for a phone', () => {
  test('that is wrong is counted: five attempts, then not even the right one (2019: W12)', async () => {
    const { who, code, wrong } = await asked()
    for (const attemptsLeft of [4, 3, 2, 1, 0]) {
      expect(await verify(who, wrong)).toMatchObject(no(422, 'wrong_code', { attemptsLeft }))
    }
    const before = harness.provider.calls.length
    expect(await verify(who, code)).toMatchObject({
      ...no(409, 'no_attempts_left'),
      headers: { 'retry-after': '600' },
    })
    expect(harness.provider.calls).toHaveLength(before)
    expect((await profile(who)).body.phone.verified).toBe(false)
  })

  test('that is right is taken at the fifth attempt', async () => {
    const { who, code, wrong } = await asked()
    for (let i = 0; i < 4; i += 1) await verify(who, wrong)
    expect((await verify(who, code)).status).toBe(200)
  })

  test('ten times right at once makes the phone trusted, and answers no fault', async () => {
    const { who, code } = await asked()
    const replies = await Promise.all(times(10, () => verify(who, code)))
    // Whoever got one of the five attempts hears of the success, whichever of them it was; how many that
    // are before the first has ended it all is chance. The others hear that there is nothing left to try.
    const told = replies.filter(({ status }) => status === 200)
    expect(told.length).toBeGreaterThanOrEqual(1)
    expect(told.length).toBeLessThanOrEqual(5)
    for (const { status } of replies) expect([200, 409]).toContain(status)
    expect((await profile(who)).body.phone.verified).toBe(true)
  })

  test('sent again is the same one and gives no attempts back', async () => {
    const { who, code, wrong } = await asked()
    for (let i = 0; i < 3; i += 1) await verify(who, wrong)
    harness.clock.advance(20)
    expect((await start(who, who.number)).body.sendsLeft).toBe(3)
    expect(harness.codeOn(who.number)).toBe(code)
    expect(await verify(who, wrong)).toMatchObject(no(422, 'wrong_code', { attemptsLeft: 1 }))
  })

  test('sent to another number gives no attempts back either', async () => {
    const { who, wrong } = await asked()
    for (let i = 0; i < 4; i += 1) await verify(who, wrong)
    harness.clock.advance(20)
    const next = freeNumber()
    expect((await start(who, next)).body).toMatchObject({ to: masked(next), sendsLeft: 3 })
    expect(await verify(who, otherThan(harness.codeOn(next)))).toMatchObject(
      no(422, 'wrong_code', { attemptsLeft: 0 }),
    )
    expect(await verify(who, harness.codeOn(next))).toMatchObject(no(409, 'no_attempts_left'))
    harness.clock.advance(20)
    expect(await start(who, who.number)).toMatchObject(no(409, 'no_attempts_left'))
  })

  test('is for the last number alone', async () => {
    const { who, code } = await asked()
    harness.clock.advance(20)
    const next = freeNumber()
    await start(who, next)
    expect(await verify(who, code)).toMatchObject(no(422, 'wrong_code'))
    expect((await verify(who, harness.codeOn(next))).body.phone.number).toBe(masked(next))
  })

  test('trusts no number that was given up while it was checked', async () => {
    const { who, code } = await asked()
    harness.clock.advance(20)
    const next = freeNumber()
    harness.provider.instead = async (call) => {
      if (!isCheck(call)) return undefined
      harness.provider.instead = undefined
      await start(who, next)
      return undefined
    }
    expect(await verify(who, code)).toMatchObject(no(422, 'code_expired'))
    expect((await itemOf(who))?.phone_number).toBeUndefined()
    expect((await verify(who, harness.codeOn(next))).body.phone.number).toBe(masked(next))
  })

  test('is over at the very moment; then all begins anew, attempts too', async () => {
    const { who, code, wrong } = await asked()
    for (let i = 0; i < 3; i += 1) await verify(who, wrong)
    harness.clock.advance(600)
    const before = harness.provider.calls.length
    expect(await verify(who, code)).toMatchObject(no(422, 'code_expired'))
    expect(harness.provider.calls).toHaveLength(before)
    expect((await profile(who)).body.phone).toBeNull()
    expect(await start(who, who.number)).toMatchObject({ status: 202, body: { sendsLeft: 4 } })
    expect(await verify(who, wrong === harness.codeOn(who.number) ? code : wrong)).toMatchObject(
      no(422, 'wrong_code', { attemptsLeft: 4 }),
    )
  })

  test('with no verdict is spent, and trusts nothing', async () => {
    const { who, code, wrong } = await asked()
    harness.provider.instead = () => 'hang up'
    expect(await verify(who, code)).toMatchObject(no(503, 'provider_unavailable'))
    harness.provider.instead = undefined
    expect((await profile(who)).body.phone.verified).toBe(false)
    expect(await verify(who, wrong)).toMatchObject(no(422, 'wrong_code', { attemptsLeft: 3 }))
  })

  test.each(['', '123', '12345678901', '../sms', '１２３４', '12 34', '1234\n', 123456, null])(
    'like %j never reaches the provider and spends nothing',
    async (code) => {
      const { who } = await asked()
      const before = [harness.provider.calls.length, await itemOf(who)]
      expect(
        await harness.call('phoneVerify', {
          as: who,
          body: { ...harness.verification(who), code },
        }),
      ).toMatchObject(no(400, 'invalid_request', { fields: [{ path: 'code' }] }))
      expect([harness.provider.calls.length, await itemOf(who)]).toEqual(before)
    },
  )
})

describe('a verification', () => {
  let twins = 0
  /** The owner changes to one number; then a session of the same account starts a change to another. */
  async function overtaken() {
    const who = await harness.person()
    // Alike to whoever sees only the last three digits: another area's 555-0142.
    twins += 1
    const [mine, thiefs] = [numberOf(1200 + twins), numberOf(1300 + twins)]
    expect(mine.slice(-3)).toBe(thiefs.slice(-3))
    const owners = (await start(who, mine)).body
    const ownersCodes = { code: harness.codeOn(mine), currentCode: harness.codeOn(who.number) }
    harness.clock.advance(20)
    const thief = (await start(who, thiefs)).body
    const thiefsCodes = { code: harness.codeOn(thiefs), currentCode: harness.codeOn(who.number) }
    const say = (verificationId: string, codes: object) =>
      harness.call('phoneVerify', { as: who, body: { verificationId, ...codes } })
    return { who, mine, thiefs, owners, ownersCodes, thief, thiefsCodes, say }
  }

  test('that was overtaken by another number confirms nothing, spends nothing, and is told', async () => {
    const { who, owners, ownersCodes, thiefsCodes, say } = await overtaken()
    const before = [await itemOf(who), harness.provider.calls.length]
    for (const currentCode of [ownersCodes.currentCode, thiefsCodes.currentCode]) {
      const codes = { ...ownersCodes, currentCode }
      expect(await say(owners.verificationId, codes)).toMatchObject(no(404, 'not_found'))
    }
    expect([await itemOf(who), harness.provider.calls.length]).toEqual(before)
  })

  test('that overtook another is not let in by what the old phone said to that one', async () => {
    const { who, mine, owners, ownersCodes, thief, thiefsCodes, say } = await overtaken()
    await say(owners.verificationId, { ...ownersCodes, currentCode: thiefsCodes.currentCode })
    expect(await say(thief.verificationId, { code: thiefsCodes.code })).toMatchObject(
      no(403, 'current_code_required'),
    )
    const { code } = thiefsCodes
    const { currentCode } = ownersCodes
    expect(await say(thief.verificationId, { code, currentCode })).toMatchObject(
      no(422, 'wrong_code'),
    )
    expect((await profile(who)).body.phone.number).toBe(masked(who.number))
    // The owner says whose turn it is by starting anew; their own codes are good.
    harness.clock.toNextHour()
    const again = (await start(who, mine)).body
    expect(again.verificationId).not.toBe(owners.verificationId)
    const codes = { code: harness.codeOn(mine), currentCode: harness.codeOn(who.number) }
    expect((await say(again.verificationId, codes)).body.phone.number).toBe(masked(mine))
  })

  test('is told apart on the old phone by the whole number and the page’s own reference', async () => {
    const { who, owners, thief, mine, thiefs } = await overtaken()
    const [second, first] = messagesOn(who.number)
    expect(first?.words).toContain(owners.displayText)
    expect(second?.words).toContain(thief.displayText)
    expect(owners.displayText).toBe(
      `Change your Payfriend phone to ${mine}, reference ${owners.reference}`,
    )
    expect(thief.displayText).toContain(thiefs)
    expect(thief.reference).not.toBe(owners.reference)
  })

  test.each([undefined, null, '', 'A'.repeat(21), 'A'.repeat(23), `${'A'.repeat(21)}.`, 7])(
    'must be named by each confirmation, and not by %j',
    async (verificationId) => {
      const { who, code } = await asked()
      const before = [await itemOf(who), harness.provider.calls.length]
      const reply = await harness.call('phoneVerify', { as: who, body: { verificationId, code } })
      expect(reply).toMatchObject(
        no(400, 'invalid_request', { fields: [{ path: 'verificationId' }] }),
      )
      expect([await itemOf(who), harness.provider.calls.length]).toEqual(before)
    },
  )

  test('of another person is none, and neither is hurt', async () => {
    const [ada, bob] = [await asked(), await asked()]
    const before = [await itemOf(ada.who), await itemOf(bob.who), harness.provider.calls.length]
    const body = { ...harness.verification(bob.who), code: bob.code }
    expect(await harness.call('phoneVerify', { as: ada.who, body })).toMatchObject(
      no(404, 'not_found'),
    )
    expect([await itemOf(ada.who), await itemOf(bob.who), harness.provider.calls.length]).toEqual(
      before,
    )
  })

  test('of an earlier time is none, although it was for the same number', async () => {
    const { who } = await asked()
    const old = harness.verification(who)
    harness.clock.advance(600)
    await start(who, who.number)
    const body = { ...old, code: harness.codeOn(who.number) }
    expect(await harness.call('phoneVerify', { as: who, body })).toMatchObject(no(404, 'not_found'))
    expect((await verify(who, harness.codeOn(who.number))).status).toBe(200)
  })
})

describe('wrong codes for a new phone', () => {
  /** So many wrong codes, each verification's last left, so that none is closed by its own five. */
  async function guess(who: Who, times: number) {
    for (let i = 0; i < times; i += 1) {
      if (i % 4 === 0) {
        harness.clock.advance(600)
        await start(who, freeNumber())
      }
      const reply = await verify(who, '0000000')
      if (reply.status !== 422) return reply
    }
    return undefined
  }

  test('are of the same row as all others: after five of them codes are locked', async () => {
    const who = harness.stranger()
    expect(await guess(who, 5)).toBeUndefined()
    harness.clock.advance(20)
    expect(await start(who, freeNumber())).toMatchObject({
      ...no(423, 'locked'),
      headers: { 'retry-after': '280' },
    })
    expect(await verify(who, '0000000')).toMatchObject(no(423, 'locked'))
  })

  test('lock an owner’s payments too, and a right one begins the row anew', async () => {
    const who = await harness.person()
    expect(await guess(who, 0)).toBeUndefined()
    const next = freeNumber()
    await start(who, next)
    const currentCode = harness.codeOn(who.number)
    await verify(who, '0000000', currentCode)
    for (let i = 0; i < 3; i += 1) await verify(who, '0000000')
    expect((await verify(who, harness.codeOn(next))).status).toBe(200)
    const { paymentId: id } = await harness.pending({ ...who, number: next })
    expect((await harness.call('smsStart', { as: who, id })).status).toBe(202)
  })
})

describe('texts and calls', () => {
  /** So many a person asks for by themselves, each for the same number or another, far enough apart. */
  const round = async (many: number, whoOf: () => Who, numberOf: () => string) => {
    const statuses: number[] = []
    for (let i = 0; i < many; i += 1) {
      statuses.push((await start(whoOf(), numberOf())).status)
      harness.clock.advance(20)
    }
    return statuses
  }

  test('to a number that is nobody’s yet are three an hour and five a day, whoever asks', async () => {
    harness.clock.toNextDay()
    const number = freeNumber()
    const ask = (many: number) => round(many, harness.stranger, () => number)
    expect(await ask(4)).toEqual([202, 202, 202, 429])
    harness.clock.advance(3600 - 80 - 0.001)
    expect((await start(harness.stranger(), number)).status).toBe(429)
    harness.clock.advance(0.001)
    expect(await ask(3)).toEqual([202, 202, 429])
    harness.clock.toNextHour()
    expect(await start(harness.stranger(), number)).toMatchObject({
      ...no(429, 'too_many_sms'),
      headers: { 'retry-after': String(22 * 3600) },
    })
    harness.clock.toNextDay()
    expect(await ask(4)).toEqual([202, 202, 202, 429])
  })

  test.each([
    ['+54 9 11 3456 7890', '+54 11 3456 7890', 'call'],
    ['+54 9 351 456 7890', '+54 351 456 7890', 'sms'],
    ['+52 55 3456 7890', '+52 1 55 3456 7890', 'sms'],
    ['+220 312 3456', '+220 83 312 3456', 'sms'],
    ['+970 59 912 3456', '+972 59 912 3456', 'sms'],
  ])('to %s and to %s (%s) are counted as to one phone', async (one, other, channel) => {
    harness.clock.toNextHour()
    let last = await start(harness.stranger(), one)
    for (let i = 0; i < 20 && last.status === 202; i += 1)
      last = await start(harness.stranger(), one)
    expect(last).toMatchObject(no(429, 'too_many_sms'))
    expect(await start(harness.stranger(), other, channel)).toMatchObject(no(429, 'too_many_sms'))
    expect((await start(harness.stranger(), freeNumber())).status).toBe(202)
  })

  test.each([
    ['+54 9 11 4567 8901', '+54 11 4567 8901', 'call'],
    ['+52 55 4567 8901', '+52 1 55 4567 8901', 'sms'],
    ['+970 59 945 6789', '+972 59 945 6789', 'sms'],
  ])('once %s is verified, %s (%s) is that phone already', async (one, other, channel) => {
    const who = harness.stranger()
    expect((await start(who, one)).status).toBe(202)
    expect((await verify(who, harness.codeOn(one.replaceAll(' ', '')))).status).toBe(200)
    harness.clock.advance(20)
    expect(await start(who, other, channel)).toMatchObject(
      no(400, 'invalid_request', {
        fields: [{ path: 'phoneNumber', reason: 'This is your phone already.' }],
      }),
    )
  })

  test('for new numbers are three an hour and five a day to one person, whatever the number', async () => {
    harness.clock.toNextDay()
    const who = harness.stranger()
    const ask = (many: number) => round(many, () => who, freeNumber)
    expect(await ask(4)).toEqual([202, 202, 202, 429])
    harness.clock.toNextHour()
    expect(await ask(3)).toEqual([202, 202, 429])
    harness.clock.toNextHour()
    expect(await ask(1)).toEqual([429])
    harness.clock.toNextDay()
    expect(await ask(1)).toEqual([202])
  })

  test('to somebody’s number, used up by strangers, do not keep its owner from paying', async () => {
    harness.clock.toNextDay()
    const who = await harness.person()
    const ask = () => round(10, harness.stranger, () => who.number)
    expect((await ask()).filter((status) => status === 202)).toHaveLength(2)
    harness.clock.toNextHour()
    expect((await ask()).filter((status) => status === 202)).toHaveLength(2)
    const { paymentId: id } = await harness.pending(who)
    expect((await harness.call('smsStart', { as: who, id })).status).toBe(202)
  })

  test('never come without being asked for (2019: W28)', async () => {
    const stranger = harness.stranger()
    const person = await harness.person()
    const before = harness.provider.calls.length
    for (const who of [stranger, person]) {
      await profile(who)
      await harness.call('listPayments', { as: who })
      await harness.call('paymentStatus', { as: who, id: 'A'.repeat(22) })
    }
    await harness.call('sendPayment', { as: stranger, key: 'k', body: {} })
    expect(harness.provider.calls).toHaveLength(before)
    expect(messagesOn(stranger.number)).toEqual([])
    expect(messagesOn(person.number)).toHaveLength(1)
  })
})

describe('a change of phone', () => {
  test('sends a code to both, and the old one is told what for', async () => {
    const { who, next, code, currentCode } = await changing()
    expect(messagesOn(who.number)[0]?.words).toContain('Change your Payfriend phone')
    const pending = (await profile(who)).body.phone.pending
    expect(pending).toMatchObject({ number: masked(next), channel: 'sms' })
    expect(messagesOn(who.number)[0]?.words).toContain(`${next}, reference ${pending.reference}`)
    expect((await verify(who, code, currentCode)).body.phone).toEqual({
      number: masked(next),
      verified: true,
      pending: null,
    })
  })

  test('is refused to a session alone, and costs no attempt', async () => {
    const { who, code, currentCode } = await changing()
    const before = [await itemOf(who), harness.provider.calls.length]
    expect(await verify(who, code)).toMatchObject(no(403, 'current_code_required'))
    expect([await itemOf(who), harness.provider.calls.length]).toEqual(before)
    expect((await verify(who, code, currentCode)).status).toBe(200)
  })

  test('says of two codes only that one is wrong, not which', async () => {
    const wrongs = [
      await (async () => {
        const { who, code, currentCode } = await changing()
        return verify(who, otherThan(code), currentCode)
      })(),
      await (async () => {
        const { who, code, currentCode } = await changing()
        return verify(who, code, otherThan(currentCode))
      })(),
    ]
    expect(wrongs[0]).toMatchObject(no(422, 'wrong_code', { attemptsLeft: 4 }))
    expect(wrongs[0]).toEqual(wrongs[1])
  })

  test('keeps what the old phone has agreed to: a mistyped new code needs no second old one', async () => {
    const { who, next, code, currentCode } = await changing()
    await verify(who, otherThan(code), currentCode)
    expect((await verify(who, code)).body.phone.number).toBe(masked(next))
  })

  test('to a third number needs the old phone’s leave again', async () => {
    const { who, code, currentCode } = await changing()
    await verify(who, otherThan(code), currentCode)
    harness.clock.advance(20)
    const third = freeNumber()
    await start(who, third)
    expect(await verify(who, harness.codeOn(third))).toMatchObject(no(403, 'current_code_required'))
    // The leave was for the other number.
    expect(await verify(who, harness.codeOn(third), currentCode)).toMatchObject(
      no(422, 'wrong_code'),
    )
    const leave = harness.codeOn(who.number)
    expect((await verify(who, harness.codeOn(third), leave)).body.phone.number).toBe(masked(third))
  })

  test('is stopped by five wrong attempts at either code', async () => {
    const { who, code, currentCode } = await changing()
    for (let i = 0; i < 5; i += 1) await verify(who, code, otherThan(currentCode))
    expect(await verify(who, code, currentCode)).toMatchObject(no(409, 'no_attempts_left'))
    expect((await profile(who)).body.phone.number).toBe(masked(who.number))
  })

  test('to the same number is none', async () => {
    const who = await harness.person()
    const before = [await itemOf(who), messagesOn(who.number).length]
    expect(await start(who, who.number)).toMatchObject(
      no(400, 'invalid_request', { fields: [{ path: 'phoneNumber' }] }),
    )
    expect([await itemOf(who), messagesOn(who.number).length]).toEqual(before)
  })

  test('is not let in by a payment’s code, and approves no payment', async () => {
    const { who, code, currentCode } = await changing()
    const { paymentId: id } = await harness.pending(who)
    await harness.call('smsStart', { as: who, id })
    const paymentCode = harness.codeOn(who.number)
    expect(await verify(who, code, paymentCode)).toMatchObject(no(422, 'wrong_code'))
    expect(
      await harness.call('smsVerify', { as: who, id, body: { code: currentCode } }),
    ).toMatchObject(no(422, 'wrong_code'))
    expect((await harness.item(id))?.status).toBe('pending')
    expect((await profile(who)).body.phone.number).toBe(masked(who.number))
    // Neither was used up by being tried in the wrong place.
    expect((await verify(who, code, currentCode)).status).toBe(200)
    const approved = await harness.call('smsVerify', { as: who, id, body: { code: paymentCode } })
    expect(approved.body.status).toBe('approved')
  })

  test('leaves a pending payment with the phone that it was started for', async () => {
    const who = await harness.person()
    const { paymentId: id } = await harness.pending(who)
    const next = freeNumber()
    await start(who, next)
    await verify(who, harness.codeOn(next), harness.codeOn(who.number))
    await harness.call('smsStart', { as: who, id })
    expect(messagesOn(who.number)[0]?.words).toContain('Pay €20.50')
    expect(
      messagesOn(next)
        .map(({ words }) => words)
        .join(),
    ).not.toContain('Pay €')
    await harness.answers(who, 'approved')
    expect((await harness.item(id))?.status).toBe('approved')
    // The next one is the new phone's.
    const { paymentId } = await harness.pending(who)
    expect(harness.phone.book.latestPush(next)?.hiddenDetails?.payment_id).toBe(paymentId)
  })

  test('whose old phone the provider cannot check is spent, and changes nothing', async () => {
    const { who, code, currentCode } = await changing()
    harness.provider.instead = (call) => (isVerify(call) ? 'hang up' : undefined)
    expect(await verify(who, code, currentCode)).toMatchObject(no(503, 'provider_unavailable'))
    harness.provider.instead = undefined
    expect((await itemOf(who))?.pending_attempts).toBe(1)
    expect((await verify(who, code, currentCode)).status).toBe(200)
  })

  test.each(['12345', '12345678901', '../sms', '', 123456])(
    'takes no old code like %j',
    async (currentCode) => {
      const { who, code } = await changing()
      const before = harness.provider.calls.length
      const body = { ...harness.verification(who), code, currentCode }
      const reply = await harness.call('phoneVerify', { as: who, body })
      expect(reply).toMatchObject(no(400, 'invalid_request', { fields: [{ path: 'currentCode' }] }))
      expect(harness.provider.calls).toHaveLength(before)
    },
  )
})

test('a crash between the phone and its id at the provider heals with the first payment (2019: W29)', async () => {
  const { who, code } = await asked()
  harness.provider.instead = ({ path }) =>
    path.endsWith('/users/new') ? { status: 503, body: {} } : undefined
  expect(await verify(who, code)).toMatchObject({
    status: 200,
    body: { phone: { verified: true } },
  })
  expect(await itemOf(who)).not.toHaveProperty('provider_phone_id')
  harness.provider.instead = undefined
  expect((await harness.pending(who)).push).toBe('sent')
  expect(await itemOf(who)).toHaveProperty('provider_phone_id')
})

test('only numbers of the countries that are served are verified', async () => {
  const own = await startHarness({ PHONE_COUNTRIES: 'GB,US' })
  const ask = (phoneNumber: string) =>
    own.call('phoneStart', { as: own.stranger(), body: { phoneNumber, channel: 'sms' } })
  expect((await ask('+447400123456')).status).toBe(202)
  expect((await ask('+12025550100')).status).toBe(202)
  // Canada, which shares the United States' calling code, and Germany.
  for (const number of ['+14165550100', '+4915112345678']) {
    expect(await ask(number)).toMatchObject(
      no(400, 'invalid_request', { fields: [{ path: 'phoneNumber' }] }),
    )
    expect(own.phone.book.messages(number)).toEqual([])
  }
  await own.close()
})
