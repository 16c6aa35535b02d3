/** Five minutes without input (RTS Art. 4(3)(d)), in a real browser. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { passesAxe } from './axe.ts'
import { heading, type Stage, says, startStage, type Visitor } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await startStage()
})
afterAll(() => stage.close())

const warning = (page: Page) => page.getByRole('alertdialog', { name: 'Are you still there?' })
const saysWhy = async (page: Page) => {
  await heading(page, "You're signed out")
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
  (await context.cookies(stage.payfriend.signInUrl)).filter(({ name }) => name === '_session')

test('who does nothing for five minutes is warned a minute before, and signed out here and at the provider', async () => {
  const ann = await stage.payer()
  await ann.page.getByLabel('Name').fill('Aunt Mary')
  expect(await providerSession(ann)).not.toEqual([])
  await stage.pass(239)
  expect(await warning(ann.page).count()).toBe(0)
  await stage.pass(2)
  await warning(ann.page).waitFor()
  const stay = ann.page.getByRole('button', { name: 'Stay signed in' })
  expect(await stay.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true)
  await passesAxe(ann.page)
  await stage.pass(60)
  await saysWhy(ann.page)
  expect(await warning(ann.page).count()).toBe(0)
  await expect.poll(() => providerSession(ann)).toEqual([])
  await isForgotten(ann)
})

test('one key in the last minute is enough to stay', async () => {
  const ben = await stage.payer()
  await ben.page.getByLabel('Name').fill('Aunt Mary')
  for (const key of ['Enter', 'Escape']) {
    // A heading takes the focus from the page itself: that is no input.
    await stage.pass(100)
    await ben.page.getByRole('heading', { level: 1 }).focus()
    await stage.pass(190)
    await warning(ben.page).waitFor()
    await ben.page.keyboard.press(key)
    await warning(ben.page).waitFor({ state: 'hidden' })
  }
  await stage.pass(200)
  expect(await ben.page.getByLabel('Name').inputValue()).toBe('Aunt Mary')
  expect(await warning(ben.page).count()).toBe(0)
})

test('a tab that wakes after hours shows nothing and asks nothing, and nor does one that is loaded', async () => {
  const cleo = await stage.payer()
  await stage.send(cleo)
  await stage.answers(cleo, 'approved')
  await says(cleo.page, 'Your payment has been approved!')
  const asked: string[] = []
  cleo.page.on('request', (request) => {
    if (request.url().includes('/api/')) asked.push(request.url())
  })
  stage.passUnseen(10_000)
  await cleo.page.clock.setSystemTime(Date.now())
  await cleo.page.reload()
  await saysWhy(cleo.page)
  expect(asked).toEqual([])
  await isForgotten(cleo)
})

test('a click on a page that slept for hours comes too late', async () => {
  const dora = await stage.payer()
  stage.passUnseen(10_000)
  await dora.page.clock.setSystemTime(Date.now())
  await dora.page.getByRole('link', { name: 'My payments' }).click()
  await saysWhy(dora.page)
})

test('a press that comes too late sends nothing, and asks nobody to sign in', async () => {
  const hal = await stage.payer()
  await hal.page.addInitScript('window.setInterval = () => 0')
  await hal.page.reload()
  await hal.page.getByRole('button', { name: 'Neville Longbottom' }).click()
  await hal.page.getByLabel('Amount', { exact: true }).fill('20.50')
  const sent: string[] = []
  hal.page.on('request', (request) => sent.push(request.url()))
  await hal.context.setOffline(true)
  stage.passUnseen(10_000)
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
  const emil = await stage.payer()
  await emil.context.setOffline(true)
  await stage.pass(301)
  await saysWhy(emil.page)
  expect(await keptIn(emil.page)).not.toMatch(/refreshToken/)
  await emil.context.setOffline(false)
  await isForgotten(emil)
})

test('a payment that waits for the phone is waited for; its end begins the five minutes', async () => {
  const fay = await stage.payer()
  await stage.send(fay)
  await stage.pass(250)
  await heading(fay.page, 'Waiting for your phone')
  expect(await warning(fay.page).count()).toBe(0)
  await stage.answers(fay, 'approved')
  await says(fay.page, 'Your payment has been approved!')
  await stage.pass(230)
  expect(await warning(fay.page).count()).toBe(0)
  await stage.pass(20)
  await warning(fay.page).waitFor()
  await stage.pass(60)
  await saysWhy(fay.page)
})

test('what is done in one tab counts in the other, and a tab that sleeps is ended with it', async () => {
  const gus = await stage.payer()
  const asleep = await stage.newPage(gus.context)
  await asleep.addInitScript('window.setInterval = () => 0')
  await asleep.goto(`${stage.payfriend.pageUrl}/#/payments`)
  await heading(asleep, 'My payments')
  await stage.pass(200)
  await asleep.keyboard.press('Tab')
  await stage.pass(200)
  await gus.page.getByRole('button', { name: 'Sign out', exact: true }).waitFor()
  expect(await warning(gus.page).count()).toBe(0)
  await stage.pass(101)
  await saysWhy(gus.page)
  await saysWhy(asleep)
})

test('a tab that slept while its person was signed out and another came shows nothing of the first and leaves the other signed in', async () => {
  const ivy = await stage.payer()
  const asleep = await stage.newPage(ivy.context)
  await asleep.goto(`${stage.payfriend.pageUrl}/#/payments`)
  await heading(asleep, 'My payments')
  // A browser that needs memory puts a tab away, and with it all that others tell it.
  await asleep.goto('about:blank')
  await stage.pass(301)
  await saysWhy(ivy.page)
  await isForgotten(ivy)
  await stage.enterPassword(ivy.page, 'another@example.com')
  await asleep.goto(`${stage.payfriend.pageUrl}/#/payments`)
  await saysWhy(asleep)
  expect(await keptIn(asleep)).not.toMatch(/refreshToken/)
  await stage.pass(10)
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
      await says(page, 'Your payment has been approved!')
      expect(await warning(page).count()).toBe(0)
      await stage.pass(165)
      await warning(page).waitFor()
    },
  ],
])('the end of a payment that a page slept through and that was %s', async (_, after, isShown) => {
  const jon = await stage.payer()
  await stage.send(jon)
  // Hidden, a page asks nothing.
  await jon.page.evaluate(`Object.defineProperty(document, 'hidden', { value: true, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))`)
  await stage.pass(after - 3)
  await stage.answers(jon, 'approved')
  await stage.pass(330 - after)
  await heading(jon.page, 'Waiting for your phone')
  await jon.page.evaluate(`delete document.hidden
    document.dispatchEvent(new Event('visibilitychange'))`)
  await isShown(jon.page)
})
