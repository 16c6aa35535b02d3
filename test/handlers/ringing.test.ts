/** A payer's devices are rung over Web Push; what a ring says has no authority. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { devices } from '../../functions/composition.ts'
import { RINGING_ACCOUNT_EVENTS } from '../../functions/core/ringEvent.ts'
import { asLambda } from '../../local/database/access.ts'
import { addAnotherDevice, addDevice, type TestDevice } from '../harness/devices.ts'
import { SITE } from '../harness/event.ts'
import { type Harness, no, type Person, startHarness } from '../harness/harness.ts'
import { waitingDevice } from '../harness/recoveries.ts'

let harness: Harness
let ada: Person
let device: TestDevice
let phone: Awaited<ReturnType<Harness['pushServer']['subscribe']>>
beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())
beforeEach(async () => {
  harness.pushServer.faults.pushService = 'well'
  ada = harness.stranger()
  device = await addDevice(harness, ada)
  phone = await harness.pushServer.subscribe(device)
})

const now = () => harness.clock.now().toISOString()
const push = (on: TestDevice, body: object) => on.request('devicePush', undefined, body)
/** The event of a payment that waits, as the bus delivers it. */
async function pendingEvent() {
  const { createdAt, expiresAt, displayText, paymentId } = await harness.pending(ada)
  const detail = {
    ...{ version: 1, payerId: ada.payerId, paymentId, displayText, createdAt, expiresAt },
    eventId: `${paymentId}:pending`,
  }
  return { source: 'payfriend', 'detail-type': 'payment.pending', detail }
}
const accountEvent = (type: string, about?: { readonly id: string }) => ({
  source: 'payfriend',
  'detail-type': type,
  detail: {
    ...{ version: 1, payerId: ada.payerId, event: type, at: now(), by: 'payer' },
    ...(about && { device: { id: about.id, boundBy: 'text' } }),
  },
})
const requestsOf = ({ endpointPath }: typeof phone) =>
  harness.pushServer.requests.filter(({ path }) => path === endpointPath)
const storedPush = async (on: TestDevice) => {
  const item = (await harness.all('users')).find(({ user_id }) => user_id === ada.payerId)
  return item?.devices[on.id].push
}

describe('a payment that waits', () => {
  test('rings the device with its own words, and a tap opens that payment', async () => {
    const event = await pendingEvent()
    expect(await harness.ring(event)).toEqual({ taken: 1 })
    const { paymentId, displayText } = event.detail
    expect(phone.got()).toEqual([
      {
        web_push: 8030,
        notification: {
          title: 'Approve this payment?',
          body: displayText,
          navigate: `${SITE.origin}/approve.html#payment.${paymentId}`,
          tag: paymentId,
        },
      },
    ])
  })

  test('is kept by the push service no longer than it waits, urgently, the newest for its topic', async () => {
    const event = await pendingEvent()
    harness.clock.advance(60.5)
    await harness.ring(event)
    expect(requestsOf(phone).map(({ headers }) => headers)).toEqual([
      expect.objectContaining({
        ttl: '239',
        urgency: 'high',
        topic: event.detail.paymentId,
        'content-encoding': 'aes128gcm',
      }),
    ])
  })

  test('rings nobody once its time is over', async () => {
    const event = await pendingEvent()
    harness.clock.advance(300)
    expect(await harness.ring(event)).toEqual({ taken: 0 })
    expect(requestsOf(phone)).toEqual([])
  })

  test('rings every active device, and none that the page removed', async () => {
    const second = await addAnotherDevice(harness, ada, device)
    const secondPhone = await harness.pushServer.subscribe(second)
    expect(await harness.ring(await pendingEvent())).toEqual({ taken: 2 })
    await harness.call('deviceRemove', { as: ada, id: second.id, body: {} })
    expect(await harness.ring(await pendingEvent())).toEqual({ taken: 1 })
    expect(secondPhone.got()).toHaveLength(1)
  })

  test('rings again with the same tag and topic when its event comes twice', async () => {
    const event = await pendingEvent()
    await harness.ring(event)
    await harness.ring(event)
    const [first, second] = phone.got()
    expect(second).toEqual(first)
    const topics = requestsOf(phone).map(({ headers }) => headers.topic)
    expect(new Set(topics)).toEqual(new Set([event.detail.paymentId]))
  })

  test('is as it was after a lost, double, late or forged ring', async () => {
    const event = await pendingEvent()
    const before = await harness.item(event.detail.paymentId)
    const forged = {
      ...event.detail,
      displayText: 'Pay €9,999.00 to Mallory (mallory@example.com)',
    }
    await harness.ring(event)
    await harness.ring({ ...event, detail: forged })
    await harness.ring({ ...event, detail: { ...forged, paymentId: 'A'.repeat(22) } })
    expect(await harness.item(event.detail.paymentId)).toEqual(before)
    const { body } = await device.approvals()
    expect(body.approvals.map(({ id }: { id: string }) => id)).toEqual([
      `payment.${event.detail.paymentId}`,
    ])
    expect(body.approvals[0].signing).toContain('20.50')
  })
})

describe('a change of the account', () => {
  test('that is a recovery rings with the new name, and a tap opens what stops it', async () => {
    ada = await harness.person()
    device = await addDevice(harness, ada)
    phone = await harness.pushServer.subscribe(device)
    const other = await waitingDevice(harness, ada)
    expect(await harness.ring(accountEvent('device.waiting', other))).toEqual({ taken: 1 })
    const [{ notification }] = phone.got()
    expect(notification.body).toContain(`“${other.name}”`)
    expect(notification.navigate).toBe(`${SITE.origin}/approve.html#stop.${other.id}`)
    expect(notification.tag).toBe(other.id.slice(0, 32))
  })

  test('rings a device that the page removed, as long as that can be undone', async () => {
    await harness.call('deviceRemove', { as: ada, id: device.id, body: {} })
    const event = accountEvent('device.removed', device)
    expect(await harness.ring(event)).toEqual({ taken: 1 })
    expect(phone.got()[0].notification).toMatchObject({
      title: 'This phone was removed',
      navigate: `${SITE.origin}/approve.html#stop.${device.id}`,
    })
    harness.clock.advance(12 * 3600)
    expect(await harness.ring({ ...event, detail: { ...event.detail, at: now() } })).toEqual({
      taken: 0,
    })
  })

  test('does not ring the device that was added, and rings the others', async () => {
    const second = await addAnotherDevice(harness, ada, device)
    const secondPhone = await harness.pushServer.subscribe(second)
    expect(await harness.ring(accountEvent('device.added', second))).toEqual({ taken: 1 })
    expect(secondPhone.got()).toEqual([])
    expect(phone.got()[0].notification.body).toContain('“Ada’s laptop”')
  })

  test.each(['device.stopped', 'phone.changed'])('of the kind %s names nobody', async (type) => {
    await harness.ring(accountEvent(type, { id: 'A'.repeat(43) }))
    const [{ notification }] = phone.got()
    expect(notification.navigate).toBe(`${SITE.origin}/approve.html#waiting`)
    expect(JSON.stringify(notification)).not.toContain(ada.number.slice(-4))
  })

  test('that is a day old rings nobody', async () => {
    const event = accountEvent('phone.changed')
    harness.clock.advance(86_400)
    expect(await harness.ring(event)).toEqual({ taken: 0 })
  })
})

test('each event of the rule can be rung, and another is a fault', async () => {
  for (const type of RINGING_ACCOUNT_EVENTS) {
    await expect(harness.ring(accountEvent(type))).resolves.toMatchObject({})
  }
  await expect(harness.ring(accountEvent('account.locked'))).rejects.toThrow()
})

describe('a push service', () => {
  test('that is busy when an account has changed fails the run, so that it is tried again later', async () => {
    harness.pushServer.faults.pushService = '429'
    await expect(harness.ring(accountEvent('phone.changed'))).rejects.toThrow('busy')
    harness.pushServer.faults.pushService = 'well'
    expect(await harness.ring(accountEvent('phone.changed'))).toEqual({ taken: 1 })
  })

  test.each(['404', '410'] as const)(
    'that answers %s has ended the subscription, which is forgotten',
    async (fault) => {
      harness.pushServer.faults.pushService = fault
      expect(await harness.ring(await pendingEvent())).toEqual({ taken: 0 })
      expect(await storedPush(device)).toBeUndefined()
      expect(await push(device, {})).toMatchObject({ body: { subscribed: false } })
      expect(requestsOf(phone)).toHaveLength(1)
    },
  )

  test('that answers 429 is asked once more and no third time, and keeps its subscription', async () => {
    harness.pushServer.faults.pushService = '429'
    expect(await harness.ring(await pendingEvent())).toEqual({ taken: 0 })
    expect(requestsOf(phone)).toHaveLength(2)
    expect(await push(device, {})).toMatchObject({ body: { subscribed: true } })
  })

  test('that ends an address meanwhile replaced ends nothing', async () => {
    const store = devices(asLambda(harness.world, 'ringDevices'))
    await store.endPush(ada.payerId, device.id, `${phone.json.endpoint}x`)
    expect(await storedPush(device)).toMatchObject({ endpoint: phone.json.endpoint })
  })

  test('that knows another subscription by then ends only its own', async () => {
    const event = await pendingEvent()
    const { json } = phone
    phone.end()
    const fresh = await harness.pushServer.subscribe(device)
    expect(fresh.json.endpoint).not.toBe(json.endpoint)
    await harness.ring(event)
    expect(fresh.got()).toHaveLength(1)
    expect(await storedPush(device)).toMatchObject({ endpoint: fresh.json.endpoint })
  })
})

describe('POST /device/push', () => {
  test('tells the key, and whether the device has a subscription', async () => {
    const other = await addAnotherDevice(harness, ada, device)
    const { status, body } = await push(other, {})
    expect({ status, body }).toEqual({
      status: 200,
      body: { pushKey: expect.stringMatching(/^B[A-Za-z0-9_-]{86}$/), subscribed: false },
    })
    expect(await push(device, {})).toMatchObject({ body: { ...body, subscribed: true } })
  })

  test('writes nothing for a subscription that it knows', async () => {
    const writes = () =>
      harness.store.calls.filter(({ operation }) => operation === 'UpdateItem').length
    const before = writes()
    expect(await push(device, { subscription: phone.json })).toMatchObject({
      body: { subscribed: true },
    })
    expect(writes()).toBe(before)
  })

  test('ends the rings with null, once, and the payer is told', async () => {
    const notices = async () =>
      (await harness.call('profile', { as: ada })).body.notices.map(
        ({ event }: { event: string }) => event,
      )
    expect(await push(device, { subscription: null })).toMatchObject({
      body: { subscribed: false },
    })
    expect(await push(device, { subscription: null })).toMatchObject({ status: 200 })
    expect((await notices()).filter((event: string) => event === 'device.silenced')).toHaveLength(1)
    expect(await harness.ring(await pendingEvent())).toEqual({ taken: 0 })
  })

  test('tells it once an hour, so that turning it on and off again does not fill the trail', async () => {
    const told = async () => {
      const item = (await harness.all('users')).find(({ user_id }) => user_id === ada.payerId)
      const events = item?.audit_recent.map(({ event }: { event: string }) => event)
      return events.filter((event: string) => event === 'device.silenced').length
    }
    for (const seconds of [0, 1, 3598, 1]) {
      harness.clock.advance(seconds)
      await harness.pushServer.subscribe(device)
      await push(device, { subscription: null })
      expect(await storedPush(device)).toBeUndefined()
    }
    expect(await told()).toBe(2)
  })

  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'https://169.254.169.254/latest/meta-data/',
    'https://fcm.googleapis.com.evil/fcm/send/x',
    'https://fcm.googleapis.com@evil.example/x',
    'https://user@fcm.googleapis.com/x',
    'https://fcm.googleapis.com:8443/x',
    'https://[::1]/x',
    'https://127.0.0.1/x',
    'http://fcm.googleapis.com/x',
    'https://evilnotify.windows.com/x',
    'https://notify.windows.com/x',
    'https://FCM.googleapis.com/x',
    'https://fcm.googleapis.com./x',
    'https://fcm.googleapis.com/',
    'https://fcm.googleapis.com/x#y',
    ' https://fcm.googleapis.com/x',
    'ftp://fcm.googleapis.com/x',
    `https://fcm.googleapis.com/${'x'.repeat(1024)}`,
    'x',
  ])('refuses %s and keeps the subscription before it', async (endpoint) => {
    const before = await storedPush(device)
    const subscription = { ...phone.json, endpoint }
    expect(await push(device, { subscription })).toMatchObject(no(400, 'invalid_request'))
    expect(await storedPush(device)).toEqual(before)
  })

  test.each([
    'https://fcm.googleapis.com/fcm/send/c7Xz0R1vQmE:APA91bH',
    'https://updates.push.services.mozilla.com/wpush/v2/gAAAAABk',
    'https://web.push.apple.com/QGp4bq',
    'https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%2bx',
  ])('takes %s', async (endpoint) => {
    const subscription = { ...phone.json, endpoint }
    expect(await push(device, { subscription })).toMatchObject({ body: { subscribed: true } })
  })

  test.each([
    ['a point that is not on the curve', { p256dh: Buffer.alloc(65, 4).toString('base64url') }],
    ['a short point', { p256dh: 'BAAA' }],
    ['a short secret', { auth: 'AAAA' }],
    ['another member', { more: 'x' }],
  ])('refuses keys with %s', async (_, spoilt) => {
    const subscription = { ...phone.json, keys: { ...phone.json.keys, ...spoilt } }
    expect(await push(device, { subscription })).toMatchObject(no(400, 'invalid_request'))
  })

  test('is not open to a device that the page removed, so that who stole it cannot silence it', async () => {
    await harness.call('deviceRemove', { as: ada, id: device.id, body: {} })
    for (const body of [{}, { subscription: null }, { subscription: phone.json }, { test: true }]) {
      expect(await push(device, body)).toMatchObject(no(403, 'device_not_trusted'))
    }
    expect(await storedPush(device)).toMatchObject({ endpoint: phone.json.endpoint })
  })

  test('forgets the subscription of a device that removed itself', async () => {
    await device.approve('removal')
    expect(await storedPush(device)).toBeUndefined()
  })
})

describe('a test ring', () => {
  test('goes over the bus to this device alone', async () => {
    const second = await addAnotherDevice(harness, ada, device)
    const secondPhone = await harness.pushServer.subscribe(second)
    expect(await push(device, { test: true })).toMatchObject({ body: { subscribed: true } })
    await harness.ring.settled()
    expect(phone.got()).toMatchObject([{ notification: { title: 'Test ring', tag: 'test' } }])
    expect(secondPhone.got()).toEqual([])
  })

  test('comes once in ten seconds, and again in the next ten', async () => {
    await push(device, { test: true })
    harness.clock.advance(9.999)
    expect(await push(device, { test: true })).toMatchObject(no(429, 'too_many_rings'))
    harness.clock.advance(0.001)
    expect(await push(device, { test: true })).toMatchObject({ status: 200 })
    await harness.ring.settled()
    expect(phone.got()).toHaveLength(2)
  })

  test('says how long to wait, and another subscription shortens that by nothing', async () => {
    await push(device, { test: true })
    harness.clock.advance(4)
    await push(device, { subscription: null })
    await harness.pushServer.subscribe(device)
    const refused = await push(device, { test: true })
    expect(refused).toMatchObject(no(429, 'too_many_rings'))
    expect(refused.headers['retry-after']).toBe('6')
  })

  test('of a device without a subscription rings nothing', async () => {
    await push(device, { subscription: null })
    expect(await push(device, { test: true })).toMatchObject({ body: { subscribed: false } })
  })
})
