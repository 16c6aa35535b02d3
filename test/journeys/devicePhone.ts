/** Test support: a phone of the payer's own, as a browser with an authenticator that asks for a finger. */
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  CDPSession,
  Page,
} from 'playwright-core'
import { expect } from 'vitest'
import {
  heading,
  type JourneyHarness,
  startJourneyHarness,
  type Visitor,
} from '../harness/journeyHarness.ts'

export type DevicePhone = {
  readonly page: Page
  readonly context: BrowserContext
  /** Whether the finger on the sensor is its owner's. */
  finger(isOwners: boolean): Promise<void>
}

/** Pages look so often whether something is new. */
const LOOK_SECONDS = 3

/** Each test adds phones by texts, which are counted for their payer. */
export const startDeviceJourney = (
  launch?: () => Promise<Browser>,
  env: Record<string, string> = {},
) =>
  startJourneyHarness({ PROVING_TEXTS_PER_HOUR: '10', PROVING_TEXTS_PER_DAY: '20', ...env }, launch)

/** A browser with a virtual authenticator; in `context`, if it is the browser that is signed in. */
export async function devicePhone(
  harness: JourneyHarness,
  { context, wrongBySeconds = 0, ...options }: PhoneOptions = {},
): Promise<DevicePhone> {
  const own = context ?? (await harness.newContext(options))
  const page = await harness.newPage(own, wrongBySeconds)
  return { page, context: own, finger: await authenticatorOf(page) }
}

type PhoneOptions = BrowserContextOptions & {
  readonly context?: BrowserContext
  readonly wrongBySeconds?: number
}

/** Give this page an authenticator. */
export async function authenticatorOf(page: Page): Promise<DevicePhone['finger']> {
  const session: CDPSession = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return async (isUserVerified) => {
    await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
  }
}

/** The payer's page shows a code for a phone. */
export async function invite({ page }: Visitor): Promise<string> {
  await page.getByRole('link', { name: 'Phone', exact: true }).click()
  await page.getByRole('link', { name: 'Add a phone' }).click()
  await heading(page, 'Add a phone')
  return page.locator('.invitation').innerText()
}

/** The phone opens the address of the QR code and makes its keys; it shows four digits then. */
export async function enrol(
  harness: JourneyHarness,
  { page }: DevicePhone,
  code: string,
  name = 'My Nimbus',
): Promise<string> {
  await page.goto('about:blank')
  await page.goto(`${harness.payfriend.pageUrl}/approve.html#add/${code}`)
  await page.getByLabel('Name of this phone').fill(name)
  await page.getByRole('button', { name: 'Add this phone' }).click()
  await heading(page, 'Type these four digits')
  return page.locator('.digits').innerText()
}

/** The payer's page sees the phone, and its payer types digits and code. */
export async function confirm(
  harness: JourneyHarness,
  { page, number }: Visitor,
  digits: string,
): Promise<void> {
  await heading(page, 'Is this your phone?')
  await page.getByLabel('The four digits').fill(digits)
  await page.getByRole('button', { name: /^Text the code to/ }).click()
  const code = page.getByLabel('Code from the text')
  await code.waitFor()
  await code.fill(harness.codeOn(number))
  await page.getByRole('button', { name: 'Add this phone' }).click()
}

/** A phone of this payer's that approves, let in by a text. */
export async function addedPhone(
  harness: JourneyHarness,
  payer: Visitor,
  options: PhoneOptions & { readonly name?: string } = {},
): Promise<DevicePhone> {
  const { name = 'My Nimbus', ...how } = options
  const phone = await devicePhone(harness, how)
  const code = await invite(payer)
  const digits = await enrol(harness, phone, code, name)
  await harness.pass(LOOK_SECONDS)
  await payer.page.bringToFront()
  await confirm(harness, payer, digits)
  await heading(payer.page, 'Your phone')
  await harness.pass(LOOK_SECONDS)
  await phone.page.bringToFront()
  await heading(phone.page, 'This phone can approve your payments now')
  await phone.page.getByRole('link', { name: 'Done' }).click()
  await heading(phone.page, 'Payfriend on this phone')
  return phone
}

/** Send a payment from wherever the page is. */
export async function pay(harness: JourneyHarness, payer: Visitor, value?: string): Promise<void> {
  await payer.page.bringToFront()
  await payer.page.getByRole('link', { name: 'Send a payment' }).first().click()
  await harness.send(payer, value)
  // The phones look again.
  await harness.pass(LOOK_SECONDS)
}

/** Open on the phone what waits there, and see the same words as on the page. */
export async function open({ page }: DevicePhone, words: string): Promise<void> {
  await page.bringToFront()
  await page.getByRole('link', { name: words }).click()
  await heading(page, words)
}

/** The payment's words on the page that waits. */
export async function wordsOn({ page }: Visitor): Promise<string> {
  const words = await page.locator('.display-text').innerText()
  expect(words).not.toBe('')
  return words
}
