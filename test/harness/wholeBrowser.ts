/** A whole Chromium, with what the one that npm brings lacks: the browser's own sheet of payments. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Where one is looked for, unless `WHOLE_CHROMIUM_PATH` names it. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The whole Chromium on this machine; undefined if there is none. A path that is named and not there is an error. */
export function wholeBrowser(): string | undefined {
  const named = process.env.WHOLE_CHROMIUM_PATH
  if (!named) return PLACES.find(existsSync)
  if (!existsSync(named)) throw new Error(`WHOLE_CHROMIUM_PATH is ${named}, which is not there`)
  return named
}

/** Start it, without a window. The caller closes it. */
export function launchWholeBrowser(): Promise<Browser> {
  const executablePath = wholeBrowser()
  if (executablePath === undefined) throw new Error('there is no whole Chromium')
  return chromium.launch({
    executablePath,
    // Playwright's own way of hiding the window is another program than the whole browser.
    headless: false,
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      // On Linux it is off by default; on Android, Mac and Windows it is on.
      '--enable-features=SecurePaymentConfirmationBrowser',
    ],
  })
}
