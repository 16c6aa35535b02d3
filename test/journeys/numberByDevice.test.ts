/** A payer whose phone approves changes the number of the account, in a real browser. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { numberOf } from '../harness/harness.ts'
import { heading, type JourneyHarness, says, type Visitor } from '../harness/journeyHarness.ts'
import { passesAxe } from './axe.ts'
import { addedPhone, type DevicePhone, startDeviceJourney } from './devicePhone.ts'
import { inviteByOwner } from './owner.ts'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startDeviceJourney()
})
afterEach(() => harness.closeBrowsers())
afterAll(() => harness.close())

const NEXT = numberOf(911)
const asked = `Change the number of your account to ${NEXT}?`

/** The payer has asked for a new number, and the page waits for the phone's yes. */
async function askedFor(payer: Visitor): Promise<DevicePhone> {
  const phone = await addedPhone(harness, payer)
  const { page } = payer
  await page.bringToFront()
  await page.getByRole('link', { name: 'Change my phone number' }).click()
  await heading(page, 'Change your phone number')
  await says(page, /and you say yes to it on a phone of yours/)
  await says(page, /^Once it is changed, you are signed out everywhere/)
  await page.getByLabel('Phone number').fill(NEXT)
  await page.getByRole('button', { name: 'Get a code' }).click()
  await heading(page, 'Approve it on My Nimbus')
  await says(page, NEXT)
  await says(page, /If it doesn’t, press “Deny” there\.$/)
  return phone
}

async function openOn({ page }: DevicePhone): Promise<void> {
  await page.bringToFront()
  await harness.pass(3)
  await page.getByRole('link', { name: /^Change the number of your account/ }).click()
  await heading(page, asked)
}

test('with a yes there and the new number’s code, and no code to the old number', async () => {
  const ann = await harness.payer({ browser: { viewport: { width: 320, height: 640 } } })
  const before = harness.phone.book.messages(ann.number).length
  const phone = await askedFor(ann)
  const texts = harness.phone.book.messages(ann.number).length
  // The one that let the phone in.
  expect(texts).toBe(before + 1)
  await passesAxe(ann.page)
  expect(await ann.page.evaluate('document.documentElement.scrollWidth')).toBe(320)
  await openOn(phone)
  await phone.page.getByRole('button', { name: 'Approve' }).click()
  await heading(phone.page, 'Approved')
  await ann.page.bringToFront()
  await harness.pass(3)
  await heading(ann.page, 'Enter the code')
  expect(await ann.page.getByLabel(/current phone/).count()).toBe(0)
  await ann.page.getByLabel('Code', { exact: true }).fill(harness.codeOn(NEXT))
  await ann.page.getByRole('button', { name: 'Confirm' }).click()
  await heading(ann.page, 'You’re signed out')
  expect(harness.phone.book.messages(ann.number).length).toBe(texts)
})

test('not after a no there, which the page says', async () => {
  const ben = await harness.payer()
  const phone = await askedFor(ben)
  await openOn(phone)
  await phone.page.getByRole('button', { name: 'Deny' }).click()
  await phone.page.getByRole('button', { name: 'I changed my mind' }).click()
  await heading(phone.page, 'Denied')
  await ben.page.bringToFront()
  await harness.pass(3)
  await heading(ben.page, 'Your number stays as it is')
  await passesAxe(ben.page)
  await ben.page.getByRole('button', { name: 'Keep my number' }).click()
  await heading(ben.page, 'Your phone')
})

test('with an invitation filled in, no yes on a phone is asked for', async () => {
  const dora = await harness.payer()
  await addedPhone(harness, dora)
  const { page } = dora
  await page.bringToFront()
  await page.goto((await inviteByOwner(harness, dora)).link)
  await page.getByRole('link', { name: 'Change my phone number' }).click()
  await heading(page, 'Change your phone number')
  await says(page, /Your invitation, filled in below, agrees to it in place of your phone\.$/)
  expect(await page.getByText(/you say yes to it/).count()).toBe(0)
})

test('after a reload the page still waits for the same yes', async () => {
  const cleo = await harness.payer()
  await askedFor(cleo)
  await cleo.page.reload()
  await heading(cleo.page, 'Approve it on My Nimbus')
  await says(cleo.page, NEXT)
  await cleo.page.getByRole('button', { name: 'Keep my number' }).click()
  await heading(cleo.page, 'Your phone')
})
