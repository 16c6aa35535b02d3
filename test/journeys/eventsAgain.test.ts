/** The last events on the pretend phone's page, where a developer sends one again. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type JourneyHarness, startJourneyHarness } from '../harness/journeyHarness.ts'
import { tokenOf } from '../harness/tokenOf.ts'
import { passesAxe } from './axe.ts'

let harness: JourneyHarness
let page: Page

beforeAll(async () => {
  harness = await startJourneyHarness()
  page = await harness.handset()
})
afterAll(() => harness.close())

test('it says where events will stand, and lists one as soon as it is published', async () => {
  const events = page.getByRole('region', { name: 'Events' })
  await events.getByText('Nothing has happened yet.').waitFor()
  await tokenOf(harness.payfriend, 'ann@example.com')
  await events.getByText('phone.verified', { exact: true }).waitFor()
  expect(await events.getByRole('listitem').count()).toBe(1)
  expect(await events.getByText('Nothing has happened yet.').isVisible()).toBe(false)
})

test('its button sends it again, and tells how often it was sent', async () => {
  await page.getByRole('button', { name: /^Send again: phone\.verified, Account / }).click()
  await page.getByText('Sent 2 times.', { exact: true }).waitFor()
  const news = page.getByRole('status')
  await news.getByText('phone.verified was sent again.').waitFor()
  expect(await page.getByRole('button', { name: /^Send again/ }).count()).toBe(1)
})

test('axe finds nothing there', async () => {
  await passesAxe(page)
})
