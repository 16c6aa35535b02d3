/** What befalls codes by text at Twilio Verify, and what a payer in a real browser is told of it. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { noFaults } from '../../local/phone/faults.ts'
import {
  heading,
  type JourneyHarness,
  says,
  startJourneyHarness,
  tabTo,
} from '../harness/journeyHarness.ts'
import { passesAxe } from './axe.ts'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startJourneyHarness({ PROVIDER: 'twilioVerify' })
})
afterEach(() => void Object.assign(harness.phone.book.faults, noFaults()))
afterAll(() => harness.close())

test('without PSD2 mode the page says that codes do not work, offers none to enter, and lets the payer cancel', async () => {
  const handset = await harness.handset()
  const ann = await harness.payer()
  await handset.getByLabel('Twilio account without PSD2 mode').check()
  await expect.poll(() => harness.phone.book.faults.psd2Off).toBe(true)
  await harness.send(ann)
  await says(
    ann.page,
    'Codes by text don’t work just now. Try again later, or cancel this payment.',
  )
  await offersNoEntry(ann.page)
  await passesAxe(ann.page)
  const payment = ann.page.url()
  await ann.page.goto(`${payment}/code`)
  await ann.page.reload()
  await heading(ann.page, 'Approve this payment')
  await offersNoEntry(ann.page)
  await ann.page.getByRole('button', { name: 'Cancel this payment' }).click()
  await heading(ann.page, 'Payment cancelled')
})

test('a phone that takes no texts is told so, and the way to another phone', async () => {
  const cleo = await harness.payer()
  harness.phone.book.setLandline(cleo.number, true)
  await harness.send(cleo)
  await says(cleo.page, 'Your phone takes no texts. Change it to a mobile phone.')
  await says(cleo.page, 'This payment stays with the phone it was started for: cancel it')
  await offersNoEntry(cleo.page)
  await passesAxe(cleo.page)
  await cleo.page.getByRole('link', { name: 'Change your phone number' }).click()
  await heading(cleo.page, 'Your phone')
  await cleo.page.getByRole('button', { name: 'Change my phone number' }).waitFor()
})

test('a landline is refused a text beside its number, and is proved by a call', async () => {
  const dora = await harness.visitor()
  await harness.signIn(dora)
  // Known to the phone book from the first text on.
  harness.phone.book.setLandline(dora.number, true)
  await dora.page.getByLabel('Phone number').fill(dora.number)
  await dora.page.getByRole('button', { name: 'Get a code' }).click()
  await says(dora.page, 'This number takes no texts. Choose a call instead.')
  expect(await dora.page.getByLabel('Phone number').getAttribute('aria-invalid')).toBe('true')
  await harness.pass(21)
  await dora.page.getByLabel('Call').check()
  await dora.page.getByRole('button', { name: 'Get a code' }).click()
  await heading(dora.page, 'Enter the code')
  await dora.page.getByLabel('Code', { exact: true }).fill(harness.codeOn(dora.number))
  await dora.page.getByRole('button', { name: 'Confirm' }).click()
  await heading(dora.page, 'Send a payment')
})

test('Twilio’s 429 is a wait, during which there is no code to enter', async () => {
  const emil = await harness.payer()
  harness.phone.book.faults.answer429 = true
  await harness.send(emil)
  await says(emil.page, 'Too many codes were asked for just now.')
  await says(emil.page, /^You can ask again in (19|20) seconds\.$/)
  await offersNoEntry(emil.page)
  harness.phone.book.faults.answer429 = false
  await harness.pass(21)
  await harness.text(emil)
  await harness.enter(emil, harness.codeOn(emil.number))
  await heading(emil.page, 'Payment approved')
})

test('a payment whose phone was replaced leads to the phone, and a long wait is not cut short', async () => {
  const fay = await harness.payer()
  await refuses(fay.page, 403, 'phone_not_verified')
  await harness.send(fay)
  await says(fay.page, 'This payment was started for another phone. Cancel it and start again.')
  const phone = fay.page.getByRole('link', { name: 'See your phone' })
  expect(await phone.getAttribute('href')).toBe('#/phone')
  await fay.page.unrouteAll()
  await harness.text(fay)
  await refuses(fay.page, 429, 'too_many_sms', { 'Retry-After': '900' })
  await harness.pass(21)
  await fay.page.getByRole('button', { name: 'Send a new code' }).click()
  await says(fay.page, 'You can ask again in 15 minutes.')
  await harness.pass(21)
  await says(fay.page, 'You can ask again in 15 minutes.')
  expect(await fay.page.getByRole('button', { name: 'Send a new code' }).isDisabled()).toBe(true)
})

test('one press sends the payment and texts the code, and neither a reload nor a way back texts another', async () => {
  const hal = await harness.payer()
  const { page } = hal
  const before = harness.phone.book.messages(hal.number).length
  const texted = () => harness.phone.book.messages(hal.number).length - before
  await page.getByRole('button', { name: 'Neville Longbottom' }).click()
  await page.getByLabel('Amount', { exact: true }).fill('20.50')
  expect(texted()).toBe(0)
  await page.getByRole('button', { name: 'Send and text me the code' }).click()
  await heading(page, 'Enter the code from the text')
  await says(page, /^We texted the code to/)
  expect(texted()).toBe(1)
  expect(await page.evaluate('document.activeElement.id')).toBe('code')
  await page.reload()
  await heading(page, 'Enter the code from the text')
  await page.goBack()
  await heading(page, 'Send a payment')
  await page.goForward()
  await heading(page, 'Enter the code from the text')
  expect(texted()).toBe(1)
  await harness.enter(hal, harness.codeOn(hal.number))
  await heading(page, 'Payment approved')
})

test('a text that is refused with the payment is offered again, and not asked for by a reload', async () => {
  const ida = await harness.payer()
  let asked = 0
  await ida.page.route('**/sms', async (route) => {
    asked += 1
    await route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      body: JSON.stringify({ status: 503, code: 'sms_off' }),
    })
  })
  await harness.send(ida)
  await heading(ida.page, 'Approve this payment')
  await says(ida.page, 'Codes by text are paused just now.')
  await ida.page.reload()
  await heading(ida.page, 'Approve this payment')
  await ida.page.getByRole('button', { name: /^Text me the code/ }).waitFor()
  expect(asked).toBe(1)
})

test('a payment needs no mouse', async () => {
  const gus = await harness.payer()
  const { page } = gus
  const { keyboard } = page
  await tabTo(page, page.getByRole('button', { name: 'Neville Longbottom' }))
  await keyboard.press('Enter')
  await tabTo(page, page.getByLabel('Amount', { exact: true }))
  await keyboard.type('20.50')
  await keyboard.press('Enter')
  await heading(page, 'Enter the code from the text')
  await says(page, /^We texted the code to/)
  // The cursor is where the code is typed.
  await keyboard.type(harness.codeOn(gus.number))
  await keyboard.press('Enter')
  await heading(page, 'Payment approved')
})

/** Neither a field nor a way to one, and the reader is told why a text may be there all the same. */
async function offersNoEntry(page: Page) {
  await says(page, 'No code was sent. If a text arrives all the same, its code can’t be used.')
  expect(await page.getByLabel('Code', { exact: true }).count()).toBe(0)
}

/** As the API refuses a text where no journey of moderate length comes. */
const refuses = (page: Page, status: number, code: string, headers: Record<string, string> = {}) =>
  page.route('**/sms', (route) =>
    route.fulfill({
      status,
      headers,
      contentType: 'application/problem+json',
      body: JSON.stringify({ status, code }),
    }),
  )
