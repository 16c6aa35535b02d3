/** A payer's phone number, from the first device on: a device's yes lets another one in, and no old number. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { lockAccount } from '../../functions/core/account.ts'
import { portsIn } from '../../local/operator.ts'
import { stageWith } from '../harness/deviceStates.ts'
import { addAnotherDevice, addDevice, succeeded, type TestDevice } from '../harness/devices.ts'
import { type Harness, no, otherThan, type Person } from '../harness/harness.ts'
import { justBefore } from '../harness/justBefore.ts'
import { phoneChanges } from '../harness/phoneChanges.ts'
import { approvePhone, waitingDevice } from '../harness/recoveries.ts'

let harness: Harness
beforeAll(async () => {
  harness = await stageWith('authy', { FIRST_DEVICE: 'sign-in' })
})
afterEach(() => {
  harness.store.instead = undefined
})
afterAll(() => harness.close())

const DEVICE_REQUIRED = no(403, 'device_required')
const ending = (number: string) => number.slice(-3)
const { phoneOf, textsOn, start, remove, withDevice } = phoneChanges(() => harness)

/** A change to another number that is under way. */
async function changing(more: object = {}) {
  const { as, device } = await withDevice()
  const number = harness.stranger().number
  const { verificationId } = succeeded(await start(as, number, more))
  const verify = (body: object = {}) =>
    harness.call('phoneVerify', {
      as,
      body: { verificationId, code: harness.codeOn(number), ...body },
    })
  return { as, device, number, verificationId, verify, id: `phone.${verificationId}` }
}
type Change = Awaited<ReturnType<typeof changing>>

async function isMoved({ as, number }: Pick<Change, 'as' | 'number'>) {
  const { number: shown, verified } = await phoneOf(as)
  return verified && shown.endsWith(ending(number))
}

describe('with a device, another number', () => {
  test('texts the new number alone, and shows its whole number in the document that is signed', async () => {
    const { as, device } = await withDevice()
    const number = harness.stranger().number
    const [old, fresh] = [textsOn(as.number), textsOn(number)]
    const started = await start(as, number)
    expect(started).toMatchObject({ status: 202, body: { leave: 'device', displayText: null } })
    expect([textsOn(as.number), textsOn(number)]).toEqual([old, fresh + 1])
    const { verificationId, reference, expiresAt } = started.body
    expect(JSON.parse(await device.signingOf(`phone.${verificationId}`))).toMatchObject({
      kind: 'phone',
      payer: as.payerId,
      subject: { number, verificationId, reference },
      expiresAt,
    })
    expect((await phoneOf(as)).pending).toMatchObject({ leave: 'device', hasLeave: false })
  })

  test('is let in by a device’s yes and its own code, and every session ends', async () => {
    const change = await changing()
    const { as, device, verificationId, verify } = change
    const session = { auth_time: String(Math.floor(harness.clock.now().getTime() / 1000) - 1) }
    expect(await verify()).toMatchObject(DEVICE_REQUIRED)
    expect(await approvePhone(device, verificationId)).toMatchObject({
      body: { status: 'approved' },
    })
    expect((await phoneOf(as)).pending).toMatchObject({ hasLeave: true })
    expect((await device.approvals()).body.approvals).toEqual([])
    expect(await isMoved(change)).toBe(false)
    expect(await verify()).toMatchObject({ status: 200 })
    expect(await isMoved(change)).toBe(true)
    expect(await harness.call('profile', { as, claims: session })).toMatchObject({ status: 401 })
    expect(await device.approvals()).toMatchObject({ status: 200 })
  })

  test('is let in by no code of the old number', async () => {
    const change = await changing()
    const { as, verify } = change
    // A code that the old number was sent for something else, and a guess.
    for (const currentCode of [harness.codeOn(as.number), '1234567']) {
      expect(await verify({ currentCode })).toMatchObject(DEVICE_REQUIRED)
    }
    expect(await isMoved(change)).toBe(false)
  })

  test('is let in by no code that was asked for before the first device', async () => {
    const as = await harness.person()
    const number = harness.stranger().number
    const { verificationId } = succeeded(await start(as, number))
    const codes = { code: harness.codeOn(number), currentCode: harness.codeOn(as.number) }
    harness.clock.advance(60)
    await addDevice(harness, as)
    const body = { verificationId, ...codes }
    expect(await harness.call('phoneVerify', { as, body })).toMatchObject(DEVICE_REQUIRED)
    expect(await isMoved({ as, number })).toBe(false)
  })

  test('that was begun before the first device is begun anew, and the device is asked', async () => {
    const as = await harness.person()
    const number = harness.stranger().number
    const before = succeeded(await start(as, number)).verificationId
    harness.clock.advance(60)
    const device = await addDevice(harness, as)
    const { verificationId, leave } = succeeded(await start(as, number))
    expect(leave).toBe('device')
    succeeded(await approvePhone(device, verificationId))
    const verify = (id: string) => {
      const body = { verificationId: id, code: harness.codeOn(number) }
      return harness.call('phoneVerify', { as, body })
    }
    expect(await verify(before)).toMatchObject(no(404, 'not_found'))
    expect(await verify(verificationId)).toMatchObject({ status: 200 })
  })

  test('with a yes still needs its own code', async () => {
    const change = await changing()
    const { device, verificationId, number, verify } = change
    await approvePhone(device, verificationId)
    expect(await verify({ code: otherThan(harness.codeOn(number)) })).toMatchObject(
      no(422, 'wrong_code'),
    )
    expect(await isMoved(change)).toBe(false)
  })

  test.each(['changed_mind', 'not_me'])('ends with a no: %s', async (reason) => {
    const change = await changing()
    const { as, device, id, verify } = change
    const yes = await device.yesTo(id)
    expect(await device.deny(id, reason)).toMatchObject({ body: { status: 'denied' } })
    expect((await phoneOf(as)).pending).toBeNull()
    expect(await device.request('decideApproval', id, yes)).toMatchObject(no(404, 'not_found'))
    expect(await verify()).toMatchObject(no(409, 'no_code_sent'))
    const { startsLockedUntil } = (await harness.call('profile', { as })).body
    expect(startsLockedUntil === null).toBe(reason === 'changed_mind')
    expect(await isMoved(change)).toBe(false)
  })

  test('ends with the fifth failed assertion', async () => {
    const change = await changing()
    const { device, id, verify } = change
    const right = await device.yesTo(id)
    for (const [n, attemptsLeft] of [4, 3, 2, 1, 0].entries()) {
      const wrong = await device.yesTo(id, { flags: 0x19, signCount: n })
      expect(await device.request('decideApproval', id, wrong)).toMatchObject(
        no(422, 'approval_not_signed', { attemptsLeft }),
      )
    }
    expect(await device.request('decideApproval', id, right)).toMatchObject(no(404, 'not_found'))
    expect(await verify()).toMatchObject(no(409, 'no_code_sent'))
  })

  test('is not let in by the yes to another number, nor by the one before it', async () => {
    const change = await changing()
    const { as, device, id } = change
    const first = await device.yesTo(id)
    harness.clock.advance(60)
    const number = harness.stranger().number
    const { verificationId } = succeeded(await start(as, number))
    expect(await device.request('decideApproval', id, first)).toMatchObject(no(404, 'not_found'))
    const second = `phone.${verificationId}`
    expect(await device.request('decideApproval', second, first)).toMatchObject(
      no(422, 'approval_not_signed'),
    )
    const body = { verificationId, code: harness.codeOn(number) }
    expect(await harness.call('phoneVerify', { as, body })).toMatchObject(DEVICE_REQUIRED)
  })

  test('keeps its yes when its code is sent again, and loses it with another number', async () => {
    const change = await changing()
    const { as, device, number, verificationId } = change
    await approvePhone(device, verificationId)
    harness.clock.advance(60)
    expect(await start(as, number)).toMatchObject({ body: { verificationId } })
    expect((await phoneOf(as)).pending).toMatchObject({ hasLeave: true })
    harness.clock.advance(60)
    await start(as, harness.stranger().number)
    expect((await phoneOf(as)).pending).toMatchObject({ hasLeave: false })
  })
})

describe('a yes', () => {
  test('of a device that was removed since lets nothing in, and another device is asked', async () => {
    const change = await changing()
    const { as, device, verificationId, id, verify } = change
    const other = await addAnotherDevice(harness, as, device)
    await approvePhone(device, verificationId)
    await remove(as, device)
    expect(await verify()).toMatchObject(DEVICE_REQUIRED)
    expect((await phoneOf(as)).pending).toMatchObject({ hasLeave: false })
    expect((await other.approvals()).body.approvals).toMatchObject([{ kind: 'phone', id }])
    expect(await approvePhone(other, verificationId)).toMatchObject({ status: 200 })
    expect(await verify()).toMatchObject({ status: 200 })
  })

  test('lets nothing in if its device is removed, or the account locked, just before', async () => {
    for (const happens of [
      (as: Person, device: TestDevice) => remove(as, device),
      (as: Person) => lockAccount(portsIn(harness.world), as),
    ]) {
      const change = await changing()
      const { as, device, verificationId, verify } = change
      await approvePhone(device, verificationId)
      justBefore(harness, 'changesPhone', () => happens(as, device))
      expect((await verify()).status).toBeGreaterThanOrEqual(400)
      expect(await isMoved(change)).toBe(false)
    }
  })

  test('of a waiting device, or of one that a session removed, is none', async () => {
    const change = await changing()
    const { as, device, id } = change
    const yes = await device.yesTo(id)
    const waiting = await waitingDevice(harness, as)
    expect(await waiting.request('decideApproval', id, yes)).toMatchObject(
      no(403, 'device_not_trusted'),
    )
    await remove(as, device)
    expect(await device.request('decideApproval', id, yes)).toMatchObject(
      no(403, 'device_not_trusted'),
    )
  })

  test('counts before a no that comes later, which is told so', async () => {
    const change = await changing()
    const { as, device, id, verify } = change
    const other = await addAnotherDevice(harness, as, device)
    const denial = await other.noTo(id, 'not_me')
    await device.approve(id)
    justBefore(harness, 'endsVerification', verify)
    expect(await other.request('decideApproval', id, denial)).toMatchObject(no(404, 'not_found'))
    expect(await isMoved(change)).toBe(true)
  })
})

test('a first number beside a first device needs its yes too', async () => {
  const as = harness.stranger()
  const device = await addDevice(harness, as)
  const { verificationId } = succeeded(await start(as, as.number))
  const body = { verificationId, code: harness.codeOn(as.number) }
  expect(await harness.call('phoneVerify', { as, body })).toMatchObject(DEVICE_REQUIRED)
  await approvePhone(device, verificationId)
  expect(await harness.call('phoneVerify', { as, body })).toMatchObject({ status: 200 })
})
