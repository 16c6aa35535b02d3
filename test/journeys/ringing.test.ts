/** A payer's phone is rung, and says in plain words where it can't be. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { heading, says, type Visitor } from '../harness/journeyHarness.ts'
import { passesAxe } from './axe.ts'
import { addedPhone, type DevicePhone, pay, wordsOn } from './devicePhone.ts'
import { phoneThatRings, pushed, startRingingJourney, workerOf } from './ringingPhone.ts'

let journey: Awaited<ReturnType<typeof startRingingJourney>>
beforeAll(async () => {
  journey = await startRingingJourney()
})
afterEach(() => journey.harness.closeBrowsers())
afterAll(async () => {
  await journey.harness.close()
  journey.pushes.close()
})

const turnOn = async ({ page }: DevicePhone) => {
  await page.getByRole('button', { name: 'Let this phone ring' }).click()
  await says(page, 'This phone rings now. Try it with a test ring.')
}

/** What came to the push service since it was asked last. */
const rung = async (count = 1) => {
  const { received } = journey.pushes
  await expect.poll(() => received.length).toBeGreaterThanOrEqual(count)
  return received.splice(0).map(({ payload }) => payload)
}

/** The words of a payment are on the phone, and nothing has rung. */
const paysWithoutRing = async (payer: Visitor, { page }: DevicePhone) => {
  await pay(journey.harness, payer)
  const words = await wordsOn(payer)
  await page.bringToFront()
  await page.getByRole('link', { name: words }).waitFor()
  expect(journey.pushes.requests.splice(0)).toEqual([])
}

test('a phone asks in a press only, says before what for, and rings with the payment’s words', async () => {
  const ada = await journey.harness.payer()
  const phone = await phoneThatRings(journey, ada)
  await says(phone.page, /^This page has to be open to show what waits\./)
  await says(phone.page, /whom you pay and how much, and a locked phone may show it/)
  await passesAxe(phone.page)
  expect(phone.asked).toEqual([])
  expect(phone.context.serviceWorkers()).toEqual([])
  await turnOn(phone)
  expect(phone.asked).toEqual(['click'])
  await passesAxe(phone.page)
  await pay(journey.harness, ada)
  const words = await wordsOn(ada)
  const [message] = await rung()
  expect(message.notification.body).toBe(words)
  const worker = await workerOf(phone)
  expect(await pushed(worker, message)).toEqual([
    {
      title: 'Approve this payment?',
      body: words,
      tag: message.notification.tag,
      place: `#payment.${message.notification.tag}`,
    },
  ])
  await phone.page.bringToFront()
  // As the worker does it when the notification is pressed.
  await worker.evaluate(`clients.matchAll({ includeUncontrolled: true }).then(([one]) =>
    one.postMessage({ place: '#payment.${message.notification.tag}' }))`)
  await heading(phone.page, words)
})

test('what a notification opens is shown although the page did not know of it yet', async () => {
  const abe = await journey.harness.payer()
  const phone = await phoneThatRings(journey, abe)
  await turnOn(phone)
  const worker = await workerOf(phone)
  await abe.page.bringToFront()
  await abe.page.getByRole('link', { name: 'Send a payment' }).first().click()
  await journey.harness.send(abe)
  const [message] = await rung()
  await worker.evaluate(`clients.matchAll({ includeUncontrolled: true }).then(([one]) =>
    one.postMessage({ place: '#payment.${message.notification.tag}' }))`)
  await heading(phone.page, message.notification.body)
})

test('a message to the page opens nothing but what waits', async () => {
  const amy = await journey.harness.payer()
  const phone = await phoneThatRings(journey, amy)
  await turnOn(phone)
  const worker = await workerOf(phone)
  for (const place of ['#add/K7QMX4H2RW', '#home', 7, null, { view: 'add' }]) {
    await worker.evaluate(`clients.matchAll({ includeUncontrolled: true }).then(([one]) =>
      one.postMessage({ place: ${JSON.stringify(place)} }))`)
  }
  await worker.evaluate(`clients.matchAll({ includeUncontrolled: true }).then(([one]) =>
    one.postMessage({ place: '#payment.unknown' }))`)
  await heading(phone.page, 'This no longer waits for your answer')
})

test('a notification is closed when its payment waits no more, and none that may be newer', async () => {
  const ann = await journey.harness.payer()
  const phone = await phoneThatRings(journey, ann)
  await turnOn(phone)
  await pay(journey.harness, ann)
  const [{ notification }] = await rung()
  await phone.page.evaluate(`
    window.playedClosed = []
    const played = (place) => ({ data: { place }, close: () => playedClosed.push(place) })
    ServiceWorkerRegistration.prototype.getNotifications = async () => [
      played('#payment.${notification.tag}'),
      played('#stop.thumb'),
      played('#device.thumb'),
      { data: null, navigate: location.origin + '/approve.html#payment.another', close: () => playedClosed.push('declared') },
    ]
  `)
  const closed = () => phone.page.evaluate('playedClosed')
  const closedLater = async () => {
    await journey.harness.pass(3)
    return closed()
  }
  await phone.page.bringToFront()
  await expect.poll(closedLater).toContain('declared')
  expect(await closed()).toContain('#device.thumb')
  expect(await closed()).not.toContain(`#payment.${notification.tag}`)
  await ann.page.bringToFront()
  await ann.page.getByRole('button', { name: 'Cancel this payment' }).click()
  await says(ann.page, 'Payment cancelled')
  await phone.page.bringToFront()
  await expect.poll(closedLater).toContain(`#payment.${notification.tag}`)
  expect(await closed()).toContain('#stop.thumb')
})

test('the worker takes a message that it cannot read, and shows general words', async () => {
  const bea = await journey.harness.payer()
  const phone = await phoneThatRings(journey, bea)
  await turnOn(phone)
  expect(await pushed(await workerOf(phone), 'nonsense')).toMatchObject([{ title: 'Payfriend' }])
})

test('a test ring goes the whole way, and too many are told in words', async () => {
  const bob = await journey.harness.payer()
  const phone = await phoneThatRings(journey, bob)
  await turnOn(phone)
  await phone.page.getByRole('button', { name: 'Test ring' }).click()
  await says(phone.page, /^A test ring is on its way\./)
  expect(await rung()).toMatchObject([{ notification: { title: 'Test ring' } }])
  await phone.page.getByRole('button', { name: 'Test ring' }).click()
  await says(phone.page, /^This phone was rung a moment ago\./)
  await journey.harness.pass(10)
  await phone.page.getByRole('button', { name: 'Test ring' }).click()
  const onItsWay = phone.page.getByText('A test ring is on its way.')
  await onItsWay.waitFor()
  // It has come by then, or it comes no more.
  await journey.harness.pass(125)
  await expect.poll(() => onItsWay.count()).toBe(0)
})

describe('a subscription', () => {
  test('that the browser has lost is made anew when the page is opened', async () => {
    const cat = await journey.harness.payer()
    const phone = await phoneThatRings(journey, cat)
    await turnOn(phone)
    const before = await phone.page.evaluate(`localStorage.getItem('played.subscription')`)
    await phone.page.evaluate(`localStorage.setItem('played.subscription', 'null')`)
    const told = phone.page.waitForResponse((response) =>
      Boolean(response.request().postData()?.includes('endpoint')),
    )
    await phone.page.reload()
    expect((await told).status()).toBe(200)
    const after = await phone.page.evaluate(`localStorage.getItem('played.subscription')`)
    expect(after).not.toBe(before)
    journey.pushes.requests.splice(0)
    await pay(journey.harness, cat)
    await rung()
    const { endpoint } = JSON.parse(String(after)).json
    expect(journey.pushes.requests.splice(0).map(({ path }) => path)).toEqual([
      new URL(endpoint).pathname,
    ])
  })

  test('that is of another key is replaced', async () => {
    const coe = await journey.harness.payer()
    const phone = await phoneThatRings(journey, coe)
    await turnOn(phone)
    await phone.page.evaluate(`
      const { json } = JSON.parse(localStorage.getItem('played.subscription'))
      localStorage.setItem('played.subscription', JSON.stringify({ json, key: 'AAAA' }))
    `)
    const told = phone.page.waitForResponse((response) =>
      Boolean(response.request().postData()?.includes('endpoint')),
    )
    await phone.page.reload()
    await told
    expect(await phone.page.evaluate(`localStorage.getItem('played.subscription')`)).not.toContain(
      'AAAA',
    )
    await pay(journey.harness, coe)
    expect(await rung()).toHaveLength(1)
  })

  test('that the browser replaces while the page is closed is told by the worker', async () => {
    const dan = await journey.harness.payer()
    const phone = await phoneThatRings(journey, dan)
    await turnOn(phone)
    const worker = await workerOf(phone)
    const key = await phone.page.evaluate(
      `JSON.parse(localStorage.getItem('played.subscription')).key`,
    )
    const json = journey.pushes.newSubscription(String(key))
    const told = phone.context.waitForEvent('response', (response) =>
      Boolean(response.ok() && response.request().postData()?.includes(json.endpoint)),
    )
    // The server's clock is ahead of the worker's by more than a proof may be.
    journey.harness.passUnseen(120)
    await worker.evaluate(`{
      const event = new ExtendableEvent('pushsubscriptionchange')
      event.newSubscription = { toJSON: () => (${JSON.stringify(json)}) }
      dispatchEvent(event)
    }`)
    await told
    journey.pushes.requests.splice(0)
    await pay(journey.harness, dan)
    await rung()
    expect(journey.pushes.requests.splice(0).map(({ path }) => path)).toEqual([
      new URL(json.endpoint).pathname,
    ])
  })

  test('ends when the payer wants no ring any more, here and at the server', async () => {
    const eve = await journey.harness.payer()
    const phone = await phoneThatRings(journey, eve)
    await turnOn(phone)
    await phone.page.getByRole('button', { name: 'Stop ringing' }).click()
    await says(phone.page, 'This phone does not ring any more.')
    await phone.page.getByRole('button', { name: 'Let this phone ring' }).waitFor()
    expect(await phone.page.evaluate(`localStorage.getItem('played.subscription')`)).toBe('null')
    journey.pushes.requests.splice(0)
    await paysWithoutRing(eve, phone)
    await phone.page.reload()
    await heading(phone.page, 'Waiting for your answer')
    expect(await phone.page.evaluate(`localStorage.getItem('played.subscription')`)).toBe('null')
  })

  test('ends with the last account of the phone', async () => {
    const flo = await journey.harness.payer()
    const phone = await phoneThatRings(journey, flo)
    await turnOn(phone)
    await phone.page.getByText('This phone', { exact: true }).click()
    await phone.page.getByRole('button', { name: `Remove this phone from ${flo.email}` }).click()
    await phone.page.getByRole('button', { name: 'Yes, remove it' }).click()
    await heading(phone.page, 'This phone is removed')
    expect(await phone.page.evaluate(`localStorage.getItem('played.subscription')`)).toBe('null')
    expect(await phone.page.evaluate(`localStorage.getItem('payfriend.rings')`)).toBeNull()
  })
})

describe('a phone that can’t be rung says why, and what to do', () => {
  test('because its owner said no', async () => {
    const gus = await journey.harness.payer()
    const phone = await phoneThatRings(journey, gus, 'denied')
    await phone.page.getByRole('button', { name: 'Let this phone ring' }).click()
    await says(phone.page, /its browser forbids notifications of this page\. Allow them/)
    await passesAxe(phone.page)
    await paysWithoutRing(gus, phone)
  })

  test('because its owner did not answer', async () => {
    const hal = await journey.harness.payer()
    const phone = await phoneThatRings(journey, hal, 'default')
    await phone.page.getByRole('button', { name: 'Let this phone ring' }).click()
    await says(phone.page, 'Nothing has changed. Press the button again, and then “Allow”.')
  })

  test('because its browser has no push', async () => {
    const ian = await journey.harness.payer()
    const context = await journey.harness.newContext()
    await context.addInitScript('delete window.PushManager')
    const phone = await addedPhone(journey.harness, ian, { context })
    await phone.page.getByText('Ringing', { exact: true }).click()
    await says(phone.page, /^This browser can’t ring\. Keep this page open/)
  })
})

test('without network the page says so, says nothing of what waits, and tries again by itself', async () => {
  const jan = await journey.harness.payer()
  const phone = await addedPhone(journey.harness, jan)
  await phone.context.setOffline(true)
  await journey.harness.pass(3)
  await says(phone.page, /^This phone can’t reach Payfriend, so it doesn’t know what waits now\./)
  expect(await phone.page.getByText(/Nothing waits/).count()).toBe(0)
  await passesAxe(phone.page)
  await phone.context.setOffline(false)
  const knows = async () => {
    await journey.harness.pass(6)
    return phone.page.getByText(/^Nothing waits\./).count()
  }
  await expect.poll(knows).toBe(1)
})
