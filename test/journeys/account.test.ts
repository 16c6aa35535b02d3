/** Signing in and out, and the phone that is trusted, in a real browser. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { numberOf, otherThan } from '../rig.ts'
import { heading, type Stage, says, startStage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await startStage()
})
afterAll(() => stage.close())

test('no password touches the page: it is entered at the provider (2019: W25)', async () => {
  const ann = await stage.visitor()
  await ann.page.getByRole('button', { name: /^Sign in/ }).click()
  await ann.page.locator('input[name=password]').waitFor()
  expect(new URL(ann.page.url()).origin).toBe(stage.payfriend.signInUrl)
})

test('a person without a phone is led to it, and no text goes out unasked (2019: W28)', async () => {
  const ben = await stage.visitor()
  await stage.signIn(ben)
  await heading(ben.page, 'Confirm your phone')
  await ben.page.goto(`${stage.payfriend.pageUrl}/#/send`)
  await ben.page.reload()
  await heading(ben.page, 'Confirm your phone')
  expect(stage.phone.book.messages(ben.number)).toHaveLength(0)
})

test('the code can be had by a call, sent again, and mistyped', async () => {
  const cleo = await stage.visitor()
  await stage.signIn(cleo)
  await cleo.page.getByLabel('Phone number').fill(cleo.number)
  await cleo.page.getByLabel('Call').check()
  await cleo.page.getByRole('button', { name: 'Get a code' }).click()
  await heading(cleo.page, 'Enter the code')
  const code = stage.codeOn(cleo.number)
  expect(stage.phone.book.messages(cleo.number)[0]?.kind).toBe('call')
  await cleo.page.getByLabel('Code', { exact: true }).fill(otherThan(code))
  await cleo.page.getByRole('button', { name: 'Confirm' }).click()
  await says(cleo.page, 'That code is wrong. 4 attempts left.')
  await stage.pass(21)
  await cleo.page.getByRole('button', { name: 'Call me again' }).click()
  await expect.poll(() => stage.phone.book.messages(cleo.number).length).toBe(2)
  await cleo.page.getByLabel('Code', { exact: true }).fill(stage.codeOn(cleo.number))
  await cleo.page.getByRole('button', { name: 'Confirm' }).click()
  await heading(cleo.page, 'Send a payment')
})

test('a code that is over says so', async () => {
  const dora = await stage.visitor()
  await stage.signIn(dora)
  await dora.page.getByLabel('Phone number').fill(dora.number)
  await dora.page.getByRole('button', { name: 'Get a code' }).click()
  await heading(dora.page, 'Enter the code')
  stage.passUnseen(601)
  await dora.page.getByLabel('Code', { exact: true }).fill(stage.codeOn(dora.number))
  await dora.page.getByRole('button', { name: 'Confirm' }).click()
  await says(dora.page, 'That code is no longer valid. Ask for a new one.')
})

test('a number that is none is refused beside its field (2019: W26)', async () => {
  const emil = await stage.visitor()
  await stage.signIn(emil)
  await emil.page.getByLabel('Phone number').fill('+1 555')
  await emil.page.getByRole('button', { name: 'Get a code' }).click()
  await says(emil.page, 'This is not a phone number.')
  expect(await emil.page.getByLabel('Phone number').getAttribute('aria-invalid')).toBe('true')
})

test('changing the phone needs a code from the old one and one from the new', async () => {
  const fay = await stage.payer()
  const next = numberOf(900)
  await fay.page.getByRole('link', { name: 'Phone' }).click()
  await fay.page.getByRole('button', { name: 'Change phone' }).click()
  await fay.page.getByLabel('Phone number').fill(next)
  await fay.page.getByRole('button', { name: 'Get a code' }).click()
  await heading(fay.page, 'Enter the code')
  expect(stage.phone.book.messages(fay.number)[0]?.words).toContain('Change your Payfriend phone')
  await fay.page.getByLabel(/^Code sent to your new phone/).fill(stage.codeOn(next))
  await fay.page.getByRole('button', { name: 'Confirm' }).click()
  await says(fay.page, 'To change your phone, enter the code sent to your current phone too.')
  await fay.page.getByLabel(/^Code sent to your current phone/).fill(stage.codeOn(fay.number))
  await fay.page.getByRole('button', { name: 'Confirm' }).click()
  await says(fay.page, 'Your phone is changed.')
  await fay.page.getByRole('link', { name: 'Send a payment' }).first().click()
  await stage.send(fay)
  expect(stage.phone.book.pushes(next)).toHaveLength(1)
  expect(stage.phone.book.pushes(fay.number)).toHaveLength(0)
})

test('the unsaved form survives signing in again', async () => {
  const gus = await stage.payer()
  await gus.page.getByLabel('Name').fill('Aunt Mary')
  await gus.page.getByLabel('Amount', { exact: true }).fill('12.34')
  await gus.page.evaluate(() => {
    for (const key of Object.keys(sessionStorage)) {
      if (/token|session/i.test(key)) sessionStorage.removeItem(key)
    }
  })
  await gus.context.clearCookies()
  await gus.page.reload()
  const signIn = gus.page.getByRole('button', { name: /^Sign in/ })
  await Promise.race([signIn.waitFor(), gus.page.locator('input[name=password]').waitFor()])
  if ((await gus.page.locator('input[name=password]').count()) === 0) await signIn.click()
  await stage.enterPassword(gus.page, gus.email)
  expect(await gus.page.getByLabel('Name').inputValue()).toBe('Aunt Mary')
  expect(await gus.page.getByLabel('Amount', { exact: true }).inputValue()).toBe('12.34')
})

test.each([-3600, 3600])(
  'a computer whose clock is %i s wrong signs in and pays',
  async (wrongBy) => {
    const gil = await stage.visitor(wrongBy)
    await stage.signIn(gil)
    await stage.confirmPhone(gil)
    await stage.send(gil)
    await says(gil.page, /^[45]:\d\d left to answer$/)
    await stage.answers(gil, 'approved')
    await says(gil.page, 'Your payment has been approved!')
  },
)

test('no token is kept where another tab or a later visit finds it (2019: W31)', async () => {
  const hal = await stage.payer()
  const script = '[localStorage, sessionStorage].map((kept) => JSON.stringify(kept)).join()'
  const kept = await hal.page.evaluate<string>(script)
  expect(kept).not.toMatch(/eyJ/)
  expect(await hal.page.evaluate<string>('JSON.stringify(localStorage)')).toBe('{}')
  expect(await hal.page.evaluate<string>('document.cookie')).toBe('')
  expect(hal.page.url()).not.toMatch(/code=|state=/)
})

test('signing out signs out of the provider too (2019: W32)', async () => {
  const ida = await stage.payer()
  await ida.page.getByRole('button', { name: 'Sign out' }).click()
  await heading(ida.page, "You're signed out")
  await ida.page.getByRole('button', { name: 'Sign in' }).click()
  await ida.page.locator('input[name=password]').waitFor()
  expect(await ida.page.evaluate(() => JSON.stringify(sessionStorage))).not.toMatch(/token/i)
})

test('every view passes axe, light and dark', async () => {
  const jan = await stage.visitor()
  await jan.page.getByRole('button', { name: /^Sign in/ }).waitFor()
  await passesAxe(jan.page)
  await jan.page.getByRole('button', { name: /^Sign in/ }).click()
  await jan.page.locator('input[name=password]').waitFor()
  await passesAxe(jan.page)
  await stage.enterPassword(jan.page, jan.email)
  await heading(jan.page, 'Confirm your phone')
  await passesAxe(jan.page)
  await stage.confirmPhone(jan)
  await passesAxe(jan.page)
  stage.phone.book.setApp(jan.number, false)
  await stage.send(jan)
  await says(jan.page, 'Having trouble?')
  await passesAxe(jan.page)
  await jan.page.getByRole('button', { name: 'Send me a code by text.' }).click()
  await heading(jan.page, 'Enter the code from the text')
  await passesAxe(jan.page)
  await jan.page.getByRole('button', { name: 'Cancel this payment' }).click()
  await heading(jan.page, 'You cancelled this payment.')
  await passesAxe(jan.page)
  await jan.page.getByRole('link', { name: 'My payments' }).first().click()
  await says(jan.page, 'cancelled by you')
  await passesAxe(jan.page)
  await jan.page.getByRole('link', { name: 'Phone' }).click()
  await says(jan.page, 'Payments are approved on this phone.')
  await passesAxe(jan.page)
})

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

async function passesAxe(page: Page) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    // Through the debugger, because the page's policy lets no script in, not even a test's.
    const violations = await page.evaluate(`(() => { ${axe}; return axe.run() })()`)
    const found = (violations as { violations: { id: string; nodes: { html: string }[] }[] })
      .violations
    expect(found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
  }
}
