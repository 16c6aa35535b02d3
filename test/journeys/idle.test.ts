/** Five minutes without input (RTS Art. 4(3)(d)), in a real browser. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  heading,
  type JourneyHarness,
  says,
  startJourneyHarness,
  type Visitor,
} from '../harness/journeyHarness.ts'
import { passesAxe } from './axe.ts'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startJourneyHarness()
})
afterAll(() => harness.close())

const warning = (page: Page) => page.getByRole('alertdialog', { name: 'Are you still there?' })
const saysWhy = async (page: Page) => {
  await heading(page, 'You’re signed out')
  await says(page, 'Nobody touched this page for five minutes')
}
const keptIn = (page: Page) => page.evaluate<string>('JSON.stringify(sessionStorage)')

/** Nothing of the person is left in the tab, and signing in needs the password again. */
async function isForgotten({ page }: Visitor) {
  expect(await keptIn(page)).not.toMatch(/refreshToken|form|person/)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('input[name=password]').waitFor()
}

const providerSession = async ({ context }: Visitor) =>
  (await context.cookies(harness.payfriend.signInUrl)).filter(({ name }) => name === '_session')

test('who does nothing for five minutes is warned a minute before, and signed out here and at the provider', async () => {
  const ann = await harness.payer()
  await ann.page.getByLabel('Name').fill('Aunt Mary')
  expect(await providerSession(ann)).not.toEqual([])
  await harness.pass(239)
  expect(await warning(ann.page).count()).toBe(0)
  await harness.pass(2)
  await warning(ann.page).waitFor()
  const stay = ann.page.getByRole('button', { name: 'Stay signed in' })
  expect(await stay.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true)
  await passesAxe(ann.page)
  await harness.pass(60)
  await saysWhy(ann.page)
  expect(await warning(ann.page).count()).toBe(0)
  await expect.poll(() => providerSession(ann)).toEqual([])
  await isForgotten(ann)
})

test('one key in the last minute is enough to stay', async () => {
  const ben = await harness.payer()
  await ben.page.getByLabel('Name').fill('Aunt Mary')
  for (const key of ['Enter', 'Escape']) {
    // A heading takes the focus from the page itself: that is no input.
    await harness.pass(100)
    await ben.page.getByRole('heading', { level: 1 }).focus()
    await harness.pass(190)
    await warning(ben.page).waitFor()
    await ben.page.keyboard.press(key)
    await warning(ben.page).waitFor({ state: 'hidden' })
  }
  await harness.pass(200)
  expect(await ben.page.getByLabel('Name').inputValue()).toBe('Aunt Mary')
  expect(await warning(ben.page).count()).toBe(0)
})

test('a tab that wakes after hours shows nothing and asks nothing, and nor does one that is loaded', async () => {
  const cleo = await harness.payer()
  await harness.send(cleo)
  await harness.answers(cleo, 'approved')
  await heading(cleo.page, 'Payment approved')
  const asked: string[] = []
  cleo.page.on('request', (request) => {
    if (request.url().includes('/api/')) asked.push(request.url())
  })
  harness.passUnseen(10_000)
  await cleo.page.clock.setSystemTime(Date.now())
  await cleo.page.reload()
  await saysWhy(cleo.page)
  expect(asked).toEqual([])
  await isForgotten(cleo)
})

test('a click on a page that slept for hours comes too late', async () => {
  const dora = await harness.payer()
  harness.passUnseen(10_000)
  await dora.page.clock.setSystemTime(Date.now())
  await dora.page.getByRole('link', { name: 'My payments' }).click()
  await saysWhy(dora.page)
})

test('a press that comes too late sends nothing, and asks nobody to sign in', async () => {
  const hal = await harness.payer()
  await hal.page.addInitScript('window.setInterval = () => 0')
  await hal.page.reload()
  await hal.page.getByRole('button', { name: 'Neville Longbottom' }).click()
  await hal.page.getByLabel('Amount', { exact: true }).fill('20.50')
  const sent: string[] = []
  hal.page.on('request', (request) => sent.push(request.url()))
  await hal.context.setOffline(true)
  harness.passUnseen(10_000)
  await hal.page.clock.setSystemTime(Date.now())
  const lost = hal.page.waitForEvent('requestfailed')
  await hal.page.getByRole('button', { name: 'Send payment' }).click()
  await lost
  // Whatever else it would ask is asked by then.
  for (let n = 0; n < 5; n += 1) await hal.page.evaluate("fetch('/later').catch(() => {})")
  await saysWhy(hal.page)
  expect(sent.filter((url) => !/\/(revoke|later)$/.test(url))).toEqual([])
})

test('without a network it is signed out all the same, and the password is asked for later', async () => {
  const emil = await harness.payer()
  await emil.context.setOffline(true)
  await harness.pass(301)
  await saysWhy(emil.page)
  expect(await keptIn(emil.page)).not.toMatch(/refreshToken/)
  await emil.context.setOffline(false)
  await isForgotten(emil)
})

test('a payment that waits for the phone is waited for; its end begins the five minutes', async () => {
  const fay = await harness.payer()
  await harness.send(fay)
  await harness.pass(250)
  await heading(fay.page, 'Waiting for your phone')
  expect(await warning(fay.page).count()).toBe(0)
  await harness.answers(fay, 'approved')
  await heading(fay.page, 'Payment approved')
  await harness.pass(230)
  expect(await warning(fay.page).count()).toBe(0)
  await harness.pass(20)
  await warning(fay.page).waitFor()
  await harness.pass(60)
  await saysWhy(fay.page)
})

test('what is done in one tab counts in the other, and a tab that sleeps is ended with it', async () => {
  const gus = await harness.payer()
  const asleep = await harness.newPage(gus.context)
  await asleep.addInitScript('window.setInterval = () => 0')
  await asleep.goto(`${harness.payfriend.pageUrl}/#/payments`)
  await heading(asleep, 'My payments')
  await harness.pass(200)
  await asleep.keyboard.press('Tab')
  await harness.pass(200)
  await gus.page.getByRole('button', { name: 'Sign out', exact: true }).waitFor()
  expect(await warning(gus.page).count()).toBe(0)
  await harness.pass(101)
  await saysWhy(gus.page)
  await saysWhy(asleep)
})

test('a tab that slept while its person was signed out and another came shows nothing of the first and leaves the other signed in', async () => {
  const ivy = await harness.payer()
  const asleep = await harness.newPage(ivy.context)
  await asleep.goto(`${harness.payfriend.pageUrl}/#/payments`)
  await heading(asleep, 'My payments')
  // A browser that needs memory puts a tab away, and with it all that others tell it.
  await asleep.goto('about:blank')
  await harness.pass(301)
  await saysWhy(ivy.page)
  await isForgotten(ivy)
  await harness.enterPassword(ivy.page, 'another@example.com')
  await asleep.goto(`${harness.payfriend.pageUrl}/#/payments`)
  await saysWhy(asleep)
  expect(await keptIn(asleep)).not.toMatch(/refreshToken/)
  await harness.pass(10)
  await says(ivy.page, 'another@example.com')
  await ivy.page.reload()
  await says(ivy.page, 'another@example.com')
})

test.each([
  ['long before is the end of the five minutes too', 3, saysWhy],
  [
    'a while before is shown, and the five minutes began with it',
    200,
    async (page: Page) => {
      await heading(page, 'Payment approved')
      expect(await warning(page).count()).toBe(0)
      await harness.pass(165)
      await warning(page).waitFor()
    },
  ],
])('the end of a payment that a page slept through and that was %s', async (_, after, isShown) => {
  const jon = await harness.payer()
  await harness.send(jon)
  // Hidden, a page asks nothing.
  await jon.page.evaluate(`Object.defineProperty(document, 'hidden', { value: true, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))`)
  await harness.pass(after - 3)
  await harness.answers(jon, 'approved')
  await harness.pass(330 - after)
  // By its own clock it knows that the time is over, and not how it ended.
  await heading(jon.page, 'Your payment')
  await jon.page.evaluate(`delete document.hidden
    document.dispatchEvent(new Event('visibilitychange'))`)
  await isShown(jon.page)
})
