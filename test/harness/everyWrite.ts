/** Test support: payments, phones and accounts in which each Lambda writes every attribute that it ever writes. */
import { operate } from '../../local/operator.ts'
import type { Push } from '../../local/phone/phonePush.ts'
import { startWatchedHarness, type Written } from './attributeWrites.ts'
import { addDevice, askingDevice, type TestDevice } from './devices.ts'
import { callbackOf } from './faultInjection.ts'
import {
  type Call,
  type Harness,
  numberOf,
  otherThan,
  type Person,
  paymentBody,
} from './harness.ts'
import {
  operatorInvitation,
  renewedDevice,
  stopRecovery,
  undoRemoval,
  waitingDevice,
} from './recoveries.ts'

const MINUTE = 60
/** Limits that no scenario meets. */
const PLENTY = {
  OPEN_PAYMENTS: '100',
  PAYMENTS_PER_HOUR: '100',
  TEXTS_PER_HOUR: '100',
  TEXTS_PER_DAY: '100',
  PROVING_TEXTS_PER_HOUR: '100',
  PROVING_TEXTS_PER_DAY: '100',
}

export async function writeEverything(written: Written): Promise<void> {
  const authy = await startWatchedHarness(written, PLENTY)
  for (const scenario of [...withEither, ...withAuthy]) await scenario(authy)
  await authy.close()
  const verify = await startWatchedHarness(written, { ...PLENTY, PROVIDER: 'twilioVerify' })
  for (const scenario of withEither) await scenario(verify)
  await verify.close()
}

type Scenario = (harness: Harness) => Promise<void>

const withAuthy: readonly Scenario[] = [
  async function answered(harness) {
    const as = await harness.person()
    await harness.pending(as)
    await harness.answers(as, 'approved')
    for (const answer of ['approved', 'denied'] as const) {
      await harness.pending(as)
      await answeredUnheard(harness, as, answer)
    }
  },

  async function unavailable(harness) {
    const as = await harness.person()
    harness.phone.book.faults.answer503 = true
    await harness.pending(as)
    harness.phone.book.faults.answer503 = false
    refuse(harness, ({ operation }) => operation === 'Query')
    await harness.pending(as)
    harness.store.instead = undefined
  },

  /** A crash came before the push's id was stored: it is asked for again, or its answer brings the id. */
  async function crashed(harness) {
    const as = await harness.person()
    const start = () => harness.call('sendPayment', { as, key: 'crashed', body: paymentBody })
    refuse(harness, ({ text }) => text.includes('push_sent'))
    await start()
    harness.store.instead = undefined
    harness.clock.advance(16)
    await start()

    refuse(harness, ({ text }) => text.includes('push_sent'))
    await harness.call('sendPayment', { as, key: 'unnamed', body: paymentBody })
    harness.store.instead = undefined
    await harness.answers(as, 'approved')
  },

  /** Signed answers that do not fit, or say neither yes nor no. */
  async function refused(harness) {
    const as = await harness.person()
    await harness.pending(as)
    const mismatched = { ...newest(harness, as), message: 'Pay nothing to nobody' }
    await harness.call('authyCallback', callbackOf(harness, mismatched, 'approved'))
    await harness.pending(as)
    const unknown = 'postponed' as 'approved'
    await harness.call('authyCallback', callbackOf(harness, newest(harness, as), unknown))
  },

  /** Two denials pause pushes; the third, after the pause, is told by the callback or by the sweep. */
  async function deniedInARow(harness) {
    for (const isHeard of [true, false]) {
      const as = await harness.person()
      for (let n = 0; n < 2; n += 1) {
        await harness.pending(as)
        await harness.answers(as, 'denied')
      }
      await harness.pending(as)
      harness.clock.advance(15 * MINUTE)
      await harness.pending(as)
      if (isHeard) await harness.answers(as, 'denied')
      else await answeredUnheard(harness, as, 'denied')
    }
  },

  async function deniedLate(harness) {
    const as = await harness.person()
    const { paymentId: id } = await harness.pending(as)
    await harness.call('cancelPayment', { as, id })
    await harness.answers(as, 'denied')
    await harness.call('authyCallback', callbackOf(harness, newest(harness, as), 'denied'))
  },

  async function overByTime(harness) {
    await harness.pending(await harness.person())
    harness.clock.advance(5 * MINUTE)
    await harness.sweep()
  },

  /** Locked by wrong codes; then lifted by time, by the end of all sessions, by the operator. */
  async function lockedByCodes(harness) {
    const as = await account(harness)
    await lockCodes(harness, as)
    harness.clock.advance(6 * MINUTE)
    const { id, code } = await texted(harness, as)
    await enter(harness, as, id, code)

    await lockCodesTwice(harness, as)
    await harness.call('endSessions', { as, claims: signedIn(harness) })
    harness.clock.advance(1)
    await lockCodesTwice(harness, as)
    await operate(harness.world, 'unlock', as.email)

    // By codes for another phone, and lifted by time there.
    for (let n = 0; n < 2; n += 1) {
      const change = await changing(harness, as)
      for (let i = 0; i < 5; i += 1) await verify(harness, as, change.code, change.wrong)
      harness.clock.advance(40 * MINUTE)
    }
    const { code: right, currentCode } = await changing(harness, as)
    await verify(harness, as, right, currentCode)
  },

  /** So that each makes the item that counts the stage's day. */
  async function firstTextOfADay(harness) {
    const as = await harness.person()
    harness.clock.toNextDay()
    await texted(harness, as)
    harness.clock.toNextDay()
    await leaveAsked(harness, as)
  },

  /** Locked twice by wrong codes of a leave, and lifted by time there. */
  async function lockedByLeaves(harness) {
    const as = await harness.person()
    for (const isRight of [false, false, true]) {
      const { device, code } = await leaveAsked(harness, as)
      if (isRight) await confirm(harness, as, device, code)
      else for (let n = 0; n < 5; n += 1) await confirm(harness, as, device, otherThan(code))
      harness.clock.advance(40 * MINUTE)
    }
  },
]

const withEither: readonly Scenario[] = [
  async function byCode(harness) {
    const as = await harness.person()
    const { id, code, wrong } = await texted(harness, as)
    await enter(harness, as, id, wrong)
    harness.phone.book.faults.answer503 = true
    await enter(harness, as, id, code)
    harness.phone.book.faults.answer503 = false
    await enter(harness, as, id, code)
  },

  async function phones(harness) {
    // The write of the provider's id fails; the next Lambda that needs the id has it made.
    for (const next of ['sendPayment', 'phoneStart'] as const) {
      const as = harness.stranger()
      refuse(harness, ({ text }) => text.includes('provider_phone_id = :provider_phone_id'))
      await harness.person({ as })
      harness.store.instead = undefined
      if (next === 'sendPayment') await harness.pending(as)
      await changing(harness, as)
    }
    const as = await harness.person()
    await passed(harness, as)
    harness.clock.advance(20)
    const { code, currentCode } = await changing(harness, as)
    await verify(harness, as, otherThan(code), currentCode)
    await verify(harness, as, code)
  },

  async function sessionsEnd(harness) {
    const as = await account(harness)
    await passed(harness, as)
    await askingDevice(harness, as)
    await harness.call('endSessions', { as, claims: signedIn(harness) })
    harness.clock.advance(1)
    await harness.pending(as)
    const claims = signedIn(harness)
    await harness.call('endSessions', { as: harness.stranger(), claims })
  },

  /** Locked with a payment that waits and one whose item was not stored; then unlocked, and closed. */
  async function operated(harness) {
    const as = await account(harness)
    await passed(harness, as)
    await texted(harness, as)
    refuse(harness, ({ operation }) => operation === 'PutItem')
    await harness.call('sendPayment', { as, key: 'unstored', body: paymentBody })
    harness.store.instead = undefined
    await operate(harness.world, 'lock', as.email)
    await operate(harness.world, 'unlock', as.email)
    await passed(harness, as)
    await addDevice(harness, as)
    await askingDevice(harness, as)
    await operate(harness.world, 'close', as.email)
    await operate(harness.world, 'lock', (await newcomer(harness)).email)
  },

  /** A payer with a phone, so the first device is let in by a text; the second by the first one. */
  async function devices(harness) {
    const as = await harness.person()
    const first = await addDevice(harness, as)
    for (const isYesFirst of [true, false]) {
      const next = await askingDevice(harness, as)
      const yes = () => first.approve(`device.${next.id}`)
      if (isYesFirst) await yes()
      await confirm(harness, as, next)
      if (!isYesFirst) await yes()
      await harness.call('deviceRemove', { as, id: next.id })
    }
    await harness.call('deviceRemove', { as, id: (await askingDevice(harness, as)).id })
    await first.deny(`device.${(await askingDevice(harness, as)).id}`)
    const { id } = await askingDevice(harness, as)
    const wrong = await first.yesTo(`device.${id}`, { flags: UNVERIFIED })
    await first.request('decideApproval', `device.${id}`, wrong)
    await first.approve('removal')
  },

  /** A device is lost: others wait, are told of twice, stopped, and let in by the operator's invitation. */
  async function recovered(harness) {
    const as = await account(harness)
    const first = await addDevice(harness, as)
    await waitingDevice(harness, as)
    harness.clock.advance(6 * 60 * MINUTE)
    await harness.sweep()
    const second = await waitingDevice(harness, as)
    const id = `stop.${second.id}`
    await first.request('decideApproval', id, await first.yesTo(id, { flags: UNVERIFIED }))
    await stopRecovery(first, second)
    const invitation = await operatorInvitation(harness, as)
    const third = await waitingDevice(harness, as, { invitation })
    await harness.call('deviceRemove', { as, id: third.id })
    await operatorInvitation(harness, as, { isNow: true })
    await operate(harness.world, 'lock', as.email)
    await operate(harness.world, 'unlock', as.email)
    await operatorInvitation(harness, as)
    await operate(harness.world, 'close', as.email)
  },

  async function undone(harness) {
    const as = await harness.person()
    const device = await addDevice(harness, as)
    await harness.call('deviceRemove', { as, id: device.id })
    await undoRemoval(harness, as, device)
    const back = await renewedDevice(harness, as, device)
    // Removed while another device waits, which is stopped all the same.
    const waiting = await waitingDevice(harness, as)
    await harness.call('deviceRemove', { as, id: back.id })
    await stopRecovery(back, waiting)
  },

  /** Another number, to which a device has said yes and for which an invitation came; and how that can end. */
  async function movedByDevice(harness) {
    const ends: Readonly<Record<string, (one: Moving) => Promise<unknown>>> = {
      replaced: ({ as }) => harness.call('phoneStart', { as, body: nextNumber() }),
      denied: ({ device, id, no }) => device.request('decideApproval', id, no),
      verified: ({ as, body }) => {
        const code = harness.codeOn(body.phoneNumber)
        return harness.call('phoneVerify', { as, body: { ...harness.verification(as), code } })
      },
      invited: async ({ as, device, body }) => {
        await harness.call('deviceRemove', { as, id: device.id })
        const code = harness.codeOn(body.phoneNumber)
        await harness.call('phoneVerify', { as, body: { ...harness.verification(as), code } })
      },
      ended: ({ as }) => harness.call('endSessions', { as, claims: signedIn(harness) }),
      locked: ({ as }) => operate(harness.world, 'lock', as.email),
    }
    for (const end of Object.values(ends)) {
      const as = await account(harness)
      const device = await addDevice(harness, as)
      harness.clock.advance(20)
      const body = nextNumber()
      await harness.call('phoneStart', { as, body })
      const id = `phone.${harness.verification(as).verificationId}`
      const wrong = await device.yesTo(id, { flags: UNVERIFIED })
      await device.request('decideApproval', id, wrong)
      const no = await device.noTo(id)
      await device.approve(id)
      harness.clock.advance(20)
      const invitation = await operatorInvitation(harness, as)
      await harness.call('phoneStart', { as, body: { ...body, invitation } })
      harness.clock.advance(20)
      await end({ as, device, id, body, no })
    }
  },

  async function disowned(harness) {
    const as = await account(harness)
    const device = await addDevice(harness, as)
    await device.deny(`payment.${(await harness.pending(as)).paymentId}`, 'not_me')
    await operate(harness.world, 'unlock', as.email)
  },

  async function rung(harness) {
    const as = harness.stranger()
    const device = await addDevice(harness, as)
    const { json } = await harness.pushServer.subscribe(device)
    const push = (body: object) => device.request('devicePush', undefined, body)
    await push({ test: true })
    await harness.ring.settled()
    harness.pushServer.faults.pushService = '410'
    harness.clock.advance(MINUTE)
    await push({ test: true })
    await harness.ring.settled()
    harness.pushServer.faults.pushService = 'well'
    await push({ subscription: json })
    await rungByAsk(harness, as)
    await push({ subscription: null })
  },

  async function byDevice(harness) {
    const as = harness.stranger()
    const device = await addDevice(harness, as)
    const start = async () => `payment.${(await harness.pending(as)).paymentId}`
    await device.approve(await start())
    await device.deny(await start())
    const id = await start()
    for (let signCount = 0; signCount < 5; signCount += 1) {
      const wrong = await device.yesTo(id, { flags: UNVERIFIED, signCount })
      await device.request('decideApproval', id, wrong)
    }
  },

  /** The write of the provider's id fails; the leave has it made. */
  async function leaves(harness) {
    for (const isTexted of [true, false]) {
      const as = harness.stranger()
      refuse(harness, ({ text }) => text.includes('provider_phone_id = :provider_phone_id'))
      await harness.person({ as })
      if (isTexted) harness.store.instead = undefined
      const { device, code } = await leaveAsked(harness, as)
      harness.store.instead = undefined
      await confirm(harness, as, device, code)
    }
  },
]

type Moving = {
  readonly as: Person
  readonly device: TestDevice
  /** Of what waits for the device. */
  readonly id: string
  readonly body: ReturnType<typeof nextNumber>
  readonly no: object
}

/** An authenticator's flags: the user was there, and was not verified. */
const UNVERIFIED = 0x19

/** A new device whose leave was texted to the payer's phone. */
async function leaveAsked(harness: Harness, as: Person) {
  const device = await askingDevice(harness, as)
  await harness.call('deviceLeave', { as, id: device.id, body: { by: 'text' } })
  return { device, code: harness.codeOn(as.number) }
}

const confirm = (
  harness: Harness,
  as: Person,
  device: { id: string; digits: string },
  code?: string,
) =>
  harness.call('deviceConfirm', {
    as,
    id: device.id,
    body: { digits: device.digits, ...(code && { code }) },
  })

/** The database refuses these calls, until `store.instead` is set again. */
function refuse(harness: Harness, isMeant: (call: Call) => boolean) {
  const body = { __type: 'com.amazonaws.dynamodb.v20120810#ValidationException' }
  harness.store.instead = (call) => (isMeant(call) ? { status: 400, body } : undefined)
}

/** The callback is lost, and the sweep asks the provider. */
async function answeredUnheard(harness: Harness, as: Person, answer: 'approved' | 'denied') {
  harness.phone.book.faults.loseNextCallback = true
  await harness.answers(as, answer)
  harness.clock.advance(20)
  await harness.sweep()
}

function newest(harness: Harness, { number }: Person): Push {
  const push = harness.phone.book.latestPush(number)
  if (!push) throw new Error(`no push on ${number}`)
  return push
}

async function texted(harness: Harness, as: Person) {
  const { paymentId: id } = await harness.pending(as)
  await harness.call('smsStart', { as, id })
  const code = harness.codeOn(as.number)
  return { id, code, wrong: otherThan(code) }
}

/** A new device asks at the end of an hour, and its ring is of the next one. */
async function rungByAsk({ clock, ...harness }: Harness, as: Person): Promise<void> {
  const seconds = Math.floor(clock.now().getTime() / 1000) % (60 * MINUTE)
  clock.advance(60 * MINUTE - seconds - MINUTE)
  const { id } = await askingDevice({ clock, ...harness }, as)
  clock.advance(2 * MINUTE)
  const until = new Date(clock.now().getTime() + MINUTE * 1000).toISOString()
  const detail = { version: 1, payerId: as.payerId, deviceId: id, until }
  await harness.ring({ source: 'payfriend.rings', 'detail-type': 'device.asks', detail })
}

const enter = (harness: Harness, as: Person, id: string, code: string) =>
  harness.call('smsVerify', { as, id, body: { code } })

async function lockCodes(harness: Harness, as: Person) {
  const { id, wrong } = await texted(harness, as)
  for (let n = 0; n < 5; n += 1) await enter(harness, as, id, wrong)
}

/** The second lock in a row, so that what counts the locks before it is not zero. */
async function lockCodesTwice(harness: Harness, as: Person) {
  await lockCodes(harness, as)
  harness.clock.advance(6 * MINUTE)
  await lockCodes(harness, as)
}

let spare = 700
function nextNumber() {
  spare += 1
  return { phoneNumber: numberOf(spare), channel: 'sms' }
}

/** The payer asks for a change of phone: a code is sent to both. */
async function changing(harness: Harness, as: Person) {
  const body = nextNumber()
  await harness.call('phoneStart', { as, body })
  const currentCode = harness.codeOn(as.number)
  return { code: harness.codeOn(body.phoneNumber), currentCode, wrong: otherThan(currentCode) }
}

const verify = (harness: Harness, as: Person, code: string, currentCode?: string) =>
  harness.call('phoneVerify', {
    as,
    body: { ...harness.verification(as), code, ...(currentCode && { currentCode }) },
  })

/** A change of phone for which the old phone's code was right, and the new one's wrong. */
async function passed(harness: Harness, as: Person) {
  const { code, currentCode } = await changing(harness, as)
  await verify(harness, as, otherThan(code), currentCode)
}

/** A payer whom the sign-in provider knows, as the operator's command needs it. */
async function newcomer(harness: Harness): Promise<Person> {
  const stranger = harness.stranger()
  await harness.userPool.accounts.signIn(stranger.email, 'correct horse battery')
  const found = await operate(harness.world, 'show', stranger.email)
  if (!('account' in found)) throw new Error(JSON.stringify(found))
  return { ...stranger, payerId: found.account.payerId }
}

/** … with a verified phone. */
const account = async (harness: Harness) => harness.person({ as: await newcomer(harness) })

const signedIn = ({ clock }: Harness) => ({
  auth_time: String(Math.floor(clock.now().getTime() / 1000)),
})
