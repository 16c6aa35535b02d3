/** `PROVIDER=none npm start` in a real browser: the page beside the pretend phone, as the README says. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  heading,
  type JourneyHarness,
  says,
  startJourneyHarness,
} from '../harness/journeyHarness.ts'
import { passesAxe } from './axe.ts'
import { invite, wordsOn } from './devicePhone.ts'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startJourneyHarness({ PROVIDER: 'none' })
})
afterEach(() => harness.closeBrowsers())
afterAll(() => harness.close())

test('without a provider a payer registers, adds the pretend phone, pays, approves and denies', async () => {
  const ann = await harness.visitor()
  const { page } = ann
  await harness.signIn(ann)
  await heading(page, 'Add a phone that approves')
  for (const from of ['another view', 'the same view']) {
    await page.evaluate("document.getElementById('notice').replaceChildren()")
    await page.getByRole('link', { name: 'Send a payment' }).click()
    await says(page, 'Before you can pay, add a phone.')
    await heading(page, 'Add a phone that approves')
    const focused = await page.evaluate('document.activeElement.innerText')
    expect([from, focused]).toEqual([from, 'Add a phone that approves'])
  }
  const code = await invite(ann)

  const handset = await harness.handset()
  for (const words of ['Authy', 'Twilio', 'phone number']) {
    const seen = handset.getByText(words).filter({ visible: true })
    await expect.poll(() => seen.count()).toBe(0)
  }
  await passesAxe(handset)
  await handset.getByLabel('Code of the page, or its link').fill(code)
  await handset.getByRole('button', { name: 'Add this phone' }).click()
  const device = handset.getByRole('article', { name: `Device Pretend phone, ${ann.email}` })
  const digits = await device.locator('.asking .digits').innerText()
  expect(digits).toMatch(/^\d{4}$/)

  await page.bringToFront()
  await harness.pass(3)
  await heading(page, 'Is this your phone?')
  await page.getByLabel('The four digits').fill(digits)
  await page.getByRole('button', { name: 'Add this phone' }).click()
  await says(page, 'Pretend phone can approve your payments now.')

  for (const [press, end, told] of [
    ['Approve', 'Approved', 'Payment approved'],
    ['Deny', 'Denied', 'Payment denied'],
  ] as const) {
    await page.bringToFront()
    await page.getByRole('link', { name: 'Send a payment' }).first().click()
    await harness.send(ann)
    const words = await wordsOn(ann)
    await handset.bringToFront()
    const requests = device.getByRole('list', { name: 'Requests' }).getByRole('listitem')
    const request = requests.filter({ hasText: words }).first()
    await request.getByRole('button', { name: press, exact: true }).click()
    if (press === 'Deny') await request.getByRole('button', { name: 'I changed my mind' }).click()
    await expect.poll(() => request.locator('.answer').innerText()).toBe(end)
    await page.bringToFront()
    await harness.pass(3)
    await says(page, told)
  }
})
