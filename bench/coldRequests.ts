/** The first request of each Lambda, with what has to be there before it. */
import { randomUUID } from 'node:crypto'
import type { LambdaName, RouteName, TriggerName } from '../functions/routes.ts'
import { addDevice, askingDevice, invitedDevice } from '../test/harness/devices.ts'
import { eventOf } from '../test/harness/event.ts'
import { EMPTY, SDK, SDK_CUT } from './coldBundles.ts'
import type { ColdWorld } from './coldWorld.ts'

export type ColdPayer = {
  readonly payerId: string
  readonly email: string
  readonly number: string
}
/** Prepares a payer, then returns the event and a pattern that its answer must match. */
export type First = (payer: ColdPayer) => Promise<readonly [event: unknown, answer: RegExp]>

const paymentBody = {
  payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
  amount: { value: '20.50', currency: 'EUR' },
}

/** A new payer for each run, with a number that no real phone has. */
export function payerOf(run: number): ColdPayer {
  return {
    payerId: `payer-${run}`,
    email: `payer${run}@example.com`,
    number: `+120255501${String(run % 100).padStart(2, '0')}`,
  }
}

/**
 * By the name of a Lambda or a yardstick, in the order in which a payer needs them: without a verified phone none of the
 * others has its payment, and the SDK alone reads a payer who is there.
 */
export function firstRequests(world: ColdWorld) {
  /** phoneStart's answer for each payer, for phoneVerify. */
  const verifications = new Map<string, string>()

  async function started(as: ColdPayer): Promise<string> {
    const request = { as, key: randomUUID(), body: paymentBody }
    return (await world.call('sendPayment', request)).body.paymentId
  }

  /** A payer with a device for which a payment waits; another for each request. */
  async function deviceAsked(as: ColdPayer) {
    const payer = { ...as, payerId: `${as.payerId}-${randomUUID()}` }
    const device = await addDevice(world, payer)
    return { payer, device, id: `payment.${await started(payer)}` }
  }

  const routes: Record<RouteName, First> = {
    phoneStart: async (as) => [
      eventOf('phoneStart', { as, body: { phoneNumber: as.number, channel: 'sms' } }),
      /"statusCode":202/,
    ],
    phoneVerify: async (as) => [
      eventOf('phoneVerify', {
        as,
        body: { verificationId: verifications.get(as.payerId), code: world.codeOn(as.number) },
      }),
      /"statusCode":200/,
    ],
    profile: async (as) => [eventOf('profile', { as }), /"statusCode":200/],
    sendPayment: async (as) => [
      eventOf('sendPayment', { as, key: randomUUID(), body: paymentBody }),
      /"statusCode":201/,
    ],
    listPayments: async (as) => [eventOf('listPayments', { as }), /"statusCode":200/],
    paymentStatus: async (as) => [
      eventOf('paymentStatus', { as, id: await started(as) }),
      /"statusCode":200.*pending/,
    ],
    cancelPayment: async (as) => [
      eventOf('cancelPayment', { as, id: await started(as) }),
      /"statusCode":200.*cancelled/,
    ],
    smsStart: async (as) => [
      eventOf('smsStart', { as, id: await started(as) }),
      /"statusCode":202/,
    ],
    smsVerify: async (as) => {
      const id = await started(as)
      await world.call('smsStart', { as, id })
      return [
        eventOf('smsVerify', { as, id, body: { code: world.codeOn(as.number) } }),
        /"statusCode":200/,
      ]
    },
    endSessions: async (as) => [eventOf('endSessions', { as }), /"statusCode":200/],
    authyCallback: async (as) => {
      await started(as)
      world.phone.book.answer(world.phone.book.latestPush(as.number)?.uuid ?? '', 'approved')
      await world.phone.settled()
      return [eventOf('authyCallback', world.callback()), /"statusCode":200/]
    },
    deviceInvite: async (as) => [
      eventOf('deviceInvite', { as: own(as), body: {} }),
      /"statusCode":201/,
    ],
    deviceEnrol: async (as) => {
      const { enrolment } = await invitedDevice(world, own(as))
      return [eventOf('deviceEnrol', enrolment), /"statusCode":201/]
    },
    deviceLeave: async (as) => {
      const { id } = await askingDevice(world, as)
      return [eventOf('deviceLeave', { as, id, body: { by: 'text' } }), /"statusCode":202/]
    },
    deviceConfirm: async (as) => {
      const { id, digits } = await askingDevice(world, own(as))
      return [eventOf('deviceConfirm', { as: own(as), id, body: { digits } }), /"statusCode":200/]
    },
    listApprovals: async (as) => {
      const { device } = await deviceAsked(as)
      return [
        eventOf('listApprovals', device.requestOf('listApprovals')),
        /"statusCode":200.*payment/,
      ]
    },
    decideApproval: async (as) => {
      const { device, id } = await deviceAsked(as)
      const yes = device.requestOf('decideApproval', id, await device.yesTo(id))
      return [eventOf('decideApproval', yes), /"statusCode":200.*approved/]
    },
    devicePush: async (as) => {
      const { device } = await deviceAsked(as)
      return [eventOf('devicePush', device.requestOf('devicePush', undefined, {})), /pushKey\W+B/]
    },
    deviceRemove: async (as) => {
      const { device, payer } = await deviceAsked(as)
      return [eventOf('deviceRemove', { as: payer, id: device.id }), /"statusCode":200/]
    },
  }
  const firsts: Record<LambdaName | TriggerName, First> & Record<string, First> = {
    [EMPTY]: async () => [{}, /^{}$/],
    ...routes,
    [SDK]: readsPayer,
    [SDK_CUT]: readsPayer,
    sweepPayments: async () => [{}, /"expired":0/],
    ringDevices: async ({ payerId }) => {
      const detail = { version: 1, payerId, at: new Date().toISOString() }
      return [{ 'detail-type': 'phone.changed', detail }, /"taken":0/]
    },
    tokenClaims: async ({ email }) => [
      { request: { userAttributes: { email, email_verified: 'true' } } },
      /claimsToAddOrOverride/,
    ],
    signUpPolicy: async ({ email }) => [{ request: { userAttributes: { email } } }, /email/],
  }

  return {
    firsts,

    /** Take out of a Lambda's answer to this payer what another's request needs. */
    learn({ payerId }: ColdPayer, answer: string) {
      const [, verificationId] = /verificationId\W+([\w-]{22})/.exec(answer) ?? []
      if (verificationId) verifications.set(payerId, verificationId)
    },
  }
}

/** Another payer, without a phone number, for the devices. */
function own(as: ColdPayer): ColdPayer {
  return { ...as, payerId: `${as.payerId}-device` }
}

async function readsPayer({ payerId }: ColdPayer): ReturnType<First> {
  return [{ payerId }, /phone_verified_at/]
}
