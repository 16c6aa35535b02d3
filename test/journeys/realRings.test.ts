/**
 * The browser's own notifications: a message is given to the worker as a push service does it, and what is then on the
 * screen is asked of the browser. npm's Chromium has none, so this needs a whole one.
 */
import type { CDPSession } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { says } from '../harness/journeyHarness.ts'
import { launchWholeBrowser, wholeBrowser } from '../harness/wholeBrowser.ts'
import { type DevicePhone, pay, wordsOn } from './devicePhone.ts'
import { phoneThatRings, startRingingJourney } from './ringingPhone.ts'

if (wholeBrowser() === undefined) {
  test('DID NOT RUN: no whole Chromium is here, so no notification of a real browser was seen', () => {
    console.warn('NOT RUN: test/journeys/realRings.test.ts needs a whole Chromium (apt: chromium).')
    expect(wholeBrowser()).toBeUndefined()
  })
} else {
  describe('in a whole Chromium', inWholeBrowser)
}

function inWholeBrowser() {
  let journey: Awaited<ReturnType<typeof startRingingJourney>>
  beforeAll(async () => {
    journey = await startRingingJourney(launchWholeBrowser)
  })
  afterEach(() => journey.harness.closeBrowsers())
  afterAll(async () => {
    await journey.harness.close()
    journey.pushes.close()
  })

  /** A phone that rings, and its browser's door for messages. */
  async function ringing() {
    const payer = await journey.harness.payer()
    const phone = await phoneThatRings(journey, payer, null)
    await phone.page.getByRole('button', { name: 'Let this phone ring' }).click()
    await says(phone.page, 'This phone rings now. Try it with a test ring.')
    const session = await phone.context.newCDPSession(phone.page)
    const registrationId = await registrationOf(session)
    const { origin } = new URL(journey.harness.payfriend.pageUrl)
    const deliver = (data: string) =>
      session.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data })
    return { payer, phone, deliver }
  }

  const shownOn = ({ page }: DevicePhone): Promise<unknown> =>
    page.evaluate(`navigator.serviceWorker.ready.then((here) => here.getNotifications()).then((all) =>
      all.map(({ title, body, tag }) => ({ title, body, tag })))`)

  test('a payment’s ring is one notification with its words, and ends with the payment', async () => {
    const { payer, phone, deliver } = await ringing()
    await pay(journey.harness, payer)
    const words = await wordsOn(payer)
    await expect.poll(() => journey.pushes.received.length).toBe(1)
    const [{ payload } = { payload: null }] = journey.pushes.received.splice(0)
    await deliver(JSON.stringify(payload))
    // Twice, as a push service may do it.
    await deliver(JSON.stringify(payload))
    const one = { title: 'Approve this payment?', body: words, tag: payload.notification.tag }
    await expect.poll(() => shownOn(phone)).toEqual([one])
    await payer.page.bringToFront()
    await payer.page.getByRole('button', { name: 'Cancel this payment' }).click()
    await says(payer.page, 'Payment cancelled')
    await phone.page.bringToFront()
    const left = async () => {
      await journey.harness.pass(3)
      return shownOn(phone)
    }
    await expect.poll(left).toEqual([])
  })

  test.each([
    '',
    'nonsense',
    '{}',
    '{"web_push":8030}',
    '{"web_push":8030,"notification":{"title":""}}',
    '\u0000',
  ])('the message %j is one notification with general words', async (data) => {
    const { phone, deliver } = await ringing()
    await deliver(data)
    await expect
      .poll(() => shownOn(phone))
      .toEqual([
        {
          title: 'Payfriend',
          body: 'Something may wait for your answer. Press here to look.',
          tag: 'payfriend',
        },
      ])
  })
}

/** The browser's name for our worker's registration. */
function registrationOf(session: CDPSession): Promise<string> {
  return new Promise((resolve, reject) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const own = registrations.find(({ scopeURL }) => scopeURL.endsWith('/approve.html'))
      if (own) resolve(own.registrationId)
    })
    session.send('ServiceWorker.enable').catch(reject)
  })
}
