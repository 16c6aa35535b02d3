/** Returns from sign-in that nobody began, another person in the same tab, and presses lost on the way. */
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

const passwordIsAsked = (page: Page) => page.locator('input[name=password]').waitFor()

/** What is asked of the sign-in's server for a code. */
function exchangesOf({ page }: Visitor) {
  const exchanges: string[] = []
  page.on('request', (request) => {
    if ((request.postData() ?? '').includes('grant_type=authorization_code')) {
      exchanges.push(request.url())
    }
  })
  return exchanges
}

test.each([
  ['a code', 'state=x&code=y'],
  ['a refusal', 'error=access_denied&state=x'],
  ['nothing', 'state=x'],
  ['a code of no state', 'code=y'],
])(
  'a link with %s that this tab did not ask for changes nothing in a signed-in tab',
  async (_, query) => {
    const ann = await harness.payer()
    const exchanges = exchangesOf(ann)
    await ann.page.getByLabel('Name').fill('Aunt Mary')
    await ann.page.goto(`${harness.payfriend.pageUrl}/?${query}`)
    await heading(ann.page, 'Send a payment')
    expect(await ann.page.getByLabel('Name').inputValue()).toBe('Aunt Mary')
    expect(ann.page.url()).toBe(`${harness.payfriend.pageUrl}/#/send`)
    expect(await ann.page.locator('#notice').textContent()).toBe('')

    await harness.send(ann)
    const waiting = ann.page.url()
    await ann.page.goto(`${harness.payfriend.pageUrl}/?${query}`)
    await heading(ann.page, 'Waiting for your phone')
    expect(ann.page.url()).toBe(waiting)
    await harness.answers(ann, 'approved')
    await heading(ann.page, 'Payment approved')
    expect(exchanges).toEqual([])
  },
)

test('in a tab where nobody is signed in it is told, and exchanged no more than there', async () => {
  const ben = await harness.visitor()
  const exchanges = exchangesOf(ben)
  await ben.page.goto(`${harness.payfriend.pageUrl}/?state=x&code=y`)
  await says(ben.page, 'That sign-in was begun in another tab or too long ago.')
  expect(ben.page.url()).toBe(`${harness.payfriend.pageUrl}/`)
  expect(exchanges).toEqual([])
})

test('it ends no sign-in that is under way in the tab', async () => {
  const cleo = await harness.visitor()
  await cleo.page.getByRole('button', { name: /^Sign in/ }).click()
  await passwordIsAsked(cleo.page)
  const form = cleo.page.url()
  await cleo.page.goto(`${harness.payfriend.pageUrl}/?state=x&code=y`)
  await says(cleo.page, 'That sign-in was begun in another tab')
  await cleo.page.goto(form)
  await harness.enterPassword(cleo.page, cleo.email)
  await heading(cleo.page, 'Confirm your phone')
})

test('a tab that becomes another person says so, and uses nothing of the first', async () => {
  const dora = await harness.payer()
  await harness.send(dora)
  await dora.page.goto(`${harness.payfriend.pageUrl}/#/send`)
  await heading(dora.page, 'Send a payment')
  await dora.page.getByLabel('Name').fill('Aunt Mary')
  await dora.page.goBack()
  await heading(dora.page, 'Waiting for your phone')
  // Her sign-in ends unseen, and in another tab somebody else signs in.
  const { email } = await harness.payer()
  await dora.context.clearCookies()
  await dora.page.evaluate("sessionStorage.removeItem('payfriend.refreshToken')")
  const other = await harness.newPage(dora.context)
  await other.goto(harness.payfriend.pageUrl)
  await harness.signIn({ ...dora, page: other, email })
  await dora.page.reload()
  await says(dora.page, `You are signed in as ${email} now.`)
  await says(dora.page, 'What another person typed in this tab before is gone.')
  await heading(dora.page, 'Send a payment')
  await passesAxe(dora.page)
  expect(await dora.page.getByLabel('Name').inputValue()).toBe('')
  const kept = await dora.page.evaluate<string>('JSON.stringify(sessionStorage)')
  expect(kept).not.toMatch(/Aunt Mary|Neville/)
  expect(await dora.page.textContent('body')).not.toContain(dora.email)
  await dora.page.getByRole('link', { name: 'My payments' }).click()
  await expect.poll(() => dora.page.locator('#notice').textContent()).toBe('')
})

/** The gateway takes no token for this press, until the person has signed in again. */
async function comesBack(visitor: Visitor, path: string, press: () => Promise<void>) {
  const { page, email } = visitor
  // Sooner after a password the page would not ask for it again.
  await harness.pass(61)
  await page.route(path, (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({ status: 401, body: '{"message":"Unauthorized"}' })
      : route.fallback(),
  )
  await press()
  await passwordIsAsked(page)
  await page.unroute(path)
  await harness.enterPassword(page, email)
}
const click = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: true }).click()

test('a payment whose sending led to sign-in is said not to be sent, and the next press sends it, once', async () => {
  const emil = await harness.payer()
  await emil.page.getByRole('button', { name: 'Neville Longbottom' }).click()
  await emil.page.getByLabel('Amount', { exact: true }).fill('12.34')
  await comesBack(emil, '**/api/payments', () => click(emil.page, 'Send payment'))
  await says(emil.page, 'Your payment was not sent. If you still want it, press the button again.')
  await passesAxe(emil.page)
  expect(harness.phone.book.pushes(emil.number)).toHaveLength(0)
  await click(emil.page, 'Send payment')
  await heading(emil.page, 'Waiting for your phone')
  expect(harness.phone.book.pushes(emil.number)).toHaveLength(1)
  expect(await emil.page.locator('#notice').textContent()).toBe('')
})

test('so is each other press: cancel, a code by text, its check, a phone and its code, the end of all sessions', async () => {
  const fay = await harness.visitor()
  const { page } = fay
  await harness.signIn(fay)
  await heading(page, 'Confirm your phone')
  await page.getByLabel('Phone number').fill(fay.number)
  await comesBack(fay, '**/api/phone', () => click(page, 'Get a code'))
  await says(page, 'No code was sent for your phone. Ask for it again.')
  expect(harness.phone.book.messages(fay.number)).toHaveLength(0)
  await click(page, 'Get a code')
  await heading(page, 'Enter the code')
  await page.getByLabel('Code', { exact: true }).fill(harness.codeOn(fay.number))
  await comesBack(fay, '**/api/phone/verification', () => click(page, 'Confirm'))
  await says(page, 'Your phone was not confirmed. Enter its code again.')
  await page.getByLabel('Code', { exact: true }).fill(harness.codeOn(fay.number))
  await click(page, 'Confirm')
  await harness.send(fay)
  await comesBack(fay, '**/api/payments/*/cancellation', () => click(page, 'Cancel this payment'))
  await says(page, 'The payment was not cancelled. If you still want it, press the button again.')
  await comesBack(fay, '**/api/payments/*/sms', () => click(page, /^Text me the code/))
  await says(page, 'No code by text was asked for. Ask for it again.')
  await harness.text(fay)
  await page.getByLabel('Code', { exact: true }).fill('1')
  await comesBack(fay, '**/api/payments/*/sms/verification', () => click(page, 'Approve'))
  await says(page, 'Your code was not checked, and no attempt was used up. Enter it again.')
  await says(page, '5 attempts left.')
  await page.getByRole('link', { name: 'Phone' }).click()
  // The view is there before time passes: its requests would be given up.
  await page.getByRole('button', { name: 'Sign out everywhere', exact: true }).waitFor()
  await comesBack(fay, '**/api/sessions/end', () => click(page, 'Sign out everywhere'))
  await says(
    page,
    'You were not signed out everywhere. If you still want it, press the button again.',
  )
})

test('what was on its way when the page had to sign in again is answered first, and never said to be undone', async () => {
  const gus = await harness.payer()
  await harness.send(gus)
  let cancels: (() => Promise<void>) | undefined
  await gus.page.route('**/cancellation', (route) => {
    cancels = () => route.continue()
  })
  await click(gus.page, 'Cancel this payment')
  await expect.poll(() => cancels).toBeDefined()
  let asked = 0
  await gus.page.route(/\/api\/payments\/[\w-]+$/, (route) => {
    asked += 1
    return route.fulfill({ status: 401, body: '{"message":"Unauthorized"}' })
  })
  await harness.pass(3)
  await expect.poll(() => asked).toBeGreaterThanOrEqual(2)
  await gus.page.unroute(/\/api\/payments\/[\w-]+$/)
  await cancels?.()
  await passwordIsAsked(gus.page)
  await harness.enterPassword(gus.page, gus.email)
  await heading(gus.page, 'Payment cancelled')
  expect(await gus.page.locator('#notice').textContent()).toBe('')
})

test('a press of “Sign in” while the page is on its way out is done when it is back', async () => {
  const hal = await harness.payer()
  let goesOn: (() => Promise<void>) | undefined
  await hal.page.route('**/oauth2/revoke', (route) => {
    goesOn = () => route.continue()
  })
  await harness.pass(301)
  await heading(hal.page, 'You’re signed out')
  await expect.poll(() => goesOn).toBeDefined()
  await click(hal.page, 'Sign in')
  await goesOn?.()
  await passwordIsAsked(hal.page)
  await harness.enterPassword(hal.page, hal.email)
})
