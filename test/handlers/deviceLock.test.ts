/** Whatever waits for or by a device, when the operator locks, unlocks or closes the account. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stageWith, WAIT_SECONDS } from '../harness/deviceStates.ts'
import {
  addDevice,
  askingDevice,
  invitedDevice,
  succeeded,
  type TestDevice,
} from '../harness/devices.ts'
import { type Harness, no, type Person, type Reply } from '../harness/harness.ts'
import { operated } from '../harness/operated.ts'
import { operatorInvitation, waitingDevice } from '../harness/recoveries.ts'

let harness: Harness
beforeAll(async () => {
  harness = await stageWith('authy')
})
afterAll(() => harness.close())

const { lock, unlock, close, itemOf, devicesOf } = operated(() => harness)
/** A session that began a minute ago, so that a lock ends it. */
const session = () => ({
  auth_time: String(Math.floor(harness.clock.now().getTime() / 1000) - 60),
})
const confirm = (as: Person, { id, digits }: TestDevice, body: object = {}) =>
  harness.call('deviceConfirm', { as, id, body: { digits, ...body } })

const LOCKED = no(423, 'locked')
const NOT_FOUND = no(404, 'not_found')
const NOT_TRUSTED = no(403, 'device_not_trusted')

/** A payer with a device. */
async function withDevice() {
  const as = await harness.person()
  return { as, device: await addDevice(harness, as) }
}

type Waits = {
  readonly as: Person
  /** What would finish it. */
  readonly finish: () => Promise<Reply>
}

/** Each thing that waits: how it is answered while the account is locked, and after the unlock. */
const WAITING: Record<string, { waits: () => Promise<Waits>; locked: object; unlocked: object }> = {
  'a pending device with a text’s code': {
    async waits() {
      const { as } = await withDevice()
      const asking = await askingDevice(harness, as)
      await harness.call('deviceLeave', { as, id: asking.id, body: { by: 'text' } })
      const code = harness.codeOn(as.number)
      return { as, finish: () => confirm(as, asking, { code }) }
    },
    locked: LOCKED,
    unlocked: NOT_FOUND,
  },
  'a pending device with another one’s yes': {
    async waits() {
      const { as, device } = await withDevice()
      const asking = await askingDevice(harness, as)
      succeeded(await device.approve(`device.${asking.id}`))
      return { as, finish: () => confirm(as, asking) }
    },
    locked: LOCKED,
    unlocked: NOT_FOUND,
  },
  'a question about a pending device': {
    async waits() {
      const { as, device } = await withDevice()
      const id = `device.${(await askingDevice(harness, as)).id}`
      const yes = await device.yesTo(id)
      return { as, finish: () => device.request('decideApproval', id, yes) }
    },
    locked: LOCKED,
    unlocked: NOT_FOUND,
  },
  'a code of the page': {
    async waits() {
      const { as } = await withDevice()
      const { enrolment } = await invitedDevice(harness, as, { claims: session() })
      return { as, finish: () => harness.call('deviceEnrol', enrolment) }
    },
    // Who has the code alone is not told of the lock.
    locked: NOT_FOUND,
    unlocked: NOT_FOUND,
  },
  'an operator’s invitation': {
    async waits() {
      const { as } = await withDevice()
      const invitation = await operatorInvitation(harness, as)
      return {
        as,
        async finish() {
          const { number } = harness.stranger()
          const body = { phoneNumber: number, channel: 'sms', invitation }
          return harness.call('phoneStart', { as, body })
        },
      }
    },
    locked: LOCKED,
    unlocked: no(400, 'invalid_request'),
  },
  'a phone number’s code': {
    async waits() {
      const { as, device } = await withDevice()
      const { number } = harness.stranger()
      const body = { phoneNumber: number, channel: 'sms' }
      const { verificationId } = succeeded(await harness.call('phoneStart', { as, body }))
      succeeded(await device.approve(`phone.${verificationId}`))
      const proof = { verificationId, code: harness.codeOn(number) }
      return { as, finish: () => harness.call('phoneVerify', { as, body: proof }) }
    },
    locked: LOCKED,
    unlocked: no(409, 'no_code_sent'),
  },
  'a question about a phone number': {
    async waits() {
      const { as, device } = await withDevice()
      const body = { phoneNumber: harness.stranger().number, channel: 'sms' }
      const { verificationId } = succeeded(await harness.call('phoneStart', { as, body }))
      const yes = await device.yesTo(`phone.${verificationId}`)
      const finish = () => device.request('decideApproval', `phone.${verificationId}`, yes)
      return { as, finish }
    },
    locked: LOCKED,
    unlocked: NOT_FOUND,
  },
  'a recovery that could be stopped': {
    async waits() {
      const { as, device } = await withDevice()
      const id = `stop.${(await waitingDevice(harness, as)).id}`
      const yes = await device.yesTo(id)
      return { as, finish: () => device.request('decideApproval', id, yes) }
    },
    locked: LOCKED,
    unlocked: NOT_FOUND,
  },
  'a waiting device': {
    async waits() {
      const { as } = await withDevice()
      const waiting = await waitingDevice(harness, as)
      return { as, finish: () => waiting.approvals() }
    },
    locked: NOT_TRUSTED,
    unlocked: NOT_TRUSTED,
  },
  'an open payment': {
    async waits() {
      const { as, device } = await withDevice()
      const id = `payment.${(await harness.pending(as)).paymentId}`
      const yes = await device.yesTo(id)
      return { as, finish: () => device.request('decideApproval', id, yes) }
    },
    locked: LOCKED,
    unlocked: no(409, 'already_decided', { paymentStatus: 'cancelled' }),
  },
  'a session': {
    async waits() {
      const { as } = await withDevice()
      const claims = session()
      return { as, finish: () => harness.call('deviceInvite', { as, claims, body: {} }) }
    },
    locked: { status: 401 },
    unlocked: { status: 401 },
  },
}

describe.each(Object.entries(WAITING))('%s', (_, { waits, locked, unlocked }) => {
  test('ends with a lock, and the unlock does not bring it back', async () => {
    const { as, finish } = await waits()
    await lock(as)
    expect(await finish()).toMatchObject(locked)
    await unlock(as)
    expect(await finish()).toMatchObject(unlocked)
    harness.clock.advance(WAIT_SECONDS)
    expect((await finish()).status).toBeGreaterThanOrEqual(400)
    expect((await devicesOf(as)).list).toHaveLength(1)
  })

  test('ends with a close', async () => {
    const { as, finish } = await waits()
    await close(as)
    const { status } = await finish()
    expect([401, 403, 404, 423]).toContain(status)
    expect((await itemOf(as))?.devices).toBeUndefined()
  })
})
