import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SignedAs } from '../../functions/core/signing.ts'
import {
  keysAfterClearing,
  type SoftwarePhone,
  softwarePhone,
} from '../../local/phone/softwarePhone.ts'
import {
  addDevice,
  askingDevice,
  routeOf,
  signedBytes,
  type TestDevice,
} from '../harness/devices.ts'
import { SITE } from '../harness/event.ts'
import { type Harness, no, type Person, startHarness } from '../harness/harness.ts'

let harness: Harness
beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())

const notFound = { status: 404, body: { code: 'not_found' } }

/** A phone asks with this code, whatever it asked before. */
function askWith({ phone }: Pick<TestDevice, 'phone'>, code: string) {
  const credential = phone.create(signedBytes('add', code))
  const text = JSON.stringify({ code, name: 'Laptop', key: phone.jwk, credential })
  const proof = phone.proof({ ...routeOf('deviceEnrol'), body: text })
  return harness.call('deviceEnrol', { text, headers: { 'device-proof': proof } })
}

/** And with a new invitation of its payer's. */
async function askAnew(device: Pick<TestDevice, 'phone'>, as: Person) {
  const { body } = await harness.call('deviceInvite', { as, body: {} })
  return askWith(device, body.code)
}

test('keys that were let in once are not taken in again, neither beside themselves nor after their removal', async () => {
  const ada = harness.stranger()
  const device = await addDevice(harness, ada)
  expect(await askAnew(device, ada)).toMatchObject(notFound)
  const other = await askingDevice(harness, ada)
  await device.approve(`device.${other.id}`)
  const { id, digits } = other
  await harness.call('deviceConfirm', { as: ada, id, body: { digits } })
  await harness.call('deviceRemove', { as: ada, id: device.id, body: {} })
  expect(await askAnew(device, ada)).toMatchObject(notFound)
  const { body } = await harness.call('profile', { as: ada })
  expect(body.devices).toMatchObject({ list: [{ id }], pending: null })
})

test('an invitation is good for one device once: a phone that was turned away needs another', async () => {
  const ada = harness.stranger()
  const device = await addDevice(harness, ada)
  const refused = await askingDevice(harness, ada)
  await device.deny(`device.${refused.id}`)
  expect(await askWith(refused, refused.code)).toMatchObject(notFound)
  expect((await device.approvals()).body.approvals).toEqual([])
  expect(await askAnew(refused, ada)).toMatchObject({ status: 201 })
})

test('a device whose answer was lost asks again, and is told the same digits', async () => {
  const ada = harness.stranger()
  const device = await askingDevice(harness, ada)
  const { digits, kid } = device
  expect(await askWith(device, device.code)).toMatchObject({ status: 201, body: { digits, kid } })
})

describe('a key that is gone is renewed by its passkey', () => {
  const INVALID = no(400, 'invalid_request', { fields: [{ path: 'assertion' }] })
  const over = (code: string, key: string, as: SignedAs = 'renew') =>
    signedBytes(as, `${code}.${key}`)

  type Signed = (code: string, key: string) => Parameters<SoftwarePhone['get']>
  const WAYS: readonly [string, Signed, object][] = [
    ['over this invitation and the new key', (code, key) => [over(code, key)], { status: 201 }],
    ['not over another invitation', (_, key) => [over('ABCDE12345', key)], INVALID],
    ['not over another key', (code) => [over(code, 'x'.repeat(43))], INVALID],
    ['not for something else', (code, key) => [over(code, key, 'add')], INVALID],
    ['not without its person', (code, key) => [over(code, key), { flags: 0x19 }], INVALID],
    [
      'not by another signature',
      (code, key) => [over(code, key), { signature: (bytes) => bytes.reverse() }],
      INVALID,
    ],
  ]

  test.each(WAYS)('%s', async (_, signed, answer) => {
    const ada = harness.stranger()
    const old = await addDevice(harness, ada)
    const { code } = (await harness.call('deviceInvite', { as: ada, body: {} })).body
    const kept = keysAfterClearing(old.phone.keys())
    const phone = softwarePhone({ ...SITE, clock: harness.clock.now, kept })
    const assertion = phone.get(...signed(code, phone.thumbprint))
    const text = JSON.stringify({ code, name: old.name, key: phone.jwk, assertion })
    const proof = phone.proof({ ...routeOf('deviceEnrol'), body: text })
    const reply = await harness.call('deviceEnrol', { text, headers: { 'device-proof': proof } })
    expect(reply).toMatchObject(answer)
  })
})
