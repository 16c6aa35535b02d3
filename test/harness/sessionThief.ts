/** Test support: a thief who has a payer's session, and nothing else: no text of the payer, no device, no sign-in. */
import { createHash } from 'node:crypto'
import { softwarePhone } from '../../local/phone/softwarePhone.ts'
import type { Victim } from './deviceStates.ts'
import { askingDevice, invitedDevice, routeOf } from './devices.ts'
import { type Request, type RouteName, SITE } from './event.ts'
import { type Harness, paymentBody, type Reply } from './harness.ts'

/** What is prepared, and then the request that counts. */
type Prepared = () => Promise<() => Promise<Reply>>

/** The thief at a victim's account, an hour after the victim signed in: what they try at each route. */
export function thiefOf(harness: Harness, victim: Victim) {
  const { call, clock } = harness
  const { paymentId, deviceId } = victim
  const number = harness.stranger().number
  const claims = { auth_time: String(Math.floor(clock.now().getTime() / 1000) - 3600) }
  const ask = (name: RouteName, request: Request = {}) =>
    call(name, { as: victim, claims, ...request })
  const simply =
    (name: RouteName, request: Request = {}): Prepared =>
    async () =>
    () =>
      ask(name, request)
  /** A phone of the thief's own, pending at the victim's account. */
  const ownDevice = () => askingDevice(harness, victim, { name: 'Eve’s phone', claims })
  const confirmingWith =
    (more: object): Prepared =>
    async () => {
      const { id, digits } = await ownDevice()
      return () => ask('deviceConfirm', { id, body: { digits, ...more } })
    }
  const newNumber = { phoneNumber: number, channel: 'sms' }
  /** A key of the thief's that calls itself the victim's device. */
  const disguised =
    (
      name: 'listApprovals' | 'decideApproval' | 'devicePush',
      id?: string,
      body?: object,
    ): Prepared =>
    async () => {
      const phone = softwarePhone({ ...SITE, clock: clock.now })
      const kid = `${victim.payerId}.${deviceId}`
      const text = body && JSON.stringify(body)
      const proof = phone.proof({ ...routeOf(name, id), ...(text && { body: text }), kid })
      return () =>
        call(name, {
          headers: { 'device-proof': proof },
          ...(id !== undefined && { id }),
          ...(text && { text }),
        })
    }

  const atRoutes: { readonly [Name in RouteName]: Prepared } = {
    sendPayment: simply('sendPayment', { key: 'thief', body: paymentBody }),
    listPayments: simply('listPayments'),
    paymentStatus: simply('paymentStatus', { id: paymentId }),
    cancelPayment: simply('cancelPayment', { id: paymentId }),
    smsStart: simply('smsStart', { id: paymentId }),
    smsVerify: simply('smsVerify', { id: paymentId, body: { code: GUESS } }),
    authyCallback: async () => () => call('authyCallback', { text: '{"status":"approved"}' }),
    profile: simply('profile'),
    phoneStart: simply('phoneStart', { body: newNumber }),
    async phoneVerify() {
      const { verificationId = NO_VERIFICATION } = (await ask('phoneStart', { body: newNumber }))
        .body
      const [text] = harness.phone.book.messages(number)
      const code = text?.code ?? GUESS
      return () => ask('phoneVerify', { body: { verificationId, code } })
    },
    endSessions: simply('endSessions'),
    deviceInvite: simply('deviceInvite', { body: {} }),
    async deviceEnrol() {
      const { enrolment } = await invitedDevice(harness, victim, { claims })
      return () => call('deviceEnrol', enrolment)
    },
    async deviceLeave() {
      const { id } = await ownDevice()
      return () => ask('deviceLeave', { id, body: { by: 'text' } })
    },
    deviceConfirm: confirmingWith({}),
    deviceRemove: simply('deviceRemove', { id: deviceId }),
    listApprovals: disguised('listApprovals'),
    devicePush: disguised('devicePush', undefined, { subscription: null }),
    decideApproval: disguised('decideApproval', `payment.${paymentId}`, {
      answer: 'deny',
      signed: createHash('sha256').update('a guess').digest('base64url'),
    }),
  }
  return {
    ...atRoutes,
    'deviceConfirm, guessing the text’s code': confirmingWith({ code: GUESS }),
    'deviceConfirm, guessing an invitation': confirmingWith({ invitation: 'AAAAA-AAAAA' }),
    'deviceConfirm, undoing a removal': simply('deviceConfirm', {
      id: deviceId,
      body: { undo: true },
    }),
    'phoneStart, guessing an invitation': simply('phoneStart', {
      body: { ...newNumber, invitation: 'AAAAA-AAAAA' },
    }),
  }
}

export type Attempt = keyof ReturnType<typeof thiefOf>

const GUESS = '0000000'
const NO_VERIFICATION = 'A'.repeat(22)
