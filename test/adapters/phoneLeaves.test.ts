/** What the writes require that let another phone number in, from the first device on. */
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { payersTable } from '../../functions/adapters/dynamodb/payersTable.ts'
import type { Payer } from '../../functions/core/payer.ts'
import type { PayerStore } from '../../functions/core/ports.ts'
import { NOON } from '../harness/harness.ts'
import { startTables, type Tables } from './tables.ts'

let tables: Tables
let payers: PayerStore
let payerId: string
let people = 0

beforeAll(async () => {
  tables = await startTables()
  payers = payersTable(tables.documents, 'users')
})
afterAll(() => tables.close())
beforeEach(() => {
  people += 1
  payerId = `person-${people}`
})

const at = (seconds: number) => new Date(NOON.getTime() + seconds * 1000)
const second = (seconds: number) => at(seconds).toISOString()
const DEVICE = 'o'.repeat(43)
const ID = 'v'.repeat(22)
const SIGNING = '{"kind":"phone"}'
const device = {
  name: 'Ada’s phone',
  key: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) },
  passkey: {
    credentialId: 'credential',
    spki: 'spki',
    alg: -7,
    backupEligible: true,
    backedUp: true,
    signCount: 0,
  },
  boundBy: 'text',
  addedAt: second(-600),
}
const usual = {
  email: 'ada@example.com',
  phone_number: '+447400123456',
  phone_country_code: '44',
  phone_verified_at: second(-900),
  devices: { [DEVICE]: device },
  devices_active: 1,
  devices_since: second(-600),
  owner_invitation: { codeHash: 'owner', endsAt: second(60), isNow: false },
  pending_id: ID,
  pending_reference: 'K7LMPQ',
  pending_number: '+447400123457',
  pending_country_code: '44',
  pending_channel: 'sms',
  pending_sends: 1,
  pending_sent_at: second(-20),
  pending_attempts: 0,
  pending_expires_at: second(600),
  pending_signing: SIGNING,
}
const YES = { pending_yes_by: DEVICE }
const INVITED = { pending_invitation: 'owner' }
const ofDevice = (more: object) => ({ devices: { [DEVICE]: { ...device, ...more } } })
const GONE = ofDevice({ removedAt: second(-1), removedBy: 'session' })
const WAITS = ofDevice({ activeFrom: second(0.001) })

async function put(more: object): Promise<Payer> {
  const Item = { ...usual, ...more, user_id: payerId }
  await tables.documents.send(new PutCommand({ TableName: 'users', Item }))
  const payer = await payers.get(payerId)
  if (!payer) throw new Error('no payer')
  return payer
}
const item = async () => (await tables.user(payerId)) ?? {}
async function unchanged(run: () => Promise<unknown>) {
  const before = await item()
  expect(await run()).toBeUndefined()
  expect(await item()).toEqual(before)
}

const document = { verificationId: ID, signing: SIGNING }
const sayYes = (more: object = {}) =>
  payers.savePhoneYes(payerId, { ...document, ...more }, DEVICE, at(0))
const attempt = (withCurrentCode = false) =>
  payers.reserveAttempt(
    { payerId, email: 'ada@example.com', authTime: 1 },
    { verificationId: ID, withCurrentCode },
    at(0),
  )
type By = { readonly device: string } | { readonly invitation: string } | undefined
async function trust(seen: Payer, leave: By) {
  if (!seen.pending) throw new Error('nothing is being verified')
  return payers.trust(seen, seen.pending, leave, at(0))
}

describe('a device says yes to a number', () => {
  test('and that is kept', async () => {
    await put({})
    await sayYes()
    expect(await item()).toMatchObject(YES)
  })

  test.each([
    ['another document', {}, { signing: '{}' }],
    ['another verification', {}, { verificationId: 'w'.repeat(22) }],
    ['the number when it is too late', { pending_expires_at: second(0) }, {}],
    ['the number of a locked account', { account_state: 'locked' }, {}],
  ])('but not to %s', async (_, stored, more) => {
    await put(stored)
    await unchanged(() => sayYes(more))
  })

  test.each([
    ['was removed', GONE],
    ['waits', WAITS],
    ['is not there', { devices: {} }],
  ])('but not one that %s', async (_, stored) => {
    await put(stored)
    await unchanged(() => sayYes())
  })
})

describe('a failed assertion over a number', () => {
  const fail = (signing = SIGNING) =>
    payers.countFailedPhoneYes(payerId, { verificationId: ID, signing }, at(0))

  test('is counted, and the fifth ends the verification', async () => {
    await put({})
    for (let n = 1; n <= 4; n += 1) {
      await fail()
      expect(await item()).toMatchObject({ pending_failed_yes: n, pending_id: ID })
    }
    await fail()
    const left = Object.keys(await item()).filter((name) => name.startsWith('pending_'))
    expect(left).toEqual([])
  })

  test('over another document is not', async () => {
    await put({})
    await fail('{}')
    expect(await item()).not.toHaveProperty('pending_failed_yes')
  })
})

describe('a code for a number is tried', () => {
  test.each([
    ['after the device’s yes', YES],
    ['with the operator’s invitation', INVITED],
  ])('%s', async (_, stored) => {
    await put(stored)
    expect(await attempt()).toMatchObject({ pending: { attempts: 1 } })
  })

  test('not before either, also with a code of the phone before', async () => {
    await put({})
    await unchanged(() => attempt())
    await unchanged(() => attempt(true))
    await put({ pending_current_passed_at: second(-1) })
    await unchanged(() => attempt())
  })
})

describe('a number is trusted', () => {
  test('by a device’s yes, with nothing of it left; the invitation stays', async () => {
    const seen = await put(YES)
    await trust(seen, { device: DEVICE })
    expect(await item()).toMatchObject({
      phone_number: '+447400123457',
      owner_invitation: { codeHash: 'owner' },
    })
    const left = Object.keys(await item()).filter((name) => name.startsWith('pending_'))
    expect(left).toEqual([])
  })

  test('by the operator’s invitation, which is spent', async () => {
    const seen = await put(INVITED)
    await trust(seen, { invitation: 'owner' })
    expect(await item()).toMatchObject({ phone_number: '+447400123457' })
    expect(await item()).not.toHaveProperty('owner_invitation')
  })

  test.each<[title: string, leave: By, before: object, broken: object]>([
    ['by a device that has not said yes', { device: DEVICE }, YES, { pending_yes_by: 'x' }],
    ['by a device that was removed', { device: DEVICE }, YES, GONE],
    ['by a device that waits', { device: DEVICE }, YES, WAITS],
    [
      'by an invitation that did not come with it',
      { invitation: 'owner' },
      INVITED,
      { pending_invitation: 'other' },
    ],
    [
      'by an invitation that was replaced',
      { invitation: 'owner' },
      INVITED,
      { owner_invitation: { ...usual.owner_invitation, codeHash: 'newer' } },
    ],
    [
      'by an invitation that has ended',
      { invitation: 'owner' },
      INVITED,
      { owner_invitation: { ...usual.owner_invitation, endsAt: second(0) } },
    ],
    [
      'by the code of the phone before, once there was a device',
      undefined,
      { devices_since: undefined, pending_current_passed_at: second(-1) },
      { devices_since: second(-1) },
    ],
  ])('not %s', async (_, leave, before, broken) => {
    const seen = await put(before)
    await put({ ...before, ...broken })
    await unchanged(() => trust(seen, leave))
    await put(before)
    expect(await trust(seen, leave)).toMatchObject({ phone: { national: '7400123457' } })
  })
})

describe('a verification', () => {
  const again = (more: object = {}) => {
    const phone = { countryCode: '44', national: '7400123458' }
    const fresh = {
      verificationId: 'w'.repeat(22),
      reference: '4F2K7Q',
      phone,
      channel: 'sms',
    } as const
    return { ...fresh, expiresAt: at(600), ...more }
  }

  test('of another number keeps nothing of what let the first one in', async () => {
    const { pending } = await put({ ...YES, ...INVITED, pending_failed_yes: 2 })
    if (!pending) throw new Error('nothing is being verified')
    const deviceLeave = { signing: '{"kind":"phone","n":2}', failedYes: 0 }
    await payers.repeatVerification(payerId, pending, again({ deviceLeave }), at(0), at(0))
    expect(await item()).toMatchObject({ pending_signing: deviceLeave.signing })
    for (const name of ['yes_by', 'failed_yes', 'invitation']) {
      expect(await item()).not.toHaveProperty(`pending_${name}`)
    }
  })

  test('that begins after one that has ended keeps nothing of it', async () => {
    await put({ ...YES, ...INVITED, pending_failed_yes: 2, pending_expires_at: second(0) })
    const fresh = { ...again(), sends: 1, sentAt: at(0), attempts: 0, currentPassed: false }
    await payers.beginVerification({ payerId, email: 'ada@example.com' }, fresh, at(0))
    for (const name of ['signing', 'yes_by', 'failed_yes', 'invitation']) {
      expect(await item()).not.toHaveProperty(`pending_${name}`)
    }
  })

  test('is ended by its name, and another one is not', async () => {
    await put(YES)
    await unchanged(() => payers.endVerification(payerId, 'w'.repeat(22)))
    await payers.endVerification(payerId, ID)
    expect(Object.keys(await item()).filter((name) => name.startsWith('pending_'))).toEqual([])
  })
})

test('the operator’s unlock lifts the lock of new payments and its ladder', async () => {
  const locks = { starts_locked_until: second(300), starts_locks: 3 }
  await put({ ...locks, starts_disowned: ['payment.x'] })
  await payers.unlock(payerId, at(0))
  for (const name of Object.keys(locks)) expect(await item()).not.toHaveProperty(name)
  // So that an old no, sent again, does not lock anew.
  expect(await item()).toMatchObject({ starts_disowned: ['payment.x'] })
})
