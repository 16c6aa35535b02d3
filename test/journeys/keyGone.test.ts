/** The phone's browser has lost its key, as after "Clear browsing data", and its passkey is still there. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
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
  invite,
  open,
  pay,
  startDeviceJourney,
  wordsOn,
} from './devicePhone.ts'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startDeviceJourney()
})
afterEach(() => harness.closeBrowsers())
afterAll(() => harness.close())

const BEFORE = 'This phone was added before'

/** A phone that was added, and whose browser has deleted what it kept. */
async function phoneWithoutKey(payer: Visitor): Promise<DevicePhone> {
  const phone = await addedPhone(harness, payer, { viewport: { width: 320, height: 640 } })
  await phone.page.evaluate(`new Promise((resolve, reject) => {
    const deleting = indexedDB.deleteDatabase('payfriend')
    deleting.onsuccess = () => resolve()
    deleting.onerror = () => reject(deleting.error)
  })`)
  await phone.page.reload()
  await heading(phone.page, 'Approve payments on this phone')
  return phone
}

/** The phone opens the page's code. */
async function openCode(payer: Visitor, { page }: DevicePhone): Promise<void> {
  await payer.page.bringToFront()
  const code = await invite(payer)
  await page.bringToFront()
  await page.goto(`${harness.payfriend.pageUrl}/approve.html#add/${code}`)
  await heading(page, 'Add this phone')
}

/** The page's payer types the digits and a text's code. */
async function letIn({ page, number }: Visitor, digits: string): Promise<void> {
  await page.bringToFront()
  await harness.pass(3)
  await heading(page, 'Is this your phone?')
  await page.getByRole('button', { name: /^Text the code to/ }).click()
  const code = page.getByLabel('Code from the text')
  await code.waitFor()
  await code.fill(harness.codeOn(number))
  await page.getByLabel(/^The four digits/).fill(digits)
  await page.getByRole('button', { name: 'Add this phone' }).click()
}

test('it is back at once with its passkey, four digits and a text, and approves', async () => {
  const ann = await harness.payer()
  const phone = await phoneWithoutKey(ann)
  await says(phone.page, /^Was this phone added before/)
  await openCode(ann, phone)
  await passesAxe(phone.page)
  await phone.page.evaluate(`
    const { get } = navigator.credentials
    navigator.credentials.get = function (options) {
      const { allowCredentials, userVerification } = options.publicKey
      const asked = [window.event?.type, allowCredentials.length, userVerification]
      document.body.dataset.asked = asked.join()
      return get.call(this, options)
    }
  `)
  await tabTo(phone.page, phone.page.getByRole('button', { name: BEFORE }))
  await phone.page.keyboard.press('Enter')
  await heading(phone.page, 'Type these four digits')
  // Within the press, for whatever passkey the phone has, and with a finger.
  expect(await phone.page.locator('body').getAttribute('data-asked')).toBe('click,0,required')
  await letIn(ann, await phone.page.locator('.digits').innerText())
  await heading(ann.page, 'Your phone')
  // The same phone, once.
  await expect.poll(() => ann.page.getByRole('button', { name: /^Remove/ }).count()).toBe(1)
  await harness.pass(3)
  await phone.page.bringToFront()
  await heading(phone.page, 'This phone can approve your payments now')
  // By the name that it had, although the form named it anew.
  await says(phone.page, `My Nimbus is a phone of ${ann.email}.`)
  await phone.page.getByRole('link', { name: 'Done' }).click()
  await pay(harness, ann)
  await open(phone, await wordsOn(ann))
  await phone.page.getByRole('button', { name: 'Approve' }).click()
  await heading(phone.page, 'Approved')
})

test('a phone that has no passkey is told so, and is added as a new one with the same code', async () => {
  const ben = await harness.payer()
  const phone = await devicePhone(harness)
  await openCode(ben, phone)
  await phone.page.getByRole('button', { name: BEFORE }).click()
  await says(phone.page, 'No passkey was used, so nothing has changed.')
  await says(phone.page, /press “Add this phone”: then it is added as a new phone\.$/)
  await phone.page.getByRole('button', { name: 'Add this phone' }).click()
  await heading(phone.page, 'Type these four digits')
})

test('a finger that is not its owner’s brings nothing back, and can be tried again', async () => {
  const cleo = await harness.payer()
  const phone = await phoneWithoutKey(cleo)
  await openCode(cleo, phone)
  await phone.finger(false)
  await phone.page.getByRole('button', { name: BEFORE }).click()
  await says(phone.page, 'No passkey was used, so nothing has changed.')
  await phone.finger(true)
  await phone.page.getByRole('button', { name: BEFORE }).click()
  await heading(phone.page, 'Type these four digits')
})

test('the passkey of a phone that was removed is refused in words, and the code is still good', async () => {
  const dora = await harness.payer()
  const phone = await phoneWithoutKey(dora)
  await dora.page.bringToFront()
  await dora.page.getByRole('button', { name: 'Remove My Nimbus' }).click()
  await dora.page.getByRole('button', { name: 'Yes, remove it' }).click()
  await says(dora.page, /^My Nimbus was removed\./)
  const code = await newCode(dora)
  await phone.page.goto(`${harness.payfriend.pageUrl}/approve.html#add/${code}`)
  await phone.page.getByRole('button', { name: BEFORE }).click()
  await says(
    phone.page,
    /^This passkey does not belong to a phone that can approve payments of this account\./,
  )
  await phone.page.getByRole('button', { name: 'Add this phone' }).click()
  await heading(phone.page, 'Type these four digits')
})

test('a browser that keeps a phone’s key offers no way around it', async () => {
  const eli = await harness.payer()
  const phone = await addedPhone(harness, eli)
  await openCode(eli, phone)
  expect(await phone.page.getByRole('button', { name: BEFORE }).count()).toBe(0)
})

/** The page's code, wherever the page is. */
async function newCode({ page }: Visitor): Promise<string> {
  await page.goto(`${harness.payfriend.pageUrl}/#/phone/add`)
  return page.locator('.invitation').innerText()
}
