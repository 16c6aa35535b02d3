/** Signing out everywhere, and what becomes of the other places, in a real browser. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
  harness = await startJourneyHarness()
})
afterAll(() => harness.close())

/** The same person in a browser of its own. */
async function elsewhere({ email, number }: Visitor): Promise<Visitor> {
  const other = { ...(await harness.visitor()), email, number }
  await harness.signIn(other)
  await heading(other.page, 'Send a payment')
  return other
}

const everywhere = (page: Page) => page.getByRole('button', { name: 'Sign out everywhere' })
const passwordIsAsked = (page: Page) => page.locator('input[name=password]').waitFor()

/** By the keyboard, from the page of the phone; a second later sign-ins count again. */
async function signOutEverywhere({ page }: Visitor) {
  await page.getByRole('link', { name: 'Phone' }).click()
  await heading(page, 'Your phone')
  await tabTo(page, everywhere(page))
  await page.keyboard.press('Enter')
  await heading(page, 'You’re signed out')
  await says(page, 'You are signed out everywhere: here, and wherever else you were signed in.')
  harness.passUnseen(2)
}

async function fillIn({ page }: Visitor, value: string) {
  await page.getByRole('button', { name: 'Neville Longbottom' }).click()
  await page.getByLabel('Amount', { exact: true }).fill(value)
}
const send = ({ page }: Visitor) => page.getByRole('button', { name: 'Send payment' }).click()

test('signed out everywhere, another browser can renew nothing and is led to sign-in', async () => {
  const ann = await harness.payer()
  const other = await elsewhere(ann)
  await signOutEverywhere(ann)
  await passesAxe(ann.page)
  await harness.pass(200)
  await other.page.keyboard.press('Shift')
  await harness.pass(50)
  await other.page.getByRole('link', { name: 'My payments' }).click()
  await passwordIsAsked(other.page)
  await harness.enterPassword(other.page, other.email)
  await heading(other.page, 'My payments')
})

test('nor starts it a payment with the token that it still has; what was typed stays', async () => {
  const ben = await harness.payer()
  const other = await elsewhere(ben)
  await fillIn(other, '12.34')
  await signOutEverywhere(ben)
  await send(other)
  await passwordIsAsked(other.page)
  expect(harness.phone.book.pushes(ben.number)).toHaveLength(0)
  await harness.enterPassword(other.page, other.email)
  await heading(other.page, 'Send a payment')
  expect(await other.page.getByLabel('Amount', { exact: true }).inputValue()).toBe('12.34')
  await send(other)
  await heading(other.page, 'Waiting for your phone')
})

test('where the provider still knows the other browser, its new tab shows nothing without a password', async () => {
  const cleo = await harness.payer()
  const other = await elsewhere(cleo)
  await other.page.close()
  await signOutEverywhere(cleo)
  const tab = { ...other, page: await harness.newPage(other.context) }
  await tab.page.goto(`${harness.payfriend.pageUrl}/#/send`)
  await passwordIsAsked(tab.page)
  await harness.enterPassword(tab.page, tab.email)
  await heading(tab.page, 'Send a payment')
  await fillIn(tab, '20.50')
  await send(tab)
  await heading(tab.page, 'Waiting for your phone')
})

test('who denied what they never asked for can end it all at once', async () => {
  const dora = await harness.payer()
  const thief = await elsewhere(dora)
  await harness.send(thief)
  const askedFor = thief.page.url()
  await harness.answers(dora, 'denied')
  const [, id] = /payments\/([\w-]+)/.exec(askedFor) ?? []
  await dora.page.goto(`${harness.payfriend.pageUrl}/#/payments/${id}`)
  await heading(dora.page, 'Payment denied')
  await says(
    dora.page,
    'Did you not start this payment? Change your password. Then sign out everywhere.',
  )
  await passesAxe(dora.page)
  await tabTo(dora.page, everywhere(dora.page))
  await dora.page.keyboard.press('Space')
  await says(dora.page, 'You are signed out everywhere')
  await thief.page.getByRole('button', { name: 'Start again' }).click()
  await send(thief)
  await passwordIsAsked(thief.page)
})

test('where it could not be done the page says so, and the person is still signed in', async () => {
  const emil = await harness.payer()
  await emil.page.route('**/api/sessions/end', (route) =>
    route.fulfill({ status: 500, body: '{}' }),
  )
  await emil.page.getByRole('link', { name: 'Phone' }).click()
  await everywhere(emil.page).click()
  await says(emil.page, 'Something went wrong on our side. Try again a little later.')
  await emil.page.getByRole('link', { name: 'Send a payment' }).first().click()
  await heading(emil.page, 'Send a payment')
})

test('a token that is refused even after the password was asked for leads round in no circle', async () => {
  const fay = await harness.payer()
  const unauthorized = { status: 401, body: '{"message":"Unauthorized"}' }
  await fay.page.route('**/api/payments', (route) => route.fulfill(unauthorized))
  await fay.page.getByRole('link', { name: 'My payments' }).click()
  await passwordIsAsked(fay.page)
  await harness.enterPassword(fay.page, fay.email)
  await says(fay.page, 'Your sign-in doesn’t allow that. Sign out, then sign in again.')
  await fay.page.locator('#screen').getByRole('button', { name: 'Sign out' }).click()
  await heading(fay.page, 'You’re signed out')
})
