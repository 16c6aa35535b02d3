/** What is around the views: the header, the welcome and the brand, on narrow screens and in large letters. */
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { heading, type JourneyHarness, startJourneyHarness } from '../harness/journeyHarness.ts'
import { passesAxe } from './axe.ts'

const NAME = 'Bank of Ada & Söhne'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startJourneyHarness({ BRAND_NAME: NAME, BRAND_LOGO: 'web/logo.png' })
})
afterEach(() => harness.closeBrowsers())
afterAll(() => harness.close())

const narrow = (width: number): BrowserContextOptions => ({ viewport: { width, height: 740 } })

/** A newcomer whose e-mail address is long. */
async function signedIn(width: number): Promise<Page> {
  const visitor = await harness.visitor(0, narrow(width))
  await harness.signIn({ ...visitor, email: `hannah.wagner-lindqvist.${width}@example.com` })
  await visitor.page.locator('#menu nav').waitFor()
  return visitor.page
}

const enlarge = (page: Page) => page.evaluate("document.documentElement.style.fontSize = '200%'")
const widthOf = (page: Page) => page.evaluate('document.documentElement.scrollWidth')

/** Of each: its words that stand in two lines. */
const brokenIn = (page: Page, selector: string) =>
  page.locator(selector).evaluateAll((all) =>
    all.flatMap((one) => {
      const text = one.lastChild
      if (text === null) return []
      return [...(text.textContent ?? '').matchAll(/\S+/g)].flatMap(({ 0: word, index }) => {
        const range = one.ownerDocument.createRange()
        range.setStart(text, index)
        range.setEnd(text, index + word.length)
        const lines = new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom)))
        return lines.size > 1 ? [word] : []
      })
    }),
  )

test('on a narrow screen the heading comes within its first quarter, under a long e-mail address too', async () => {
  const page = await signedIn(360)
  await heading(page, 'Confirm your phone')
  const box = await page.locator('#screen h1').boundingBox()
  expect(box?.y).toBeLessThan(740 / 4)
  const email = page.locator('.email')
  expect(await email.evaluate((one) => one.getClientRects().length)).toBe(1)
  expect(await widthOf(page)).toBe(360)
})

test.each([360, 320])(
  'with letters of twice the size at %i pixels, header and menu are whole',
  async (width) => {
    const page = await signedIn(width)
    await enlarge(page)
    expect(await widthOf(page)).toBe(width)
    expect(await brokenIn(page, '#menu a, #menu button, #brand')).toEqual([])
  },
)

test.each([360, 320])(
  'with letters of twice the size at %i pixels, the welcome is whole',
  async (width) => {
    const { page } = await harness.visitor(0, narrow(width))
    await heading(page, 'Pay safely, with a yes from your own phone')
    await enlarge(page)
    expect(await widthOf(page)).toBe(width)
    expect(await brokenIn(page, '#screen h1, #screen li, #screen button')).toEqual([])
  },
)

test('name and logo of the brand are in the header of both pages, and in title and sentences', async () => {
  const { page } = await harness.visitor()
  await heading(page, 'Pay safely, with a yes from your own phone')
  expect(await page.title()).toContain(NAME)
  expect(await page.locator('.lead').innerText()).toContain(NAME)
  for (const path of ['/', '/approve.html']) {
    await page.goto(harness.payfriend.pageUrl + path)
    await page.locator('#screen h1').waitFor()
    expect(await page.locator('.brand').innerText()).toBe(NAME)
    const logo = page.locator('.brand img')
    // It is drawn, under the policy of the page.
    await expect
      .poll(() => logo.evaluate((one) => Reflect.get(one, 'naturalWidth')))
      .toBeGreaterThan(0)
    await passesAxe(page)
  }
})

test('in the reader’s own colours a wrong field has a wider border than a right one', async () => {
  const { page } = await harness.visitor(0, { forcedColors: 'active' })
  await harness.signIn({ ...(await harness.visitor()), page })
  const input = page.locator('#screen input:not([type=radio])').first()
  const width = () =>
    input.evaluate((one) => one.ownerDocument.defaultView?.getComputedStyle(one).borderTopWidth)
  expect(await width()).toBe('1px')
  await input.evaluate((one) => one.setAttribute('aria-invalid', 'true'))
  expect(await width()).toBe('3px')
})

test('sign-in is of the brand too, and says at the field and in the title what is wrong', async () => {
  const { page, email } = await harness.visitor()
  const asked = page.waitForRequest(/\/oauth2\/authorize\?/)
  await page.getByRole('button', { name: 'Sign in' }).click()
  // Else managed login takes the browser's language, and the page has another.
  expect(new URL((await asked).url()).searchParams.get('lang')).toBe('en')
  await heading(page, `Sign in to ${NAME}`)
  expect(new URL(page.url()).port).not.toBe(new URL(harness.payfriend.pageUrl).port)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByLabel('E-mail').evaluate((one) => one.setAttribute('type', 'text'))
  await page.getByLabel('E-mail').fill('no address')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect.poll(() => page.title()).toBe(`Error: Sign in to ${NAME}`)
  const field = page.getByLabel('E-mail')
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  const id = (await field.getAttribute('aria-describedby')) ?? ''
  expect(await page.locator(`#${id}`).innerText()).toMatch(/^Enter an e-mail address/)
  expect(await field.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true)
  await passesAxe(page)
})
