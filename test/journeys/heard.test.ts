/** A wrong code that is sent with Enter, so that its field has the focus already: a screen reader hears why. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { otherThan } from '../harness/harness.ts'
import { heading, type JourneyHarness } from '../harness/journeyHarness.ts'
import { addedPhone, devicePhone, enrol, invite, startDeviceJourney } from './devicePhone.ts'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startDeviceJourney()
})
afterAll(() => harness.close())

/** Type it, press Enter, and wait for this sentence in one live region that was there before. */
async function hears(page: Page, label: RegExp, typed: string, sentence: string) {
  const field = page.getByLabel(label)
  await field.fill(typed)
  await page.evaluate(
    "for (const one of document.querySelectorAll('[role=status], [role=alert]')) one.dataset.before = ''",
  )
  await field.press('Enter')
  const regions = page.locator('[data-before]').filter({ hasText: sentence })
  await expect.poll(() => regions.count()).toBe(1)
  expect(await field.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true)
  // The next try is told again, and nothing is told before it.
  await field.pressSequentially('1')
  expect(await regions.count()).toBe(0)
}

test('of a number that is confirmed', async () => {
  const ada = await harness.visitor()
  await harness.signIn(ada)
  await ada.page.getByLabel('Phone number').fill(ada.number)
  await ada.page.getByRole('button', { name: 'Get a code' }).click()
  await heading(ada.page, 'Enter the code')
  const wrong = otherThan(harness.codeOn(ada.number))
  await hears(ada.page, /^Code$/, wrong, 'That code is wrong. 4 attempts left.')
})

test('of a payment', async () => {
  const bea = await harness.payer({ app: false })
  await harness.send(bea)
  await harness.text(bea)
  const wrong = otherThan(harness.codeOn(bea.number))
  await hears(bea.page, /^Code$/, wrong, 'That code is wrong. 4 attempts left.')
})

test('of the digits of a phone that is added', async () => {
  const cal = await harness.payer()
  await addedPhone(harness, cal, { name: 'My first' })
  const digits = await enrol(harness, await devicePhone(harness), await invite(cal), 'My second')
  await harness.pass(3)
  await cal.page.bringToFront()
  await heading(cal.page, 'Is this your phone?')
  await hears(cal.page, /^The four digits/, otherThan(digits), '4 attempts left.')
})
