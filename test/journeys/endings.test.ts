/** The five ends of a payment: one page each, found again in the list, to print and to share. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { otherThan } from '../harness/harness.ts'
import {
  heading,
  type JourneyHarness,
  says,
  startJourneyHarness,
  tabTo,
  type Visitor,
} from '../harness/journeyHarness.ts'
import { passesAxe } from './axe.ts'

let harness: JourneyHarness
beforeAll(async () => {
  // Short, because a page that is loaded again counts the time that a test has let pass twice.
  harness = await startJourneyHarness({ PAYMENT_TTL_SECONDS: '90' })
})
afterAll(() => harness.close())

const WORDS = 'Pay €20.50 to Neville Longbottom (neville@hogwarts.ac.uk)'
const cancel = ({ page }: Visitor) =>
  page.getByRole('button', { name: 'Cancel this payment' }).click()

async function wrongCodes(visitor: Visitor) {
  await harness.pass(16)
  await harness.text(visitor)
  const wrong = otherThan(harness.codeOn(visitor.number))
  for (const left of ['4 attempts', '3 attempts', '2 attempts', '1 attempt']) {
    await harness.enter(visitor, wrong)
    await says(visitor.page, `That code is wrong. ${left} left.`)
  }
  await harness.enter(visitor, wrong)
}

test.each([
  ['approved', '✓ Approved', (payer: Visitor) => harness.answers(payer, 'approved')],
  ['denied', '✕ Denied', (payer: Visitor) => harness.answers(payer, 'denied')],
  ['expired', '✕ Expired', () => harness.pass(91)],
  ['failed', '✕ Failed', wrongCodes],
  ['cancelled', '✕ Cancelled', cancel],
] as const)(
  'a payment that is %s says so, the same after a reload and from the list',
  async (end, title, happens) => {
    const ann = await harness.payer()
    const { page } = ann
    await harness.send(ann)
    const reference = await page.locator('.reference').innerText()
    await happens(ann)
    const isRight = async () => {
      await heading(page, `Payment ${end}`)
      expect(await page.title()).toBe(`${title} · Payfriend`)
      await says(page, WORDS)
      if (end === 'expired') await says(page, 'It was not approved within 90 seconds.')
      expect(await page.locator('dd .reference').innerText()).toBe(reference)
      await says(page, /^\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d$/)
      expect(await page.getByText('Nothing was paid.').count()).toBe(end === 'approved' ? 0 : 1)
    }
    await isRight()
    await passesAxe(page)
    await page.reload()
    await isRight()
    await page.getByRole('link', { name: 'My payments' }).click()
    const row = page.getByRole('link', { name: /^Neville Longbottom €20\.50 Today, / })
    expect((await row.innerText()).toLowerCase()).toContain(end)
    await passesAxe(page)
    await row.click()
    await isRight()
    await page
      .getByRole('button', { name: end === 'approved' ? 'Pay again' : 'Start again' })
      .click()
    await heading(page, 'Send a payment')
    expect(await page.getByLabel('E-mail or account number').inputValue()).toBe(
      'neville@hogwarts.ac.uk',
    )
  },
)

describe('an end can be taken along', () => {
  async function cancelled(script: string): Promise<Page> {
    const bea = await harness.payer()
    await bea.page.addInitScript(script)
    await harness.send(bea)
    await cancel(bea)
    await heading(bea.page, 'Payment cancelled')
    await bea.page.reload()
    await heading(bea.page, 'Payment cancelled')
    return bea.page
  }
  const RECEIPT = new RegExp(
    `^Payment cancelled\n${WORDS.replace(/[().]/g, '\\$&')}\nNothing was paid\\.\nCancelled: .* \\d\\d:\\d\\d\nReference: [2-9A-Z]{6}$`,
  )

  test('shared, by the browser’s own list of where to', async () => {
    const page = await cancelled(
      'Object.defineProperty(navigator, "share", { value: async ({ text }) => { globalThis.shared = text } })',
    )
    await page.getByRole('button', { name: 'Share' }).click()
    expect(await page.evaluate('globalThis.shared')).toMatch(RECEIPT)
  })

  test('copied, where the browser shares nothing', async () => {
    const page = await cancelled(
      'delete Navigator.prototype.share; Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => { globalThis.copied = text } } })',
    )
    await page.getByRole('button', { name: 'Copy as text' }).click()
    await says(page, 'Copied.')
    expect(await page.evaluate('globalThis.copied')).toMatch(RECEIPT)
  })

  test('printed as a receipt, with its payer and nothing to press', async () => {
    const page = await cancelled('globalThis.print = () => { globalThis.printed = true }')
    const payer = page.locator('.only-print')
    expect(await payer.isVisible()).toBe(false)
    await page.getByRole('button', { name: 'Print' }).click()
    expect(await page.evaluate('globalThis.printed')).toBe(true)
    await page.emulateMedia({ media: 'print' })
    expect(await payer.isVisible()).toBe(true)
    const pressed = page.locator('button:visible, nav a:visible, .actions:visible')
    expect(await pressed.count()).toBe(0)
  })
})

test('each payment of the list is one stop of the Tab key', async () => {
  const cleo = await harness.payer()
  for (const value of ['1', '2']) {
    await harness.send(cleo, value)
    await cancel(cleo)
    await cleo.page.getByRole('link', { name: 'Send a payment' }).first().click()
    await heading(cleo.page, 'Send a payment')
  }
  await cleo.page.getByRole('link', { name: 'My payments' }).click()
  await tabTo(cleo.page, cleo.page.getByRole('link', { name: /€2\.00/ }))
  await cleo.page.keyboard.press('Tab')
  const focused = cleo.page.getByRole('link', { name: /€1\.00/ })
  expect(await focused.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true)
  await cleo.page.keyboard.press('Enter')
  await heading(cleo.page, 'Payment cancelled')
  await says(cleo.page, 'Pay €1.00 to Neville Longbottom (neville@hogwarts.ac.uk)')
})
