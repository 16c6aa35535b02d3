/** Signing in and out, and what is asked of whom, in a real browser. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  heading,
  type JourneyHarness,
  says,
  startJourneyHarness,
} from '../harness/journeyHarness.ts'
import { passesAxe } from './axe.ts'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startJourneyHarness()
})
afterAll(() => harness.close())

test('no password touches the page: it is entered at the provider (2019: W25)', async () => {
  const ann = await harness.visitor()
  await ann.page.getByRole('button', { name: /^Sign in/ }).click()
  await ann.page.locator('input[name=password]').waitFor()
  expect(new URL(ann.page.url()).origin).toBe(harness.payfriend.signInUrl)
})

test('a person without a phone is led to it, and no text goes out unasked (2019: W28)', async () => {
  const ben = await harness.visitor()
  await harness.signIn(ben)
  await heading(ben.page, 'Confirm your phone')
  await ben.page.goto(`${harness.payfriend.pageUrl}/#/send`)
  await ben.page.reload()
  await heading(ben.page, 'Confirm your phone')
  expect(harness.phone.book.messages(ben.number)).toHaveLength(0)
})

test('a number that is none is refused beside its field (2019: W26)', async () => {
  const emil = await harness.visitor()
  await harness.signIn(emil)
  await emil.page.getByLabel('Phone number').fill('+1 555')
  await emil.page.getByRole('button', { name: 'Get a code' }).click()
  await says(
    emil.page,
    '+1 555 is not a phone number. Check the number and its country (United States).',
  )
  expect(await emil.page.getByLabel('Phone number').getAttribute('aria-invalid')).toBe('true')
})

test('the unsaved form survives signing in again', async () => {
  const gus = await harness.payer()
  await gus.page.getByLabel('Name').fill('Aunt Mary')
  await gus.page.getByLabel('Amount', { exact: true }).fill('12.34')
  await gus.page.evaluate(() => {
    for (const key of Object.keys(sessionStorage)) {
      if (/token|session/i.test(key)) sessionStorage.removeItem(key)
    }
  })
  await gus.context.clearCookies()
  await gus.page.reload()
  const signIn = gus.page.getByRole('button', { name: /^Sign in/ })
  await Promise.race([signIn.waitFor(), gus.page.locator('input[name=password]').waitFor()])
  if ((await gus.page.locator('input[name=password]').count()) === 0) await signIn.click()
  await harness.enterPassword(gus.page, gus.email)
  expect(await gus.page.getByLabel('Name').inputValue()).toBe('Aunt Mary')
  expect(await gus.page.getByLabel('Amount', { exact: true }).inputValue()).toBe('12.34')
})

test.each([-3600, 3600])(
  'a computer whose clock is %i s wrong signs in and pays',
  async (wrongBy) => {
    const gil = await harness.visitor(wrongBy)
    await harness.signIn(gil)
    await harness.confirmPhone(gil)
    await harness.send(gil)
    await says(gil.page, /^[45]:\d\d left to answer$/)
    await harness.answers(gil, 'approved')
    await heading(gil.page, 'Payment approved')
  },
)

test('no token is kept where another tab or a later visit finds it (2019: W31)', async () => {
  const hal = await harness.payer()
  const script = '[localStorage, sessionStorage].map((kept) => JSON.stringify(kept)).join()'
  const kept = await hal.page.evaluate<string>(script)
  expect(kept).not.toMatch(/eyJ/)
  // Two times and which payments wait, which all tabs share, and nothing else.
  expect(await hal.page.evaluate<string>('JSON.stringify(localStorage)')).toMatch(
    /^\{"payfriend\.activity":"\{\\"since\\":\d{13},\\"input\\":\d{13},\\"waits\\":\{\},\\"ends\\":\{\}\}"\}$/,
  )
  expect(await hal.page.evaluate<string>('document.cookie')).toBe('')
  expect(hal.page.url()).not.toMatch(/code=|state=/)
})

test('signing out signs out of the provider too (2019: W32)', async () => {
  const ida = await harness.payer()
  await ida.page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await heading(ida.page, 'You’re signed out')
  await ida.page.getByRole('button', { name: 'Sign in' }).click()
  await ida.page.locator('input[name=password]').waitFor()
  expect(await ida.page.evaluate(() => JSON.stringify(sessionStorage))).not.toMatch(/token/i)
})

test('every view passes axe, light and dark', async () => {
  const jan = await harness.visitor()
  await jan.page.getByRole('button', { name: /^Sign in/ }).waitFor()
  await passesAxe(jan.page)
  await jan.page.getByRole('button', { name: /^Sign in/ }).click()
  await jan.page.locator('input[name=password]').waitFor()
  await passesAxe(jan.page)
  await harness.enterPassword(jan.page, jan.email)
  await heading(jan.page, 'Confirm your phone')
  await passesAxe(jan.page)
  await harness.confirmPhone(jan)
  await passesAxe(jan.page)
  harness.phone.book.setApp(jan.number, false)
  await harness.send(jan)
  await heading(jan.page, 'Approve this payment')
  await passesAxe(jan.page)
  await harness.text(jan)
  await passesAxe(jan.page)
  await jan.page.getByRole('button', { name: 'Cancel this payment' }).click()
  await heading(jan.page, 'Payment cancelled')
  await passesAxe(jan.page)
  await jan.page.getByRole('link', { name: 'My payments' }).first().click()
  await jan.page.getByRole('link', { name: /Cancelled$/ }).waitFor()
  await passesAxe(jan.page)
  await jan.page.getByRole('link', { name: 'Phone' }).click()
  await says(jan.page, 'You approve each payment on the phone with this number.')
  await passesAxe(jan.page)
})

test('a browser of another language is told times in English, by its own clock', async () => {
  const browser = { locale: 'de-DE', timezoneId: 'America/New_York' }
  const kai = await harness.payer({ app: false, browser })
  await harness.send(kai)
  const locked = { 'content-type': 'application/problem+json', 'retry-after': '86400' }
  await kai.page.route('**/sms', (route) =>
    route.fulfill({ status: 423, headers: locked, body: '{"code":"locked"}' }),
  )
  await kai.page.getByRole('button', { name: /^Text me the code/ }).click()
  await says(kai.page, /locked until (Sun|Mon|Tues|Wednes|Thurs|Fri|Satur)day, \d\d:\d\d\./)
  await kai.page.getByRole('link', { name: 'My payments' }).click()
  const time = kai.page.locator('time')
  await time.waitFor()
  const instant = new Date((await time.getAttribute('datetime')) ?? '')
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { timeZone: browser.timezoneId, ...options }).format(instant)
  expect(await time.textContent()).toBe(`Today, ${part({ timeStyle: 'short' })}`)
  const handset = await harness.handset({ ...browser, locale: 'ar-EG' })
  const clock = handset.locator('.clock').first()
  await expect.poll(() => clock.textContent()).toMatch(/^[0-9]{2}:[0-9]{2}$/)
})
