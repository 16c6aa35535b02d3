/** The guards of the device channel that the usual ways never meet: each test goes round one of them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { payers } from '../../functions/composition.ts'
import {
  type ProofOrder,
  type SoftwarePhone,
  softwarePhone,
} from '../../local/phone/softwarePhone.ts'
import {
  addAnotherDevice,
  addDevice,
  askingDevice,
  invitedDevice,
  routeOf,
  signedBytes,
  type TestDevice,
} from '../harness/devices.ts'
import { SITE } from '../harness/event.ts'
import {
  type Harness,
  otherThan,
  type Person,
  type Reply,
  startHarness,
} from '../harness/harness.ts'
import { overhear } from '../harness/leaks.ts'

let harness: Harness
beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())

const said = ({ status, body }: Reply) => [status, body.code].filter(Boolean).join(' ')
/** What happens just before the next call of the database with this in it. */
function meanwhile(text: string, happens: () => Promise<unknown>) {
  harness.store.instead = async (call) => {
    if (!call.text.includes(text)) return undefined
    harness.store.instead = undefined
    await happens()
    return undefined
  }
}

const spoilt = (bytes: Buffer) =>
  Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)])

type WrongProof = (
  device: TestDevice,
  order: ProofOrder,
  stranger: SoftwarePhone,
) => { readonly headers: Record<string, string>; readonly reads: readonly string[] }
const unread =
  (change: (order: ProofOrder) => Partial<ProofOrder>): WrongProof =>
  ({ phone }, order) => ({
    headers: { 'device-proof': phone.proof({ ...order, ...change(order) }) },
    reads: [],
  })
const inSeconds = (seconds: number) => Math.floor(harness.clock.now().getTime() / 1000) + seconds
/** Whatever is wrong before the signature costs no read; whose signature it is needs one. */
const WRONG_PROOFS = {
  none: () => ({ headers: {}, reads: [] }),
  'one without a signature': ({ phone }, order) => ({
    headers: { 'device-proof': phone.proof(order).replace(/[^.]*$/, '') },
    reads: [],
  }),
  'one of more than 1 KB': ({ phone }, order) => ({
    headers: { 'device-proof': `${phone.proof(order)}${'A'.repeat(1024)}` },
    reads: [],
  }),
  'one that is no proof of a device': unread(() => ({ header: { typ: 'dpop+jwt' } })),
  'one of another algorithm': unread(() => ({ header: { alg: 'none' } })),
  'one that brings its key': unread(() => ({ header: { jwk: {} } })),
  'one of 61 seconds ago': unread(() => ({ claims: { iat: inSeconds(-61) } })),
  'one of 61 seconds ahead': unread(() => ({ claims: { iat: inSeconds(61) } })),
  'one of another method': unread(() => ({ method: 'PUT' })),
  'one of another address': unread(({ url }) => ({ url: url.replace('pay.', 'evil.') })),
  'one of another body': unread(({ body = '' }) => ({ body: `${body} ` })),
  'one without a payer': ({ phone, id }, order) => ({
    headers: { 'device-proof': phone.proof({ ...order, kid: id }) },
    reads: [],
  }),
  'one of another key': ({ kid }, order, stranger) => ({
    headers: { 'device-proof': stranger.proof({ ...order, kid }) },
    reads: ['BatchGetItem'],
  }),
  'one of an unknown device': ({ kid }, order, stranger) => ({
    headers: {
      'device-proof': stranger.proof({
        ...order,
        kid: `${kid.replace(/\.[^.]*$/, '')}.${stranger.thumbprint}`,
      }),
    },
    reads: ['BatchGetItem'],
  }),
  'one of an unknown payer': ({ id }, order, stranger) => ({
    headers: { 'device-proof': stranger.proof({ ...order, kid: `nobody.${id}` }) },
    reads: ['BatchGetItem'],
  }),
} satisfies Record<string, WrongProof>
const BAD_PROOFS = Object.keys(WRONG_PROOFS) as (keyof typeof WRONG_PROOFS)[]

const devicesOf = async (as: Person) => (await harness.call('profile', { as })).body.devices

test('an invitation asks once: after a no, five wrong digits or a removal its device cannot ask with it again', async () => {
  const ada = harness.stranger()
  const old = await addDevice(harness, ada)
  const turnedAway = {
    async denied(id: string) {
      expect(said(await old.deny(`device.${id}`))).toBe('200')
    },
    async mistyped(id: string, digits: string) {
      const wrong = { digits: digits === '0000' ? '0001' : '0000' }
      for (let n = 0; n < 5; n += 1) {
        await harness.call('deviceConfirm', { as: ada, id, body: wrong })
      }
    },
    async removed(id: string) {
      await harness.call('deviceRemove', { as: ada, id, body: {} })
    },
  }
  for (const turnAway of Object.values(turnedAway)) {
    const { phone, enrolment } = await invitedDevice(harness, ada)
    const asked = await harness.call('deviceEnrol', enrolment)
    await turnAway(phone.thumbprint, asked.body.digits)
    expect(said(await harness.call('deviceEnrol', enrolment))).toBe('404 not_found')
    expect((await devicesOf(ada)).pending).toBeNull()
  }
})

test('an invitation asks once, also if another device has asked since', async () => {
  const ada = harness.stranger()
  const { enrolment } = await invitedDevice(harness, ada)
  await harness.call('deviceEnrol', enrolment)
  const { id } = await askingDevice(harness, ada)
  expect(said(await harness.call('deviceEnrol', enrolment))).toBe('404 not_found')
  expect((await devicesOf(ada)).pending).toMatchObject({ id })
})

test('a device is asked again about a new one if the device that said yes was removed', async () => {
  const ada = harness.stranger()
  const old = await addDevice(harness, ada)
  const other = await addAnotherDevice(harness, ada, old)
  const { id, digits } = await askingDevice(harness, ada)
  await old.approve(`device.${id}`)
  await harness.call('deviceRemove', { as: ada, id: old.id, body: {} })
  expect((await other.approvals()).body.approvals).toMatchObject([{ id: `device.${id}` }])
  expect((await devicesOf(ada)).pending).toMatchObject({ hasLeave: false })
  await harness.call('deviceConfirm', { as: ada, id, body: { digits } })
  expect((await devicesOf(ada)).list).toMatchObject([{ id: other.id }])
  expect(said(await other.approve(`device.${id}`))).toBe('200')
  expect((await devicesOf(ada)).list).toHaveLength(2)
})

test('a device that was let in cannot ask again, and so is never counted twice', async () => {
  const ada = harness.stranger()
  const { phone, enrolment } = await invitedDevice(harness, ada)
  const { digits } = (await harness.call('deviceEnrol', enrolment)).body
  const id = phone.thumbprint
  await harness.call('deviceConfirm', { as: ada, id, body: { digits } })
  expect(said(await harness.call('deviceEnrol', enrolment))).toBe('404 not_found')
  expect(await devicesOf(ada)).toMatchObject({ list: [{ id }], pending: null })
})

test('a device asks again while it is pending, and is shown the same digits', async () => {
  const ada = harness.stranger()
  const { enrolment } = await invitedDevice(harness, ada)
  const first = await harness.call('deviceEnrol', enrolment)
  expect(await harness.call('deviceEnrol', enrolment)).toMatchObject({
    status: 201,
    body: first.body,
  })
})

test('a no that comes after another device has let the new one in is told so, and a repeated yes is not', async () => {
  const ada = harness.stranger()
  const [old, device] = [await addDevice(harness, ada), await askingDevice(harness, ada)]
  const { id, digits } = device
  const [yes, no] = [await old.yesTo(`device.${id}`), await old.noTo(`device.${id}`)]
  await old.request('decideApproval', `device.${id}`, yes)
  await harness.call('deviceConfirm', { as: ada, id, body: { digits } })
  const late = await old.request('decideApproval', `device.${id}`, no)
  expect(said(late)).toBe('404 not_found')
  const again = await old.request('decideApproval', `device.${id}`, yes)
  expect(again.body).toMatchObject({ status: 'approved' })
})

describe('an enrolment', () => {
  test('is signed by the key in its body, which names no payer', async () => {
    const ada = harness.stranger()
    const { phone, enrolment } = await invitedDevice(harness, ada)
    const order = { ...routeOf('deviceEnrol'), body: enrolment.text }
    const stranger = softwarePhone({ ...SITE, clock: harness.clock.now })
    for (const proof of [
      stranger.proof({ ...order, kid: phone.thumbprint }),
      phone.proof({ ...order, kid: `${ada.payerId}.${phone.thumbprint}` }),
    ]) {
      harness.store.calls.length = 0
      const asked = await harness.call('deviceEnrol', {
        text: enrolment.text,
        headers: { 'device-proof': proof },
      })
      expect(said(asked)).toBe('403 device_not_trusted')
      expect(harness.store.calls).toEqual([])
    }
  })

  test('takes a code as a person types it, and a challenge over the code as it was made', async () => {
    const ada = harness.stranger()
    const { phone, code } = await invitedDevice(harness, ada)
    const typed = ` ${code.slice(0, 5).toLowerCase()}-${code.slice(5)} `
    const enrol = (challenge: string) => {
      const credential = phone.create(challenge)
      const text = JSON.stringify({ code: typed, name: 'Phone', key: phone.jwk, credential })
      const headers = { 'device-proof': phone.proof({ ...routeOf('deviceEnrol'), body: text }) }
      return harness.call('deviceEnrol', { text, headers })
    }
    expect(said(await enrol(signedBytes('add', typed)))).toBe('400 invalid_request')
    expect((await enrol(signedBytes('add', code))).status).toBe(201)
  })
})

describe('a text that lets a device in', () => {
  const leave = (as: Person, id: string, by: Pick<Harness, 'call'> = harness) =>
    by.call('deviceLeave', { as, id, body: { by: 'text' } })
  const confirm = (as: Person, { id, digits }: TestDevice, code: string) =>
    harness.call('deviceConfirm', { as, id, body: { digits, code } })
  const asking = async () => {
    const as = await harness.person()
    harness.clock.advance(20)
    return { as, device: await askingDevice(harness, as) }
  }

  test('is sent for the pending device alone: another id costs no text of the hour', async () => {
    const { as } = await asking()
    harness.store.calls.length = 0
    expect(said(await leave(as, 'A'.repeat(43)))).toBe('404 not_found')
    expect(harness.store.calls.filter(({ operation }) => operation !== 'GetItem')).toEqual([])
  })

  test('is not sent while texts are off, and counts in the hour of proving texts', async () => {
    const { as, device } = await asking()
    expect(said(await leave(as, device.id, harness.with({ SMS_OFF: 'true' })))).toBe('503 sms_off')
    // Its phone's verification was the first.
    const two = harness.with({ PROVING_TEXTS_PER_HOUR: '2' })
    expect(said(await leave(as, device.id, two))).toBe('202')
    harness.clock.advance(20)
    expect(said(await leave(as, device.id, two))).toBe('429 too_many_sms')
    expect(said(await leave(as, device.id))).toBe('202')
  })

  test('is neither sent nor checked while codes are locked', async () => {
    const { as, device } = await asking()
    await leave(as, device.id)
    const code = harness.codeOn(as.number)
    const { paymentId: id } = await harness.pending(as)
    await harness.call('smsStart', { as, id })
    const wrong = { code: otherThan(harness.codeOn(as.number)) }
    for (let n = 0; n < 5; n += 1) await harness.call('smsVerify', { as, id, body: wrong })
    harness.clock.advance(20)
    expect(said(await leave(as, device.id))).toBe('423 locked')
    expect(said(await confirm(as, device, code))).toBe('423 locked')
    expect((await devicesOf(as)).list).toEqual([])
  })

  test('guessed five times wrongly locks codes', async () => {
    const { as, device } = await asking()
    await leave(as, device.id)
    const wrong = otherThan(harness.codeOn(as.number))
    for (let n = 0; n < 5; n += 1) await confirm(as, device, wrong)
    harness.clock.advance(20)
    const next = await askingDevice(harness, as)
    expect(said(await leave(as, next.id))).toBe('423 locked')
  })

  test('must have been sent before its code is checked', async () => {
    const { as, device } = await asking()
    harness.provider.calls.length = 0
    expect(said(await confirm(as, device, '1234567'))).toBe('409 no_code_sent')
    expect(harness.provider.calls).toEqual([])
  })

  test('lets in once: a code that was used lets nothing in', async () => {
    const { as, device } = await asking()
    await leave(as, device.id)
    const body = { error_code: '60019', message: 'used', success: false }
    harness.provider.instead = () => ({ status: 401, body })
    const used = await confirm(as, device, harness.codeOn(as.number))
    harness.provider.instead = undefined
    expect(said(used)).toBe('422 code_expired')
    expect((await devicesOf(as)).list).toEqual([])
  })

  test('has a code for one device, which lets in no other', async () => {
    const { as, device } = await asking()
    await leave(as, device.id)
    const code = harness.codeOn(as.number)
    harness.clock.advance(20)
    const other = await askingDevice(harness, as)
    await leave(as, other.id)
    expect(said(await confirm(as, other, code))).toBe('422 wrong_code')
    expect(said(await confirm(as, other, harness.codeOn(as.number)))).toBe('200')
  })
})

test('a confirmation whose answer was lost is answered again', async () => {
  const ada = harness.stranger()
  const { id, digits } = await askingDevice(harness, ada)
  const confirm = () => harness.call('deviceConfirm', { as: ada, id, body: { digits } })
  expect([said(await confirm()), said(await confirm())]).toEqual(['200', '200'])
  expect((await devicesOf(ada)).list).toHaveLength(1)
})

describe('an active device, asked about a new one,', () => {
  const asked = async () => {
    const as = harness.stranger()
    const old = await addDevice(harness, as)
    const device = await askingDevice(harness, as)
    const { id, digits } = device
    await harness.call('deviceConfirm', { as, id, body: { digits } })
    return { as, old, device, id: `device.${device.id}` }
  }
  type Asked = Awaited<ReturnType<typeof asked>>
  const answer = ({ old, id }: Asked, body: object) => old.request('decideApproval', id, body)
  const isOut = async ({ as }: Asked) => {
    const { list, pending } = await devicesOf(as)
    expect([list.length, pending?.hasLeave]).toEqual([1, false])
  }

  test('says no by a signature for that and nothing else', async () => {
    const one = await asked()
    const signing = await one.old.signingOf(one.id)
    for (const as of ['deny', 'approve', 'device', 'remove'] as const) {
      const signed = signedBytes(as, signing)
      const said422 = await answer(one, { answer: 'deny', signed })
      expect(said(said422)).toBe('422 approval_not_signed')
    }
    await isOut(one)
  })

  test('says yes by a signature over that document and for that', async () => {
    const one = await asked()
    const signing = await one.old.signingOf(one.id)
    const challenges = [
      signedBytes('approve', signing),
      signedBytes('device', signing.replace('Ada', 'Eve')),
    ]
    for (const challenge of challenges) {
      const assertion = one.old.phone.get(challenge)
      const refused = await answer(one, { answer: 'approve', assertion })
      expect(said(refused)).toBe('422 approval_not_signed')
    }
    await isOut(one)
  })

  test('has five tries at its signature; then the new one is turned away', async () => {
    const one = await asked()
    const right = await one.old.yesTo(one.id)
    for (const attemptsLeft of [4, 3, 2, 1, 0]) {
      const wrong = await one.old.yesTo(one.id, { signature: spoilt })
      const refused = await answer(one, wrong)
      expect([said(refused), refused.body.attemptsLeft]).toEqual([
        '422 approval_not_signed',
        attemptsLeft,
      ])
    }
    expect(said(await answer(one, right))).toBe('404 not_found')
    expect(await devicesOf(one.as)).toMatchObject({ pending: null, list: [{ id: one.old.id }] })
  })

  test('answers for the device that it names, and is not asked again after its yes', async () => {
    const as = harness.stranger()
    const old = await addDevice(harness, as)
    const device = await askingDevice(harness, as)
    const yes = await old.yesTo(`device.${device.id}`)
    const other = await old.request('decideApproval', `device.${'A'.repeat(43)}`, yes)
    expect(said(other)).toBe('404 not_found')
    expect((await devicesOf(as)).pending.hasLeave).toBe(false)
    await old.request('decideApproval', `device.${device.id}`, yes)
    expect((await old.approvals()).body.approvals).toEqual([])
  })

  test('is told that its yes came too late if the new one was turned away at that moment', async () => {
    const one = await asked()
    const yes = await one.old.yesTo(one.id)
    meanwhile('device_pending.yesBy = :by', () =>
      harness.call('deviceRemove', { as: one.as, id: one.device.id, body: {} }),
    )
    expect(said(await answer(one, yes))).toBe('404 not_found')
  })

  test('is told that its no came too late if another let the new one in at that moment', async () => {
    const one = await asked()
    const [yes, no] = [await one.old.yesTo(one.id), await one.old.noTo(one.id)]
    meanwhile('REMOVE device_pending', () => answer(one, yes))
    expect(said(await answer(one, no))).toBe('404 not_found')
    expect((await devicesOf(one.as)).list).toHaveLength(2)
  })
})

test('a session that was ended removes no device', async () => {
  const ada = harness.stranger()
  const { id } = await addDevice(harness, ada)
  await harness.call('endSessions', { as: ada })
  const claims = { auth_time: '1000' }
  const removed = await harness.call('deviceRemove', { as: ada, id, body: {}, claims })
  expect(removed.status).toBe(401)
  expect((await devicesOf(ada)).list).toHaveLength(1)
})

describe('at the same moment', () => {
  test('as it is let in by an equal confirmation, a device is confirmed', async () => {
    const ada = harness.stranger()
    const old = await addDevice(harness, ada)
    const { id, digits } = await askingDevice(harness, ada)
    await old.approve(`device.${id}`)
    const confirm = () => harness.call('deviceConfirm', { as: ada, id, body: { digits } })
    meanwhile('device_pending.hasDigits = :yes', confirm)
    expect(said(await confirm())).toBe('200')
  })

  test('as it is let in, a device is removed', async () => {
    const ada = harness.stranger()
    const { id, digits } = await askingDevice(harness, ada)
    meanwhile('REMOVE device_pending', () =>
      harness.call('deviceConfirm', { as: ada, id, body: { digits } }),
    )
    const removed = await harness.call('deviceRemove', { as: ada, id, body: {} })
    expect(removed).toMatchObject({ status: 200, body: { devices: { list: [] } } })
  })

  test('as the operator locks the account, nobody is told that a device was removed', async () => {
    const lock = (as: Person) => payers(harness.world).setState(as, 'locked', harness.clock.now())
    const ada = harness.stranger()
    const device = await addDevice(harness, ada)
    meanwhile('removedAt = :now', () => lock(ada))
    const byPage = await harness.call('deviceRemove', {
      as: ada,
      id: device.id,
      body: {},
      claims: { auth_time: '9999999999' },
    })
    expect(said(byPage)).toBe('423 locked')
    const bob = harness.stranger()
    const other = await addDevice(harness, bob)
    const yes = await other.yesTo('removal')
    meanwhile('removedAt = :now', () => lock(bob))
    expect(said(await other.request('decideApproval', 'removal', yes))).toBe('423 locked')
    for (const one of [device, other]) {
      expect(said(await one.approvals())).toBe('423 locked')
    }
  })

  test('as the operator locks the account, no device is told that it is pending', async () => {
    const ada = harness.stranger()
    const { enrolment } = await invitedDevice(harness, ada)
    meanwhile('device_pending = :pending', () =>
      payers(harness.world).setState(ada, 'locked', harness.clock.now()),
    )
    expect(said(await harness.call('deviceEnrol', enrolment))).toBe('404 not_found')
  })

  test('as the first device is let in, no phone changes', async () => {
    const ada = await harness.person()
    const next = harness.stranger().number
    harness.clock.advance(20)
    await harness.call('phoneStart', { as: ada, body: { phoneNumber: next, channel: 'sms' } })
    const codes = { code: harness.codeOn(next), currentCode: harness.codeOn(ada.number) }
    const body = { ...harness.verification(ada), ...codes }
    harness.clock.advance(20)
    meanwhile('phone_verified_at = :now', () => addDevice(harness, ada))
    const changed = await harness.call('phoneVerify', { as: ada, body })
    expect(changed.status).toBeGreaterThan(400)
    const { body: profile } = await harness.call('profile', { as: ada })
    expect(profile.phone.number).toContain(ada.number.slice(-3))
    expect(profile.devices.list).toHaveLength(1)
  })
})

describe('a device that is trusted', () => {
  test('repeats its yes with whatever assertion: nothing is stored of one that its passkey did not sign', async () => {
    const ada = harness.stranger()
    const device = await addDevice(harness, ada)
    const id = `payment.${(await harness.pending(ada)).paymentId}`
    const yes = await device.yesTo(id)
    await device.request('decideApproval', id, yes)
    const { assertion } = yes
    const faults = [
      { authenticatorData: 'AA' },
      { authenticatorData: device.phone.get('A', { signCount: 7 }).response.authenticatorData },
    ]
    for (const fault of faults) {
      const body = {
        ...yes,
        assertion: { ...assertion, response: { ...assertion.response, ...fault } },
      }
      expect(said(await device.request('decideApproval', id, body))).toBe('200')
    }
    const payer = await payers(harness.world).get(ada.payerId)
    expect(payer?.devices.all).toMatchObject([{ passkey: { signCount: 0 } }])
  })

  test('removes itself by a signature for that alone', async () => {
    const ada = harness.stranger()
    const device = await addDevice(harness, ada)
    const assertion = device.phone.get(signedBytes('approve', await device.signingOf('removal')))
    const refused = await device.request('decideApproval', 'removal', {
      answer: 'approve',
      assertion,
    })
    expect(said(refused)).toBe('422 approval_not_signed')
    expect((await devicesOf(ada)).list).toHaveLength(1)
  })

  test('sees only payments that wait, and no answer of another device is told as its own', async () => {
    const ada = harness.stranger()
    const one = await addDevice(harness, ada)
    const other = await addAnotherDevice(harness, ada, one)
    const { paymentId } = await harness.pending(ada)
    const id = `payment.${paymentId}`
    const yes = await other.yesTo(id)
    expect(said(await one.approve(id))).toBe('200')
    expect(said(await other.request('decideApproval', id, yes))).toBe('409 already_decided')
    expect((await other.approvals()).body.approvals).toEqual([])
  })

  test('sends neither query nor body with its list', async () => {
    const device = await addDevice(harness, harness.stranger())
    const query = { ...device.requestOf('listApprovals'), query: { x: '1' } }
    expect(said(await harness.call('listApprovals', query))).toBe('400 invalid_request')
    const body = device.requestOf('listApprovals', undefined, { x: 1 })
    expect(said(await harness.call('listApprovals', body))).toBe('400 invalid_request')
  })

  test('is not looked up for an approval that cannot be one', async () => {
    const device = await addDevice(harness, harness.stranger())
    const ids = ['payment.x', 'removal2', `phone.${'A'.repeat(43)}`]
    for (const id of ids) {
      const request = device.requestOf('decideApproval', id, { answer: 'deny', signed: '' })
      harness.store.calls.length = 0
      expect(said(await harness.call('decideApproval', request))).toBe('404 not_found')
      expect(harness.store.calls).toEqual([])
    }
  })

  test('is the only one that is reached, though its payer has a phone with the app', async () => {
    const ada = await harness.person()
    await addDevice(harness, ada)
    const before = harness.phone.book.pushes(ada.number).length
    expect(await harness.pending(ada)).toMatchObject({ push: 'unavailable', sms: { to: null } })
    expect(harness.phone.book.pushes(ada.number)).toHaveLength(before)
  })

  test('that says "not me" is a security event', async () => {
    const ada = harness.stranger()
    const device = await addDevice(harness, ada)
    const id = `payment.${(await harness.pending(ada)).paymentId}`
    const written: string[] = []
    const letGo = overhear(written)
    await device.deny(id, 'not_me')
    letGo()
    const line = written.find((text) => text.includes('NotMe'))
    expect(line).toBeDefined()
    expect(written.join('\n')).toContain(`"approvalId":"${id}"`)
  })
})

test.each(BAD_PROOFS)(
  'a proof that is wrong costs no read, or two that go together, and no write: %s',
  async (proof) => {
    const ada = harness.stranger()
    const device = await addDevice(harness, ada)
    const id = `payment.${(await harness.pending(ada)).paymentId}`
    const text = JSON.stringify(await device.yesTo(id))
    const stranger = softwarePhone({ ...SITE, clock: harness.clock.now })
    for (const [name, request] of [
      ['listApprovals', {}],
      ['decideApproval', { id, text }],
    ] as const) {
      const order = {
        ...routeOf(name, id),
        kid: device.kid,
        ...(name === 'decideApproval' && { body: text }),
      }
      const { headers, reads } = WRONG_PROOFS[proof](device, order, stranger)
      harness.store.calls.length = 0
      const refused = await harness.call(name, { ...request, headers })
      expect(said(refused)).toBe('403 device_not_trusted')
      const operations = harness.store.calls.map(({ operation }) => operation)
      expect(operations).toEqual(reads)
    }
  },
)
