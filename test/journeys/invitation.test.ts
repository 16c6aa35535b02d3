/** The owner's invitation: the way to the first phone where there are no texts, in a real browser. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  heading,
  type JourneyHarness,
  says,
  startJourneyHarness,
  tabTo,
  type Visitor,
} from '../harness/journeyHarness.ts'
import { passesAxe } from './axe.ts'
import { devicePhone, enrol, open, pay, wordsOn } from './devicePhone.ts'
import { inviteByOwner } from './owner.ts'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startJourneyHarness({ PROVIDER: 'none', FIRST_DEVICE: 'invitation' })
})
afterEach(() => harness.closeBrowsers())
afterAll(() => harness.close())

const FIRST = 'Add a phone that approves'
const LOST = 'I don’t have my phone'
const HERE = 'Your invitation is here'
const narrow = { viewport: { width: 320, height: 640 } }

async function signedInWithoutTexts(): Promise<Visitor> {
  const visitor = await harness.visitor(0, narrow)
  await heading(visitor.page, 'Pay safely, with a yes from your own phone')
  await harness.signIn(visitor)
  await heading(visitor.page, FIRST)
  return visitor
}

async function looksRight(page: Page): Promise<void> {
  await passesAxe(page)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
}

/** Add the phone that the page's own code invites, up to its four digits. */
async function asks(
  page: Page,
  on: JourneyHarness = harness,
): Promise<{ digits: string; phone: Awaited<ReturnType<typeof devicePhone>> }> {
  await heading(page, 'Add a phone')
  const own = await page.locator('.invitation').innerText()
  const phone = await devicePhone(on)
  const digits = await enrol(on, phone, own)
  await on.pass(3)
  await page.bringToFront()
  await heading(page, 'Is this your phone?')
  await page.getByLabel('The four digits').fill(digits)
  return { digits, phone }
}

test('without texts a payer comes from the invitation’s link to an approved payment', async () => {
  const ann = await signedInWithoutTexts()
  const { page } = ann
  await says(page, /^To add your phone you need an invitation: ask the people who run this service/)
  expect(await page.getByText(/phone number|text|SMS/i).count()).toBe(0)
  await looksRight(page)
  const { code, link } = await inviteByOwner(harness, ann)
  await page.goto(link)
  await heading(page, HERE)
  expect(page.url()).toBe(`${harness.payfriend.pageUrl}/#/phone/invitation`)
  await says(page, code)
  await says(page, /^If it is still good, you add a phone with it/)
  await says(page, new RegExp(`only for ${ann.email}\\.`))
  await looksRight(page)
  await page.reload()
  await heading(page, HERE)
  await page.getByRole('link', { name: 'Add a phone' }).click()
  const { phone } = await asks(page)
  expect(await page.getByLabel('Code of the invitation').inputValue()).toBe(code)
  expect(await page.getByRole('button', { name: /text/ }).count()).toBe(0)
  await looksRight(page)
  await page.getByRole('button', { name: 'Add this phone' }).click()
  await says(page, 'My Nimbus can approve your payments now.')
  await says(page, /with an invitation\./)
  expect(await page.getByText(/phone number|by text/i).count()).toBe(0)
  await looksRight(page)
  await pay(harness, ann)
  await phone.page.bringToFront()
  await harness.pass(3)
  await phone.page.goto(`${harness.payfriend.pageUrl}/approve.html#waiting`)
  await open(phone, await wordsOn(ann))
  await phone.page.getByRole('button', { name: 'Approve' }).click()
  await heading(phone.page, 'Approved')
  await page.bringToFront()
  await harness.pass(3)
  await heading(page, 'Payment approved')
  // It was used, so it is not offered again.
  await page.goto(`${harness.payfriend.pageUrl}/#/phone/invitation`)
  await heading(page, 'Enter the invitation’s code')
})

test('a link that is opened before the sign-in is kept over it, and its code is in no address', async () => {
  const ben = await signedInWithoutTexts()
  const { code, link } = await inviteByOwner(harness, ben)
  const context = await harness.newContext(narrow)
  const page = await harness.newPage(context)
  const letters = code.replace('-', '')
  let answer = () => {}
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  await page.route('**/config.json', async (route) => {
    await answered
    await route.continue()
  })
  const addresses: string[] = []
  page.on('framenavigated', (frame) => addresses.push(frame.url()))
  await page.goto(link)
  // Before the server has said anything.
  await expect.poll(() => page.url()).not.toContain(letters)
  answer()
  await heading(page, 'An invitation to Payfriend')
  await says(page, /If it is still valid, use it to add a phone/)
  await looksRight(page)
  await harness.signIn({ ...ben, page, context })
  await heading(page, HERE)
  await says(page, code)
  expect(addresses.slice(1).join(' ')).not.toContain(letters)
  await page.goBack()
  await page.goForward()
  await heading(page, HERE)
})

test('a wrong or used one is said plainly, and the phone that waits is still there', async () => {
  const cleo = await signedInWithoutTexts()
  const { page } = cleo
  const used = await inviteByOwner(harness, cleo)
  const good = await inviteByOwner(harness, cleo)
  await page.getByRole('link', { name: 'Enter the invitation’s code' }).click()
  await heading(page, 'Enter the invitation’s code')
  await page.getByLabel('Code of the invitation').fill('K7QM')
  await page.keyboard.press('Enter')
  await says(page, 'Compare it with your invitation: it has ten letters and digits.')
  await page.getByLabel('Code of the invitation').fill(used.code.toLowerCase())
  await page.keyboard.press('Enter')
  await heading(page, HERE)
  await page.getByRole('link', { name: 'Add a phone' }).click()
  const { digits } = await asks(page)
  await page.getByRole('button', { name: 'Add this phone' }).click()
  await says(
    page,
    new RegExp(
      '^The digits are wrong, or the invitation is mistyped, used already, replaced by a newer one, older than 7 days, ' +
        `or made for another e-mail address than ${cleo.email}\\. Your phone is still here`,
    ),
  )
  await says(page, /That cost one attempt\. 4 attempts left\.$/)
  // Beside the field, and seen.
  const told = page.locator('#digits-problem')
  const box = await told.boundingBox()
  expect(box?.y).toBeGreaterThanOrEqual(0)
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(640)
  await looksRight(page)
  await page.getByLabel('The four digits').fill(digits)
  await page.getByLabel('Code of the invitation').fill(good.code)
  await page.getByRole('button', { name: 'Add this phone' }).click()
  await says(page, 'My Nimbus can approve your payments now.')
})

test('a link that was cut off says so, and its code can be typed with the keyboard alone', async () => {
  const dora = await signedInWithoutTexts()
  const { page } = dora
  const { code, link } = await inviteByOwner(harness, dora)
  await page.goto(link.slice(0, -3))
  await heading(page, 'Enter the invitation’s code')
  await says(page, /^The link that you opened is not complete\./)
  await tabTo(page, page.getByLabel('Code of the invitation'))
  await page.keyboard.type(code)
  await page.keyboard.press('Enter')
  await heading(page, HERE)
  await tabTo(page, page.getByRole('button', { name: 'Don’t use it' }))
  await page.keyboard.press('Enter')
  await heading(page, FIRST)
})

describe('with texts', () => {
  let texting: JourneyHarness
  beforeAll(async () => {
    texting = await startJourneyHarness({ FIRST_DEVICE: 'invitation' })
  })
  afterAll(() => texting.close())

  test('it is the way for a payer who has no number', async () => {
    const eli = await texting.visitor()
    await texting.signIn(eli)
    await heading(eli.page, 'Confirm your phone')
    await says(eli.page, /^To add one you need an invitation: ask the people who run this service/)
    const { link } = await inviteByOwner(texting, eli)
    await eli.page.goto(link)
    await heading(eli.page, HERE)
    await eli.page.getByRole('link', { name: 'Add a phone' }).click()
    await asks(eli.page, texting)
    await eli.page.getByRole('button', { name: 'Add this phone' }).click()
    await says(eli.page, 'My Nimbus can approve your payments now.')
  })
})

describe('where the first phone needs only the sign-in', () => {
  let easy: JourneyHarness
  beforeAll(async () => {
    easy = await startJourneyHarness({ PROVIDER: 'none' })
  })
  afterAll(() => easy.close())

  test('a payer without texts is led to add it at once', async () => {
    const fay = await easy.visitor(0, narrow)
    await easy.signIn(fay)
    await heading(fay.page, FIRST)
    expect(await fay.page.getByText(/phone number|text|SMS|invitation/i).count()).toBe(0)
    await looksRight(fay.page)
    await fay.page.getByRole('link', { name: 'Add a phone' }).click()
    await asks(fay.page, easy)
    await fay.page.getByRole('button', { name: 'Add this phone' }).click()
    await says(fay.page, 'My Nimbus can approve your payments now.')
    await fay.page.getByRole('link', { name: LOST }).click()
    await heading(fay.page, LOST)
    expect(await fay.page.getByText(/phone number|by text|SIM/i).count()).toBe(0)
    await looksRight(fay.page)
  })
})
