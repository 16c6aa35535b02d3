/** What lets a device in, at each state of the payer's devices: how long it waits, to the millisecond. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { payers } from '../../functions/composition.ts'
import type { RefusalCode } from '../../functions/core/refusals.ts'
import { stageWith, WAIT_SECONDS } from '../harness/deviceStates.ts'
import {
  addAnotherDevice,
  addDevice,
  askingDevice,
  succeeded,
  type TestDevice,
} from '../harness/devices.ts'
import type { Harness, Person, Reply } from '../harness/harness.ts'
import {
  operatorInvitation,
  renewingDevice,
  stopRecovery,
  waitingDevice,
} from '../harness/recoveries.ts'

let harness: Harness
beforeAll(async () => {
  harness = await stageWith('authy', { FIRST_DEVICE: 'sign-in' })
})
afterAll(() => harness.close())

type Asking = {
  readonly as: Person
  readonly asking: TestDevice
  /** An active device, which can say yes. */
  readonly old?: TestDevice
  /** The device that it renews. */
  readonly renewed?: TestDevice
}

const asksFor = async (as: Person, old?: TestDevice): Promise<Asking> => ({
  as,
  asking: await askingDevice(harness, as, { name: 'Ada’s new phone' }),
  ...(old && { old }),
})

async function withDevice() {
  const as = await harness.person()
  return { as, old: await addDevice(harness, as) }
}

async function withoutDevice(secondsAgo: number) {
  const { as, old } = await withDevice()
  succeeded(await harness.call('deviceRemove', { as, id: old.id }))
  harness.clock.advance(secondsAgo)
  return { as }
}

/** A payer in this state, and a device that asks to be let in. */
const STATES = {
  'no phone and never a device': () => asksFor(harness.stranger()),
  'a phone and never a device': async () => asksFor(await harness.person()),
  'an active device': async () => {
    const { as, old } = await withDevice()
    return asksFor(as, old)
  },
  'a device removed within the wait': async () => asksFor((await withoutDevice(60)).as),
  'a device removed long ago': async () => asksFor((await withoutDevice(WAIT_SECONDS)).as),
  'a device that stopped a recovery': async () => {
    const { as, old } = await withDevice()
    succeeded(await stopRecovery(old, await waitingDevice(harness, as)))
    return asksFor(as, old)
  },
  'an active device whose key is gone': async () => {
    const { as, old } = await withDevice()
    return { as, renewed: old, asking: await renewingDevice(harness, as, old) }
  },
  'an active device, and one whose key is gone': async () => {
    const { as, old } = await withDevice()
    const renewed = await addAnotherDevice(harness, as, old)
    return { as, old, renewed, asking: await renewingDevice(harness, as, renewed) }
  },
} satisfies Record<string, () => Promise<Asking>>
type State = keyof typeof STATES

const confirm = ({ as, asking }: Asking, body: object = {}, claims: Record<string, string> = {}) =>
  harness.call('deviceConfirm', {
    as,
    id: asking.id,
    claims,
    body: { digits: asking.digits, ...body },
  })

/** The payer lets the device in by this. */
const LEAVES = {
  'a yes of another device': async (one: Asking) => {
    if (one.old) succeeded(await one.old.approve(`device.${one.asking.id}`))
    // A sign-in is as old as it may not be.
    return confirm(one, {}, signedInAgo(301))
  },
  'a text': async (one: Asking) => {
    const { as, asking } = one
    const asked = await harness.call('deviceLeave', { as, id: asking.id, body: { by: 'text' } })
    return asked.status < 300 ? confirm(one, { code: harness.codeOn(as.number) }) : asked
  },
  'an invitation': async (one: Asking) =>
    confirm(one, { invitation: await operatorInvitation(harness, one.as) }),
  'an invitation that waives the wait': async (one: Asking) =>
    confirm(one, { invitation: await operatorInvitation(harness, one.as, { isNow: true }) }),
  'a fresh sign-in': async (one: Asking) => confirm(one, {}, signedInAgo(300)),
} satisfies Record<string, (one: Asking) => Promise<Reply>>
type LeaveWay = keyof typeof LEAVES

const signedInAgo = (seconds: number) => ({
  auth_time: String(Math.floor(harness.clock.now().getTime() / 1000) - seconds),
})

/** For how many hours the device waits; or why it is not let in. `pending`: a device is asked, and says nothing. */
type Cell = 0 | 12 | RefusalCode | 'pending' | 'signed out'
const CODE = 'current_code_required'

/** A new leave, or a new state, does not compile without its cells. */
// biome-ignore format: a table
const TABLE: { readonly [S in State]: { readonly [L in LeaveWay]: Cell } } = {
  'no phone and never a device': {
    'a yes of another device': 'signed out', 'a text': 'phone_not_verified', 'an invitation': 0,
    'an invitation that waives the wait': 0, 'a fresh sign-in': 0,
  },
  'a phone and never a device': {
    'a yes of another device': CODE, 'a text': 0, 'an invitation': 0,
    'an invitation that waives the wait': 0, 'a fresh sign-in': CODE,
  },
  'an active device': {
    'a yes of another device': 0, 'a text': 12, 'an invitation': 12,
    'an invitation that waives the wait': 0, 'a fresh sign-in': 'pending',
  },
  'a device removed within the wait': {
    'a yes of another device': CODE, 'a text': 12, 'an invitation': 12,
    'an invitation that waives the wait': 0, 'a fresh sign-in': CODE,
  },
  'a device removed long ago': {
    'a yes of another device': CODE, 'a text': 12, 'an invitation': 12,
    'an invitation that waives the wait': 0, 'a fresh sign-in': CODE,
  },
  'a device that stopped a recovery': {
    'a yes of another device': 0, 'a text': 'device_required', 'an invitation': 12,
    'an invitation that waives the wait': 0, 'a fresh sign-in': 'pending',
  },
  'an active device whose key is gone': {
    'a yes of another device': CODE, 'a text': 0, 'an invitation': 0,
    'an invitation that waives the wait': 0, 'a fresh sign-in': CODE,
  },
  'an active device, and one whose key is gone': {
    'a yes of another device': 0, 'a text': 0, 'an invitation': 0,
    'an invitation that waives the wait': 0, 'a fresh sign-in': 'pending',
  },
}

describe.each(Object.keys(TABLE) as State[])('beside %s', (state) => {
  test.each(Object.entries(TABLE[state]))('%s: %s', async (leave, cell) => {
    const one: Asking = await STATES[state]()
    const reply = await LEAVES[leave as LeaveWay](one)
    const { clock } = harness
    const stored = async () => (await payers(harness.world).get(one.as.payerId))?.devices
    const isIn = async () => (await stored())?.all.some(({ id }) => id === one.asking.id)
    if (typeof cell === 'string') {
      const { status, body } = reply
      const answered = status < 300 ? 'pending' : status === 401 ? 'signed out' : body.code
      expect({ answered, isIn: await isIn() }).toEqual({ answered: cell, isIn: false })
      return
    }
    expect(reply).toMatchObject({ status: 200 })
    const end = clock.now().getTime() + cell * 3_600_000
    if (cell > 0) {
      clock.set(new Date(end - 1))
      expect((await one.asking.approvals()).body).toMatchObject({ trusted: false, approvals: [] })
      const { list, waiting } = (await harness.call('profile', { as: one.as })).body.devices
      expect(list).not.toContainEqual(expect.objectContaining({ id: one.asking.id }))
      expect(waiting).toMatchObject([
        { id: one.asking.id, activeFrom: new Date(end).toISOString() },
      ])
      clock.set(new Date(end))
    }
    expect(await one.asking.approvals()).toMatchObject({ status: 200, body: { trusted: true } })
    const { paymentId } = await harness.pending(one.as)
    expect(await one.asking.approve(`payment.${paymentId}`)).toMatchObject({ status: 200 })
    expect((await one.old?.approvals())?.status ?? 200).toBe(200)
    expect((await one.renewed?.approvals())?.status ?? 403).toBe(403)
  })
})
