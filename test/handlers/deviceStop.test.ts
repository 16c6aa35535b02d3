/** How a device stops a recovery: until when, by nothing less than its passkey, and what follows. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { stageWith, WAIT_SECONDS } from '../harness/deviceStates.ts'
import {
  addAnotherDevice,
  addDevice,
  askingDevice,
  signedBytes,
  succeeded,
  type TestDevice,
} from '../harness/devices.ts'
import { type Harness, no, type Person } from '../harness/harness.ts'
import { letIn, operatorInvitation, stopRecovery, waitingDevice } from '../harness/recoveries.ts'

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

const NOT_FOUND = no(404, 'not_found')
const NOT_TRUSTED = no(403, 'device_not_trusted')

/** A payer whose two devices are active. */
async function withTwo() {
  const as = await harness.person()
  const first = await addDevice(harness, as)
  const second = await addAnotherDevice(harness, as, first)
  return { as, first, second }
}

describe('a recovery', () => {
  /** A payer with a device and one that waits beside it. */
  async function recovering() {
    const as = await harness.person()
    const old = await addDevice(harness, as)
    const waiting = await waitingDevice(harness, as)
    return { as, old, waiting }
  }

  test('is stopped in the last millisecond of its wait, and not at its end', async () => {
    const { old, waiting, as } = await recovering()
    const end = harness.clock.now().getTime() + WAIT_SECONDS * 1000
    harness.clock.set(new Date(end - 1))
    const yes = await old.yesTo(`stop.${waiting.id}`)
    harness.clock.set(new Date(end))
    expect(await old.request('decideApproval', `stop.${waiting.id}`, yes)).toMatchObject(NOT_FOUND)
    expect(ids((await devicesOf(as)).list)).toContain(waiting.id)

    const other = await recovering()
    harness.clock.advance(WAIT_SECONDS - 0.001)
    expect(await stopRecovery(other.old, other.waiting)).toMatchObject({
      body: { status: 'stopped' },
    })
    expect(await devicesOf(other.as)).toMatchObject({ waiting: [], list: [{ id: other.old.id }] })
  })

  test('that was stopped bars texts until an invitation lets a device in', async () => {
    const { as, old, waiting } = await recovering()
    succeeded(await stopRecovery(old, waiting))
    harness.clock.advance(60)
    const texts = () => harness.phone.book.messages(as.number).length
    const before = texts()
    const asking = await askingDevice(harness, as)
    const { pending } = await devicesOf(as)
    expect(pending.leaves.map(({ by }: { by: string }) => by)).toEqual(['device', 'invitation'])
    const body = { by: 'text' }
    expect(await harness.call('deviceLeave', { as, id: asking.id, body })).toMatchObject(
      no(403, 'device_required'),
    )
    expect(texts()).toBe(before)
    const invitation = await operatorInvitation(harness, as)
    await letIn(harness, as, asking, { invitation })
    expect(await devicesOf(as)).toMatchObject({
      waiting: [{ id: asking.id }],
      leaves: ['device', 'text', 'invitation'],
    })
  })

  test('that was stopped bars texts also after a device was let in by another one’s yes', async () => {
    const { as, old, waiting } = await recovering()
    succeeded(await stopRecovery(old, waiting))
    await addAnotherDevice(harness, as, old)
    expect((await devicesOf(as)).leaves).toEqual(['device', 'invitation'])
  })

  test('that was stopped keeps texts from paying also when the removal’s wait is over', async () => {
    const { as, old, waiting } = await recovering()
    await remove(as, old)
    succeeded(await stopRecovery(old, waiting))
    harness.clock.advance(WAIT_SECONDS + 1)
    expect(await devicesOf(as)).toMatchObject({ list: [], textsClosed: true })
    await expect(harness.pending(as)).rejects.toThrow('device_required')
  })

  test('is not stopped by one tap, nor by itself, nor by another payer’s device', async () => {
    const { as, old, waiting } = await recovering()
    const id = `stop.${waiting.id}`
    for (const said of ['deny', 'refuseDevice', 'stop'] as const) {
      const signed = signedBytes(said, await old.signingOf(id))
      const tap = { answer: 'deny', signed }
      expect(await old.request('decideApproval', id, tap)).toMatchObject(NOT_FOUND)
    }
    const yes = await old.yesTo(id)
    expect(await waiting.request('decideApproval', id, yes)).toMatchObject(NOT_TRUSTED)
    const hers = await addDevice(harness, await harness.person())
    expect(await hers.request('decideApproval', id, yes)).toMatchObject(NOT_FOUND)
    expect(ids((await devicesOf(as)).waiting)).toEqual([waiting.id])
  })

  test('is cancelled by any session, and texts go on', async () => {
    const { as, waiting } = await recovering()
    await remove(as, waiting)
    expect(await devicesOf(as)).toMatchObject({
      waiting: [],
      removed: [],
      leaves: ['device', 'text', 'invitation'],
    })
    harness.clock.advance(WAIT_SECONDS)
    expect(await waiting.approvals()).toMatchObject(NOT_TRUSTED)
  })

  test('is stopped by a device that a session removed, as long as it waits, if it began within that wait', async () => {
    const { as, first, second } = await withTwo()
    await remove(as, first)
    const removalEnd = harness.clock.now().getTime() + WAIT_SECONDS * 1000
    harness.clock.set(new Date(removalEnd - 1))
    const within = await waitingDevice(harness, as)
    const end = harness.clock.now().getTime() + WAIT_SECONDS * 1000
    // The removed device is heard beyond its own wait: while this recovery waits.
    harness.clock.set(new Date(end - 1))
    expect((await first.approvals()).body).toMatchObject({ trusted: false })
    expect(await stopRecovery(first, within)).toMatchObject({ body: { status: 'stopped' } })
    expect(await first.approvals()).toMatchObject(NOT_TRUSTED)
    expect(ids((await devicesOf(as)).list)).toEqual([second.id])
  })

  test('that began at the end of a removal’s wait is not heard of by the removed device', async () => {
    const { as, first, second } = await withTwo()
    await remove(as, first)
    harness.clock.advance(WAIT_SECONDS)
    const waiting = await waitingDevice(harness, as)
    expect(await first.approvals()).toMatchObject(NOT_TRUSTED)
    expect(ids((await second.approvals()).body.approvals)).toEqual([`stop.${waiting.id}`])
  })

  test('keeps a removed device heard no longer than it waits', async () => {
    const { as, first } = await withTwo()
    await remove(as, first)
    harness.clock.advance(WAIT_SECONDS - 0.001)
    await waitingDevice(harness, as)
    harness.clock.advance(WAIT_SECONDS)
    expect(await first.approvals()).toMatchObject(NOT_TRUSTED)
  })

  test('offers a removed device no undo that nobody can confirm any more', async () => {
    const { as, first } = await withTwo()
    await remove(as, first)
    const yes = await first.yesTo(`stop.${first.id}`)
    harness.clock.advance(WAIT_SECONDS - 0.001)
    const waiting = await waitingDevice(harness, as)
    harness.clock.advance(0.001)
    expect(ids((await first.approvals()).body.approvals)).toEqual([`stop.${waiting.id}`])
    expect(await first.request('decideApproval', `stop.${first.id}`, yes)).toMatchObject(NOT_FOUND)
  })

  test('after five failed assertions is not asked of that device any more, and is of the others', async () => {
    const { as, first, second } = await withTwo()
    const waiting = await waitingDevice(harness, as)
    const id = `stop.${waiting.id}`
    const right = await first.yesTo(id)
    // No user verification.
    for (const [n, attemptsLeft] of [4, 3, 2, 1, 0].entries()) {
      const wrong = await first.yesTo(id, { flags: 0x19, signCount: n })
      expect(await first.request('decideApproval', id, wrong)).toMatchObject(
        no(422, 'approval_not_signed', { attemptsLeft }),
      )
    }
    expect(await first.request('decideApproval', id, right)).toMatchObject(
      no(409, 'no_attempts_left'),
    )
    expect((await first.approvals()).body.approvals).toEqual([])
    expect(await stopRecovery(second, waiting)).toMatchObject({ body: { status: 'stopped' } })
    expect((await devicesOf(as)).waiting).toEqual([])
  })

  test('is stopped once, and a stop of one is no stop of the next', async () => {
    const { as, old, waiting } = await recovering()
    const yes = await old.yesTo(`stop.${waiting.id}`)
    succeeded(await old.request('decideApproval', `stop.${waiting.id}`, yes))
    expect(await old.request('decideApproval', `stop.${waiting.id}`, yes)).toMatchObject(NOT_FOUND)
    const invitation = await operatorInvitation(harness, as)
    const next = await waitingDevice(harness, as, { invitation })
    expect(await old.request('decideApproval', `stop.${next.id}`, yes)).toMatchObject(
      no(422, 'approval_not_signed', { attemptsLeft: 5 }),
    )
    expect(ids((await devicesOf(as)).waiting)).toEqual([next.id])
  })
})
