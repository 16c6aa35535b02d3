/** The pretend phone as a push service: what a laptop's devices are rung for, the whole way from a press on the page. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { payers } from '../../functions/composition.ts'
import { asLambda } from '../../local/database/access.ts'
import { type Payfriend, startPayfriend } from '../../local/payfriend.ts'
import { noFaults } from '../../local/phone/faults.ts'
import {
  newSubscription,
  type PretendSubscription,
  PUSH_PATH,
  subscriptionJson,
} from '../../local/phone/pushService.ts'
import { eventually } from '../harness/eventually.ts'
import { signedInAt } from '../harness/signedIn.ts'

let payfriend: Payfriend
let dataDir = ''
const timers: (() => void)[] = []
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'payfriend-'))
  payfriend = await start()
})
afterAll(() => payfriend.close())
beforeEach(() => void Object.assign(phone().book.faults, noFaults()))

const start = () =>
  startPayfriend({ port: 0, dataDir, setTimer: (_ms, fn) => void timers.push(fn) })
const phone = () => {
  if (!payfriend.phone) throw new Error('these tests need the pretend phone')
  return payfriend.phone
}
const shown = (email: string) =>
  phone()
    .devices.shown(new Date())
    .find((one) => one.email === email)

let people = 0
/** A payer with one device on the pretend phone, which has subscribed by itself. */
async function payerWithDevice() {
  people += 1
  const { email, api } = await signedInAt(payfriend, `person${people}@example.com`)
  const { body } = await api('POST', '/devices/invitations', {})
  expect(await phone().devices.add(body.code, 'Pretend phone')).toBeNull()
  const { pending } = (await api('GET', '/profile')).body.devices
  const digits = shown(email)?.asking?.digits
  await api('POST', `/devices/${pending.id}/confirmation`, { digits })
  await phone().devices.look()
  expect(shown(email)).toMatchObject({ canRing: true, rings: [], trouble: null })
  const kid = shown(email)?.kid ?? ''
  return { email, api, kid, deviceId: pending.id, rings: () => shown(email)?.rings ?? [] }
}

type Payer = Awaited<ReturnType<typeof payerWithDevice>>
const PAYMENT = {
  payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
  amount: { value: '20.50', currency: 'EUR' },
}
const send = async ({ api }: Payer) =>
  (await api('POST', '/payments', PAYMENT, randomBytes(16).toString('hex'))).body

/** Where the server rings the payer's device. */
async function storedPush({ kid, deviceId }: Payer) {
  const payer = await payers(asLambda(payfriend.world, 'profile')).get(kid.split('.')[0] ?? '')
  return payer?.devices.all.find(({ id }) => id === deviceId)?.push
}

test('a payment rings the phone, which shows its words until it is answered', async () => {
  const payer = await payerWithDevice()
  const { paymentId, displayText } = await send(payer)
  await eventually(() =>
    expect(payer.rings()).toMatchObject([
      {
        title: 'Approve this payment?',
        body: displayText,
        navigate: `${payfriend.pageUrl}/approve.html#payment.${paymentId}`,
        tag: paymentId,
      },
    ]),
  )
  await eventually(() => expect(shown(payer.email)?.items).toHaveLength(1))
  expect(await phone().devices.answer(payer.kid, `payment.${paymentId}`, 'approve')).toBeNull()
  await phone().devices.look()
  expect(payer.rings()).toEqual([])
})

test('a phone that is rung shows the payment without waiting for its next look', async () => {
  const payer = await payerWithDevice()
  await send(payer)
  await eventually(() =>
    expect(shown(payer.email)?.items).toMatchObject([{ kind: 'payment', status: 'waiting' }]),
  )
})

test('a removal on the page rings the removed phone', async () => {
  const payer = await payerWithDevice()
  await payer.api('POST', `/devices/${payer.deviceId}/removal`, {})
  await eventually(() => expect(payer.rings()).toMatchObject([{ title: 'This phone was removed' }]))
})

describe('a test ring', () => {
  test('comes, and a second one at once is refused in words', async () => {
    const payer = await payerWithDevice()
    expect(await phone().devices.testRing(payer.kid)).toBeNull()
    await eventually(() => expect(payer.rings()).toMatchObject([{ title: 'Test ring' }]))
    expect(await phone().devices.testRing(payer.kid)).toContain('too_many_rings')
  })

  test.each(['429', '404'] as const)('that gets %s says why nothing came', async (fault) => {
    const payer = await payerWithDevice()
    phone().book.faults.pushService = fault
    expect(await phone().devices.testRing(payer.kid)).toBeNull()
    await eventually(() =>
      expect(shown(payer.email)?.missed).toBe(
        `A ring was sent, and the push service answered ${fault}, by the fault above.`,
      ),
    )
    phone().book.faults.pushService = 'well'
  })

  test('subscribes anew where the push service had ended the subscription', async () => {
    const payer = await payerWithDevice()
    phone().book.faults.pushService = '410'
    await send(payer)
    await eventually(async () => expect(await storedPush(payer)).toBeUndefined())
    phone().book.faults.pushService = 'well'
    expect(await phone().devices.testRing(payer.kid)).toBeNull()
    await eventually(() => expect(payer.rings()).toMatchObject([{ title: 'Test ring' }]))
  })
})

test('subscriptions and the key outlive a restart', async () => {
  const payer = await payerWithDevice()
  await payfriend.close()
  payfriend = await start()
  await phone().devices.look()
  expect(shown(payer.email)).toMatchObject({ canRing: true, trouble: null })
})

describe('the push service', () => {
  const SERVER_KEY = 'B'.padEnd(87, 'A')
  const post = (subscription: PretendSubscription, headers: Record<string, string> = {}) =>
    fetch(subscriptionJson(subscription, phone().url).endpoint, {
      method: 'POST',
      headers: { ttl: '60', 'content-encoding': 'aes128gcm', ...headers },
      body: 'x',
    })
  /** The subscription of a device that was let in. */
  async function subscribed() {
    const { kid } = await payerWithDevice()
    const found = phone().devices.subscriptionOf(kid)
    if (!found) throw new Error('the device has no subscription')
    return found
  }

  test('answers 410 for an address that it never gave', async () => {
    expect((await post(newSubscription(SERVER_KEY))).status).toBe(410)
  })

  test.each([
    ['without a time to live', { ttl: '' }, 400],
    ['in the old encoding', { 'content-encoding': 'aesgcm' }, 400],
    ['with a topic that is too long', { topic: 'x'.repeat(33) }, 400],
    ['without a signature', {}, 403],
    ['signed by another key', { authorization: `vapid t=a.b.c, k=${SERVER_KEY}` }, 403],
  ])('refuses a message %s', async (_, headers, status) => {
    expect((await post(await subscribed(), headers)).status).toBe(status)
  })

  test.each(['404', '410', '429'] as const)('answers %s on demand', async (fault) => {
    phone().book.faults.pushService = fault
    expect((await post(newSubscription(SERVER_KEY))).status).toBe(Number(fault))
  })

  test('answers late on demand, once its timer has run, or never', async () => {
    phone().book.faults.pushService = 'late'
    const late = post(newSubscription(SERVER_KEY))
    await eventually(() => expect(timers).toHaveLength(1))
    for (const fn of timers.splice(0)) fn()
    expect((await late).status).toBe(410)
    phone().book.faults.pushService = 'never'
    const url = `${phone().url}${PUSH_PATH}x`
    const signal = AbortSignal.timeout(100)
    await expect(fetch(url, { method: 'POST', body: 'x', signal })).rejects.toThrow()
  })
})
