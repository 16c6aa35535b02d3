/** A payer's phone number, from the first device on: what the operator's invitation lets in, and what nothing does. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { lockAccount } from '../../functions/core/account.ts'
import { portsIn } from '../../local/operator.ts'
import { stageWith } from '../harness/deviceStates.ts'
import { succeeded } from '../harness/devices.ts'
import { type Harness, no, type Person } from '../harness/harness.ts'
import { justBefore } from '../harness/justBefore.ts'
import { phoneChanges } from '../harness/phoneChanges.ts'
import { approvePhone, operatorInvitation } from '../harness/recoveries.ts'

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

test('an invitation that has ended leaves the question to a device', async () => {
  const { as, device } = await withDevice()
  const invitation = await operatorInvitation(harness, as)
  const number = harness.stranger().number
  const { verificationId } = succeeded(await start(as, number, { invitation }))
  expect((await device.approvals()).body.approvals).toEqual([])
  await operatorInvitation(harness, as)
  expect(await approvePhone(device, verificationId)).toMatchObject({ status: 200 })
  const body = { verificationId, code: harness.codeOn(number) }
  expect(await harness.call('phoneVerify', { as, body })).toMatchObject({ status: 200 })
})

describe('without an active device, another number', () => {
  test('is refused, and nothing is sent', async () => {
    const { as, device } = await withDevice()
    await remove(as, device)
    const number = harness.stranger().number
    for (const hours of [0, 12, 24 * 30]) {
      harness.clock.advance(hours * 3600)
      expect(await start(as, number)).toMatchObject(DEVICE_REQUIRED)
    }
    expect(textsOn(number)).toBe(0)
  })

  test('is let in by an invitation, once', async () => {
    const { as, device } = await withDevice()
    await remove(as, device)
    const invitation = await operatorInvitation(harness, as)
    const number = harness.stranger().number
    const started = await start(as, number, { invitation })
    expect(started).toMatchObject({ status: 202, body: { leave: 'invitation' } })
    expect((await phoneOf(as)).pending).toMatchObject({ leave: 'invitation', hasLeave: true })
    const { verificationId } = started.body
    const body = { verificationId, code: harness.codeOn(number) }
    expect(await harness.call('phoneVerify', { as, body })).toMatchObject({ status: 200 })
    expect(await isMoved(as, number)).toBe(true)
    harness.clock.advance(3600)
    expect(await start(as, harness.stranger().number, { invitation })).toMatchObject(
      no(400, 'invalid_request', { fields: [{ path: 'invitation' }] }),
    )
  })

  test.each([
    ['replaced', (as: Person) => operatorInvitation(harness, as)],
    ['ended by a lock', (as: Person) => lockAccount(portsIn(harness.world), as)],
  ])('is not let in by an invitation that is %s just before', async (_, happens) => {
    const { as, device } = await withDevice()
    await remove(as, device)
    const invitation = await operatorInvitation(harness, as)
    const number = harness.stranger().number
    const { verificationId } = succeeded(await start(as, number, { invitation }))
    const body = { verificationId, code: harness.codeOn(number) }
    justBefore(harness, 'changesPhone', () => happens(as))
    expect((await harness.call('phoneVerify', { as, body })).status).toBeGreaterThanOrEqual(400)
    expect(await isMoved(as, number)).toBe(false)
  })

  test('is not let in by an invitation that another payer got, or that has ended', async () => {
    const { as, device } = await withDevice()
    await remove(as, device)
    const hers = await operatorInvitation(harness, await harness.person())
    const ownCode = await operatorInvitation(harness, as)
    const startWith = (invitation: string) => start(as, harness.stranger().number, { invitation })
    // Also while the payer’s own is good.
    expect(await startWith(hers)).toMatchObject(no(400, 'invalid_request'))
    harness.clock.advance(7 * 86_400)
    expect(await startWith(ownCode)).toMatchObject(no(400, 'invalid_request'))
  })
})

async function isMoved(as: Person, number: string) {
  const { number: shown, verified } = await phoneOf(as)
  return verified && shown.endsWith(ending(number))
}
