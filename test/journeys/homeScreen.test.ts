/** How the phone's page comes to a home screen. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { heading, type JourneyHarness, says, tabTo } from '../harness/journeyHarness.ts'
import { passesAxe } from './axe.ts'
import { addedPhone, authenticatorOf, startDeviceJourney } from './devicePhone.ts'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startDeviceJourney()
})
afterEach(() => harness.closeBrowsers())
afterAll(() => harness.close())

const IPHONE = {
  userAgent:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1',
  viewport: { width: 390, height: 760 },
}

/** A phone's page without anything added. */
async function fresh(fragment: string, script = '', options = {}) {
  const context = await harness.newContext(options)
  if (script !== '') await context.addInitScript(script)
  const page = await harness.newPage(context)
  await page.goto(`${harness.payfriend.pageUrl}/approve.html${fragment}`)
  return page
}

const STANDALONE = `
  const { matchMedia } = window
  window.matchMedia = (query) =>
    query.includes('display-mode') ? { matches: true } : matchMedia.call(window, query)
`

describe('in the browser of an iPhone', () => {
  test('comes a guide before anything is made, with the code to type on the home screen', async () => {
    const page = await fresh('#add/K7QMX4H2RW', '', IPHONE)
    await heading(page, 'Put Payfriend on your home screen')
    await says(page, /^Choose “Add to Home Screen”/)
    await says(page, 'K7QMX-4H2RW')
    expect(await page.locator('.guide .picture').count()).toBe(4)
    expect(page.url()).toBe(`${harness.payfriend.pageUrl}/approve.html`)
    await passesAxe(page)
  })

  test.each(['', '#add', '#waiting'])('the guide comes at %j too', async (fragment) => {
    const page = await fresh(fragment, '', IPHONE)
    await heading(page, 'Put Payfriend on your home screen')
    await says(page, /^Add this phone there: press “Add a phone”/)
  })

  test('whoever stays in the browser is told what that means, and can', async () => {
    const page = await fresh('#add/K7QMX4H2RW', '', IPHONE)
    await authenticatorOf(page)
    await says(page, /this phone does not ring, and the browser may delete its key/)
    await tabTo(page, page.getByRole('button', { name: 'Continue in the browser' }))
    await page.keyboard.press('Enter')
    await heading(page, 'Add this phone')
    await says(page, 'K7QMX-4H2RW')
  })
})

test('on the home screen of an iPhone the page asks for the code at once', async () => {
  const page = await fresh('', STANDALONE, IPHONE)
  await heading(page, 'Approve payments on this phone')
})

test('on another phone the page asks for the code at once', async () => {
  const page = await fresh('')
  await heading(page, 'Approve payments on this phone')
})

test('a phone that is in an iPhone’s browser is led to the home screen where it would ring', async () => {
  const lee = await harness.payer()
  const context = await harness.newContext()
  const phone = await addedPhone(harness, lee, { context })
  await phone.page.addInitScript(
    `Object.defineProperty(navigator, 'userAgent', { value: ${JSON.stringify(IPHONE.userAgent)} })`,
  )
  await phone.page.reload()
  await says(phone.page, /^On an iPhone or iPad a page rings only from the home screen/)
  await phone.page.getByRole('link', { name: 'Show me how' }).click()
  await heading(phone.page, 'Put Payfriend on your home screen')
  await phone.page.getByRole('link', { name: 'Back' }).click()
  await heading(phone.page, 'Payfriend on this phone')
})

test('where the browser offers it, a press puts the page on the home screen, once', async () => {
  const mia = await harness.payer()
  const phone = await addedPhone(harness, mia)
  const offer = phone.page.getByRole('button', { name: 'Put it on the home screen' })
  expect(await offer.count()).toBe(0)
  await phone.page.evaluate(`
    const event = new Event('beforeinstallprompt', { cancelable: true })
    event.prompt = async () => { document.body.dataset.prompted = String(window.event?.type) }
    dispatchEvent(event)
    document.body.dataset.kept = String(event.defaultPrevented)
  `)
  await harness.pass(3)
  await offer.click()
  expect(await phone.page.locator('body').getAttribute('data-kept')).toBe('true')
  expect(await phone.page.locator('body').getAttribute('data-prompted')).toBe('click')
  await expect.poll(() => offer.count()).toBe(0)
})
