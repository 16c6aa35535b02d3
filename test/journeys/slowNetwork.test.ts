/** A code by text where the server's answers come late or not at all, in a real browser. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { noFaults } from '../../local/phone/faults.ts'
import {
  heading,
  type JourneyHarness,
  PROVIDERS,
  SEND,
  says,
  startJourneyHarness,
} from '../harness/journeyHarness.ts'
import { passesAxe } from './axe.ts'

describe.each(PROVIDERS)('with %s', (PROVIDER) => {
  let harness: JourneyHarness
  beforeAll(async () => {
    harness = await startJourneyHarness({ PROVIDER })
  })
  afterEach(() => void Object.assign(harness.phone.book.faults, noFaults()))
  afterAll(() => harness.close())

  test('the first code can be typed and checked before the answer that it was sent', async () => {
    const di = await harness.payer({ app: false })
    const { page, number } = di
    const before = harness.phone.book.messages(number).length
    const sent = await harness.holdAnswers(page, '**/api/payments/*/sms')
    // Nothing else tells the page of it: on a slow network every answer is late.
    const seen = await harness.holdAnswers(page, /\/api\/payments\/[\w-]{22}$/)
    await page.getByRole('button', { name: 'Neville Longbottom' }).click()
    await page.getByLabel('Amount', { exact: true }).fill('20.50')
    await page.getByRole('button', { name: SEND }).click()
    if (PROVIDER === 'authy') await page.getByRole('button', { name: /^Text me the code/ }).click()
    await heading(page, 'Enter the code from the text')
    await says(page, 'We’re texting you the code.')
    await expect.poll(() => harness.phone.book.messages(number).length).toBe(before + 1)
    const code = page.getByLabel('Code', { exact: true })
    await code.pressSequentially(harness.codeOn(number).slice(0, 4))
    sent()
    await says(page, /^We texted the code to the phone ending in \d{3}\.$/)
    // Neither what was typed is gone nor the keyboard of a phone, which goes with the focus.
    expect(await code.inputValue()).toHaveLength(4)
    expect(await code.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true)
    await code.pressSequentially(harness.codeOn(number).slice(4))
    await page.getByRole('button', { name: 'Approve' }).click()
    await heading(page, 'Payment approved')
    seen()
  })

  test('a first code that was not sent takes its field away again, and says why', async () => {
    const flo = await harness.payer({ app: false })
    harness.phone.book.faults.answer503 = true
    await harness.send(flo)
    if (PROVIDER === 'authy') {
      await flo.page.getByRole('button', { name: /^Text me the code/ }).click()
    }
    await says(flo.page, /^Codes by text don’t work just now\./)
    await says(flo.page, 'No code was sent. If a text arrives all the same')
    expect(await flo.page.getByLabel('Code', { exact: true }).count()).toBe(0)
  })

  test('a look at the payment from before the text, answered after it, takes nothing away', async () => {
    const gil = await harness.payer({ app: false })
    const { page } = gil
    // Not texted with the payment, so that a look comes before it.
    await page.route('**/api/payments/*/sms', (route) => route.abort())
    await harness.send(gil)
    if (PROVIDER === 'twilioVerify') await page.getByText('We can’t reach Payfriend.').waitFor()
    await page.unroute('**/api/payments/*/sms')
    let answered = () => {}
    const isAnswered = new Promise<void>((resolve) => {
      answered = resolve
    })
    let letGo = () => {}
    const goesOn = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const looks = /\/api\/payments\/[\w-]{22}$/
    await page.route(looks, async (route) => {
      const response = await route.fetch()
      answered()
      await goesOn
      // The page may have dropped it.
      await route.fulfill({ response }).catch(() => {})
    })
    await harness.pass(3)
    await isAnswered
    await harness.text(gil)
    const code = page.getByLabel('Code', { exact: true })
    await code.fill('1234')
    letGo()
    await harness.pass(1)
    expect(await code.inputValue()).toBe('1234')
    expect(await code.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true)
  })

  test('that a code reached nobody is told until the server answers again, and never beyond the end', async () => {
    const ivo = await harness.payer({ app: false })
    await harness.send(ivo)
    await harness.text(ivo)
    const { page, number } = ivo
    const lost = page.getByText('This attempt may have been used up.')
    const all = '**/api/payments/**'
    await page.route(all, (route) => route.abort())
    await harness.enter(ivo, harness.codeOn(number))
    await lost.waitFor()
    await page.unroute(all)
    await harness.pass(10)
    await expect.poll(() => lost.count()).toBe(0)
    await heading(page, 'Enter the code from the text')
    await page.route(all, (route) => route.abort())
    await page.getByRole('button', { name: 'Approve' }).click()
    await lost.waitFor()
    await harness.pass(300)
    await says(page, 'The time to answer is over. We’re checking how it ended.')
    expect(await lost.count()).toBe(0)
    expect(await page.getByText('try again').count()).toBe(0)
  })

  test('a payment that ends while the server cannot be reached takes its form away, and tells its end later', async () => {
    const hal = await harness.payer({ app: false })
    await harness.send(hal)
    await harness.text(hal)
    const { page } = hal
    const looks = /\/api\/payments\/[\w-]{22}$/
    await page.route(looks, (route) => route.abort())
    await harness.pass(295)
    await heading(page, 'Enter the code from the text')
    await harness.pass(7)
    await heading(page, 'Your payment')
    await says(page, 'The time to answer is over. We’re checking how it ended.')
    await says(page, 'Pay €20.50 to Neville Longbottom (neville@hogwarts.ac.uk)')
    await says(page, 'We’ll keep looking.')
    for (const control of [
      page.getByLabel('Code', { exact: true }),
      page.getByRole('button', { name: 'Cancel this payment' }),
    ]) {
      expect(await control.count()).toBe(0)
    }
    await passesAxe(page)
    // After so long it asks no more by itself, and says so.
    await harness.pass(60)
    await heading(page, 'That didn’t work')
    await page.unroute(looks)
    await page.evaluate("window.dispatchEvent(new Event('online'))")
    await heading(page, 'Payment expired')
  })
})
