/** The page on an old phone, 360 pixels wide, with letters of twice the size. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Notice } from '../../web/noticeWords.ts'
import { heading, type JourneyHarness, type Visitor } from '../harness/journeyHarness.ts'
import { devicePhone, enrol, invite, startDeviceJourney } from './devicePhone.ts'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startDeviceJourney()
})
afterAll(async () => {
  await harness.closeBrowsers()
  await harness.close()
})

const old = { viewport: { width: 360, height: 640 } }

/** A payer at the form for a payment. */
async function withLargeLetters(): Promise<Visitor> {
  const payer = await harness.payer({ browser: old })
  await enlarge(payer.page)
  return payer
}

const enlarge = (page: Page) => page.evaluate("document.documentElement.style.fontSize = '200%'")

/** The words of the buttons that stand in two lines. */
const brokenWords = (page: Page) =>
  page.locator('.button:visible').evaluateAll((buttons) =>
    buttons.flatMap((button) => {
      const text = button.firstChild
      const words = [...(text?.textContent ?? '').matchAll(/\S+/g)]
      return words.flatMap(({ 0: word, index }) => {
        const range = button.ownerDocument.createRange()
        if (text === null) return []
        range.setStart(text, index)
        range.setEnd(text, index + word.length)
        const lines = new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom)))
        return lines.size > 1 ? [word] : []
      })
    }),
  )

/** The text of a field is drawn whole. */
const holds = (page: Page, selector: string) =>
  page.locator(selector).evaluate((field) => field.scrollWidth <= field.clientWidth)

test('an amount that is typed is seen, with its currency under it', async () => {
  const { page } = await withLargeLetters()
  await page.getByLabel('Amount', { exact: true }).fill('1234.50')
  expect(await holds(page, '#amount-value')).toBe(true)
  const amount = await page.locator('#amount-value').boundingBox()
  const currency = await page.locator('#amount-currency').boundingBox()
  expect(currency?.y).toBeGreaterThan((amount?.y ?? 0) + (amount?.height ?? 0))
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
  expect(await brokenWords(page)).toEqual([])
})

test('amount and currency stand side by side where there is room', async () => {
  const { page } = await harness.payer({ browser: old })
  const amount = await page.locator('#amount-value').boundingBox()
  const currency = await page.locator('#amount-currency').boundingBox()
  expect(currency?.y).toBe(amount?.y)
})

test('a whole number is seen in its field, and no word of a button is broken', async () => {
  const { page } = await withLargeLetters()
  await page.getByRole('link', { name: 'Phone', exact: true }).click()
  await heading(page, 'Your phone')
  expect(await brokenWords(page)).toEqual([])
  await page.getByRole('button', { name: 'Change my phone number' }).click()
  await page.getByLabel('Phone number').fill('+44 7400 123456')
  expect(await holds(page, '#phone-number')).toBe(true)
  const size = (selector: string) =>
    page
      .locator(selector)
      .evaluate((one) =>
        Number.parseFloat(one.ownerDocument.defaultView?.getComputedStyle(one).fontSize ?? ''),
      )
  // A select cuts a long name off, so the whole one stands below it.
  await page.getByLabel('Country').selectOption('GB')
  await page.getByText('United Kingdom (+44)').filter({ visible: true }).waitFor()
  for (const control of ['#phone-number', '#phone-country']) {
    expect(await size(control)).toBeGreaterThanOrEqual(await size('#phone-number-hint'))
  }
  expect(await brokenWords(page)).toEqual([])
})

test('the question of who is still there is seen together with its button', async () => {
  const { page } = await withLargeLetters()
  await harness.pass(241)
  const dialog = page.getByRole('alertdialog')
  for (const role of ['heading', 'button'] as const) {
    const box = await dialog.getByRole(role).boundingBox()
    expect([role, (box?.y ?? -1) >= 0]).toEqual([role, true])
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(640)
  }
})

test('of many notices the newest one is shown, and the others after one press', async () => {
  const { page, context } = await withLargeLetters()
  const notices: Notice[] = [1, 2, 3, 4, 5].map((hour) => ({
    event: 'device.added',
    at: `2026-11-28T0${hour}:00:00.000Z`,
    ending: null,
  }))
  await context.route('**/api/profile', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...(await response.json()), notices } })
  })
  await page.reload()
  const gotIt = page.getByRole('button', { name: /^Got it/ })
  await gotIt.first().waitFor()
  expect(await gotIt.count()).toBe(1)
  await page.getByText('4 older ones').click()
  expect(await gotIt.count()).toBe(5)
  await gotIt.first().click()
  await page.getByText('3 older ones').waitFor()
})

/** From the top of the screen to its bottom. */
async function isSeenWhole(page: Page, selector: string): Promise<boolean> {
  const box = await page.locator(selector).boundingBox()
  return box !== null && box.y >= 0 && box.y + box.height <= 640
}

test('a new view begins with its heading, and whom and how much are seen with it', async () => {
  const { page, ...payer } = await withLargeLetters()
  await harness.send({ page, ...payer })
  expect(await isSeenWhole(page, 'h1')).toBe(true)
  expect(await isSeenWhole(page, '.display-text')).toBe(true)
})

test('the offer of a text moves no button from under a finger', async () => {
  const { page, ...payer } = await withLargeLetters()
  await harness.send({ page, ...payer })
  const cancel = page.getByRole('button', { name: 'Cancel this payment' })
  const top = () => cancel.evaluate((one) => one.getBoundingClientRect().top)
  const before = await top()
  await harness.pass(16)
  await page.getByText('Having trouble?').waitFor()
  expect(await top()).toBe(before)
})

test('the code is entered beside what is to be compared, and a new text is said there', async () => {
  const { page, ...payer } = await withLargeLetters()
  await harness.send({ page, ...payer })
  await harness.pass(16)
  await harness.text({ page, ...payer })
  expect(await isSeenWhole(page, '.display-text')).toBe(true)
  expect(await isSeenWhole(page, '#code')).toBe(true)
  await harness.pass(21)
  await page.getByRole('button', { name: 'Send a new code' }).click()
  const said = page.getByRole('status').filter({ hasText: /^We texted a new code/ })
  await said.waitFor()
  expect(await isSeenWhole(page, '#code')).toBe(true)
  const box = await said.boundingBox()
  expect(box?.y).toBeGreaterThanOrEqual(0)
  expect((box?.y ?? 640) + (box?.height ?? 0)).toBeLessThanOrEqual(640)
})

/** The button is no wider than its row. */
async function staysInRow(page: Page, name: RegExp): Promise<void> {
  const button = page.getByRole('button', { name })
  const right = (one: typeof button) =>
    one.evaluate((element) => element.getBoundingClientRect().right)
  expect(await right(button)).toBeLessThanOrEqual(await right(button.locator('..')))
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
}

test('a payee with a long name without a space stays in its row', async () => {
  const { page, context, ...payer } = await withLargeLetters()
  await harness.send({ page, context, ...payer })
  await harness.answers({ page, context, ...payer }, 'approved')
  await heading(page, 'Payment approved')
  await context.route('**/api/payments', async (route) => {
    const response = await route.fetch()
    const { payments, ...rest } = await response.json()
    const named = payments.map((one: object) => ({
      ...one,
      payee: { name: 'M'.repeat(100), id: 'long@example.com' },
    }))
    await route.fulfill({ response, json: { ...rest, payments: named } })
  })
  await page.goto(`${harness.payfriend.pageUrl}/#/send`)
  await page.reload()
  await page.getByRole('button', { name: /^M{100}/ }).waitFor()
  await enlarge(page)
  await staysInRow(page, /^M{100}/)
})

test('the button that texts a code for a new phone stays in its row', async () => {
  const payer = await withLargeLetters()
  await enrol(harness, await devicePhone(harness), await invite(payer), 'My phone')
  await harness.pass(3)
  await payer.page.bringToFront()
  await heading(payer.page, 'Is this your phone?')
  expect(await brokenWords(payer.page)).toEqual([])
  // Other letters are wider than those of this machine; WCAG 1.4.12 asks for as much.
  await payer.page.evaluate(
    "for (const one of document.querySelectorAll('.button')) one.style.letterSpacing = '0.12em'",
  )
  await staysInRow(payer.page, /^Text the code to/)
})
