/** Test support: calls of the routes for devices that together get every answer of theirs. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { payers } from '../../functions/composition.ts'
import { paymentBody } from '../core/payments.ts'
import { addDevice, askingDevice, invitedDevice, type TestDevice } from './devices.ts'
import type { Reply } from './harness.ts'
import { type Harness, otherThan, type Person, type Request, type RouteName } from './harness.ts'

type Call = (name: RouteName, request?: Request, by?: Harness['call']) => Promise<Reply>
type Asking = { readonly id: string; readonly digits: string }

/** The calls, by what they are about. `call` asks for real and checks the answer; `down` does so without the provider. */
export function deviceAnswers(
  harness: Harness,
  call: Call,
  down: (run: () => Promise<unknown>) => Promise<void>,
) {
  const { codeOn, clock, documents, provider, world } = harness
  const server = { call, codeOn, clock }
  const later = (seconds: number) => clock.advance(seconds)
  const lock = (as: Person) => payers(world).setState(as, 'locked', clock.now())
  const confirm = (as: Person, { id, digits }: Asking, more: object = {}, by?: Harness['call']) =>
    call('deviceConfirm', { as, id, body: { digits, ...more } }, by)
  const leave = (as: Person, { id }: Pick<Asking, 'id'>, by?: Harness['call']) =>
    call('deviceLeave', { as, id, body: { by: 'text' } }, by)
  const change = (as: Person, UpdateExpression: string, names: Record<string, string>) =>
    documents.send(
      new UpdateCommand({
        TableName: 'users',
        Key: { user_id: as.payerId },
        UpdateExpression,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ':three': 3 },
      }),
    )
  /** As if two others had been let in at the same moment. */
  const fillUp = (as: Person, { id }: Pick<TestDevice, 'id'>) =>
    change(as, 'SET devices.#a = devices.#id, devices.#b = devices.#id, devices_active = :three', {
      '#id': id,
      '#a': 'A'.repeat(43),
      '#b': 'B'.repeat(43),
    })

  return {
    async 'where a device is rung'() {
      const as = harness.stranger()
      const device = await addDevice(server, as)
      const push = (body: object) => device.request('devicePush', undefined, body)
      const { json } = await harness.pushServer.subscribe(device)
      await push({ subscription: { ...json, endpoint: 'https://169.254.169.254/x' } })
      await push({ test: true })
      await push({ test: true })
      await lock(as)
      await push({})
      await harness.ring.settled()
      const stranger = device.requestOf('devicePush', undefined, {})
      await call('devicePush', { ...stranger, headers: {} })
    },

    async 'leaves by a text'() {
      const as = await harness.person({ app: false })
      await call('deviceInvite', { as, body: { x: 1 } })
      const eager = harness.stranger()
      for (let n = 0; n < 31; n += 1) await call('deviceInvite', { as: eager, body: {} })
      const { enrolment } = await invitedDevice(server, as)
      await call('deviceEnrol', { ...enrolment, headers: {} })
      await call('deviceEnrol', { ...enrolment, text: 'x'.repeat(8193) })
      const device = await askingDevice(server, as)
      const { id } = device
      await call('profile', { as })
      await call('deviceLeave', { as, id, body: { by: 'post' } })
      await leave(as, { id: 'A'.repeat(43) })
      await confirm(as, { ...device, digits: '12' })
      await confirm(as, { ...device, id: 'A'.repeat(43) })
      await confirm(as, device)
      await confirm(as, device, { code: '123456' })
      await leave(as, device, harness.with({ SMS_OFF: 'true' }).call)
      await down(() => leave(as, device))
      await leave(as, device)
      later(20)
      await leave(as, device)
      const code = codeOn(as.number)
      await down(() => confirm(as, device, { code }))
      const body = { error_code: '60019', message: 'used', success: false }
      provider.instead = () => ({ status: 401, body })
      await confirm(as, device, { code })
      provider.instead = undefined
      await confirm(as, device, { code: otherThan(code) })
      await confirm(as, device, { code })
    },

    async 'a first device by a sign-in'() {
      const as = harness.stranger()
      const onlyInvited = harness.with({ FIRST_DEVICE: 'invitation' }).call
      await call('deviceInvite', { as, body: {} }, onlyInvited)
      await call('phoneStart', { as, body: { phoneNumber: as.number, channel: 'sms' } })
      const asking = await askingDevice(server, as)
      await leave(as, asking)
      await confirm(as, asking, {}, onlyInvited)
      await confirm(as, { ...asking, digits: otherThan(asking.digits) })
      await confirm(as, asking)
      const code = codeOn(as.number)
      await call('phoneVerify', { as, body: { ...harness.verification(as), code } })
      await call('phoneStart', { as, body: { phoneNumber: as.number, channel: 'sms' } })
    },

    async 'payments, and a device that is removed'() {
      const as = await harness.person({ app: false })
      const device = await addDevice(server, as)
      const start = async () => {
        const key = String(clock.now().getTime())
        const { paymentId } = (await call('sendPayment', { as, key, body: paymentBody })).body
        later(1)
        return { paymentId, approval: `payment.${paymentId}` }
      }
      const decide = (id: string, body: unknown) => device.request('decideApproval', id, body)
      const { paymentId: id, approval } = await start()
      await call('smsStart', { as, id })
      await call('smsVerify', { as, id, body: { code: '123456' } })
      await decide(approval, { answer: 'perhaps' })
      await decide(`payment.${'A'.repeat(22)}`, await device.yesTo(approval))
      await decide(approval, await device.yesTo(approval, { rpId: 'evil.example' }))
      await decide(approval, await device.yesTo(approval, { flags: 0x01 }))
      await device.approvals()
      await call('listApprovals', { text: 'x'.repeat(8193) })
      await call('listApprovals')
      await call('decideApproval', { id: approval, body: { answer: 'deny', signed: '' } })
      await device.approve(approval)

      const [spent, cancelled, expired] = [await start(), await start(), await start()]
      const [yesToSpent, yesToCancelled, yesToExpired] = [
        await device.yesTo(spent.approval),
        await device.yesTo(cancelled.approval),
        await device.yesTo(expired.approval),
      ]
      await documents.send(
        new UpdateCommand({
          TableName: 'payments',
          Key: { payment_id: spent.paymentId },
          UpdateExpression: 'SET device_tried = :five',
          ExpressionAttributeValues: { ':five': new Set(['1', '2', '3', '4', '5']) },
        }),
      )
      await decide(spent.approval, yesToSpent)
      await call('cancelPayment', { as, id: cancelled.paymentId })
      await decide(cancelled.approval, yesToCancelled)
      later(300)
      await decide(expired.approval, yesToExpired)
      await call('deviceRemove', { as, id: device.id, body: { x: 1 } })
      await call('deviceRemove', { as, id: 'A'.repeat(43) })
      const next = await askingDevice(server, as)
      await call('deviceRemove', { as, id: device.id })
      await confirm(as, next)
      await call('deviceInvite', { as, body: {} })
      await call('sendPayment', { as, key: 'late', body: paymentBody })
    },

    async 'a second device and a fourth'() {
      const as = await harness.person({ app: false })
      const device = await addDevice(server, as)
      const unused = await invitedDevice(server, as)
      const second = await askingDevice(server, as)
      const approval = `device.${second.id}`
      await leave(as, second)
      await confirm(as, second)
      await fillUp(as, device)
      await device.approve(approval)
      await confirm(as, second)
      await call('deviceInvite', { as, body: {} })
      await call('deviceEnrol', unused.enrolment)
    },

    async 'tries at the digits'() {
      const as = await harness.person({ app: false })
      const device = await askingDevice(server, as)
      await leave(as, device)
      const code = otherThan(codeOn(as.number))
      for (let n = 0; n < 6; n += 1) await confirm(as, device, { code })
    },

    async 'a locked account'() {
      const as = await harness.person({ app: false })
      const device = await addDevice(server, as)
      const asking = await askingDevice(server, as)
      const { enrolment } = await invitedDevice(server, as)
      await lock(as)
      await call('deviceInvite', { as, body: {} })
      await call('deviceEnrol', enrolment)
      await leave(as, asking)
      await confirm(as, asking)
      await call('deviceRemove', { as, id: device.id })
      await device.approvals()
      await device.request('decideApproval', 'removal', { answer: 'deny', signed: '' })
    },
  }
}
