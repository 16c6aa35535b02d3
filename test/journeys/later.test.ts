/** Parts of the page that are loaded later: what is shown where one is missing, and where it comes too late. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  heading,
  type JourneyHarness,
  says,
  startJourneyHarness,
  type Visitor,
} from '../harness/journeyHarness.ts'
import { passesAxe } from './axe.ts'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startJourneyHarness()
})
afterAll(() => harness.close())

const MISSING =
  'Part of this page could not be loaded. Check your connection, then load this page again.'
const follow = (page: Page, name: string) =>
  page.getByRole('navigation').getByRole('link', { name, exact: true }).click()

/** A deployment has taken this part away, as it does not; or the network is gone. */
async function without({ page }: Visitor, part: string) {
  const files = `**/assets/${part}-*.js`
  await page.route(files, (route) => route.fulfill({ status: 404, body: 'Not Found' }))
  return () => page.unroute(files)
}

/** How often the page was loaded from now on. */
function loadsOf({ page }: Visitor) {
  const loads: string[] = []
  page.on('request', (request) => {
    if (request.isNavigationRequest()) loads.push(request.url())
  })
  return loads
}

test.each([
  ['showOfPhone', 'Phone', 'Your phone'],
  ['payments', 'My payments', 'My payments'],
])(
  'a view whose file is missing (%s) says so, and one press loads the page again',
  async (part, link, title) => {
    const ann = await harness.payer()
    // Before the page has loaded it in quiet.
    const back = await without(ann, part)
    await ann.page.reload()
    await heading(ann.page, 'Send a payment')
    await ann.page.getByLabel('Name').fill('Aunt Mary')
    const loads = loadsOf(ann)
    await follow(ann.page, link)
    await heading(ann.page, 'Part of this page is missing')
    await says(ann.page, MISSING)
    expect(await ann.page.title()).toMatch(/^Part of this page is missing/)
    expect(await ann.page.evaluate('document.activeElement.tagName')).toBe('H1')
    await passesAxe(ann.page)
    // It is no dead end, and what was typed is kept.
    await follow(ann.page, 'Send a payment')
    expect(await ann.page.getByLabel('Name').inputValue()).toBe('Aunt Mary')
    await follow(ann.page, link)
    await says(ann.page, MISSING)
    expect(loads).toEqual([])
    await back()
    await ann.page.getByRole('button', { name: 'Load again' }).click()
    await heading(ann.page, title)
    expect(loads).toHaveLength(1)
    await follow(ann.page, 'Send a payment')
    expect(await ann.page.getByLabel('Name').inputValue()).toBe('Aunt Mary')
  },
)

test('a payment’s end whose page is missing is shown once the page is loaded again', async () => {
  const ben = await harness.payer()
  const back = await without(ben, 'result')
  await ben.page.reload()
  await harness.send(ben)
  await harness.answers(ben, 'approved')
  await says(ben.page, MISSING)
  await back()
  await ben.page.getByRole('button', { name: 'Load again' }).click()
  await heading(ben.page, 'Payment approved')
})

test('a view that is left before its file comes is not shown', async () => {
  const cleo = await harness.payer()
  let comes = () => {}
  const held = new Promise<void>((resolve) => {
    comes = resolve
  })
  await cleo.page.route('**/assets/payments-*.js', async (route) => {
    await held
    await route.continue()
  })
  await cleo.page.reload()
  await heading(cleo.page, 'Send a payment')
  await follow(cleo.page, 'My payments')
  await says(cleo.page, 'One moment…')
  await follow(cleo.page, 'Send a payment')
  await heading(cleo.page, 'Send a payment')
  const came = cleo.page.waitForResponse('**/assets/payments-*.js')
  comes()
  await came
  // Its file is here now, so that the next press shows it at once; until then nothing has changed.
  await heading(cleo.page, 'Send a payment')
  await follow(cleo.page, 'My payments')
  await heading(cleo.page, 'My payments')
})

test('why no text came is told in short if its file is missing', async () => {
  const cy = await harness.payer({ app: false })
  await without(cy, 'noSmsCode')
  await cy.page.reload()
  await harness.send(cy)
  await cy.page.route('**/api/payments/*/sms', (route) =>
    route.fulfill({
      status: 503,
      headers: { 'retry-after': '300' },
      json: { title: 'x', status: 503, code: 'sms_off', requestId: 'x' },
    }),
  )
  await cy.page.getByRole('button', { name: /^Text me the code/ }).click()
  await says(cy.page, 'Texts and calls are paused for everybody just now. Try again in 5 minutes.')
})

test('two seconds after its start the page has loaded what a press may need, also for when the network goes', async () => {
  const dora = await harness.payer()
  await dora.page.reload()
  await heading(dora.page, 'Send a payment')
  const files = Promise.all(
    ['showOfPhone', 'payments', 'result'].map((part) =>
      dora.page.waitForResponse(`**/assets/${part}-*.js`).then((response) => response.finished()),
    ),
  )
  await harness.pass(3)
  await files
  const asked: string[] = []
  dora.page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await follow(dora.page, 'Phone')
  await heading(dora.page, 'Your phone')
  expect(asked.filter((path) => path.startsWith('/assets/'))).toEqual([])
})

test('sign-in whose file is missing says so, from the first page and from a link, and does not go round', async () => {
  const emil = await harness.visitor()
  const back = await without(emil, 'signIn')
  const loads = loadsOf(emil)
  await emil.page.getByRole('button', { name: /^Sign in/ }).click()
  await says(emil.page, MISSING)
  expect(loads).toEqual([])
  // A link to a payment leads to sign-in by itself.
  await emil.page.goto(`${harness.payfriend.pageUrl}/?#/payments`)
  await heading(emil.page, 'Part of this page is missing')
  expect(loads).toHaveLength(1)
  await back()
  await emil.page.getByRole('button', { name: 'Load again' }).click()
  await harness.enterPassword(emil.page, emil.email)
  await heading(emil.page, 'My payments')
})

test('a payer who comes back from sign-in while its file is missing is told, and can sign in again', async () => {
  const fay = await harness.visitor()
  await fay.page.getByRole('button', { name: /^Sign in/ }).click()
  await fay.page.locator('input[name=password]').waitFor()
  const back = await without(fay, 'signIn')
  await fay.page.locator('input[name=email]').fill(fay.email)
  await fay.page.locator('input[name=password]').fill('correct horse battery')
  await fay.page.getByRole('button', { name: 'Sign in' }).click()
  await says(fay.page, 'Sign-in didn’t work this time. Please try again.')
  await fay.page.getByRole('button', { name: /^Sign in/ }).click()
  await says(fay.page, MISSING)
  await back()
  await fay.page.reload()
  await fay.page.getByRole('button', { name: /^Sign in/ }).click()
  await fay.page.getByRole('button', { name: 'Sign out', exact: true }).waitFor()
})
