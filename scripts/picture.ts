/** `npm run picture`: make README's pictures, which show the real page beside the pretend phone. */
import '../local/environment.ts'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { startPayfriend } from '../local/payfriend.ts'
import { launchBrowser } from '../test/harness/browser.ts'
import { newcomer } from '../test/harness/newcomer.ts'

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

async function aPaymentThatWaits() {
  const context = await browser.newContext({
    viewport: { width: WIDTH, height: HEIGHT },
    deviceScaleFactor: 2,
  })
  const { page, phone } = await newcomer(payfriend, context)
  const approve = phone.getByRole('button', { name: 'Approve' })
  await approve.waitFor()
  await approve.evaluate((button) => button.closest('article')?.scrollIntoView())
  return { page, phone }
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
