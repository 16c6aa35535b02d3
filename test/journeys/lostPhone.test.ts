/** The payer's phone is lost, and the page leads back, in a real browser. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  heading,
  type JourneyHarness,
  says,
  startJourneyHarness,
  type Visitor,
} from '../harness/journeyHarness.ts'
import { passesAxe } from './axe.ts'
import {
  addedPhone,
  confirm,
  type DevicePhone,
  devicePhone,
  enrol,
  open,
  pay,
  startDeviceJourney,
  wordsOn,
} from './devicePhone.ts'
import { inviteByOwner } from './owner.ts'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startDeviceJourney()
})
afterEach(() => harness.closeBrowsers())
afterAll(() => harness.close())

const narrow = { viewport: { width: 320, height: 640 } }
const LOST = 'I don’t have my phone'
const WAITS = /^My next can approve payments from \d+ \w+ 2026, \d\d:\d\d\. Until then/

async function looksRight(page: Page): Promise<void> {
  await passesAxe(page)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
}

/** A payer with one phone that approves, at the view for who lost it, where it is removed. */
async function withoutPhone(): Promise<Visitor & { readonly lost: DevicePhone }> {
  const payer = await harness.payer({ browser: narrow })
  const lost = await addedPhone(harness, payer)
  const { page } = payer
  await page.bringToFront()
  await page.getByRole('link', { name: LOST }).click()
  await heading(page, LOST)
  await looksRight(page)
  await page.getByRole('button', { name: 'Remove My Nimbus' }).click()
  await page.getByRole('button', { name: 'Yes, remove it' }).click()
  await says(page, /^My Nimbus was removed\. You can put it back until \d+ \w+ 2026, \d\d:\d\d\.$/)
  await says(page, 'No phone approves your payments now.')
  return { ...payer, lost }
}

/** Another phone asks to be added, and the page sees it. */
async function nextPhone({ page }: Visitor) {
  await page.getByRole('link', { name: 'Add a phone' }).click()
  await heading(page, 'Add a phone')
  const own = await page.locator('.invitation').innerText()
  const phone = await devicePhone(harness)
  const digits = await enrol(harness, phone, own, 'My next')
  await harness.pass(3)
  await page.bringToFront()
  await heading(page, 'Is this your phone?')
  return { phone, digits }
}

/** The same payer in another browser, hours later. */
async function later(payer: Visitor, hours: number): Promise<Visitor> {
  harness.passUnseen(hours * 3600)
  const context = await harness.newContext(narrow)
  const page = await harness.newPage(context)
  await page.goto(harness.payfriend.pageUrl)
  const again = { ...payer, page, context }
  await harness.signIn(again)
  return again
}

describe('a payer whose phone is lost', () => {
  test('adds another by a code by text, sees how long it waits, and cancels it', async () => {
    const ann = await withoutPhone()
    const { page } = ann
    await says(
      page,
      /^A code by text to your number, if you have its SIM card\. The phone then waits 12 hours/,
    )
    const { digits } = await nextPhone(ann)
    await says(page, /It can approve payments 12 hours after that/)
    await looksRight(page)
    await confirm(harness, ann, digits)
    await heading(page, 'Your phone')
    await says(page, WAITS)
    await says(page, 'Until My next can approve, nothing can be paid.')
    await says(page, /you can stop this here, or on My Nimbus, which was removed but can still/)
    await looksRight(page)
    await page.getByRole('button', { name: 'Cancel My next' }).click()
    await page.getByRole('button', { name: 'Keep it' }).click()
    await page.getByRole('button', { name: 'Cancel My next' }).click()
    await page.getByRole('button', { name: 'Yes, cancel it' }).click()
    await says(page, 'My next was cancelled: it is not added, and can’t approve anything.')
    await expect.poll(() => page.getByRole('button', { name: 'Cancel My next' }).count()).toBe(0)
    await says(page, /^None of your phones can approve payments now, so nothing can be paid\./)
    expect(await page.getByRole('link', { name: 'Add a phone' }).count()).toBe(1)
  })

  test('adds another by a code by text, which approves once its wait is over', async () => {
    const ben = await withoutPhone()
    const { digits, phone } = await nextPhone(ben)
    await confirm(harness, ben, digits)
    await says(ben.page, WAITS)
    const soon = await later(ben, 11)
    await heading(soon.page, 'Your phone')
    await says(soon.page, 'Until My next can approve, nothing can be paid.')
    const back = await later(ben, 1.01)
    await heading(back.page, 'Send a payment')
    await harness.send(back)
    const { page } = await devicePhone(harness, { context: phone.context })
    await page.goto(`${harness.payfriend.pageUrl}/approve.html#waiting`)
    await open({ ...phone, page }, await wordsOn(back))
    await page.getByRole('button', { name: 'Approve' }).waitFor()
  })

  test('adds another by an invitation without a wait, and pays with it', async () => {
    const cleo = await withoutPhone()
    const { link } = await inviteByOwner(harness, cleo, { isNow: true })
    await cleo.page.goto(link)
    await heading(cleo.page, 'Your invitation is here')
    await looksRight(cleo.page)
    const { digits, phone } = await nextPhone(cleo)
    await says(cleo.page, /an invitation by the people who run this service/)
    expect(await cleo.page.getByText(/12 hours after/).count()).toBe(0)
    // The other way is one press away, and says its wait before.
    await cleo.page.getByRole('button', { name: 'Use a code by text (waits 12 hours)' }).click()
    await says(cleo.page, /It can approve payments 12 hours after that/)
    await cleo.page.getByRole('button', { name: 'Use an invitation' }).click()
    await cleo.page.getByLabel('The four digits').fill(digits)
    await cleo.page.getByRole('button', { name: 'Add this phone' }).click()
    await says(cleo.page, 'My next can approve your payments now.')
    await pay(harness, cleo)
    await phone.page.bringToFront()
    await phone.page.goto(`${harness.payfriend.pageUrl}/approve.html#waiting`)
    await open(phone, await wordsOn(cleo))
  })

  test('finds the way from a payment that waits for it', async () => {
    const dora = await harness.payer()
    await addedPhone(harness, dora)
    await pay(harness, dora)
    await heading(dora.page, 'Waiting for your phone')
    await dora.page.getByRole('link', { name: LOST }).click()
    await heading(dora.page, LOST)
    await says(dora.page, /choose “This phone was added before”/)
    await dora.page.getByRole('link', { name: 'Show a code for it' }).click()
    await heading(dora.page, 'Add a phone')
    await says(dora.page, /forgot Payfriend\? Choose “This phone was added before” there\.$/)
  })
})

test('texts pay again once a removal can no longer be undone', async () => {
  const eli = await withoutPhone()
  await eli.page.getByRole('link', { name: 'Send a payment' }).click()
  await heading(eli.page, 'Your phone')
  await says(eli.page, /^None of your phones can approve payments now, so nothing can be paid\./)
  const { page } = await later(eli, 12.01)
  await heading(page, 'Send a payment')
  await page.getByRole('link', { name: 'Phone', exact: true }).click()
  await says(
    page,
    /^None of your phones can approve payments any more\. Until you add one, payments are/,
  )
  await looksRight(page)
  await page.getByRole('link', { name: 'Send a payment' }).last().click()
  await harness.send({ ...eli, page })
  await harness.text({ ...eli, page })
  await page.getByLabel('Code', { exact: true }).fill(harness.codeOn(eli.number))
  // The notices name what approves, too.
  await page.getByRole('button', { name: 'Approve', exact: true }).click()
  await heading(page, 'Payment approved')
})

test('a number is changed by an invitation, where no phone approves', async () => {
  const fay = await withoutPhone()
  const { page } = fay
  await page.getByRole('link', { name: 'Phone', exact: true }).click()
  await page.getByRole('link', { name: 'Change my phone number' }).click()
  await heading(page, 'Change your phone number')
  await says(page, /^You also need an invitation, because no phone of yours approves now/)
  await looksRight(page)
  const { code } = await inviteByOwner(harness, fay)
  await page.getByLabel('Phone number').fill('+44 7400 555123')
  await page.getByLabel('Code of the invitation').fill('K7QMX-4H2RW')
  await page.getByRole('button', { name: 'Get a code' }).click()
  await says(
    page,
    /^This invitation is mistyped, used already, replaced by a newer one, older than/,
  )
  await says(
    page,
    'Once it is changed, you are signed out everywhere, here too, and sign in again.',
  )
  await page.getByLabel('Code of the invitation').fill(code)
  await page.getByRole('button', { name: 'Get a code' }).click()
  await heading(page, 'Enter the code')
  expect(await page.getByLabel(/current phone/).count()).toBe(0)
  await page.getByLabel('Code', { exact: true }).fill(harness.codeOn('+447400555123'))
  await page.getByRole('button', { name: 'Confirm' }).click()
  await heading(page, 'You’re signed out')
})

test('who said that they did not start a payment sees until when no other can be started', async () => {
  const gil = await harness.payer({ browser: narrow })
  const phone = await addedPhone(harness, gil)
  await pay(harness, gil)
  await open(phone, await wordsOn(gil))
  await phone.page.getByRole('button', { name: 'Deny' }).click()
  await phone.page.getByRole('button', { name: 'I didn’t start this' }).click()
  await heading(phone.page, 'Denied')
  await gil.page.bringToFront()
  await harness.pass(3)
  await heading(gil.page, 'Payment denied')
  const locked =
    /^You said on your phone that you did not start a payment, so new payments are locked until .*\d\d:\d\d\./
  await says(gil.page, locked)
  // Nothing is offered that would be refused, and nothing is asked again.
  expect(await gil.page.getByRole('button', { name: 'Start again' }).count()).toBe(0)
  expect(await gil.page.getByText('Did you not start this payment?').count()).toBe(0)
  await gil.page.getByRole('link', { name: 'Send a payment' }).first().click()
  await gil.page.getByRole('button', { name: 'Neville Longbottom' }).click()
  await gil.page.getByLabel('Amount', { exact: true }).fill('1.00')
  await gil.page.getByRole('button', { name: 'Send payment' }).click()
  await says(gil.page, locked)
  await gil.page.reload()
  await heading(gil.page, 'Send a payment')
  await says(gil.page, locked)
  await looksRight(gil.page)
})

test('who changed their mind is not asked whether it was them', async () => {
  const ida = await harness.payer({ browser: narrow })
  const phone = await addedPhone(harness, ida)
  await pay(harness, ida)
  await open(phone, await wordsOn(ida))
  await phone.page.getByRole('button', { name: 'Deny' }).click()
  await phone.page.getByRole('button', { name: 'I changed my mind' }).click()
  await heading(phone.page, 'Denied')
  await ida.page.bringToFront()
  await harness.pass(3)
  await ida.page.getByRole('button', { name: 'Start again' }).waitFor()
  expect(await ida.page.getByText('Did you not start this payment?').count()).toBe(0)
})

test('a removed phone is put back after a new sign-in, and nothing false is said of it', async () => {
  const jo = await withoutPhone()
  const { page, lost } = jo
  await lost.page.bringToFront()
  await harness.pass(3)
  await lost.page.getByRole('button', { name: /^Undo/ }).click()
  await heading(lost.page, 'One step is left')
  await page.bringToFront()
  await page.getByRole('link', { name: 'Phone', exact: true }).click()
  const putBack = page.getByRole('button', { name: 'Put “My Nimbus” back' })
  await putBack.click()
  await harness.enterPassword(page, jo.email)
  await says(page, 'You have signed in again. Press ‘Put “My Nimbus” back’ now.')
  await putBack.click()
  await says(page, 'My Nimbus is back: it can approve payments again.')
  expect(await page.getByText(/You have signed in again|^My Nimbus was removed/).count()).toBe(0)
})

describe('where the stage allows texts beside a phone that approves', () => {
  let beside: JourneyHarness
  beforeAll(async () => {
    beside = await startJourneyHarness({ TEXTS_BESIDE_DEVICE: 'true' })
  })
  afterAll(() => beside.close())

  test('a payment that waits for it is approved by a code, which is offered after a while', async () => {
    const hal = await beside.payer()
    await addedPhone(beside, hal)
    await pay(beside, hal)
    await heading(hal.page, 'Waiting for your phone')
    expect(await hal.page.getByText('Having trouble?').count()).toBe(0)
    await beside.pass(20)
    await says(hal.page, 'Having trouble?')
    await beside.text(hal)
    await beside.enter(hal, beside.codeOn(hal.number))
    await heading(hal.page, 'Payment approved')
  })
})
