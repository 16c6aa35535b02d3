/** How a removal is undone: by whom, until when, and which ones are for good. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { lockAccount } from '../../functions/core/account.ts'
import { portsIn } from '../../local/operator.ts'
import { stageWith, WAIT_SECONDS } from '../harness/deviceStates.ts'
import { addAnotherDevice, addDevice, succeeded, type TestDevice } from '../harness/devices.ts'
import { type Harness, no, type Person } from '../harness/harness.ts'
import { justBefore } from '../harness/justBefore.ts'
import { renewedDevice, undoRemoval, waitingDevice } from '../harness/recoveries.ts'

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
const remove = async (as: Person, { id }: TestDevice) =>
  succeeded(await harness.call('deviceRemove', { as, id }))
const signedInAt = (ms: number) => ({ auth_time: String(Math.floor(ms / 1000)) })
const undo = (as: Person, { id }: TestDevice, claims: Record<string, string> = {}) =>
  harness.call('deviceConfirm', { as, id, body: { undo: true }, claims })

const NOT_FOUND = no(404, 'not_found')
const NOT_TRUSTED = no(403, 'device_not_trusted')

/** A payer whose two devices are active. */
async function withTwo() {
  const as = await harness.person()
  const first = await addDevice(harness, as)
  const second = await addAnotherDevice(harness, as, first)
  return { as, first, second }
}

describe('a removal by a session is undone', () => {
  test.each([
    ['not by its passkey and a sign-in of the same second', 500, 0, { status: 401 }],
    ['nor if the removal was at the begin of that second', 0, 0, { status: 401 }],
    ['by its passkey and a sign-in of the next second', 500, 1000, { status: 200 }],
  ])('%s, and not without its passkey', async (_, msIn, msLater, answer) => {
    const { as, first } = await withTwo()
    // A sign-in's time has whole seconds, a removal's has not.
    const second = Math.ceil(harness.clock.now().getTime() / 1000) * 1000
    harness.clock.set(new Date(second + msIn))
    const removedAt = harness.clock.now().getTime()
    await remove(as, first)
    harness.clock.advance(60)
    const claims = signedInAt(removedAt + msLater)
    expect(await undo(as, first, claims)).toMatchObject(NOT_FOUND)
    expect(await first.approve(`stop.${first.id}`)).toMatchObject({
      body: { status: 'undo_asked' },
    })
    expect(ids((await devicesOf(as)).list)).not.toContain(first.id)
    expect(await undo(as, first, claims)).toMatchObject(answer)
    expect(ids((await devicesOf(as)).list).includes(first.id)).toBe(answer.status === 200)
  })

  test.each([
    ['in the last millisecond of its wait', 1, { status: 200 }],
    ['not at its end', 0, NOT_FOUND],
  ])('%s', async (_, msBefore, answer) => {
    const { as, first } = await withTwo()
    await remove(as, first)
    const end = harness.clock.now().getTime() + WAIT_SECONDS * 1000
    harness.clock.advance(60)
    succeeded(await first.approve(`stop.${first.id}`))
    harness.clock.set(new Date(end - msBefore))
    expect(await undo(as, first)).toMatchObject(answer)
  })

  test('by its own passkey, not by that of another device', async () => {
    const { as, first, second } = await withTwo()
    const third = await addAnotherDevice(harness, as, second)
    await remove(as, first)
    await remove(as, third)
    expect(ids((await first.approvals()).body.approvals)).toEqual([`stop.${first.id}`])
    expect((await second.approvals()).body.approvals).toEqual([])
    for (const other of [second, third]) {
      const yes = await first.yesTo(`stop.${first.id}`)
      expect(await other.request('decideApproval', `stop.${first.id}`, yes)).toMatchObject(
        NOT_FOUND,
      )
    }
    expect((await devicesOf(as)).removed).toMatchObject([
      { id: first.id, undoAsked: false },
      { id: third.id, undoAsked: false },
    ])
  })

  test('not beside three others', async () => {
    const { as, first, second } = await withTwo()
    await remove(as, first)
    await addAnotherDevice(harness, as, second)
    await addAnotherDevice(harness, as, second)
    expect(await undoRemoval(harness, as, first)).toMatchObject(no(409, 'too_many_devices'))
    expect((await devicesOf(as)).list).toHaveLength(3)
  })

  test('not if a third one is let in just before', async () => {
    const { as, first, second } = await withTwo()
    await addAnotherDevice(harness, as, second)
    await remove(as, first)
    succeeded(await first.approve(`stop.${first.id}`))
    justBefore(harness, 'restores', () => addAnotherDevice(harness, as, second))
    expect(await undo(as, first)).toMatchObject(no(409, 'too_many_devices'))
    expect(ids((await devicesOf(as)).list)).not.toContain(first.id)
  })

  test.each([
    ['the session ended', 30, (as: Person) => harness.call('endSessions', { as })],
    // Also for a sign-in that a lock does not end, because it is newer.
    ['the account was locked', -30, (as: Person) => lockAccount(portsIn(harness.world), as)],
  ])('not if %s just before', async (_, secondsAgo, happens) => {
    const { as, first } = await withTwo()
    await remove(as, first)
    succeeded(await first.approve(`stop.${first.id}`))
    harness.clock.advance(60)
    const claims = signedInAt(harness.clock.now().getTime() - secondsAgo * 1000)
    justBefore(harness, 'restores', () => happens(as))
    expect(await undo(as, first, claims)).toMatchObject(NOT_FOUND)
    expect(await first.approvals()).not.toMatchObject({ body: { trusted: true } })
  })

  test('once: the same device, removed again, has to ask again', async () => {
    const { as, first } = await withTwo()
    await remove(as, first)
    const yes = await first.yesTo(`stop.${first.id}`)
    expect(await undoRemoval(harness, as, first)).toMatchObject({ status: 200 })
    expect(await undo(as, first)).toMatchObject({ status: 200 })
    await remove(as, first)
    expect(await undo(as, first)).toMatchObject(NOT_FOUND)
    expect(await first.request('decideApproval', `stop.${first.id}`, yes)).toMatchObject(
      no(422, 'approval_not_signed'),
    )
  })
})

describe('cannot be undone: a removal', () => {
  test('by the device itself', async () => {
    const { as, first } = await withTwo()
    succeeded(await first.approve('removal'))
    expect(await first.approvals()).toMatchObject(NOT_TRUSTED)
    expect(await undo(as, first)).toMatchObject(NOT_FOUND)
    expect((await devicesOf(as)).removed).toEqual([])
  })

  test('by its renewal, whose old key stops nothing either', async () => {
    const { as, first } = await withTwo()
    await renewedDevice(harness, as, first)
    const waiting = await waitingDevice(harness, as)
    expect(await first.approvals()).toMatchObject(NOT_TRUSTED)
    expect(await undo(as, first)).toMatchObject(NOT_FOUND)
    expect(await devicesOf(as)).toMatchObject({ removed: [], waiting: [{ id: waiting.id }] })
  })
})
