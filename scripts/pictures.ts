/**
 * `npm run pictures`: a picture of every state of the page and of the phone's page, on a desk, on a phone and in the
 * dark, and what axe finds in each.
 *
 * They lie in `.cache/pictures`, with an `index.html` that shows them all. `npm run pictures -- waiting approve` makes
 * only those whose names begin so; BRAND_NAME and BRAND_LOGO are those of `npm start`, and with CHROMIUM_PATH it is your own
 * Chromium with your fonts, since the one of npm draws no Arabic.
 */
import '../local/environment.ts'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { type Payfriend, startPayfriend } from '../local/payfriend.ts'
import { launchBrowser } from '../test/harness/browser.ts'
import { approveStates, openStage, STATES, type Who } from './pictureStates.ts'

const FOLDER = '.cache/pictures'
const LOOKS = [
  { look: 'desk', width: 1024, height: 800, colorScheme: 'light' },
  { look: 'phone', width: 360, height: 740, colorScheme: 'light' },
  { look: 'dark', width: 360, height: 740, colorScheme: 'dark' },
] as const
const PASSWORD = 'correct horse battery'
const PATIENCE_MS = 10_000
const EMAILS: Record<Exclude<Who, 'nobody'>, string> = {
  newcomer: 'neu@example.com',
  payer: 'hannah.wagner-lindqvist@example.com',
  locked: 'lukas@example.com',
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const wanted = process.argv.slice(2)
const isWanted = (name: string) => wanted.length === 0 || wanted.some((one) => name.startsWith(one))
const { BRAND_NAME, BRAND_LOGO } = process.env
const settings = {
  BRAND_NAME,
  BRAND_LOGO,
  OPEN_PAYMENTS: '100',
  PAYMENTS_PER_HOUR: '100',
  TEXTS_PER_HOUR: '100',
}
const taken: string[] = []
const faults: string[] = []

mkdirSync(FOLDER, { recursive: true })
const browser = await launchBrowser()
try {
  await picturePage(browser)
  await pictureApprovePage(browser)
} finally {
  await browser.close()
}
const shown = taken.map(
  (name) =>
    `<h2>${name}</h2>${LOOKS.map(({ look }) => `<img loading="lazy" src="${name}.${look}.png">`).join('')}`,
)
writeFileSync(
  join(FOLDER, 'index.html'),
  `<meta charset="utf-8"><style>img{width:31%;vertical-align:top;margin:1%}</style>${shown.join('')}`,
)
console.log(`${taken.length} states, ${taken.length * LOOKS.length} pictures: ${FOLDER}/index.html`)
for (const fault of faults) console.error(fault)
process.exitCode = faults.length > 0 ? 1 : 0

async function picturePage(browser: Browser): Promise<void> {
  let shiftMs = 0
  const env = { ...settings, PAYMENT_TTL_SECONDS: '60' }
  const clock = () => new Date(Date.now() + shiftMs)
  await withPayfriend({ env, clock }, async (payfriend) => {
    const stage = await openStage(payfriend, (seconds) => {
      shiftMs += seconds * 1000
    })
    const pages = new Map<Who, Page>()
    for (const { name, who, at, press = [] } of STATES.filter(({ name }) => isWanted(name))) {
      await tried(name, async () => {
        const page = pages.get(who) ?? (await pageOf(browser, payfriend, who))
        pages.set(who, page)
        const fragment = typeof at === 'string' ? at : await at(stage)
        await page.goto('about:blank')
        await page.goto(`${payfriend.pageUrl}/${fragment}`)
        await isThere(page)
        for (const what of press) await page.locator(what).first().click()
        await picture(page, name)
      })
    }
    if (!isWanted('sign-in')) return
    const page = await pageOf(browser, payfriend, 'nobody')
    await page.locator('#screen .primary').click()
    await page.locator('input[name=email]').waitFor()
    await picture(page, 'sign-in')
    await page.locator('input[name=email]').fill(EMAILS.payer)
    await page.locator('input[name=password]').fill('not the password')
    await page.locator('form button').click()
    await page.locator('[aria-invalid]').waitFor()
    await picture(page, 'sign-in-wrong')
  })
}

async function pictureApprovePage(browser: Browser): Promise<void> {
  if (wanted.length > 0 && !wanted.some((one) => one.startsWith('approve'))) return
  await withPayfriend({ env: { ...settings, PROVIDER: 'none' } }, async (payfriend) => {
    const page = await newPage(browser)
    const session = await page.context().newCDPSession(page)
    await session.send('WebAuthn.enable')
    await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal' },
        ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
        automaticPresenceSimulation: true,
      },
    })
    await tried('approve', async () => {
      for await (const name of approveStates(payfriend, page)) await picture(page, name)
    })
  })
}

async function withPayfriend(
  options: Omit<Parameters<typeof startPayfriend>[0], 'port'>,
  work: (payfriend: Payfriend) => Promise<void>,
): Promise<void> {
  const payfriend = await startPayfriend({ ...options, port: 0 })
  try {
    await work(payfriend)
  } finally {
    await payfriend.close()
  }
}

async function newPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  return page
}

/** The first page, in a browser in which this person is signed in. */
async function pageOf(browser: Browser, payfriend: Payfriend, who: Who): Promise<Page> {
  const page = await newPage(browser)
  await page.goto(payfriend.pageUrl)
  if (who === 'nobody') return page
  await page.locator('#screen .primary').click()
  await page.locator('input[name=email]').fill(EMAILS[who])
  await page.locator('input[name=password]').fill(PASSWORD)
  await page.locator('form button').click()
  await page.locator('#menu nav').waitFor()
  return page
}

/** A view has come in place of the one that only says to wait. */
async function isThere(page: Page): Promise<void> {
  await page.locator('#screen h1').waitFor()
  const content = page.locator('#screen > :nth-child(3), #screen > form').first()
  await content.waitFor({ state: 'attached' })
}

async function picture(page: Page, name: string): Promise<void> {
  for (const { look, width, height, colorScheme } of LOOKS) {
    await page.setViewportSize({ width, height })
    await page.emulateMedia({ colorScheme })
    const path = join(FOLDER, `${name}.${look}.png`)
    await page.screenshot({ path, fullPage: true, animations: 'disabled' })
    if (
      look === 'phone' &&
      (await page.evaluate('document.documentElement.scrollWidth > innerWidth'))
    )
      faults.push(`${name}: wider than ${width} pixels`)
    if (look === 'desk') continue
    // Through the debugger, because the page's policy lets no script in.
    const { violations } = (await page.evaluate(`(() => { ${axe}; return axe.run() })()`)) as {
      violations: { id: string; nodes: { html: string }[] }[]
    }
    for (const { id, nodes } of violations)
      faults.push(`${name}, ${look}: ${id}, ${nodes[0]?.html}`)
  }
  taken.push(name)
}

/** One state that cannot be reached leaves the others their pictures. */
async function tried(name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    faults.push(`${name}: ${error instanceof Error ? error.message.split('\n')[0] : error}`)
  }
}
