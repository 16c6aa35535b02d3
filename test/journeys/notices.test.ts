/** What somebody is told of their account when they sign in, in a real browser. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Notice } from '../../web/noticeWords.ts'
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

const at = '2026-11-28T12:00:00.000Z'
const CHANGED: Notice = { event: 'phone.changed', at, ending: '123' }
const ENDED: Notice = { event: 'sessions.ended', at, ending: null }
const LOCKED: Notice = { event: 'account.locked', at, ending: null }

/** From now on the server tells this person of it. */
const hears = ({ context }: Visitor, ...notices: Notice[]) =>
  context.route('**/api/profile', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...(await response.json()), notices } })
  })
const gotIt = ({ page }: Visitor) => page.getByRole('button', { name: /^Got it/ })

test('a change of phone is told at the top, with what to do, until it is put away here', async () => {
  const ann = await harness.payer()
  await hears(ann, CHANGED, ENDED, LOCKED)
  await ann.page.reload()
  await heading(ann.page, 'Send a payment')
  await says(
    ann.page,
    /^Your phone number was changed on 28 November 2026, \d\d:\d\d\. It now ends in 123\.$/,
  )
  await ann.page.getByText('2 older ones').click()
  await says(ann.page, /^You were signed out everywhere on 28 November 2026, \d\d:\d\d\.$/)
  await says(ann.page, /^Your account was locked on 28 November 2026, \d\d:\d\d by the people/)
  const status = ann.page.getByRole('status', { name: 'Your account' })
  // What to do is one press away.
  const whatToDo = status.getByText('Was it not you?')
  expect(await whatToDo.count()).toBe(2)
  await whatToDo.first().click()
  expect(await status.getByRole('link', { name: 'sign out everywhere' }).count()).toBe(1)
  const password = status.getByRole('link', { name: 'Change your password' }).first()
  expect(await password.getAttribute('href')).toContain('/change-password')
  await passesAxe(ann.page)

  await gotIt(ann).first().click()
  await says(ann.page, '1 older one')
  await ann.page.reload()
  await heading(ann.page, 'Send a payment')
  await says(ann.page, /^You were signed out everywhere/)
  await says(ann.page, '1 older one')
  expect(await ann.page.getByText('Your phone number was changed').count()).toBe(0)
})

test('put away with the keyboard alone, one after another, and the view has the focus then', async () => {
  const bea = await harness.payer()
  await hears(bea, CHANGED, ENDED)
  await bea.page.reload()
  await heading(bea.page, 'Send a payment')
  await gotIt(bea).first().focus()
  await bea.page.keyboard.press('Enter')
  await says(bea.page, /^You were signed out everywhere/)
  await bea.page.keyboard.press('Enter')
  await expect.poll(() => gotIt(bea).count()).toBe(0)
  const focused = bea.page.getByRole('heading', { level: 1 })
  expect(await focused.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true)
})

test('what a thief puts away in another browser is shown in the owner’s all the same', async () => {
  const cleo = await harness.payer()
  const thief = await harness.visitor()
  const stolen = { ...thief, email: cleo.email }
  for (const one of [cleo, stolen]) await hears(one, CHANGED)
  await harness.signIn(stolen)
  await gotIt(stolen).click()
  await expect.poll(() => gotIt(stolen).count()).toBe(0)
  await cleo.page.reload()
  await says(cleo.page, /^Your phone number was changed/)
})

test('a browser whose storage has become full shows it, and lets it be put away', async () => {
  const dan = await harness.visitor()
  await dan.context.addInitScript(`
    const { setItem } = Storage.prototype
    Storage.prototype.setItem = function (key, value) {
      if (key === 'payfriend.told') throw new DOMException('full', 'QuotaExceededError')
      setItem.call(this, key, value)
    }
  `)
  await hears(dan, CHANGED)
  await dan.page.reload()
  await harness.signIn(dan)
  await gotIt(dan).click()
  await expect.poll(() => gotIt(dan).count()).toBe(0)
  await dan.page.getByRole('link', { name: 'My payments' }).click()
  await heading(dan.page, 'My payments')
  expect(await gotIt(dan).count()).toBe(0)
})

test('a signed-out page shows nothing of it', async () => {
  const eli = await harness.payer()
  await hears(eli, CHANGED)
  await eli.page.reload()
  await gotIt(eli).waitFor()
  await eli.page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await heading(eli.page, 'You’re signed out')
  expect(await eli.page.getByText('Your phone number was changed').count()).toBe(0)
})

test('a page that a newer server tells of something unknown shows the rest', async () => {
  const fay = await harness.payer()
  await hears(fay, { event: 'account.painted', at, ending: null }, CHANGED)
  await fay.page.reload()
  await says(fay.page, /^Your phone number was changed/)
  expect(await gotIt(fay).count()).toBe(1)
})
