/** The ports of a deployment without a provider: whatever calls them by mistake, nothing is sent and nothing approved. */
import { expect, test } from 'vitest'
import { noCodes, noPhoneIds, noPhones } from '../../functions/adapters/noProvider.ts'
import { open } from '../core/payments.ts'

const phone = { countryCode: '44', national: '7400123456' }
const bound = { action: open.action, actionId: open.paymentId, reference: open.reference }
const sent = { providerPhoneId: '12345', textId: 'VE1' }

test.each<[string, () => Promise<unknown>]>([
  [
    'a phone gets no id',
    () => noPhoneIds.enroll({ payerId: 'ann', email: 'a@example.com' }, phone),
  ],
  ['a code is not sent', () => noCodes.send({ phone, providerPhoneId: '12345' }, bound)],
  ['a code is never right', () => noCodes.check(sent, bound, '123456')],
  ['a phone is sent nothing', () => noPhones.startVerification(phone, 'sms')],
  ['a phone is not verified', () => noPhones.checkVerification({ phone, textId: 'VE1' }, '123456')],
])('%s, and the refusal names what is needed', async (_, call) => {
  await expect(call()).rejects.toMatchObject({ code: 'device_required' })
})

test('no code is evidence', () => {
  expect(() => noCodes.evidenceOf(sent, bound)).toThrow('there is no provider')
})

test('no phone’s id was given by it, and no attempt is spent on a code without a text', () => {
  expect(['12345', 'phone:AAAAAAAAAAAAAAAAAAAAAA'].filter(noPhoneIds.gave)).toEqual([])
  expect(noCodes.byTextId).toBe(true)
})

test('to end what never was does nothing', async () => {
  await expect(noCodes.end('VE1')).resolves.toBeUndefined()
  await expect(noPhones.endVerification('VE1')).resolves.toBeUndefined()
})
