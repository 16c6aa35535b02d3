/** A press that takes away what was pressed: the focus stays where the person is, for a keyboard and for ears. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { otherThan } from '../harness/harness.ts'
import { heading, type JourneyHarness, says, type Visitor } from '../harness/journeyHarness.ts'
import {
  addedPhone,
  type DevicePhone,
  devicePhone,
  enrol,
  invite,
  open,
  pay,
  startDeviceJourney,
  wordsOn,
} from './devicePhone.ts'

let harness: JourneyHarness
let payer: Visitor
let phone: DevicePhone
beforeAll(async () => {
  harness = await startDeviceJourney()
  payer = await harness.payer()
  phone = await addedPhone(harness, payer, { name: 'My first' })
})
afterAll(() => harness.close())

/** The words of what has the focus, or its name. */
const focused = (page: Page) =>
  page.evaluate<string>(
    "document.activeElement === document.body ? 'nothing' : document.activeElement.innerText || document.activeElement.id",
  )
/** Press it as a keyboard does, with the focus on it. */
const press = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name }).first().press('Enter')

test('on the phone: why, the way back from it, and a removal that is not made', async () => {
  const { page } = phone
  await pay(harness, payer)
  await open(phone, await wordsOn(payer))
  await press(page, 'Deny')
  await expect.poll(() => focused(page)).toBe('Why do you deny it?')
  await press(page, 'Back')
  expect(await focused(page)).toBe('Deny')
  await press(page, 'Deny')
  await press(page, 'I changed my mind')
  await heading(page, 'Denied')
  expect(await focused(page)).toBe('Denied')
  await page.getByRole('link', { name: 'Done' }).press('Enter')
  await page.getByText('This phone', { exact: true }).click()
  await press(page, /^Remove this phone/)
  expect(await focused(page)).toBe('Yes, remove it')
  await press(page, 'Keep it')
  expect(await focused(page)).toBe('Remove this phone')
})

test('on the page: a phone that is added needs its digits, then another phone’s yes', async () => {
  const { page } = payer
  await page.bringToFront()
  const second = await devicePhone(harness)
  const digits = await enrol(harness, second, await invite(payer), 'My second')
  await harness.pass(3)
  await page.bringToFront()
  await heading(page, 'Is this your phone?')
  await press(page, 'Add this phone')
  await says(page, 'Enter the four digits that the new phone shows.')
  await page.getByLabel('The four digits').fill(otherThan(digits))
  await press(page, 'Add this phone')
  await says(page, 'These are not the four digits that the new phone shows. 4 attempts left.')
  expect(await focused(page)).toBe('digits')
  await page.getByLabel('The four digits').fill(digits)
  await press(page, 'Add this phone')
  await says(page, /^The digits are right\. Say yes on your other phone, and compare/)
  expect(await focused(page)).toMatch(/^The digits are right\./)
  await press(page, 'Use an invitation')
  expect(await focused(page)).toBe('digits')
  await press(page, 'Say yes on another of my phones')
  expect(await focused(page)).toMatch(/^The digits are right\./)
  await press(page, 'Don’t add it')
  await heading(page, 'Your phone')
  expect(await focused(page)).toBe('Your phone')
  await press(page, 'Remove My first')
  await press(page, 'Keep it')
  expect(await focused(page)).toBe('Remove')
})

test('a text that was asked for is told, with the end of its number for ears', async () => {
  const own = await harness.payer()
  const { page } = own
  const ending = own.number.slice(-3).split('').join(' ')
  const next = await devicePhone(harness)
  await enrol(harness, next, await invite(own))
  await harness.pass(3)
  await page.bringToFront()
  await heading(page, 'Is this your phone?')
  await press(page, `Text the code to the number ending in ${ending}`)
  const told = page.getByRole('status').filter({ hasText: 'We texted the code to' })
  await told.waitFor()
  expect(await told.getByRole('img', { name: `the number ending in ${ending}` }).count()).toBe(1)
  expect(await focused(page)).toBe('device-code')
  await press(page, 'Add this phone')
  await says(page, 'Enter the code from the text.')
})
