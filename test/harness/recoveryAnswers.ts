/** Test support: calls about devices that are lost, removed or without their key, which together get every answer of theirs. */
import { paymentBody } from '../core/payments.ts'
import { addDevice, askingDevice } from './devices.ts'
import type { Harness, Reply, Request, RouteName } from './harness.ts'
import {
  approvePhone,
  operatorInvitation,
  renewingDevice,
  stopRecovery,
  waitingDevice,
} from './recoveries.ts'

type Call = (name: RouteName, request?: Request, by?: Harness['call']) => Promise<Reply>

/** The calls, by what they are about. `call` asks for real and checks the answer. */
export function recoveryAnswers(harness: Harness, call: Call) {
  const { codeOn, clock } = harness
  const server = { call, codeOn, clock }

  return {
    async 'a recovery that is stopped'() {
      const as = await harness.person({ app: false })
      const first = await addDevice(server, as)
      const second = await waitingDevice(server, as)
      await call('profile', { as })
      await first.approvals()
      await first.request('decideApproval', `stop.${second.id}`, { answer: 'deny', signed: 'x' })
      await stopRecovery(first, second)
      const { id, digits } = await askingDevice(server, as)
      await call('deviceLeave', { as, id, body: { by: 'text' } })
      await call('deviceConfirm', { as, id, body: { digits, code: '123456' } })
      await call('deviceConfirm', { as, id, body: { digits, invitation: 'K7LMP-Q4F2X' } })
      const invitation = await operatorInvitation(harness, as)
      await call('deviceConfirm', { as, id, body: { digits, invitation } })
      await call('deviceRemove', { as, id })
    },

    async 'a removal that is undone'() {
      const as = await harness.person({ app: false })
      const device = await addDevice(server, as)
      await call('deviceRemove', { as, id: device.id })
      await call('deviceConfirm', { as, id: device.id, body: { undo: true } })
      await device.approvals()
      await device.request('decideApproval', 'removal', { answer: 'deny', signed: '' })
      const early = { auth_time: String(Math.floor(clock.now().getTime() / 1000) - 1) }
      await device.approve(`stop.${device.id}`)
      await device.approvals()
      await call('profile', { as })
      const undo = { undo: true }
      await call('deviceConfirm', { as, id: device.id, body: undo, claims: early })
      await call('deviceConfirm', { as, id: device.id, body: { ...undo, digits: '1234' } })
      await call('deviceConfirm', { as, id: device.id, body: undo })
    },

    async 'a key that is gone'() {
      const as = await harness.person({ app: false })
      const old = await addDevice(server, as)
      const { id, digits, enrolment } = await renewingDevice(server, as, old)
      await call('deviceEnrol', enrolment)
      await call('profile', { as })
      await old.approve(`device.${id}`)
      await call('deviceConfirm', { as, id, body: { digits } })
      await old.approvals()
    },

    async 'another number, and what the payer did not start'() {
      const as = await harness.person({ app: false })
      const device = await addDevice(server, as)
      const body = { phoneNumber: harness.stranger().number, channel: 'sms' }
      const { verificationId } = (await call('phoneStart', { as, body })).body
      const code = codeOn(body.phoneNumber)
      await call('phoneVerify', { as, body: { verificationId, code } })
      await call('profile', { as })
      await device.approvals()
      await approvePhone(device, verificationId)
      await call('profile', { as })
      await call('phoneVerify', { as, body: { verificationId, code } })

      const payment = await call('sendPayment', { as, key: 'theirs', body: paymentBody })
      await device.deny(`payment.${payment.body.paymentId}`, 'not_me')
      await call('sendPayment', { as, key: 'mine', body: paymentBody })
      await call('profile', { as })

      await call('deviceRemove', { as, id: device.id })
      clock.advance(20)
      const next = { ...body, phoneNumber: harness.stranger().number }
      await call('phoneStart', { as, body: next })
      await call('phoneStart', { as, body: { ...next, invitation: 'K7LMPQ4F2X' } })
      const invitation = await operatorInvitation(harness, as)
      await call('phoneStart', { as, body: { ...next, invitation } })
      await call('profile', { as })
    },

    async 'a code where no phone is verified'() {
      const as = harness.stranger()
      const { id, digits } = await askingDevice(server, as)
      await call('deviceConfirm', { as, id, body: { digits, code: '123456' } })
    },
  }
}
