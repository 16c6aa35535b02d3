/** The phone's page on a narrow screen with letters of twice the size. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { heading, type JourneyHarness } from '../harness/journeyHarness.ts'
import { confirm, devicePhone, enrol, invite, pay, startDeviceJourney } from './devicePhone.ts'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startDeviceJourney()
})
afterAll(async () => {
  await harness.closeBrowsers()
  await harness.close()
})

/** Each of these is there, and its text is on one line. */
async function onOneLine(page: Page, ...selectors: string[]): Promise<void> {
  await page.evaluate("document.documentElement.style.fontSize = '200%'")
  for (const selector of selectors) {
    const lines = await page.locator(selector).evaluateAll((all) =>
      all.map((element) => {
        const range = element.ownerDocument.createRange()
        range.selectNodeContents(element)
        return new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom))).size
      }),
    )
    expect([selector, ...new Set(lines)]).toEqual([selector, 1])
  }
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
}

test('with large letters the guide of an iPhone has its code on one line', async () => {
  const userAgent =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1'
  const context = await harness.newContext({ userAgent, viewport: { width: 320, height: 640 } })
  const page = await harness.newPage(context)
  await page.goto(`${harness.payfriend.pageUrl}/approve.html#add/K7QMX4H2RW`)
  await heading(page, 'Put Payfriend on your home screen')
  await onOneLine(page, '.guide .invitation')
})

test('with large letters no amount, code, digits or button is broken into lines', async () => {
  const uri = await harness.payer()
  const phone = await devicePhone(harness, { viewport: { width: 320, height: 640 } })
  const { page } = phone
  const code = await invite(uri)
  await page.goto(`${harness.payfriend.pageUrl}/approve.html#add/${code}`)
  await heading(page, 'Add this phone')
  await onOneLine(page, '.invitation')
  const digits = await enrol(harness, phone, code)
  await onOneLine(page, '.digits')
  await uri.page.bringToFront()
  await confirm(harness, uri, digits)
  await heading(uri.page, 'Your phone')
  await pay(harness, uri, '1234.50')
  await page.bringToFront()
  await page.goto(`${harness.payfriend.pageUrl}/approve.html#waiting`)
  await page.getByRole('link', { name: /^Pay / }).waitFor()
  await onOneLine(page, '.whole')
  await page.getByRole('link', { name: /^Pay / }).click()
  await heading(page, /^Pay /)
  await onOneLine(page, 'h1 .whole', '.facts .whole', '.answers .button')
})
