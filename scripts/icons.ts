/** `npm run icons`: make the push's logo and the icons of a home screen from the page's icon. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../test/harness/browser.ts'

const SOURCE = readFileSync('web/icon.svg', 'utf8')
/** The colour of the square behind the phone. */
const GROUND = /fill="(#\w+)"/.exec(SOURCE)?.[1]
/** Phones cut off a maskable icon's edge: what matters lies in a circle of four fifths of its side. */
const MASKABLE = 0.8

const browser = await launchBrowser()
writeFileSync('web/logo.png', await drawn(browser, 256))
writeFileSync('web/icon-192.png', await drawn(browser, 192))
writeFileSync('web/icon-512.png', await drawn(browser, 512))
writeFileSync('web/icon-maskable.png', await drawn(browser, 512, MASKABLE))
await browser.close()

/** @param share of the side that the icon has, in a square of its own colour */
async function drawn(from: Browser, side: number, share = 1): Promise<Buffer> {
  const page = await from.newPage({ viewport: { width: side, height: side } })
  const picture = `data:image/svg+xml;base64,${Buffer.from(SOURCE).toString('base64')}`
  await page.setContent(
    `<style>
      body { margin: 0; display: grid; place-content: center; height: 100vh }
      ${share < 1 ? `body { background: ${GROUND} }` : ''}
    </style>
    <img width="${side * share}" height="${side * share}" src="${picture}">`,
  )
  return page.screenshot({ omitBackground: true })
}
