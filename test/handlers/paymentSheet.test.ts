/** A payment that the browser itself shows (Secure Payment Confirmation), and what it signs then. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sheetOf } from '../../functions/core/paymentSheet.ts'
import type { SignedAs } from '../../functions/core/signing.ts'
import type { AuthenticatorFault } from '../../local/phone/softwarePhone.ts'
import { addDevice, askingDevice, signedBytes, type TestDevice } from '../harness/devices.ts'
import { SITE } from '../harness/event.ts'
import { type Harness, no, type Person, startHarness } from '../harness/harness.ts'

let harness: Harness
let ada: Person
let device: TestDevice
let id: string
let paymentId: string
beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())
beforeEach(async () => {
  ada = harness.stranger()
  device = await addDevice(harness, ada)
  paymentId = (await harness.pending(ada)).paymentId
  id = `payment.${paymentId}`
})

const itemOf = async (one: string) =>
  (await harness.all('payments')).find(({ payment_id }) => payment_id === one) ?? {}
const statusOf = async (one = paymentId) => (await itemOf(one)).status

/** The sheet of a payment's document. */
const sheetIn = (signing: string) => sheetOf(JSON.parse(signing), SITE.origin)

/** A yes that the browser signed as it showed a payment. */
async function sheetYes(to = id, fault: AuthenticatorFault = {}, as: SignedAs = 'approve') {
  const signing = await device.signingOf(to)
  const sheet = sheetIn(await device.signingOf(id))
  const assertion = device.phone.confirm(signedBytes(as, signing), sheet, fault)
  return { answer: 'approve', assertion }
}
const answer = (body: unknown, to = id) => device.request('decideApproval', to, body)

/** The sheet with some members set otherwise. */
async function showing(otherwise: (sheet: ReturnType<typeof sheetIn>) => object) {
  const sheet = sheetIn(await device.signingOf(id))
  const payment = { rpId: SITE.rpId, topOrigin: SITE.origin, ...sheet, ...otherwise(sheet) }
  return sheetYes(id, { clientData: { payment } })
}

describe('a payment that the browser shows', () => {
  test('is approved by what it signs then, and the evidence says so', async () => {
    const yes = await sheetYes()
    expect(await answer(yes)).toMatchObject({ status: 200, body: { status: 'approved' } })
    const { decided_proof, evidence } = await itemOf(paymentId)
    expect({ decided_proof, evidence }).toMatchObject({
      decided_proof: 'passkey',
      evidence: { kind: 'passkey', ua_type: 'payment.get' },
    })
    expect(await answer(yes)).toMatchObject({ status: 200, body: { status: 'approved' } })
  })

  test('has no address of its payer in what is archived', async () => {
    await answer(await sheetYes())
    const { evidence } = await itemOf(paymentId)
    const { assertion } = JSON.parse(evidence.body)
    const clientData = Buffer.from(assertion.response.clientDataJSON, 'base64url').toString()
    expect(clientData).toContain('"payment.get"')
    expect(clientData).not.toContain(ada.email)
  })

  test('is approved by an assertion of WebAuthn alone as well, and the evidence says so', async () => {
    expect(await device.approve(id)).toMatchObject({ status: 200 })
    expect((await itemOf(paymentId)).evidence).toMatchObject({ ua_type: 'webauthn.get' })
  })

  test.each<[string, Parameters<typeof showing>[0]]>([
    ['another rpId', () => ({ rpId: 'evil.example' })],
    ['another page around', () => ({ topOrigin: 'https://evil.example' })],
    ['another payee', () => ({ payeeName: 'Tom Riddle (tom@hogwarts.ac.uk)' })],
    ['another payee’s origin', () => ({ payeeOrigin: 'https://evil.example' })],
    ['another amount', ({ total }) => ({ total: { ...total, value: '0.01' } })],
    ['another currency', ({ total }) => ({ total: { ...total, currency: 'JPY' } })],
    [
      'another reference',
      ({ instrument }) => ({ instrument: { ...instrument, displayName: 'x' } }),
    ],
    ['nothing', () => ({ payeeName: undefined, total: undefined, instrument: undefined })],
  ])('is not approved if it showed %s, and no attempt is counted', async (_, otherwise) => {
    for (let n = 0; n < 6; n += 1) {
      expect(await answer(await showing(otherwise))).toMatchObject(
        no(422, 'approval_not_signed', { attemptsLeft: 5 }),
      )
    }
    expect(await statusOf()).toBe('pending')
    expect(await itemOf(paymentId)).not.toHaveProperty('device_tried')
    // Without the sheet it can still be approved.
    expect(await device.approve(id)).toMatchObject({ status: 200 })
  })

  test('counts a wrong signature as an attempt', async () => {
    const unverified = await sheetYes(id, { flags: 0x19 })
    expect(await answer(unverified)).toMatchObject(
      no(422, 'approval_not_signed', { attemptsLeft: 4 }),
    )
  })

  test('is not approved by the sheet of another payment', async () => {
    const other = (await harness.pending(ada)).paymentId
    const yes = await sheetYes(`payment.${other}`)
    expect(await answer(yes)).toMatchObject(no(422, 'approval_not_signed', { attemptsLeft: 5 }))
    expect(await statusOf()).toBe('pending')
  })

  test('is not approved by a sheet over its denial, nor after a denial', async () => {
    const overDenial = await sheetYes(id, {}, 'deny')
    expect(await answer(overDenial)).toMatchObject(no(422, 'approval_not_signed'))
    const yes = await sheetYes()
    expect(await device.deny(id)).toMatchObject({ status: 200 })
    expect(await answer(yes)).toMatchObject(no(409, 'already_decided'))
    expect(await statusOf()).toBe('denied')
  })

  test('is not approved by its sheet after it expired', async () => {
    const yes = await sheetYes()
    harness.clock.advance(300)
    expect(await answer(yes)).toMatchObject(no(410, 'expired'))
  })
})

describe('the sheet of a payment is no yes', () => {
  test('to a new device', async () => {
    const other = await askingDevice(harness, ada, { name: 'Another' })
    const yes = await sheetYes(`device.${other.id}`, {}, 'device')
    expect(await answer(yes, `device.${other.id}`)).toMatchObject(no(422, 'approval_not_signed'))
    expect(await device.approve(`device.${other.id}`)).toMatchObject({ status: 200 })
  })

  test('to the device’s own removal', async () => {
    const yes = await sheetYes('removal', {}, 'remove')
    expect(await answer(yes, 'removal')).toMatchObject(no(422, 'approval_not_signed'))
    expect((await device.approvals()).status).toBe(200)
  })
})
