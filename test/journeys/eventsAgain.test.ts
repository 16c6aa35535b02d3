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

test('nothing lies over the buttons of several events, wherever the page is scrolled to', async () => {
  for (const name of ['bob', 'cho', 'dean', 'eve', 'fay']) {
    await tokenOf(harness.payfriend, `${name}@example.com`)
  }
  const again = page.getByRole('button', { name: /^Send again/ })
  await again.nth(5).waitFor()
  await page.setViewportSize({ width: 1280, height: 720 })
  expect(await page.evaluate(LOOK)).toEqual({ isLooked: true, covered: [] })
})

test('axe finds nothing there', async () => {
  // The last event fades in, and is pale until then.
  await page.evaluate('Promise.all(document.getAnimations().map(({ finished }) => finished))')
  await passesAxe(page)
})

/** What a press on a button would reach in place of it, at each place where the page can be scrolled to. */
const LOOK = `(() => {
  const buttons = [...document.querySelectorAll('#events button')]
  const covered = []
  let looked = 0
  for (let y = 0; y <= document.documentElement.scrollHeight; y += 60) {
    window.scrollTo({ top: y, behavior: 'instant' })
    for (const button of buttons) {
      const { left, right, top, bottom } = button.getBoundingClientRect()
      if (top < 0 || bottom > window.innerHeight) continue
      for (const x of [left + 8, (left + right) / 2, right - 8]) {
        looked += 1
        const found = document.elementFromPoint(x, (top + bottom) / 2)
        if (!button.contains(found)) covered.push(found?.outerHTML ?? 'nothing')
      }
    }
  }
  return { isLooked: looked >= buttons.length * 3, covered }
})()`
