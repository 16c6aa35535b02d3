import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { softwarePhone } from '../../local/phone/softwarePhone.ts'
import {
  addDevice,
  askingDevice,
  invitedDevice,
  routeOf,
  signedBytes,
  type TestDevice,
} from '../harness/devices.ts'
import { SITE } from '../harness/event.ts'
import { type Harness, no, otherThan, type Person, startHarness } from '../harness/harness.ts'
import { operatorInvitation } from '../harness/recoveries.ts'

let harness: Harness
let ada: Person
beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())
beforeEach(() => {
  ada = harness.stranger()
})

const profileOf = async (as: Person) => (await harness.call('profile', { as })).body.devices
const statusOf = async (as: Person, id: string) =>
  (await harness.call('paymentStatus', { as, id })).body.status
const trailOf = async ({ payerId }: Person) => {
  const item = (await harness.all('users')).find(({ user_id }) => user_id === payerId)
  return (item?.audit_recent ?? []).map(({ event }: { event: string }) => event)
}
const confirm = (as: Person, { id }: { id: string }, body: object, more: object = {}) =>
  harness.call('deviceConfirm', { as, id, body, ...more })

describe('adding a device', () => {
  test('without a phone number needs the four digits and a fresh sign-in, and no text', async () => {
    const texts = () => harness.phone.book.messages(ada.number).length
    const before = texts()
    const device = await askingDevice(harness, ada)
    expect(await profileOf(ada)).toMatchObject({
      list: [],
      pending: {
        id: device.id,
        name: 'Ada’s phone',
        leaves: [{ by: 'sign-in' }, { by: 'invitation', waitHours: 0 }],
      },
    })
    expect(await confirm(ada, device, { digits: device.digits })).toMatchObject({ status: 200 })
    expect(await profileOf(ada)).toMatchObject({
      list: [{ id: device.id, name: 'Ada’s phone', addedBy: 'sign-in', lastUsedAt: null }],
      pending: null,
    })
    expect(texts()).toBe(before)
    expect(await trailOf(ada)).toEqual(['device.added'])
  })

  test('is refused with a sign-in of more than five minutes, and the device stays out', async () => {
    const { id, digits } = await askingDevice(harness, ada)
    const signedInAt = (seconds: number) => ({
      claims: { auth_time: String(Math.floor(harness.clock.now().getTime() / 1000) - seconds) },
    })
    expect(await confirm(ada, { id }, { digits }, signedInAt(301))).toMatchObject({ status: 401 })
    expect((await profileOf(ada)).list).toEqual([])
    expect(await confirm(ada, { id }, { digits }, signedInAt(300))).toMatchObject({ status: 200 })
  })

  test('where no first sign-in may do it, needs a verified phone or the operator’s invitation', async () => {
    const strict = harness.with({ FIRST_DEVICE: 'invitation' })
    const device = await askingDevice({ ...harness, ...strict }, ada)
    const signedIn = { as: ada, id: device.id, body: { digits: device.digits } }
    expect(await strict.call('deviceConfirm', signedIn)).toMatchObject(
      no(403, 'current_code_required'),
    )
    expect((await strict.call('profile', { as: ada })).body.devices).toMatchObject({
      list: [],
      pending: { leaves: [{ by: 'invitation', waitHours: 0 }] },
    })
  })

  test('with a verified phone needs the code of its text, which names the device and its reference', async () => {
    ada = await harness.person()
    const device = await askingDevice(harness, ada, { name: 'Ada’s second phone' })
    expect(await confirm(ada, device, { digits: device.digits })).toMatchObject(
      no(403, 'current_code_required'),
    )
    const asked = await harness.call('deviceLeave', {
      as: ada,
      id: device.id,
      body: { by: 'text' },
    })
    expect(asked).toMatchObject({
      status: 202,
      body: {
        devices: { pending: { leaves: [{ by: 'text', sendsLeft: 2 }, { by: 'invitation' }] } },
      },
    })
    const [text] = harness.phone.book.messages(ada.number)
    const { reference } = (await profileOf(ada)).pending
    expect(text?.words).toContain(
      'Let Ada’s second phone approve payments from your Payfriend account',
    )
    expect(text?.words).toContain(reference)
    const code = harness.codeOn(ada.number)
    const wrong = { digits: device.digits, code: otherThan(code) }
    expect(await confirm(ada, device, wrong)).toMatchObject(no(422, 'wrong_code'))
    expect(await confirm(ada, device, { digits: device.digits, code })).toMatchObject({
      status: 200,
    })
    expect((await profileOf(ada)).list).toMatchObject([{ addedBy: 'text' }])
  })

  test('with wrong digits looks at no code, and the fifth time the device is gone', async () => {
    ada = await harness.person()
    const device = await askingDevice(harness, ada)
    await harness.call('deviceLeave', { as: ada, id: device.id, body: { by: 'text' } })
    const code = harness.codeOn(ada.number)
    harness.provider.calls.length = 0
    for (const attemptsLeft of [4, 3, 2, 1, 0]) {
      const digits = otherThan(device.digits)
      expect(await confirm(ada, device, { digits, code })).toMatchObject(
        no(422, 'wrong_code', { attemptsLeft }),
      )
    }
    expect(harness.provider.calls).toEqual([])
    expect(await confirm(ada, device, { digits: device.digits, code })).toMatchObject(
      no(404, 'not_found'),
    )
    expect(await profileOf(ada)).toMatchObject({ list: [], pending: null })
  })

  test('a second one is let in by the first one’s yes, before or after the digits', async () => {
    const first = await addDevice(harness, ada)
    for (const isYesFirst of [true, false]) {
      const second = await askingDevice(harness, ada, { name: `Tablet ${isYesFirst}` })
      const yes = () => first.approve(`device.${second.id}`)
      const digits = () => confirm(ada, second, { digits: second.digits })
      const [one, two] = isYesFirst ? [yes, digits] : [digits, yes]
      expect(await one()).toMatchObject({ status: 200 })
      expect((await profileOf(ada)).list.map(({ id }: { id: string }) => id)).not.toContain(
        second.id,
      )
      expect(await two()).toMatchObject({ status: 200 })
      expect((await profileOf(ada)).list).toContainEqual(
        expect.objectContaining({ id: second.id, addedBy: 'device' }),
      )
    }
  })

  test('a second one is let in by a text only to wait, and not by a sign-in', async () => {
    ada = await harness.person()
    await addDevice(harness, ada)
    const second = await askingDevice(harness, ada)
    const asked = await harness.call('deviceLeave', {
      as: ada,
      id: second.id,
      body: { by: 'text' },
    })
    expect(asked).toMatchObject({ status: 202 })
    expect(await confirm(ada, second, { digits: second.digits })).toMatchObject({ status: 200 })
    expect((await profileOf(ada)).list).toHaveLength(1)
    const code = harness.codeOn(ada.number)
    const confirmed = await confirm(ada, second, { digits: second.digits, code })
    expect(confirmed).toMatchObject({
      status: 200,
      body: { devices: { list: [{}], waiting: [{ id: second.id, addedBy: 'text' }] } },
    })
    expect((await second.approvals()).body).toMatchObject({ trusted: false, approvals: [] })
    harness.clock.advance(12 * 3600)
    expect((await second.approvals()).body).toMatchObject({ trusted: true })
    expect((await profileOf(ada)).list).toHaveLength(2)
  })

  test('a no of the first one turns the second away', async () => {
    const first = await addDevice(harness, ada)
    const second = await askingDevice(harness, ada)
    await confirm(ada, second, { digits: second.digits })
    expect(await first.deny(`device.${second.id}`, 'not_me')).toMatchObject({
      status: 200,
      body: { status: 'denied' },
    })
    expect(await profileOf(ada)).toMatchObject({ pending: null })
    expect((await profileOf(ada)).list).toHaveLength(1)
  })

  test('the old device is shown the new one’s name and digits, in the text that it signs', async () => {
    const first = await addDevice(harness, ada)
    const second = await askingDevice(harness, ada, { name: 'Tablet' })
    const signing = JSON.parse(await first.signingOf(`device.${second.id}`))
    const { reference } = (await profileOf(ada)).pending
    expect(signing).toMatchObject({
      kind: 'device',
      payer: ada.payerId,
      subject: { thumbprint: second.id, name: 'Tablet', digits: second.digits, reference },
    })
  })

  test('there are three at most', async () => {
    const first = await addDevice(harness, ada)
    for (const name of ['two', 'three']) {
      const next = await askingDevice(harness, ada, { name })
      await first.approve(`device.${next.id}`)
      await confirm(ada, next, { digits: next.digits })
    }
    expect(await profileOf(ada)).toMatchObject({ canAdd: false })
    const fourth = await invitedDevice(harness, ada)
    expect(await harness.call('deviceEnrol', fourth.enrolment)).toMatchObject(
      no(409, 'too_many_devices'),
    )
    await harness.call('deviceRemove', { as: ada, id: first.id })
    expect(await harness.call('deviceEnrol', fourth.enrolment)).toMatchObject({ status: 201 })
  })

  test('a name obeys the rule of payees’ names, and has letters, digits, spaces and ’ ( ) + - only', async () => {
    const { phone, code } = await invitedDevice(harness, ada)
    const refused = [
      'a\u202eb',
      'x” approve payments? “y',
      'Help. Call us',
      'evil.example',
      'ada@evil',
      'a/b',
      'n'.repeat(31),
    ]
    for (const name of refused) {
      const { enrolment } = await invitedDevice(harness, ada, { name })
      expect(await harness.call('deviceEnrol', enrolment)).toMatchObject(
        no(400, 'invalid_request', { fields: [{ path: 'name' }] }),
      )
    }
    // The invitation is not spent by that.
    const credential = phone.create(signedBytes('add', code))
    const text = JSON.stringify({ code, name: '  Zoë’s  phone ', key: phone.jwk, credential })
    const headers = { 'device-proof': phone.proof({ ...routeOf('deviceEnrol'), body: text }) }
    expect(await harness.call('deviceEnrol', { text, headers })).toMatchObject({ status: 201 })
    expect((await profileOf(ada)).pending.name).toBe('Zoë’s phone')
  })

  test('a name that another phone of the payer has gets a number, and without room for it is refused', async () => {
    await addDevice(harness, ada)
    const second = await invitedDevice(harness, ada, { name: 'ADA’S  phone' })
    // The device shows the same name as the page.
    const told = { status: 201, body: { name: 'ADA’S phone 2' } }
    expect(await harness.call('deviceEnrol', second.enrolment)).toMatchObject(told)
    expect((await profileOf(ada)).pending.name).toBe('ADA’S phone 2')
    // The same request again has the same answer.
    expect(await harness.call('deviceEnrol', second.enrolment)).toMatchObject(told)
    expect((await profileOf(ada)).pending.name).toBe('ADA’S phone 2')

    const bob = harness.stranger()
    const name = 'n'.repeat(30)
    await addDevice(harness, bob, { name })
    const full = await invitedDevice(harness, bob, { name })
    expect(await harness.call('deviceEnrol', full.enrolment)).toMatchObject(
      no(400, 'invalid_request', { fields: [{ path: 'name' }] }),
    )
    expect((await profileOf(bob)).pending).toBeNull()
  })
})

describe('an invitation', () => {
  test('can be made again once the operator has invited, whatever a session has used up', async () => {
    const invite = () => harness.call('deviceInvite', { as: ada, body: {} })
    for (let n = 0; n < 30; n += 1) await invite()
    expect(await invite()).toMatchObject(no(429, 'too_many_invitations'))
    await operatorInvitation(harness, ada)
    expect(await invite()).toMatchObject({ status: 201 })
  })

  test('is made thirty times an hour at most, so that nobody draws digits until they fit', async () => {
    const invite = () => harness.call('deviceInvite', { as: ada, body: {} })
    for (let n = 0; n < 30; n += 1) expect(await invite()).toMatchObject({ status: 201 })
    const refused = await invite()
    expect(refused).toMatchObject(no(429, 'too_many_invitations'))
    harness.clock.advance(Number(refused.headers['retry-after']))
    expect(await invite()).toMatchObject({ status: 201 })
  })

  const enrolWith = (as: Person, code: string) => {
    const phone = softwarePhone({ ...SITE, clock: harness.clock.now })
    const credential = phone.create(signedBytes('add', code))
    const text = JSON.stringify({ code, name: 'Phone', key: phone.jwk, credential })
    const headers = { 'device-proof': phone.proof({ ...routeOf('deviceEnrol'), body: text }) }
    return harness.call('deviceEnrol', { as, text, headers })
  }

  test('is good for one device, which may ask again with the same answer', async () => {
    const { enrolment, code } = await invitedDevice(harness, ada)
    const asked = await harness.call('deviceEnrol', enrolment)
    expect(await harness.call('deviceEnrol', enrolment)).toMatchObject({
      status: 201,
      body: asked.body,
    })
    expect(await enrolWith(ada, code)).toMatchObject(no(404, 'not_found'))
  })

  test('is over after ten minutes, and so is the device that was made with it', async () => {
    const { enrolment } = await invitedDevice(harness, ada)
    const other = await askingDevice(harness, harness.stranger())
    harness.clock.advance(600)
    expect(await harness.call('deviceEnrol', enrolment)).toMatchObject({ status: 403 })
    const { body } = await harness.call('deviceInvite', { as: ada, body: {} })
    harness.clock.advance(599)
    expect(await enrolWith(ada, body.code)).toMatchObject({ status: 201 })
    const again = (await harness.call('deviceInvite', { as: ada, body: {} })).body.code
    harness.clock.advance(600)
    expect(await enrolWith(ada, again)).toMatchObject(no(404, 'not_found'))
    expect((await profileOf(ada)).pending).toBeNull()
    expect(other.digits).toMatch(/^\d{4}$/)
  })

  test('is over with the session that made it, and so is the device that was made with it', async () => {
    const made = { claims: { auth_time: '1000' } }
    const { code } = (await harness.call('deviceInvite', { as: ada, body: {}, ...made })).body
    const device = await askingDevice(harness, ada)
    await harness.call('endSessions', { as: ada })
    expect(await enrolWith(ada, code)).toMatchObject(no(404, 'not_found'))
    expect(await confirm(ada, device, { digits: device.digits })).toMatchObject(
      no(404, 'not_found'),
    )
  })

  test('a device that asks later voids the one before, and the page can tell them apart', async () => {
    const first = await askingDevice(harness, ada)
    const second = await askingDevice(harness, ada)
    const { pending } = await profileOf(ada)
    expect(pending.id).toBe(second.id)
    expect(await confirm(ada, first, { digits: first.digits })).toMatchObject(no(404, 'not_found'))
  })

  test('a session that ended makes none', async () => {
    await harness.call('endSessions', { as: ada })
    const old = { claims: { auth_time: '1000' } }
    expect(await harness.call('deviceInvite', { as: ada, body: {}, ...old })).toMatchObject({
      status: 401,
    })
  })
})

describe('a payment of a payer with a device', () => {
  let device: TestDevice
  let paymentId: string
  let id: string
  beforeEach(async () => {
    device = await addDevice(harness, ada)
    paymentId = (await harness.pending(ada)).paymentId
    id = `payment.${paymentId}`
  })
  const answer = (body: object, as = device) => as.request('decideApproval', id, body)
  /** A yes whose authenticator does one thing wrongly. */
  const wrong = async (fault: Parameters<TestDevice['yesTo']>[1]) =>
    answer(await device.yesTo(id, fault))

  test('waits on the device, and nothing is sent by push or text', async () => {
    expect((await harness.call('paymentStatus', { as: ada, id: paymentId })).body).toMatchObject({
      device: 'waiting',
      push: 'unavailable',
      sms: { to: null },
    })
    expect((await device.approvals()).body).toMatchObject({
      email: ada.email,
      device: { id: device.id, name: device.name, addedBy: 'sign-in' },
      others: [],
      approvals: [{ kind: 'payment', id }],
    })
  })

  test('is signed as it is stored: display text, payee, amount, reference, payer, time', async () => {
    const { body } = await harness.call('paymentStatus', { as: ada, id: paymentId })
    const { payee, amount, displayText, reference, createdAt, expiresAt } = body
    expect(JSON.parse(await device.signingOf(id))).toEqual({
      kind: 'payment',
      version: 1,
      payer: ada.payerId,
      paymentId,
      payee,
      amount,
      displayText,
      reference,
      createdAt,
      expiresAt,
      nonce: expect.stringMatching(/^[\w-]{22}$/),
    })
  })

  test('is approved by the passkey, and an equal answer again changes nothing', async () => {
    const yes = await device.yesTo(id)
    expect(await answer(yes)).toMatchObject({ status: 200, body: { id, status: 'approved' } })
    const stored = await harness.item(paymentId)
    expect(await answer(yes)).toMatchObject({ status: 200, body: { id, status: 'approved' } })
    expect(await harness.item(paymentId)).toEqual(stored)
    expect((await profileOf(ada)).list[0].lastUsedAt).toBe(harness.clock.now().toISOString())
  })

  test.each(['changed_mind', 'not_me', undefined])(
    'is denied by the device key alone: %s',
    async (reason) => {
      expect(await device.deny(id, reason)).toMatchObject({
        status: 200,
        body: { status: 'denied' },
      })
      expect((await harness.call('paymentStatus', { as: ada, id: paymentId })).body).toMatchObject({
        status: 'denied',
        decision: { channel: 'device', proof: 'device-key' },
      })
    },
  )

  test('once denied is not approved, and once approved not denied', async () => {
    const yes = await device.yesTo(id)
    await device.deny(id)
    expect(await answer(yes)).toMatchObject(no(409, 'already_decided'))
    const other = `payment.${(await harness.pending(ada)).paymentId}`
    const signed = signedBytes('deny', await device.signingOf(other))
    await device.approve(other)
    const late = await device.request('decideApproval', other, { answer: 'deny', signed })
    expect(late).toMatchObject(no(409, 'already_decided'))
  })

  test('is not approved after its time', async () => {
    const yes = await device.yesTo(id)
    harness.clock.advance(300)
    expect(await answer(yes)).toMatchObject(no(410, 'expired'))
  })

  test.each([
    ['another origin', { clientData: { origin: 'https://pay.example.evil' } }],
    ['another site', { rpId: 'evil.example' }],
    ['a frame', { clientData: { crossOrigin: true } }],
    ['another ceremony', { clientData: { type: 'webauthn.create' } }],
    [
      'a challenge of the phone’s own',
      { clientData: { challenge: signedBytes('approve', 'mine') } },
    ],
  ])('%s is refused, and fails no payment however often', async (_, fault) => {
    for (let n = 0; n < 6; n += 1) {
      expect(await wrong(fault)).toMatchObject(no(422, 'approval_not_signed', { attemptsLeft: 5 }))
    }
    expect(await statusOf(ada, paymentId)).toBe('pending')
  })

  test.each([
    [
      'a wrong signature',
      {
        signature: (bytes: Buffer) =>
          Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])]),
      },
    ],
    ['no user verification', { flags: 0x19 }],
    ['no user presence', { flags: 0x1c }],
    ['another credential', { credentialId: Buffer.alloc(32, 7) }],
  ])('%s is an attempt, counted once, and the fifth fails the payment', async (_, fault) => {
    // Each time another counter, so that no two assertions are equal.
    const nth = (n: number) => wrong({ ...fault, signCount: n })
    const yes = await device.yesTo(id)
    const first = await device.yesTo(id, { ...fault, signCount: 1 })
    for (let n = 0; n < 2; n += 1) {
      expect(await answer(first)).toMatchObject(no(422, 'approval_not_signed', { attemptsLeft: 4 }))
    }
    for (const [n, attemptsLeft] of [
      [2, 3],
      [3, 2],
      [4, 1],
      [5, 0],
    ] as const) {
      expect(await nth(n)).toMatchObject(no(422, 'approval_not_signed', { attemptsLeft }))
    }
    expect(await statusOf(ada, paymentId)).toBe('failed')
    expect(await answer(yes)).toMatchObject(no(409, 'already_decided'))
  })

  test('is not approved by the signature for another payment, nor by one for a denial', async () => {
    const other = (await harness.pending(ada)).paymentId
    expect(await answer(await device.yesTo(`payment.${other}`))).toMatchObject(
      no(422, 'approval_not_signed'),
    )
    const asDenial = device.phone.get(signedBytes('deny', await device.signingOf(id)))
    expect(await answer({ answer: 'approve', assertion: asDenial })).toMatchObject(
      no(422, 'approval_not_signed'),
    )
    const signed = signedBytes('approve', await device.signingOf(id))
    expect(await answer({ answer: 'deny', signed })).toMatchObject(no(422, 'approval_not_signed'))
    expect(await statusOf(ada, paymentId)).toBe('pending')
  })

  test('is approved by a passkey whose counter stands still, as most have none', async () => {
    for (let n = 0; n < 2; n += 1) {
      const next = `payment.${(await harness.pending(ada)).paymentId}`
      expect(await device.approve(next)).toMatchObject({ status: 200 })
    }
  })

  test('is not answered by a passkey’s copy without the device key', async () => {
    const yes = await device.yesTo(id)
    const copy = softwarePhone({ ...SITE, clock: harness.clock.now })
    const text = JSON.stringify(yes)
    const proof = copy.proof({ ...routeOf('decideApproval', id), body: text, kid: device.kid })
    expect(
      await harness.call('decideApproval', { id, text, headers: { 'device-proof': proof } }),
    ).toMatchObject(no(403, 'device_not_trusted'))
    expect(await statusOf(ada, paymentId)).toBe('pending')
  })

  test('is not seen or answered by another payer’s device', async () => {
    const eve = harness.stranger()
    const hers = await addDevice(harness, eve)
    expect((await hers.approvals()).body.approvals).toEqual([])
    const yes = await device.yesTo(id)
    expect(await answer(yes, hers)).toMatchObject(no(404, 'not_found'))
    const signed = signedBytes('deny', await device.signingOf(id))
    expect(await answer({ answer: 'deny', signed }, hers)).toMatchObject(no(404, 'not_found'))
    expect(await statusOf(ada, paymentId)).toBe('pending')
  })

  test.each([
    ['none', () => ({})],
    ['one of another body', (_: unknown, kid: string) => ({ body: '{}', kid })],
    ['one of another route', (_: unknown, kid: string) => ({ ...routeOf('listApprovals'), kid })],
    ['one of a minute ago', (_: unknown, kid: string) => ({ kid, claims: { iat: 1 } })],
  ] as const)('is not approved with a wrong proof: %s', async (_, order) => {
    const text = JSON.stringify(await device.yesTo(id))
    const right = { ...routeOf('decideApproval', id), body: text }
    const changed = order(device.phone, device.kid)
    const isNone = Object.keys(changed).length === 0
    const headers = isNone ? {} : { 'device-proof': device.phone.proof({ ...right, ...changed }) }
    harness.store.calls.length = 0
    expect(await harness.call('decideApproval', { id, text, headers })).toMatchObject(
      no(403, 'device_not_trusted'),
    )
    // A malformed proof costs no read.
    expect(harness.store.calls).toEqual([])
  })
})

describe('removing a device', () => {
  test('by the page ends it at once: it sees and approves nothing more', async () => {
    const device = await addDevice(harness, ada)
    const id = `payment.${(await harness.pending(ada)).paymentId}`
    const yes = await device.yesTo(id)
    expect(await harness.call('deviceRemove', { as: ada, id: device.id })).toMatchObject({
      status: 200,
      body: { devices: { list: [] } },
    })
    expect((await device.approvals()).body).toMatchObject({
      trusted: false,
      others: [],
      notices: [],
      approvals: [{ id: `stop.${device.id}` }],
    })
    expect(await device.request('decideApproval', id, yes)).toMatchObject(
      no(403, 'device_not_trusted'),
    )
    expect(await trailOf(ada)).toEqual(['device.added', 'device.removed'])
  })

  test('by itself needs its passkey', async () => {
    const device = await addDevice(harness, ada)
    const signed = signedBytes('deny', await device.signingOf('removal'))
    expect(
      await device.request('decideApproval', 'removal', { answer: 'deny', signed }),
    ).toMatchObject({ status: 404 })
    const weak = await device.yesTo('removal', { flags: 0x19 })
    expect(await device.request('decideApproval', 'removal', weak)).toMatchObject(
      no(422, 'approval_not_signed'),
    )
    expect(await device.approve('removal')).toMatchObject({
      status: 200,
      body: { id: 'removal', status: 'removed' },
    })
    expect(await device.approvals()).toMatchObject(no(403, 'device_not_trusted'))
  })

  test('turns a pending one away too, and another payer’s is not found', async () => {
    const pending = await askingDevice(harness, ada)
    const eve = harness.stranger()
    expect(await harness.call('deviceRemove', { as: eve, id: pending.id })).toMatchObject(
      no(404, 'not_found'),
    )
    await harness.call('deviceRemove', { as: ada, id: pending.id })
    expect((await profileOf(ada)).pending).toBeNull()
  })

  test('an old yes of a removed device lets no new one in', async () => {
    const first = await addDevice(harness, ada)
    const second = await askingDevice(harness, ada)
    await first.approve(`device.${second.id}`)
    await harness.call('deviceRemove', { as: ada, id: first.id })
    await confirm(ada, second, { digits: second.digits })
    expect((await profileOf(ada)).list).toEqual([])
  })
})

describe('from the first device on', () => {
  test.each(['an active device', 'none any more'])(
    'with %s no text is a way around',
    async (left) => {
      ada = await harness.person()
      const before = await harness.pending(ada)
      await harness.call('smsStart', { as: ada, id: before.paymentId })
      const code = harness.codeOn(ada.number)
      const device = await addDevice(harness, ada)
      if (left === 'none any more') await harness.call('deviceRemove', { as: ada, id: device.id })
      const sent = harness.phone.book.messages(ada.number).length
      const refused = no(403, 'device_required')
      const as = ada
      const id = before.paymentId
      expect(await harness.call('smsStart', { as, id })).toMatchObject(refused)
      expect(await harness.call('smsVerify', { as, id, body: { code } })).toMatchObject(refused)
      const change = { phoneNumber: harness.stranger().number, channel: 'sms' }
      if (left === 'none any more') {
        expect(await harness.call('phoneStart', { as, body: change })).toMatchObject(refused)
        expect(
          await harness.call('sendPayment', {
            as,
            key: 'k1',
            body: {
              payee: { name: 'Bo', id: 'bo@example.com' },
              amount: { value: '1.00', currency: 'EUR' },
            },
          }),
        ).toMatchObject(refused)
      }
      expect(harness.phone.book.messages(ada.number)).toHaveLength(sent)
    },
  )

  test('a change of phone that was begun before is not confirmed', async () => {
    ada = await harness.person()
    const other = harness.stranger().number
    await harness.call('phoneStart', { as: ada, body: { phoneNumber: other, channel: 'sms' } })
    const codes = { code: harness.codeOn(other), currentCode: harness.codeOn(ada.number) }
    const change = { ...harness.verification(ada), ...codes }
    await addDevice(harness, ada)
    expect(await harness.call('phoneVerify', { as: ada, body: change })).toMatchObject(
      no(403, 'device_required'),
    )
  })
})
