/** What happens just before the write that lets a device in, and when an invitation is not valid any more. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { lockAccount } from '../../functions/core/account.ts'
import { portsIn } from '../../local/operator.ts'
import { stageWith } from '../harness/deviceStates.ts'
import { addAnotherDevice, addDevice, askingDevice, type TestDevice } from '../harness/devices.ts'
import { type Harness, no, type Person } from '../harness/harness.ts'
import { justBefore } from '../harness/justBefore.ts'
import {
  letIn,
  operatorInvitation,
  renewingDevice,
  stopRecovery,
  undoRemoval,
  waitingDevice,
} from '../harness/recoveries.ts'

let harness: Harness
beforeAll(async () => {
  harness = await stageWith('authy')
})
afterEach(() => {
  harness.store.instead = undefined
})
afterAll(() => harness.close())

const devicesOf = async (as: Person) => (await harness.call('profile', { as })).body.devices
const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id)
const confirm = (as: Person, { id, digits }: TestDevice, body: object = {}) =>
  harness.call('deviceConfirm', { as, id, body: { digits, ...body } })

/** The body of a confirmation by a text. */
async function textFor(as: Person, { id }: TestDevice) {
  await harness.call('deviceLeave', { as, id, body: { by: 'text' } })
  return { code: harness.codeOn(as.number) }
}
const invitationFor = async (as: Person, isNow = false) => ({
  invitation: await operatorInvitation(harness, as, { isNow }),
})
const isInvited = async ({ payerId }: Person) => {
  const item = (await harness.all('users')).find(({ user_id }) => user_id === payerId)
  return item?.owner_invitation !== undefined
}

describe('two leaves at once', () => {
  test('let one device in, and an invitation that came second is still there', async () => {
    const ada = await harness.person()
    const device = await askingDevice(harness, ada)
    const [text, invitation] = [await textFor(ada, device), await invitationFor(ada)]
    justBefore(harness, 'letsIn', () => confirm(ada, device, text))
    expect(await confirm(ada, device, invitation)).toMatchObject({ status: 200 })
    expect((await devicesOf(ada)).list).toMatchObject([{ id: device.id, addedBy: 'text' }])
    expect(await isInvited(ada)).toBe(true)
  })

  test('let one device in, and an invitation that came first is spent', async () => {
    const ada = await harness.person()
    const device = await askingDevice(harness, ada)
    const [text, invitation] = [await textFor(ada, device), await invitationFor(ada)]
    justBefore(harness, 'letsIn', () => confirm(ada, device, invitation))
    expect(await confirm(ada, device, text)).toMatchObject({ status: 200 })
    expect((await devicesOf(ada)).list).toMatchObject([{ id: device.id, addedBy: 'invitation' }])
    expect(await isInvited(ada)).toBe(false)
  })

  test('keep the wait of the one that came first', async () => {
    const ada = await harness.person()
    await addDevice(harness, ada)
    const device = await askingDevice(harness, ada)
    const [text, invitation] = [await textFor(ada, device), await invitationFor(ada, true)]
    justBefore(harness, 'letsIn', () => confirm(ada, device, text))
    expect(await confirm(ada, device, invitation)).toMatchObject({ status: 200 })
    expect(ids((await devicesOf(ada)).waiting)).toEqual([device.id])
  })
})

/** A payer with one device, and one that a text is about to let in. */
async function recovering() {
  const as = await harness.person()
  const old = await addDevice(harness, as)
  const asking = await askingDevice(harness, as, { name: 'Ada’s new phone' })
  return { as, old, asking }
}
const NOT_FOUND = no(404, 'not_found')

describe('a device is not let in if just before', () => {
  test('another one became the payer’s first', async () => {
    const ada = await harness.person()
    const late = await askingDevice(harness, ada)
    const text = await textFor(ada, late)
    harness.clock.advance(60)
    let first: TestDevice | undefined
    justBefore(harness, 'letsIn', async () => {
      first = await addDevice(harness, ada)
    })
    expect(await confirm(ada, late, text)).toMatchObject(NOT_FOUND)
    expect(ids((await devicesOf(ada)).list)).toEqual([first?.id])
  })

  test('the phone changed whose text lets it in', async () => {
    const ada = await harness.person()
    const device = await askingDevice(harness, ada)
    const text = await textFor(ada, device)
    const number = harness.stranger().number
    justBefore(harness, 'letsIn', async () => {
      const body = { phoneNumber: number, channel: 'sms' }
      const { verificationId } = (await harness.call('phoneStart', { as: ada, body })).body
      const codes = { code: harness.codeOn(number), currentCode: harness.codeOn(ada.number) }
      await harness.call('phoneVerify', { as: ada, body: { verificationId, ...codes } })
    })
    expect(await confirm(ada, device, text)).toMatchObject(NOT_FOUND)
    expect((await devicesOf(ada)).everHadOne).toBe(false)
  })

  test('the operator invited anew: only the newest invitation is right', async () => {
    const { as, asking } = await recovering()
    const first = await invitationFor(as)
    let second = {}
    justBefore(harness, 'letsIn', async () => {
      second = await invitationFor(as)
    })
    expect(await confirm(as, asking, first)).toMatchObject(NOT_FOUND)
    expect(await confirm(as, asking, first)).toMatchObject(no(422, 'wrong_code'))
    expect(await confirm(as, asking, second)).toMatchObject({ status: 200 })
    expect(ids((await devicesOf(as)).waiting)).toEqual([asking.id])
  })

  test('the payer signed out everywhere', async () => {
    const { as } = await recovering()
    const signedIn = { auth_time: String(Math.floor(harness.clock.now().getTime() / 1000) - 60) }
    const asking = await askingDevice(harness, as, { claims: signedIn })
    const invitation = await invitationFor(as)
    justBefore(harness, 'letsIn', () => harness.call('endSessions', { as }))
    expect(await confirm(as, asking, invitation)).toMatchObject(NOT_FOUND)
    expect(await devicesOf(as)).toMatchObject({ waiting: [], pending: null })
  })

  test('the operator locked the account', async () => {
    const { as, asking } = await recovering()
    const invitation = await invitationFor(as, true)
    justBefore(harness, 'letsIn', () => lockAccount(portsIn(harness.world), as))
    expect(await confirm(as, asking, invitation)).toMatchObject({ status: 404 })
    const item = (await harness.all('users')).find(({ user_id }) => user_id === as.payerId)
    expect(Object.keys(item?.devices ?? {})).not.toContain(asking.id)
  })

  test('the device was removed that said yes', async () => {
    const { as, old, asking } = await recovering()
    await old.approve(`device.${asking.id}`)
    justBefore(harness, 'letsIn', () => harness.call('deviceRemove', { as, id: old.id }))
    expect(await confirm(as, asking)).toMatchObject(NOT_FOUND)
    expect((await devicesOf(as)).list).toEqual([])
  })

  test('the device was removed that it renews', async () => {
    const { as, old } = await recovering()
    const renewing = await renewingDevice(harness, as, old)
    const text = await textFor(as, renewing)
    justBefore(harness, 'letsIn', () => harness.call('deviceRemove', { as, id: old.id }))
    expect(await confirm(as, renewing, text)).toMatchObject(NOT_FOUND)
    expect(await devicesOf(as)).toMatchObject({ list: [], waiting: [], removed: [{ id: old.id }] })
  })

  test('a device stopped a recovery by text', async () => {
    const { as, old } = await recovering()
    const waiting = await waitingDevice(harness, as)
    harness.clock.advance(60)
    const again = await askingDevice(harness, as)
    const text = await textFor(as, again)
    justBefore(harness, 'letsIn', () => stopRecovery(old, waiting))
    expect(await confirm(as, again, text)).toMatchObject(NOT_FOUND)
    expect(await devicesOf(as)).toMatchObject({ waiting: [], list: [{ id: old.id }] })
  })

  test('an undone removal took the third place', async () => {
    const { as, old } = await recovering()
    const second = await addAnotherDevice(harness, as, old)
    await addAnotherDevice(harness, as, second)
    await harness.call('deviceRemove', { as, id: old.id })
    harness.clock.advance(60)
    const fourth = await askingDevice(harness, as)
    const text = await textFor(as, fourth)
    justBefore(harness, 'letsIn', () => undoRemoval(harness, as, old))
    expect(await confirm(as, fourth, text)).toMatchObject(no(409, 'too_many_devices'))
    expect(await devicesOf(as)).toMatchObject({ waiting: [], canAdd: false })
  })
})

describe('an operator’s invitation', () => {
  const DAY_SECONDS = 86_400

  test.each([
    ['is right in the last millisecond of its seven days', 1, { status: 200 }],
    ['is wrong at their end', 0, no(422, 'wrong_code')],
  ])('%s', async (_, msBefore, answer) => {
    const as = await harness.person()
    const invitation = await invitationFor(as)
    const end = harness.clock.now().getTime() + 7 * DAY_SECONDS * 1000
    harness.clock.set(new Date(end - 60_000))
    const device = await askingDevice(harness, as)
    harness.clock.set(new Date(end - msBefore))
    expect(await confirm(as, device, invitation)).toMatchObject(answer)
  })

  test('lets one device in', async () => {
    const as = await harness.person()
    const invitation = await invitationFor(as)
    const first = await askingDevice(harness, as)
    expect(await confirm(as, first, invitation)).toMatchObject({ status: 200 })
    const next = await askingDevice(harness, as)
    expect(await confirm(as, next, invitation)).toMatchObject(no(422, 'wrong_code'))
  })

  test('is good for its payer alone', async () => {
    const [as, eve] = [await harness.person(), await harness.person()]
    const invitation = await invitationFor(as)
    await invitationFor(eve)
    const hers = await askingDevice(harness, eve)
    expect(await confirm(eve, hers, invitation)).toMatchObject(no(422, 'wrong_code'))
    await letIn(harness, as, await askingDevice(harness, as), invitation)
    expect((await devicesOf(as)).list).toHaveLength(1)
  })

  test('with wrong digits is neither looked at nor spent, and with hyphens or small letters is right', async () => {
    const as = await harness.person()
    const { invitation } = await invitationFor(as)
    const device = await askingDevice(harness, as)
    const digits = String((Number(device.digits) + 1) % 10_000).padStart(4, '0')
    expect(await confirm(as, { ...device, digits }, { invitation })).toMatchObject(
      no(422, 'wrong_code', { attemptsLeft: 4 }),
    )
    const typed = `${invitation.slice(0, 5)}-${invitation.slice(5)}`.toLowerCase()
    expect(await confirm(as, device, { invitation: typed })).toMatchObject({ status: 200 })
  })
})

describe('beside three devices', () => {
  test('a waiting one among them, no fourth asks, and a key that is gone is renewed all the same', async () => {
    const { as, old } = await recovering()
    await addAnotherDevice(harness, as, old)
    await waitingDevice(harness, as)
    await expect(askingDevice(harness, as)).rejects.toThrow('too_many_devices')
    const renewing = await renewingDevice(harness, as, old)
    const invitation = await operatorInvitation(harness, as)
    await letIn(harness, as, renewing, { invitation })
    expect(await renewing.approvals()).toMatchObject({ body: { trusted: true } })
    expect(await devicesOf(as)).toMatchObject({ canAdd: false, removed: [] })
  })
})
