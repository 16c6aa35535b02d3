/** `npm run picture`: make README's pictures, which show the real page beside the pretend phone. */
import '../local/environment.ts'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { Browser, Locator, Page } from 'playwright-core'
import { startPayfriend } from '../local/payfriend.ts'
import { launchBrowser } from '../test/harness/browser.ts'

const WIDTH = 460
const HEIGHT = 760
/** Without animations, because a message that has just arrived still moves. */
const STILL = { animations: 'disabled' } as const

const payfriend = await startPayfriend({ port: 0 })
const browser = await launchBrowser()
try {
  mkdirSync('docs', { recursive: true })
  const { page, phone } = await aPaymentThatWaits()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await phone.emulateMedia({ colorScheme })
    const shots = [await page.screenshot(STILL), await phone.screenshot(STILL)]
    writeFileSync(`docs/page-and-phone-${colorScheme}.png`, await sideBySide(browser, shots))
  }
} finally {
  await browser.close()
  await payfriend.close()
}

async function aPaymentThatWaits(): Promise<{ page: Page; phone: Page }> {
  const { phone: pretend } = payfriend
  if (!pretend) throw new Error('the picture needs the pretend phone')
  const context = await browser.newContext({
    viewport: { width: WIDTH, height: HEIGHT },
    deviceScaleFactor: 2,
  })
  const page = await context.newPage()
  await page.goto(payfriend.pageUrl)
  await page.getByRole('button', { name: /^Sign in/ }).click()
  await page.getByLabel('E-mail').fill('hannah@example.com')
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('link', { name: 'Add a phone' }).click()
  const phone = await context.newPage()
  await phone.goto(pretend.url)
  await phone.getByLabel('Code of the page').fill(await textOf(page.locator('.invitation')))
  await phone.getByRole('button', { name: 'Add this phone' }).click()
  await page.getByLabel('The four digits').fill(await textOf(phone.locator('.asking .digits')))
  await page.getByRole('button', { name: 'Add this phone' }).click()
  await page.getByText('approves your payments now').waitFor()
  const menu = page.getByRole('navigation', { name: 'Main' })
  await menu.getByRole('link', { name: 'Send a payment' }).click()
  await page.getByRole('button', { name: 'Neville Longbottom' }).click()
  await page.getByLabel('Amount', { exact: true }).fill('20.50')
  await page.getByRole('button', { name: 'Send payment' }).click()
  await page.getByRole('heading', { name: 'Waiting for your phone' }).waitFor()
  const approve = phone.getByRole('button', { name: 'Approve' })
  await approve.waitFor()
  await approve.evaluate((button) => button.closest('article')?.scrollIntoView())
  return { page, phone }
}

async function textOf(element: Locator): Promise<string> {
  return (await element.textContent()) ?? ''
}

async function sideBySide(from: Browser, shots: Buffer[]): Promise<Buffer> {
  const pictures = shots.map(
    (shot) =>
      `<img width="${WIDTH}" height="${HEIGHT}" src="data:image/png;base64,${shot.toString('base64')}">`,
  )
  const page = await from.newPage({
    viewport: { width: 2 * WIDTH + 16, height: HEIGHT },
    deviceScaleFactor: 1.5,
  })
  await page.setContent(
    `<style>body{margin:0;display:flex;gap:16px}img{border-radius:12px}</style>${pictures.join('')}`,
  )
  return page.screenshot({ omitBackground: true })
}
