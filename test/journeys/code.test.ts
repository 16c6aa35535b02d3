/** Paying with a code by text alone, in a real browser: what either provider gives a phone without the app. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { noFaults } from '../../local/phone/faults.ts'
import { otherThan } from '../harness/harness.ts'
import {
  heading,
  type JourneyHarness,
  PROVIDERS,
  SEND,
  says,
  startJourneyHarness,
} from '../harness/journeyHarness.ts'

describe.each(PROVIDERS)('with %s', (PROVIDER) => {
  let harness: JourneyHarness
  beforeAll(async () => {
    harness = await startJourneyHarness({ PROVIDER })
  })
  afterEach(() => void Object.assign(harness.phone.book.faults, noFaults()))
  afterAll(() => harness.close())

  test('a stranger registers by text, is offered a code at once, mistypes it, and approves with it (2019: W6)', async () => {
    const ann = await harness.visitor()
    await harness.signIn(ann)
    await harness.confirmPhone(ann)
    harness.phone.book.setApp(ann.number, false)
    await harness.send(ann)
    await says(ann.page, WORDS)
    await saysNothingOfApps(ann.page)
    await harness.text(ann)
    await says(ann.page, WORDS)
    await says(ann.page, '5 attempts left.')
    await saysNothingOfApps(ann.page)
    const reference = await ann.page.locator('.reference').innerText()
    expect(reference).toMatch(/^[2-9A-Z]{6}$/)
    const said = harness.phone.book.messages(ann.number)[0]?.words ?? ''
    for (const part of ['€20.50', 'Neville Longbottom (neville@hogwarts.ac.uk)']) {
      expect(said).toContain(part)
    }
    // What the page says of it is true of both: only one of them can have it in the text.
    expect(said.includes(`ref ${reference}`)).toBe(PROVIDER === 'twilioVerify')
    const code = harness.codeOn(ann.number)
    await harness.enter(ann, otherThan(code))
    await says(ann.page, 'That code is wrong. 4 attempts left.')
    await expect
      .poll(() => ann.page.getByText('4 attempts left.').filter({ visible: true }).count())
      .toBe(1)
    await harness.enter(ann, code)
    await heading(ann.page, 'Payment approved')
    await says(ann.page, 'You approved it with a code by text.')
    expect(await ann.page.locator('dd .reference').innerText()).toBe(reference)
    // No request ever went to this phone.
    expect(await ann.page.getByText('you can ignore it').count()).toBe(0)
  })

  test('a code that comes before the answer that it was sent stays as it was typed', async () => {
    const bo = await harness.payer({ app: false })
    await harness.send(bo)
    await harness.text(bo)
    const code = bo.page.getByLabel('Code', { exact: true })
    await code.fill('1234')
    await harness.pass(21)
    const sent = harness.phone.book.messages(bo.number).length
    const sentNow = await harness.holdAnswers(bo.page, '**/api/payments/*/sms')
    const checked = await harness.holdAnswers(bo.page, '**/api/payments/*/sms/verification')
    await bo.page.getByRole('button', { name: 'Send a new code' }).click()
    await expect.poll(() => harness.phone.book.messages(bo.number).length).toBe(sent + 1)
    await code.fill(harness.codeOn(bo.number))
    await bo.page.getByRole('button', { name: 'Approve' }).click()
    sentNow()
    await says(bo.page, /^We texted a new code/)
    // Neither is the focus taken from who has sent it off.
    expect(await bo.page.evaluate('document.activeElement.innerText')).toBe('Checking…')
    checked()
    await heading(bo.page, 'Payment approved')
  })

  test('while texts are paused the page says so and what is left, and goes on when they are not', async () => {
    const app = PROVIDER === 'authy'
    const pat = await harness.payer({ app })
    const refusal = { title: 'x', status: 503, code: 'sms_off', requestId: 'x' }
    const texts = '**/api/payments/*/sms'
    await pat.page.route(texts, (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        headers: { 'retry-after': '300' },
        body: JSON.stringify(refusal),
      }),
    )
    await harness.send(pat)
    if (app) {
      await harness.pass(15)
      await pat.page.getByRole('button', { name: /^Text me the code/ }).click()
    }
    const orElse = app ? 'answer in the app on your phone' : 'cancel this payment'
    await says(pat.page, `Codes by text are paused just now. Try again later, or ${orElse}.`)
    await pat.page.unroute(texts)
    if (app) {
      await harness.answers(pat, 'approved')
      await heading(pat.page, 'Payment approved')
    } else {
      await pat.page.getByRole('button', { name: 'Cancel this payment' }).click()
      await heading(pat.page, 'Payment cancelled')
    }
  })

  test('while payments are paused nothing is sent, and the same button sends it afterwards', async () => {
    const { page } = await harness.payer()
    const payments = '**/api/payments'
    const refusal = { title: 'x', status: 503, code: 'payments_off', requestId: 'x' }
    await page.route(payments, (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({
            status: 503,
            contentType: 'application/problem+json',
            headers: { 'retry-after': '300' },
            body: JSON.stringify(refusal),
          })
        : route.continue(),
    )
    await page.getByRole('button', { name: 'Neville Longbottom' }).click()
    await page.getByLabel('Amount', { exact: true }).fill('20.50')
    await page.getByRole('button', { name: SEND }).click()
    await page
      .getByText(
        'New payments are paused for everybody just now. Nothing was sent. Try again in 5 minutes.',
        { exact: true },
      )
      .waitFor()
    await page.unroute(payments)
    await page.getByRole('button', { name: SEND }).click()
    await heading(
      page,
      /^(Waiting for your phone|Approve this payment|Enter the code from the text)$/,
    )
  })

  test('a wrong code tells what is left, and the fifth ends the payment (2019: W12, W13)', async () => {
    const ben = await harness.payer({ app: false })
    await harness.send(ben)
    await harness.text(ben)
    const wrong = otherThan(harness.codeOn(ben.number))
    for (const left of ['4 attempts', '3 attempts', '2 attempts', '1 attempt']) {
      await harness.enter(ben, wrong)
      await says(ben.page, `That code is wrong. ${left} left.`)
    }
    await harness.enter(ben, wrong)
    await heading(ben.page, 'Payment failed')
    await says(ben.page, 'Nothing was paid.')
    await says(ben.page, 'Five wrong codes were entered.')
    await says(ben.page, /^Codes by text are locked until \d\d:\d\d\. Start again then\.$/)
    await ben.page.reload()
    await heading(ben.page, 'Payment failed')
    await says(ben.page, /^Codes by text are locked until \d\d:\d\d\./)
    await ben.page.getByRole('button', { name: 'Start again' }).click()
    await heading(ben.page, 'Send a payment')
    expect(await ben.page.getByLabel('Amount', { exact: true }).inputValue()).toBe('20.50')
    // The form says it, and so the account's notice need not.
    const then = 'ends before that. '
    const orElse = PROVIDER === 'authy' ? 'You can approve it only if your phone' : 'Send it then.'
    await says(ben.page, /^Codes by text are locked until \d\d:\d\d, and a payment /)
    await says(ben.page, then + orElse)
    expect(await ben.page.getByText('Five wrong codes in a row were entered').count()).toBe(0)
    const ask = ben.page.getByRole('button', { name: /^Text me the code/ })
    await ben.page.getByRole('button', { name: 'Send payment' }).click()
    if (PROVIDER === 'authy') {
      // Said before any press, and not offered; then offered by itself when the lock ends.
      await says(
        ben.page,
        /^Five codes in a row were wrong, so codes are locked until \d\d:\d\d\. /,
      )
      await says(ben.page, /This payment ends before that\. Cancel it, and start again later\.$/)
      expect(await ask.isVisible()).toBe(false)
      await harness.pass(200)
      await ben.page.getByRole('button', { name: 'Cancel this payment' }).click()
      await ben.page.getByRole('button', { name: 'Start again' }).click()
    } else {
      // Nothing could ever approve it, so it is not sent.
      const why = ben.page.locator('.message').filter({ hasText: then + orElse })
      await why.waitFor()
      await heading(ben.page, 'Send a payment')
      await harness.pass(200)
      await ben.page.keyboard.press('Shift')
    }
    await harness.pass(60)
    await ben.page.getByRole('button', { name: 'Send payment' }).click()
    await says(ben.page, /You can ask for a code then\.$/)
    await harness.pass(60)
    await ask.waitFor()
  })

  test('a lock that an operator has ended meanwhile stops no payment', async () => {
    const liv = await harness.payer({ app: false })
    const { page } = liv
    const lockedFor = 15 * 60_000
    await page.route('**/api/profile', async (route) => {
      const response = await route.fetch()
      const codesLockedUntil = new Date(Date.now() + lockedFor).toISOString()
      await route.fulfill({ response, json: { ...(await response.json()), codesLockedUntil } })
    })
    await page.reload()
    await says(page, 'a payment that you send now ends before that.')
    await page.unroute('**/api/profile')
    await page.getByRole('button', { name: 'Neville Longbottom' }).click()
    await page.getByLabel('Amount', { exact: true }).fill('20.50')
    await page.getByRole('button', { name: SEND }).click()
    await says(page, WORDS)
  })

  test('a reload on the way comes back to the same code, which is not sent a second time', async () => {
    const cleo = await harness.payer({ app: false })
    await harness.send(cleo)
    await harness.text(cleo)
    await says(cleo.page, /^We texted the code to the phone ending in \d{3}\.$/)
    await cleo.page
      .getByRole('timer')
      .getByText(/^[45]:\d\d$/)
      .waitFor()
    const texts = harness.phone.book.messages(cleo.number).length
    await cleo.page.reload()
    await heading(cleo.page, 'Enter the code from the text')
    await harness.enter(cleo, harness.codeOn(cleo.number))
    await heading(cleo.page, 'Payment approved')
    expect(harness.phone.book.messages(cleo.number)).toHaveLength(texts)
  })

  test('another code is said to be sent, with the cursor where it is entered, and its end is heard', async () => {
    const { page, number } = await withCode()
    await harness.pass(21)
    await page.getByRole('button', { name: 'Send a new code' }).click()
    const said = page
      .getByRole('status')
      .filter({ hasText: /^We texted a new code to the phone ending in \d{3}\.$/ })
    await said.waitFor()
    const code = page.getByLabel('Code', { exact: true })
    expect(await code.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true)
    expect(harness.phone.book.messages(number).length).toBeGreaterThan(1)
    await harness.pass(219)
    await expect
      .poll(async () => {
        await harness.pass(1)
        return page
          .getByRole('status')
          .filter({ hasText: 'The last minute to answer has begun.' })
          .count()
      })
      .toBe(1)
  })

  test('a press that reached nobody is said to be lost until the server answers again', async () => {
    const { page } = await withCode()
    await page.route('**/cancellation', (route) => route.abort())
    await page.getByRole('button', { name: 'Cancel this payment' }).click()
    const lost = page.getByRole('alert').filter({ hasText: /^We can’t reach Payfriend\./ })
    await lost.waitFor()
    await harness.pass(9)
    await expect.poll(() => lost.count()).toBe(0)
    await page.unroute('**/cancellation')
    await page.getByRole('button', { name: 'Cancel this payment' }).click()
    await heading(page, 'Payment cancelled')
  })

  /** A payer without the app, who has a code. */
  async function withCode() {
    const payer = await harness.payer({ app: false })
    await harness.send(payer)
    await harness.text(payer)
    return payer
  }

  test('a payment cancelled while its code is out is over, and says that the text can be ignored', async () => {
    const dora = await harness.payer({ app: false })
    await harness.send(dora)
    await harness.text(dora)
    await dora.page.getByRole('button', { name: 'Cancel this payment' }).click()
    await heading(dora.page, 'Payment cancelled')
    await says(dora.page, 'If a code for it still arrives by text, you can ignore it.')
    await dora.page.getByRole('link', { name: 'My payments' }).first().click()
    await dora.page.getByRole('link', { name: /Cancelled$/ }).waitFor()
  })

  test('an expired payment explains itself and can be started again (2019: W9)', async () => {
    const emil = await harness.payer({ app: false })
    await harness.send(emil)
    await harness.text(emil)
    await harness.pass(301)
    await heading(emil.page, 'Payment expired')
    await says(emil.page, 'Nothing was paid.')
    await says(emil.page, 'It was not approved within 5 minutes.')
    await emil.page.getByRole('button', { name: 'Start again' }).click()
    expect(await emil.page.getByLabel('E-mail or account number').inputValue()).toBe(
      'neville@hogwarts.ac.uk',
    )
  })

  test('attempts spent without a verdict leave a way on, and none that is not there', async () => {
    const fay = await harness.payer({ app: false })
    await harness.send(fay)
    await harness.text(fay)
    harness.phone.book.faults.answer503 = true
    for (const left of [4, 3, 2, 1]) {
      await harness.enter(fay, '1234567')
      await says(fay.page, 'This attempt may have been used up.')
      await says(fay.page, `${left} attempt`)
    }
    await harness.enter(fay, '1234567')
    await heading(fay.page, 'Your payment')
    await says(
      fay.page,
      'No more codes can be tried for this payment. Cancel it, then start again.',
    )
    await saysNothingOfApps(fay.page)
    expect(await fay.page.getByRole('button', { name: /code/i }).count()).toBe(0)
    await fay.page.getByRole('button', { name: 'Cancel this payment' }).click()
    await fay.page.getByRole('button', { name: 'Start again' }).click()
    await heading(fay.page, 'Send a payment')
  })
})

const WORDS = 'Pay €20.50 to Neville Longbottom (neville@hogwarts.ac.uk)'

/** It would claim what may never have been tried, or promise what may never come. */
async function saysNothingOfApps(page: Page) {
  const said = await page.locator('#screen').innerText()
  expect(said).not.toMatch(/\bapp\b|your phone can|waiting for your phone|couldn't reach|trouble/i)
}
