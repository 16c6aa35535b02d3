/** Older browsers, and those that forbid storage, in a real one from which things are taken away. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browsersSentence } from '../../lib/browsers.ts'
import {
  heading,
  type JourneyHarness,
  says,
  startJourneyHarness,
  type Visitor,
} from '../harness/journeyHarness.ts'
import { needed, optional, tempting } from '../web/browserApis.ts'
import { passesAxe } from './axe.ts'

let harness: JourneyHarness
/** Signed in at the provider, so that a page that may send anything would. */
let ann: Visitor
beforeAll(async () => {
  harness = await startJourneyHarness()
  ann = await harness.payer()
})
afterAll(() => harness.close())

/** Take something out of a page, wherever on the way to it it is kept. */
const without = (path: string) => `{
  const names = ${JSON.stringify(path.split('.'))}
  const last = names.pop()
  let at = names.reduce((each, name) => each[name], window)
  while (at && !Object.prototype.hasOwnProperty.call(at, last)) at = Object.getPrototypeOf(at)
  if (at) delete at[last]
}`

const isThere = (page: Page, path: string) =>
  page.evaluate<boolean>(`'${path.split('.').at(-1)}' in
  ${path.split('.').slice(0, -1).join('.') || 'window'}`)

/** Open a payment's form in a browser like this, and hear what it asks of anyone. */
async function openIn(script: string): Promise<{ page: Page; asked: string[] }> {
  const page = await ann.context.newPage()
  page.setDefaultTimeout(20_000)
  await page.addInitScript(script)
  const asked: string[] = []
  const own = new URL(harness.payfriend.pageUrl).origin
  page.on('request', (request) => {
    const { origin, pathname } = new URL(request.url())
    const isFile = origin === own && (pathname === '/' || pathname.startsWith('/assets/'))
    if (!isFile) asked.push(`${request.method()} ${request.url()}`)
  })
  await page.goto(`${harness.payfriend.pageUrl}/#/send`)
  return { page, asked }
}

describe('a browser without', () => {
  test.each(Object.keys(needed))('%s says so, and asks and sends nothing', async (path) => {
    const { page, asked } = await openIn(without(path))
    await heading(page, 'This browser is too old for Payfriend')
    await says(page, browsersSentence())
    await says(page, `This browser has no ${path}.`)
    expect(await isThere(page, path)).toBe(false)
    expect(asked).toEqual([])
    await page.close()
  })

  test.each([
    ...Object.keys(optional).map((path) => [path, [path]] as const),
    ['AbortSignal.any', ['AbortSignal.any']] as const,
    ['all of what is newer', Object.keys({ ...optional, ...tempting })] as const,
  ])('%s signs in, sends, and sees the approval', async (_, paths) => {
    const page = await harness.newPage(ann.context)
    for (const path of paths) await page.addInitScript(without(path))
    await page.goto(`${harness.payfriend.pageUrl}/#/send`)
    await heading(page, 'Send a payment')
    for (const path of paths) expect(await isThere(page, path)).toBe(false)
    await harness.send({ ...ann, page })
    await harness.answers({ ...ann, page }, 'approved')
    await heading(page, 'Payment approved')
    await says(page, 'You approved it in the app on your phone.')
    await page.close()
  })
})

const FORBIDDEN = "throw new DOMException('forbidden', 'SecurityError')"

test.each([
  [
    'the storage of one tab',
    `Object.defineProperty(window, 'sessionStorage', { get() { ${FORBIDDEN} } })`,
  ],
  [
    'the storage of all tabs',
    `Object.defineProperty(window, 'localStorage', { get() { ${FORBIDDEN} } })`,
  ],
  [
    'storage, in an app that shows pages without it',
    "Object.defineProperty(window, 'localStorage', { value: null })",
  ],
  [
    'any room to store',
    "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }",
  ],
  ['word from tab to tab', `window.BroadcastChannel = class { constructor() { ${FORBIDDEN} } }`],
])('a page that is denied %s says what to do, and asks and sends nothing', async (_, script) => {
  const { page, asked } = await openIn(script)
  await heading(page, 'This browser doesn’t let Payfriend keep anything')
  await says(page, /^Allow cookies and site data for this page/)
  expect(asked).toEqual([])
  await passesAxe(page)
  await page.close()
})

test('the check leaves nothing behind in a browser that can do all', async () => {
  const { page } = await openIn('')
  await heading(page, 'Send a payment')
  const kept = '[localStorage, sessionStorage].flatMap((storage) => Object.keys(storage))'
  expect(await page.evaluate(kept)).not.toContain('payfriend.probe')
  await page.close()
})

test('at an address that is not safe it says where to open it, and asks and sends nothing', async () => {
  const { page, asked } = await openIn(
    "Object.defineProperty(window, 'isSecureContext', { value: false })",
  )
  await heading(page, 'This address isn’t safe')
  expect(asked).toEqual([])
  await page.close()
})

test('a browser that cannot read the script is told by the page which can', async () => {
  const page = await ann.context.newPage()
  await page.route('**/assets/start-*.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: 'what is this' }),
  )
  await page.goto(harness.payfriend.pageUrl)
  await says(page, 'If nothing more appears here')
  await says(page, browsersSentence())
  await page.close()
})

test('without JavaScript the page asks for it, and for nothing else', async () => {
  const context = await ann.context.browser()?.newContext({ javaScriptEnabled: false })
  if (!context) throw new Error('no browser')
  const page = await context.newPage()
  await page.goto(harness.payfriend.pageUrl)
  // Not by its text, which Playwright leaves out there.
  expect(await page.locator('noscript').innerText()).toMatch(/^Payfriend needs JavaScript/)
  expect(await page.locator('noscript').isVisible()).toBe(true)
  expect(await page.getByText('in a newer browser').isVisible()).toBe(false)
  await context.close()
})
