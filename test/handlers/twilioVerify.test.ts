/** What differs where Twilio Verify is the provider: no push, and codes that are checked by their text's SID. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Provider } from '../../functions/routes.ts'
import { LOCAL_VERIFY } from '../../local/phone/verifyApi.ts'
import {
  type Call,
  type Harness,
  no,
  otherThan,
  type Person,
  paymentBody,
  startHarness,
} from '../harness/harness.ts'

let harness: Harness
beforeAll(async () => {
  harness = await startHarness({ PROVIDER: 'twilioVerify' })
})
afterEach(() => {
  harness.provider.instead = undefined
  harness.store.instead = undefined
  Object.assign(harness.phone.book.faults, { psd2Off: false, answer429: false, answer503: false })
})
afterAll(() => harness.close())

const text = (as: Person, id: string) => harness.call('smsStart', { as, id })
const enter = (as: Person, id: string, code: unknown) =>
  harness.call('smsVerify', { as, id, body: { code } })
const statusOf = async (id: string) => (await harness.item(id))?.status
const form = ({ text }: Call) => Object.fromEntries(new URLSearchParams(text))
const isStart = ({ method, path }: Call) => method === 'POST' && path.endsWith('/Verifications')
const isCheck = ({ path }: Call) => path.endsWith('/VerificationCheck')
const verificationOf = ({ number }: Person) => harness.phone.book.verifications(number)[0]

/** A payment that waits, with a code on its payer's phone: entering that would approve it. */
async function texted() {
  const payer = await harness.person()
  const { paymentId: id } = await harness.pending(payer)
  expect((await text(payer, id)).status).toBe(202)
  const code = harness.codeOn(payer.number)
  return { payer, id, code, wrong: otherThan(code) }
}

describe('a payment', () => {
  test('starts without a push and without a call of the provider, and says so at once', async () => {
    const payer = await harness.person()
    const [calls, writes] = [harness.provider.calls.length, harness.store.calls.length]
    const payment = await harness.pending(payer)
    expect(payment).toMatchObject({ status: 'pending', push: 'unavailable' })
    expect(harness.provider.calls.length).toBe(calls)
    const asked = harness.store.calls.slice(writes).map(({ operation }) => operation)
    // The start is counted, the payment is put, and no push’s answer is waited for.
    expect(asked.filter((operation) => !operation.includes('GetItem'))).toEqual([
      'UpdateItem',
      'PutItem',
    ])
    const item = await harness.item(payment.paymentId)
    expect(item).not.toHaveProperty('push_asked_at')
    expect(item?.history).toMatchObject([{ event: 'started' }])
  })

  test('keeps no phone number, and nothing to tell one by', async () => {
    const payer = await harness.person()
    const { paymentId } = await harness.pending(payer)
    await text(payer, paymentId)
    const item = await harness.item(paymentId)
    expect(JSON.stringify(item)).not.toContain(payer.number.slice(1))
    expect(item?.provider_phone_id).toMatch(/^phone:[A-Za-z0-9_-]{22}$/)
  })

  test('has no callback', async () => {
    await expect(harness.call('authyCallback', { text: '{}' })).rejects.toThrow('no authyCallback')
  })
})

describe('a code', () => {
  test('is asked for with amount and payee, and checked with them by the SID of its text', async () => {
    const { payer, id, code } = await texted()
    const { reference } = (await harness.call('paymentStatus', { as: payer, id })).body
    const bound = {
      Amount: '€20.50',
      Payee: `Neville Longbottom (neville@hogwarts.ac.uk) ref ${reference}`,
    }
    expect(form(harness.provider.calls.findLast(isStart) as Call)).toEqual({
      To: payer.number,
      Channel: 'sms',
      ...bound,
    })
    const sid = verificationOf(payer)?.sid
    expect((await harness.item(id))?.sms_id).toBe(sid)
    expect(await enter(payer, id, code)).toMatchObject({
      status: 200,
      body: { status: 'approved', decidedBy: 'sms' },
    })
    expect(form(harness.provider.calls.findLast(isCheck) as Call)).toEqual({
      VerificationSid: sid,
      Code: code,
      ...bound,
    })
    expect((await harness.item(id))?.evidence).toEqual({
      kind: 'verify-code',
      provider_phone_id: (await harness.item(id))?.provider_phone_id,
      verification_sid: sid,
      amount: bound.Amount,
      payee: bound.Payee,
    })
  })

  test('says on the phone whom and how much, and the reference that the page shows', async () => {
    const { payer, id } = await texted()
    const { reference } = (await harness.call('paymentStatus', { as: payer, id })).body
    const { words } = harness.phone.book.messages(payer.number)[0] ?? { words: '' }
    for (const part of ['€20.50', 'Neville Longbottom (neville@hogwarts.ac.uk)', reference]) {
      expect(words).toContain(part)
    }
  })

  test('is never shared by two equal payments, and approves only its own', async () => {
    const payer = await harness.person()
    const [one, two] = [await harness.pending(payer), await harness.pending(payer)]
    expect([one.displayText, one.payee, one.amount]).toEqual([
      two.displayText,
      two.payee,
      two.amount,
    ])
    await text(payer, one.paymentId)
    const code = harness.codeOn(payer.number)
    const first = verificationOf(payer)
    await text(payer, two.paymentId)
    expect(verificationOf(payer)?.sid).not.toBe(first?.sid)
    // By chance the digits may be equal; the verifications are not, so one's code ends nothing else.
    expect(await enter(payer, two.paymentId, code)).toMatchObject(no(422, 'wrong_code'))
    expect(await enter(payer, one.paymentId, code)).toMatchObject({ status: 200 })
    expect(await statusOf(two.paymentId)).toBe('pending')
  })

  test('wrong five times fails the payment, and is ended at the provider', async () => {
    const { payer, id, code, wrong } = await texted()
    for (const attemptsLeft of [4, 3, 2, 1, 0]) {
      expect(await enter(payer, id, wrong)).toMatchObject(no(422, 'wrong_code', { attemptsLeft }))
    }
    expect(await statusOf(id)).toBe('failed')
    expect(verificationOf(payer)?.status).toBe('canceled')
    const checks = harness.provider.calls.filter(isCheck).length
    expect(await enter(payer, id, code)).toMatchObject(no(409, 'already_decided'))
    expect(harness.provider.calls.filter(isCheck).length).toBe(checks)
  })

  test('ends with a payment that is cancelled', async () => {
    const { payer, id } = await texted()
    expect(await harness.call('cancelPayment', { as: payer, id })).toMatchObject({ status: 200 })
    expect(verificationOf(payer)?.status).toBe('canceled')
  })

  test('ends with a payment that expires, as the sweep finds it', async () => {
    const { payer, id } = await texted()
    harness.clock.advance(300)
    expect(await harness.sweep()).toMatchObject({ asked: 0 })
    expect(await statusOf(id)).toBe('expired')
    expect(verificationOf(payer)?.status).toBe('canceled')
  })

  test('whose payment ends while its text is under way is ended too, and refused', async () => {
    const payer = await harness.person()
    const { paymentId: id } = await harness.pending(payer)
    harness.provider.instead = async (call) => {
      harness.provider.instead = undefined
      if (isStart(call)) await harness.call('cancelPayment', { as: payer, id })
      return undefined
    }
    expect(await text(payer, id)).toMatchObject(
      no(409, 'already_decided', { paymentStatus: 'cancelled' }),
    )
    expect(verificationOf(payer)?.status).toBe('canceled')
  })

  test('goes to the phone that the payment was started for, also after a change of phone', async () => {
    const payer = await harness.person()
    const { paymentId: id } = await harness.pending(payer)
    const next = { ...payer, number: harness.stranger().number }
    await change(payer, next.number)
    await text(payer, id)
    expect(harness.phone.book.messages(next.number).length).toBe(1)
    expect(await enter(payer, id, harness.codeOn(payer.number))).toMatchObject({ status: 200 })
  })
})

describe('a service that is not in PSD2 mode', () => {
  test('gets its text ended, and nothing is offered', async () => {
    const payer = await harness.person()
    const { paymentId: id } = await harness.pending(payer)
    harness.phone.book.faults.psd2Off = true
    expect(await text(payer, id)).toMatchObject(no(503, 'provider_unavailable'))
    expect(verificationOf(payer)?.status).toBe('canceled')
    expect(await enter(payer, id, harness.codeOn(payer.number))).toMatchObject(
      no(409, 'no_code_sent'),
    )
    expect(await statusOf(id)).toBe('pending')
  })

  test('that left it since the text approves nothing', async () => {
    const { payer, id, code } = await texted()
    harness.phone.book.faults.psd2Off = true
    expect(await enter(payer, id, code)).toMatchObject(no(503, 'provider_unavailable'))
    expect(await statusOf(id)).toBe('pending')
  })
})

describe('a provider at its limits', () => {
  test('429 on a text is too_many_sms, for as long as it says', async () => {
    const payer = await harness.person()
    const { paymentId: id } = await harness.pending(payer)
    harness.phone.book.faults.answer429 = true
    expect(await text(payer, id)).toMatchObject({
      ...no(429, 'too_many_sms'),
      headers: { 'retry-after': '7' },
    })
  })

  test('429 on a code spends an attempt and nothing else, and the code is good later', async () => {
    const { payer, id, code } = await texted()
    harness.phone.book.faults.answer429 = true
    expect(await enter(payer, id, code)).toMatchObject({
      ...no(503, 'provider_unavailable'),
      headers: { 'retry-after': '7' },
    })
    harness.phone.book.faults.answer429 = false
    expect(await enter(payer, id, code)).toMatchObject({ status: 200 })
  })
})

const startPhone = (as: Person, phoneNumber: string, channel = 'sms') =>
  harness.call('phoneStart', { as, body: { phoneNumber, channel } })
const verifyPhone = (as: Person, body: object) =>
  harness.call('phoneVerify', { as, body: { ...harness.verification(as), ...body } })

/** From the verified phone to another, as its owner does it. */
async function change(as: Person, to: string) {
  await startPhone(as, to)
  const body = { code: harness.codeOn(to), currentCode: harness.codeOn(as.number) }
  expect(await verifyPhone(as, body)).toMatchObject({ status: 200 })
}

describe('a phone', () => {
  test.each(['sms', 'call'])('is verified by %s, in the service for phones', async (channel) => {
    const as = harness.stranger()
    expect((await startPhone(as, as.number, channel)).status).toBe(202)
    expect(verificationOf(as)).toMatchObject({
      serviceSid: LOCAL_VERIFY.phonesServiceSid,
      amount: null,
    })
    expect(await verifyPhone(as, { code: otherThan(harness.codeOn(as.number)) })).toMatchObject(
      no(422, 'wrong_code', { attemptsLeft: 4 }),
    )
    expect(await verifyPhone(as, { code: harness.codeOn(as.number) })).toMatchObject({
      status: 200,
      body: { phone: { verified: true } },
    })
  })

  test('given up for another number has its verification ended', async () => {
    const as = harness.stranger()
    const other = harness.stranger()
    await startPhone(as, as.number)
    const code = harness.codeOn(as.number)
    harness.clock.advance(20)
    await startPhone(as, other.number)
    expect(verificationOf(as)?.status).toBe('canceled')
    expect(await verifyPhone(as, { code })).toMatchObject(no(422, 'wrong_code'))
    expect((await verifyPhone(as, { code: harness.codeOn(other.number) })).status).toBe(200)
  })

  test('is changed with two codes, and the old one is told which change it lets in', async () => {
    const as = await harness.person()
    const to = harness.stranger().number
    const { reference } = (await startPhone(as, to)).body
    const code = harness.codeOn(to)
    expect(await verifyPhone(as, { code })).toMatchObject(no(403, 'current_code_required'))
    const [said] = harness.phone.book.messages(as.number)
    expect(said?.words).toContain('0.00')
    expect(said?.words).toContain(`change of phone to ${to} ref ${reference}`)
    expect(await verifyPhone(as, { code, currentCode: otherThan(said?.code ?? '') })).toMatchObject(
      no(422, 'wrong_code'),
    )
    expect((await verifyPhone(as, { code, currentCode: said?.code })).status).toBe(200)
  })

  test('that takes no texts any more lets in the next one by a call', async () => {
    const as = await harness.person()
    harness.phone.book.setLandline(as.number, true)
    const to = harness.stranger().number
    expect((await startPhone(as, to)).status).toBe(202)
    const [said] = harness.phone.book.messages(as.number)
    expect(said).toMatchObject({ kind: 'call' })
    const body = { code: harness.codeOn(to), currentCode: said?.code }
    expect((await verifyPhone(as, body)).status).toBe(200)
  })

  test('whose verification others have used up is verified all the same', async () => {
    const number = harness.stranger().number
    const [stranger, owner] = [harness.stranger(), harness.stranger()]
    await startPhone(stranger, number)
    const wrong = otherThan(harness.codeOn(number))
    for (let n = 0; n < 5; n += 1) await verifyPhone(stranger, { code: wrong })
    expect((await startPhone(owner, number)).status).toBe(202)
    expect((await verifyPhone(owner, { code: harness.codeOn(number) })).status).toBe(200)
  })

  test('shared by two accounts decides nothing of one for the other', async () => {
    const number = harness.stranger().number
    const [ann, bob] = [await harness.person({ number }), await harness.person({ number })]
    const [hers, his] = [await harness.pending(ann), await harness.pending(bob)]
    await text(ann, hers.paymentId)
    const code = harness.codeOn(number)
    await text(bob, his.paymentId)
    expect(await enter(bob, his.paymentId, code)).toMatchObject(no(422, 'wrong_code'))
    expect(await enter(ann, hers.paymentId, code)).toMatchObject({ status: 200 })
    expect(await statusOf(his.paymentId)).toBe('pending')
    const [annItem, bobItem] = [
      await harness.item(hers.paymentId),
      await harness.item(his.paymentId),
    ]
    expect(annItem?.provider_phone_id).not.toBe(bobItem?.provider_phone_id)
  })
})

describe('a deployment that changes its provider', () => {
  /** Asks the same tables with this provider. */
  const call = (provider: Provider, ...[name, request]: Parameters<Harness['call']>) =>
    harness.with({ PROVIDER: provider }).call(name, request)

  test.each([
    ['authy', 'twilioVerify'],
    ['twilioVerify', 'authy'],
  ] as const)('from %s to %s keeps everybody’s phone', async (from, to) => {
    const as = harness.stranger()
    const body = { phoneNumber: as.number, channel: 'sms' }
    await call(from, 'phoneStart', { as, body })
    const code = harness.codeOn(as.number)
    expect(
      (await call(from, 'phoneVerify', { as, body: { ...harness.verification(as), code } })).status,
    ).toBe(200)
    const before = (await call(from, 'sendPayment', { as, key: 'before', body: paymentBody })).body
    const after = (await call(to, 'sendPayment', { as, key: 'after', body: paymentBody })).body
    expect(after).toMatchObject({ push: to === 'authy' ? 'sent' : 'unavailable' })
    expect((await call(to, 'smsStart', { as, id: after.paymentId })).status).toBe(202)
    const entered = { as, id: after.paymentId, body: { code: harness.codeOn(as.number) } }
    expect((await call(to, 'smsVerify', entered)).body).toMatchObject({ status: 'approved' })
    // What the former provider's text or push asked can no longer be answered, and is refused clearly.
    expect(await call(to, 'smsStart', { as, id: before.paymentId })).toMatchObject(
      no(403, 'phone_not_verified'),
    )
    expect(await statusOf(before.paymentId)).toBe('pending')
  })

  test('while a code is under way does not check it with the other', async () => {
    const as = await harness.person()
    const { paymentId: id } = await harness.pending(as)
    await text(as, id)
    const code = harness.codeOn(as.number)
    expect(await call('authy', 'smsVerify', { as, id, body: { code } })).toMatchObject(
      no(503, 'provider_unavailable'),
    )
    expect(await statusOf(id)).toBe('pending')
  })
})
