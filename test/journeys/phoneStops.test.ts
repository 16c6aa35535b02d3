/** What a phone that approves does against a thief: it stops a new phone, undoes its removal, and agrees to a number. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { numberOf } from '../harness/harness.ts'
import {
  heading,
  type JourneyHarness,
  says,
  tabTo,
  type Visitor,
} from '../harness/journeyHarness.ts'
import { passesAxe } from './axe.ts'
import {
  addedPhone,
  type DevicePhone,
  devicePhone,
  enrol,
  invite,
  startDeviceJourney,
} from './devicePhone.ts'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startDeviceJourney()
})
afterEach(() => harness.closeBrowsers())
afterAll(() => harness.close())

const SMALL = { viewport: { width: 320, height: 640 } }

/** Another phone is let in by a text, without a yes of the first one, and waits. */
async function letInByText(payer: Visitor, name: string): Promise<DevicePhone> {
  const { page, number } = payer
  const phone = await devicePhone(harness)
  await page.bringToFront()
  const digits = await enrol(harness, phone, await invite(payer), name)
  await harness.pass(3)
  await page.bringToFront()
  await heading(page, 'Is this your phone?')
  await page.getByRole('button', { name: /^Use a code by text/ }).click()
  await page.getByLabel(/^The four digits/).fill(digits)
  await page.getByRole('button', { name: /^Text the code to/ }).click()
  const code = page.getByLabel('Code from the text')
  await code.waitFor()
  await code.fill(harness.codeOn(number))
  await page.getByRole('button', { name: 'Add this phone' }).click()
  await says(page, new RegExp(`^${name} can approve payments from `))
  return phone
}

const WAITS =
  /^This phone can approve payments from \d+ \w+ 2026, \d\d:\d\d\. Until then your other/

/** With letters of twice the size no button's word is broken, and no heading is larger than the first. */
async function looksRightEnlarged({ page }: DevicePhone): Promise<void> {
  await page.setViewportSize({ width: 360, height: 640 })
  await page.evaluate("document.documentElement.style.fontSize = '200%'")
  const broken = await page.locator('button, a.button').evaluateAll((all) =>
    all.flatMap((element) => {
      const text = element.firstChild
      if (text?.nodeType !== 3) return []
      return [...(text.textContent ?? '').matchAll(/\S+/g)].flatMap(({ 0: word, index }) => {
        const range = element.ownerDocument.createRange()
        range.setStart(text, index)
        range.setEnd(text, index + word.length)
        return range.getClientRects().length > 1 ? [word] : []
      })
    }),
  )
  expect(broken).toEqual([])
  const sizes = await page
    .locator('h1, h2, h3, summary')
    .evaluateAll((all) =>
      all.map((one) =>
        Number.parseFloat(one.ownerDocument.defaultView?.getComputedStyle(one).fontSize ?? ''),
      ),
    )
  expect(Math.max(...sizes)).toBe(sizes[0])
  await page.evaluate("document.documentElement.style.fontSize = ''")
  await page.setViewportSize(SMALL.viewport)
}

/** On 320 pixels, and with axe. */
async function looksRight(page: Page): Promise<void> {
  await passesAxe(page)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
}

describe('a new phone that waits', () => {
  const stopOn = ({ page }: DevicePhone) =>
    page.getByRole('button', { name: /^Stop the new phone/ })

  test('is told on the phone before, which can fold that, and stops it with its finger only', async () => {
    const ida = await harness.payer()
    const phone = await addedPhone(harness, ida, SMALL)
    await letInByText(ida, 'Stranger')
    await phone.page.bringToFront()
    await harness.pass(3)
    const card = phone.page.getByText('A new phone waits: “Stranger”')
    await card.waitFor()
    await says(phone.page, /^Nothing else waits\./)
    await says(
      phone.page,
      /^It will be able to approve payments from .*\. It was added to the account/,
    )
    await looksRight(phone.page)
    await looksRightEnlarged(phone)
    await phone.page.getByRole('button', { name: /^Hide this/ }).click()
    await expect.poll(() => stopOn(phone).isVisible()).toBe(false)
    await tabTo(phone.page, phone.page.getByText('This phone', { exact: true }))
    // The browser tells the page of the fold in a task of its own.
    await phone.page.evaluate(
      'new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))',
    )
    await phone.page.reload()
    await card.waitFor()
    expect(await stopOn(phone).isVisible()).toBe(false)
    await tabTo(phone.page, card)
    await phone.page.keyboard.press('Enter')
    await phone.finger(false)
    await tabTo(phone.page, stopOn(phone))
    await phone.page.keyboard.press('Enter')
    await says(phone.page, 'Nothing was stopped. Try again.')
    await phone.finger(true)
    await phone.page.keyboard.press('Enter')
    await heading(phone.page, 'Stopped')
    await says(phone.page, /^Somebody else may be signed in as you: change your password/)
    await looksRight(phone.page)
    await phone.page.getByRole('link', { name: 'Done' }).click()
    await says(phone.page, /^Nothing waits\./)
    expect(await card.count()).toBe(0)
    await ida.page.bringToFront()
    await ida.page.reload()
    await heading(ida.page, 'Your phone')
    expect(await ida.page.getByText('Stranger', { exact: true }).count()).toBe(0)
  })

  test('says until when it waits, throws nothing away, and approves by itself after that', async () => {
    const joe = await harness.payer()
    await addedPhone(harness, joe)
    const { page } = await letInByText(joe, 'My second')
    await page.bringToFront()
    await harness.pass(3)
    await says(page, WAITS)
    await heading(page, 'This phone can’t approve yet')
    await says(page, /open “Phone” on the page where you are signed in and press “Cancel”\.$/)
    expect(await page.getByRole('button').count()).toBe(0)
    expect(await page.locator('.digits').count()).toBe(0)
    await passesAxe(page)
    await harness.pass(600)
    await page.reload()
    await heading(page, 'This phone can’t approve yet')
    harness.passUnseen(12 * 3600)
    await harness.pass(3)
    await says(page, 'This phone can approve your payments now.')
    await heading(page, 'Payfriend on this phone')
  })

  test('keeps its key if “Don’t add this phone” is pressed before it knows that it waits', async () => {
    const jon = await harness.payer()
    await addedPhone(harness, jon)
    const { page } = await letInByText(jon, 'My second')
    await page.getByRole('button', { name: 'Don’t add this phone' }).click()
    await heading(page, 'This phone can’t approve yet')
    await says(page, WAITS)
  })

  test('says that it was stopped, also after a reload, and how it is added anew', async () => {
    const kai = await harness.payer()
    const phone = await addedPhone(harness, kai)
    const { page } = await letInByText(kai, 'Stranger')
    await page.bringToFront()
    await harness.pass(3)
    await says(page, WAITS)
    await phone.page.bringToFront()
    await harness.pass(3)
    await stopOn(phone).click()
    await heading(phone.page, 'Stopped')
    await says(phone.page, /^From now on a new phone needs/)
    await page.bringToFront()
    await harness.pass(3)
    const stopped = /^This phone was stopped while it waited\. It can’t approve payments of/
    await says(page, stopped)
    await heading(page, 'Payfriend on this phone')
    await page.reload()
    await says(page, stopped)
    await page.getByRole('button', { name: `Add it again to ${kai.email}` }).click()
    await heading(page, 'Approve payments on this phone')
  })
})

test('a phone whose digits were typed wrong too often says that it was not added', async () => {
  const lyn = await harness.payer()
  const { page, number } = lyn
  const phone = await devicePhone(harness)
  const digits = await enrol(harness, phone, await invite(lyn))
  const wrong = digits === '1111' ? '2222' : '1111'
  await harness.pass(9)
  // It is still asked for.
  await heading(phone.page, 'Type these four digits')
  await page.bringToFront()
  await heading(page, 'Is this your phone?')
  await page.getByRole('button', { name: /^Text the code to/ }).click()
  const code = page.getByLabel('Code from the text')
  for (const left of [4, 3, 2, 1, 0]) {
    await code.fill(harness.codeOn(number))
    await page.getByLabel('The four digits').fill(wrong)
    await page.getByRole('button', { name: 'Add this phone' }).click()
    if (left > 0) await says(page, new RegExp(`${left} attempts? left\\.$`))
    else await expect.poll(() => page.getByLabel('The four digits').count()).toBe(0)
  }
  await phone.page.bringToFront()
  await harness.pass(9)
  await heading(phone.page, 'Not added')
  await says(phone.page, 'Its digits were typed wrong too often, or somebody said no.')
  await phone.page.getByRole('button', { name: 'Start again' }).click()
  await heading(phone.page, 'Approve payments on this phone')
})

describe('a phone that the page has removed', () => {
  async function removed(payer: Visitor): Promise<DevicePhone> {
    const phone = await addedPhone(harness, payer, SMALL)
    await payer.page.bringToFront()
    await payer.page.getByRole('button', { name: 'Remove My Nimbus' }).click()
    await payer.page.getByRole('button', { name: 'Yes, remove it' }).click()
    await expect
      .poll(() => payer.page.getByRole('button', { name: 'Remove My Nimbus' }).count())
      .toBe(0)
    await phone.page.bringToFront()
    await harness.pass(3)
    await says(phone.page, 'This phone was removed')
    return phone
  }

  test('is back after its finger and a new sign-in on the page', async () => {
    const pat = await harness.payer()
    const phone = await removed(pat)
    // Nothing else is offered.
    expect(await phone.page.getByRole('button').allInnerTexts()).toEqual(['Undo the removal'])
    await looksRight(phone.page)
    await looksRightEnlarged(phone)
    const undo = phone.page.getByRole('button', { name: /^Undo the removal/ })
    await phone.finger(false)
    await undo.click()
    await says(phone.page, 'The removal was not undone. Try again.')
    await phone.finger(true)
    await undo.click()
    await heading(phone.page, 'One step is left')
    await looksRight(phone.page)
    const other = await harness.newPage(phone.context)
    await other.goto(`${harness.payfriend.pageUrl}/approve.html`)
    await says(other, /^You asked to undo that\. Now sign in again on the page/)
    await passesAxe(other)
    await other.close()
    await pat.page.bringToFront()
    await pat.page.reload()
    await pat.page.getByRole('button', { name: 'Put “My Nimbus” back' }).click()
    await harness.enterPassword(pat.page, pat.email)
    await pat.page.getByRole('link', { name: 'Phone', exact: true }).click()
    await pat.page.getByRole('button', { name: 'Put “My Nimbus” back' }).click()
    await pat.page.getByRole('button', { name: 'Remove My Nimbus' }).waitFor()
    await phone.page.bringToFront()
    await harness.pass(3)
    await heading(phone.page, 'This phone can approve again')
    await looksRight(phone.page)
    await phone.page.getByRole('link', { name: 'Done' }).click()
    await says(phone.page, /^Nothing waits\./)
    expect(await phone.page.getByText('This phone was removed').count()).toBe(0)
  })

  test('says after the time to undo how it is added anew', async () => {
    const pia = await harness.payer()
    const phone = await removed(pia)
    harness.passUnseen(12 * 3600)
    await harness.pass(3)
    await says(phone.page, /^This phone can’t approve payments of/)
    await says(phone.page, /^If you want it to approve payments, press “Add a phone” on that page/)
    await looksRight(phone.page)
    const forget = phone.page.getByRole('button', { name: `Forget this account, ${pia.email}` })
    expect(await forget.count()).toBe(1)
    await phone.page.getByRole('button', { name: `Add it again to ${pia.email}` }).click()
    await heading(phone.page, 'Approve payments on this phone')
  })
})

describe('a new number', () => {
  async function asked(payer: Visitor, number: string): Promise<DevicePhone> {
    const phone = await addedPhone(harness, payer, SMALL)
    const { page } = payer
    await page.goto(`${harness.payfriend.pageUrl}/#/phone/number`)
    await page.getByLabel('Phone number').fill(number)
    await page.getByRole('button', { name: 'Get a code' }).click()
    await says(page, number)
    await phone.page.bringToFront()
    await harness.pass(3)
    await phone.page.getByRole('link', { name: /^Change the number of your account to/ }).click()
    await heading(phone.page, `Change the number of your account to ${number}?`)
    return phone
  }

  test('is shown whole with the page’s reference, and agreed to with the finger', async () => {
    const uma = await harness.payer()
    const phone = await asked(uma, numberOf(901))
    const reference = await phone.page.locator('.facts div', { hasText: 'Reference' }).innerText()
    await says(uma.page, new RegExp(reference.split('\n').at(-1) ?? 'none'))
    await looksRight(phone.page)
    await phone.page.getByRole('button', { name: 'Approve' }).click()
    await heading(phone.page, 'Approved')
    await says(phone.page, /^You said yes to this number. Now type the code that it gets/)
    await looksRight(phone.page)
  })

  test('that the payer did not ask for is denied with a tap, which locks new payments and says so', async () => {
    const val = await harness.payer()
    const phone = await asked(val, numberOf(902))
    await phone.finger(false)
    await phone.page.getByRole('button', { name: 'Deny' }).click()
    await says(phone.page, /^“I didn’t start this” also locks new payments of your account/)
    await looksRight(phone.page)
    await phone.page.getByRole('button', { name: 'I didn’t start this' }).click()
    await heading(phone.page, 'Denied')
    await says(
      phone.page,
      'You said no to this number. The number of your account has not changed.',
    )
    await says(
      phone.page,
      /^New payments of this account are locked now: for some minutes at first, longer each time\./,
    )
    await looksRight(phone.page)
  })
})
