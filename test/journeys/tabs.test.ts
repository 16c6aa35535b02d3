/** Two tabs of one browser: each says why it was signed out, in a real browser. */
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

const ROUNDS = 8

/** Another tab of the same browser, signed in by itself. */
async function secondTab({ context }: Visitor): Promise<Page> {
  const tab = await harness.newPage(context)
  await tab.goto(`${harness.payfriend.pageUrl}/#/payments`)
  await heading(tab, 'My payments')
  return tab
}

const signOut = (page: Page) => page.getByRole('button', { name: 'Sign out', exact: true }).click()

const saysInAnother = (page: Page) => says(page, 'You signed out in another tab of this browser.')

/** Back from the provider, which nobody comes to without having signed out. */
async function saysNothingOfIdleness(page: Page) {
  await page.waitForURL(`${harness.payfriend.pageUrl}/`)
  await heading(page, 'You’re signed out')
  await says(page, 'Nothing about you is kept in this tab any more.')
  expect(await page.getByText(/Nobody touched|another tab/).count()).toBe(0)
}

test('signing out with a second tab open is never taken for idleness, in eight tries', async () => {
  const ann = await harness.payer()
  for (let round = 0; round < ROUNDS; round += 1) {
    const other = await secondTab(ann)
    await signOut(ann.page)
    await saysInAnother(other)
    await saysNothingOfIdleness(ann.page)
    if (round === 0) await passesAxe(other)
    await other.close()
    await harness.signIn(ann)
  }
})

test('a tab that hears nothing from the others still finds why it has no time left', async () => {
  const ben = await harness.payer()
  await ben.context.addInitScript('BroadcastChannel.prototype.postMessage = () => {}')
  await ben.page.reload()
  const other = await secondTab(ben)
  await signOut(ben.page)
  await saysInAnother(other)
  await saysNothingOfIdleness(ben.page)
})

test('a tab that takes it for idleness changes nothing in the one where it was asked for', async () => {
  const cleo = await harness.payer()
  const other = await secondTab(cleo)
  await signOut(cleo.page)
  await saysNothingOfIdleness(cleo.page)
  await cleo.page.evaluate(`window.heard = new Promise((resolve) => {
    new BroadcastChannel('payfriend').addEventListener('message', resolve)
  }).then(() => {})
    0`)
  await other.evaluate("new BroadcastChannel('payfriend').postMessage('idle')")
  await cleo.page.evaluate('window.heard')
  await saysNothingOfIdleness(cleo.page)
  await cleo.page.reload()
  await saysNothingOfIdleness(cleo.page)
})

test('signed out everywhere, the other tab says so too', async () => {
  const dora = await harness.payer()
  const other = await secondTab(dora)
  await dora.page.getByRole('link', { name: 'Phone' }).click()
  await dora.page.getByRole('button', { name: 'Sign out everywhere' }).click()
  for (const page of [dora.page, other]) {
    await says(page, 'You are signed out everywhere: here, and wherever else you were signed in.')
  }
})
