/** The devices of an account that its operator has locked, unlocked or closed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256Hex } from '../../functions/adapters/sha256.ts'
import { stageWith } from '../harness/deviceStates.ts'
import {
  addAnotherDevice,
  addDevice,
  askingDevice,
  succeeded,
  type TestDevice,
} from '../harness/devices.ts'
import { type Harness, no, type Person } from '../harness/harness.ts'
import { operated } from '../harness/operated.ts'
import { letIn, operatorInvitation, waitingDevice } from '../harness/recoveries.ts'

let harness: Harness
beforeAll(async () => {
  harness = await stageWith('authy')
})
afterAll(() => harness.close())

const { lock, unlock, close, itemOf, devicesOf } = operated(() => harness)
const confirm = (as: Person, { id, digits }: TestDevice, body: object = {}) =>
  harness.call('deviceConfirm', { as, id, body: { digits, ...body } })

const LOCKED = no(423, 'locked')
const NOT_TRUSTED = no(403, 'device_not_trusted')

/** A payer with a device. */
async function withDevice() {
  const as = await harness.person()
  return { as, device: await addDevice(harness, as) }
}

describe('a locked account', () => {
  test('hears no device, not one that a session removed either, and hears the active one after the unlock', async () => {
    const { as, device } = await withDevice()
    const removed = await addAnotherDevice(harness, as, device)
    await harness.call('deviceRemove', { as, id: removed.id })
    const undo = await removed.yesTo(`stop.${removed.id}`)
    await lock(as)
    expect(await device.approvals()).toMatchObject(LOCKED)
    expect(await removed.approvals()).toMatchObject(LOCKED)
    expect(await removed.request('decideApproval', `stop.${removed.id}`, undo)).toMatchObject(
      LOCKED,
    )
    await unlock(as)
    const { paymentId } = await harness.pending(as)
    expect(await device.approve(`payment.${paymentId}`)).toMatchObject({ status: 200 })
  })

  test('confirms no undo that was asked for', async () => {
    const { as, device } = await withDevice()
    await harness.call('deviceRemove', { as, id: device.id })
    succeeded(await device.approve(`stop.${device.id}`))
    await lock(as)
    const body = { undo: true }
    expect(await harness.call('deviceConfirm', { as, id: device.id, body })).toMatchObject(LOCKED)
  })

  test('gets no invitation, and removes no device', async () => {
    const { as, device } = await withDevice()
    await lock(as)
    await expect(operatorInvitation(harness, as)).rejects.toThrow()
    expect(await harness.call('deviceInvite', { as, body: {} })).toMatchObject(LOCKED)
    expect(await harness.call('deviceRemove', { as, id: device.id })).toMatchObject(LOCKED)
    await unlock(as)
    expect((await devicesOf(as)).list).toMatchObject([{ id: device.id }])
  })

  test('frees the places of those that waited', async () => {
    const { as, device } = await withDevice()
    const waiting = [await waitingDevice(harness, as)]
    harness.clock.advance(60)
    waiting.push(await waitingDevice(harness, as))
    expect(await devicesOf(as)).toMatchObject({ canAdd: false, waiting: { length: 2 } })
    await lock(as)
    await unlock(as)
    expect(await devicesOf(as)).toMatchObject({ canAdd: true, waiting: [] })
    await addAnotherDevice(harness, as, device)
    await addAnotherDevice(harness, as, device)
    await expect(askingDevice(harness, as)).rejects.toThrow('too_many_devices')
  })

  test('lets a new device in after the unlock by a new invitation alone, or as ever', async () => {
    const { as } = await withDevice()
    const old = await operatorInvitation(harness, as)
    await lock(as)
    await unlock(as)
    const asking = await askingDevice(harness, as)
    expect(await confirm(as, asking, { invitation: old })).toMatchObject(no(422, 'wrong_code'))
    await letIn(harness, as, asking, { invitation: await operatorInvitation(harness, as) })
    expect((await devicesOf(as)).waiting).toMatchObject([{ id: asking.id }])
  })
})

describe('a closed account', () => {
  test('keeps no device, invitation, name, number or address', async () => {
    const { as, device } = await withDevice()
    const removed = await addAnotherDevice(harness, as, device)
    await harness.call('deviceRemove', { as, id: removed.id })
    const waiting = await waitingDevice(harness, as)
    harness.clock.advance(60)
    await harness.call('deviceInvite', { as, body: {} })
    const invitation = await operatorInvitation(harness, as)
    const { number } = harness.stranger()
    await harness.call('phoneStart', { as, body: { phoneNumber: number, channel: 'sms' } })
    await close(as)
    const item = await itemOf(as)
    const kept = Object.keys(item ?? {}).sort()
    expect(kept).toEqual([
      'account_state',
      ...['audit_count', 'audit_recent', 'code_locks_before', 'code_written_by', 'devices_since'],
      ...['email', 'failed_attempts', 'failed_attempts_at', 'sessions_from', 'user_id'],
      'written_by',
    ])
    const text = JSON.stringify(item)
    for (const secret of [
      ...[as.email, as.number, number, invitation, sha256Hex(invitation)],
      ...[device, removed, waiting].flatMap(({ name, phone }) => [name, phone.credentialId]),
    ]) {
      expect(text).not.toContain(secret)
    }
  })

  test('hears no device, and lets none in again', async () => {
    const { as, device } = await withDevice()
    await close(as)
    expect(await device.approvals()).toMatchObject(NOT_TRUSTED)
    expect(await harness.call('deviceInvite', { as, body: {} })).toMatchObject(LOCKED)
    await expect(operatorInvitation(harness, as)).rejects.toThrow()
    await unlock(as)
    expect(await harness.call('deviceInvite', { as, body: {} })).toMatchObject(LOCKED)
  })
})
