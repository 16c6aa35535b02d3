/** Test support: all of Payfriend in this process, a real browser before it, and both clocks in hand. */
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Locator,
  Page,
  Request,
} from 'playwright-core'
import { afterAll, expect } from 'vitest'
import type { Provider } from '../../functions/routes.ts'
import { type Payfriend, startPayfriend } from '../../local/payfriend.ts'
import { LOCAL_VERIFY } from '../../local/phone/verifyApi.ts'
import { launchBrowser } from './browser.ts'
import { numberOf } from './harness.ts'

/** Whoever takes longer than this to show something is broken. */
const PATIENCE_MS = 20_000

/** What a journey that makes sense with either runs with. */
export const PROVIDERS = ['authy', 'twilioVerify'] as const satisfies readonly Provider[]

/** The button of the form for a payment; where only a code by text approves, it asks for the text too. */
export const SEND = /^Send (payment|and text me the code)$/

const PASSWORD = 'correct horse battery'

/**
 * The time of this whole process, sign-in and tokens included, is the real one and as much as a test
 * has let pass. Timers are not touched.
 */
const RealDate = Date
let shiftMs = 0
/** Where the real time stands still, of which as much counts as there was then. */
let stoppedAt: number | undefined
const nowMs = () => (stoppedAt ?? RealDate.now()) + shiftMs
globalThis.Date = class extends RealDate {
  constructor(...parts: unknown[]) {
    if (parts.length === 0) super(nowMs())
    else super(...(parts as [number]))
  }
  static override now() {
    return nowMs()
  }
} as DateConstructor

export type JourneyHarness = Awaited<ReturnType<typeof startJourneyHarness>>
export type Visitor = {
  readonly email: string
  readonly number: string
  readonly page: Page
  readonly context: BrowserContext
}

const STEP_SECONDS = 60

/** A request that is longer under way than this is held by the test itself. */
const HELD_MS = 2000

/** One browser for all the stages of a file. */
let launched: Promise<Browser> | undefined
afterAll(async () => (await launched)?.close())

/** @param launch another browser than the one of the other journeys; the same in a whole file */
export async function startJourneyHarness(
  env: Record<string, string> = {},
  launch: () => Promise<Browser> = launchBrowser,
) {
  const timers: (() => void)[] = []
  const payfriend: Payfriend = await startPayfriend({
    port: 0,
    // Known ones, which are looked for in all that is written down.
    env: { AUTHY_API_KEY: 'local-authy-key', VERIFY_API_SECRET: LOCAL_VERIFY.apiSecret, ...env },
    setTimer: (_ms, fn) => void timers.push(fn),
  })
  launched ??= launch()
  const browser = await launched
  const { phone } = payfriend
  if (!phone) throw new Error('the journeys need the pretend phone')
  let people = 0
  /** Each page, and its requests that have no answer yet. */
  const open = new Map<Page, Set<Request>>()
  const contexts: BrowserContext[] = []
  const newContext = async (options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ locale: 'en-US', ...options })
    contexts.push(context)
    return context
  }

  /** Its requests are answered: a page gives up those for which time passes, as it would after that long. */
  async function quiet(page: Page) {
    const held = RealDate.now() + HELD_MS
    do {
      // What it does with an answer is done, unless it left for another page.
      await page.evaluate('0').catch(() => {})
    } while (open.get(page)?.size !== 0 && RealDate.now() < held)
  }

  const harness = {
    payfriend,
    phone,
    newContext,

    /**
     * Time goes by for the server and for every page, and what is due in it happens. In steps, since a
     * page that hears from the server in between has to be about as late as the server.
     */
    async pass(seconds: number) {
      const awake = [...open.keys()].filter((page) => !page.isClosed())
      // The pages of one browser have one clock.
      const browsers = new Set(awake.map((page) => page.context()))
      for (let left = seconds; left > 0; left -= STEP_SECONDS) {
        await Promise.all(awake.map(quiet))
        const step = Math.min(left, STEP_SECONDS)
        harness.passUnseen(step)
        for (const context of browsers) await context.clock.fastForward(step * 1000)
      }
    },

    /** Time goes by for the server alone, as it does for a page that is asleep. */
    passUnseen(seconds: number) {
      shiftMs += seconds * 1000
    },

    /**
     * Until it is let go on, time goes by for the server and for this page only as a test lets it pass: else a slow
     * machine's own seconds count too.
     */
    async stopTime({ page }: Visitor) {
      stoppedAt = RealDate.now()
      // Ahead, because a page's clock cannot be set back; it goes by the server's anyway.
      await page.clock.pauseAt(nowMs() + 1000)
      return async function goOn() {
        stoppedAt = undefined
        await page.clock.resume()
      }
    },

    async newPage(context: BrowserContext, wrongBySeconds = 0): Promise<Page> {
      const page = await context.newPage()
      page.setDefaultTimeout(PATIENCE_MS)
      await page.clock.install({ time: Date.now() + wrongBySeconds * 1000 })
      const underWay = new Set<Request>()
      page.on('request', (request) => underWay.add(request))
      page.on('requestfinished', (request) => underWay.delete(request))
      page.on('requestfailed', (request) => underWay.delete(request))
      open.set(page, underWay)
      return page
    },

    /** Somebody new in a browser of their own, at the first page. */
    async visitor(wrongBySeconds = 0, options: BrowserContextOptions = {}): Promise<Visitor> {
      people += 1
      const context = await newContext(options)
      const page = await harness.newPage(context, wrongBySeconds)
      await page.goto(payfriend.pageUrl)
      return { email: `person${people}@example.com`, number: numberOf(people), page, context }
    },

    /** The server gets these requests of a page, but its answers wait for what is returned to be called. */
    async holdAnswers(page: Page, path: string | RegExp): Promise<() => void> {
      let letGo = () => {}
      const goesOn = new Promise<void>((resolve) => {
        letGo = resolve
      })
      await page.route(path, async (route) => {
        const response = await route.fetch()
        await goesOn
        await route.fulfill({ response })
      })
      return letGo
    },

    /** The pretend phone's own page, where life's faults are switched on and off. */
    async handset(options: BrowserContextOptions = {}): Promise<Page> {
      const page = await (await newContext(options)).newPage()
      page.setDefaultTimeout(PATIENCE_MS)
      await page.goto(phone.url)
      return page
    },

    async signIn({ page, email }: Visitor) {
      await page.getByRole('button', { name: /^Sign in/ }).click()
      await harness.enterPassword(page, email)
    },

    async enterPassword(page: Page, email: string) {
      await page.locator('input[name=email]').fill(email)
      await page.locator('input[name=password]').fill(PASSWORD)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('button', { name: 'Sign out', exact: true }).first().waitFor()
    },

    /** Signed in, with a verified phone, at the form. */
    async payer({ app = true, browser = {} as BrowserContextOptions } = {}): Promise<Visitor> {
      const visitor = await harness.visitor(0, browser)
      await harness.signIn(visitor)
      await harness.confirmPhone(visitor)
      phone.book.setApp(visitor.number, app)
      return visitor
    },

    async confirmPhone({ page, number }: Visitor) {
      await heading(page, 'Confirm your phone')
      await page.getByLabel('Phone number').fill(number)
      await page.getByRole('button', { name: 'Get a code' }).click()
      await heading(page, 'Enter the code')
      await page.getByLabel('Code', { exact: true }).fill(harness.codeOn(number))
      await page.getByRole('button', { name: 'Confirm' }).click()
      await heading(page, 'Send a payment')
    },

    /** Fill in the form and press the button; the page waits then, for the phone or for the code. */
    async send({ page }: Visitor, value = '20.50') {
      await page.getByRole('button', { name: 'Neville Longbottom' }).click()
      await page.getByLabel('Amount', { exact: true }).fill(value)
      await page.getByRole('button', { name: SEND }).click()
      await heading(
        page,
        /^(Waiting for your phone|Approve this payment|Enter the code from the text)$/,
      )
    },

    /** Ask for a code by text, unless it came with the payment, and come to where it is entered. */
    async text({ page }: Visitor) {
      const entering = page.getByRole('heading', { name: 'Enter the code from the text' })
      if (!(await entering.isVisible())) {
        await page.getByRole('button', { name: /^Text me the code/ }).click()
      }
      // The field is there before the text was sent.
      await says(page, /^We texted the code to/)
    },

    async enter({ page }: Visitor, code: string) {
      await page.getByLabel('Code', { exact: true }).fill(code)
      await page.getByRole('button', { name: 'Approve' }).click()
    },

    codeOn(number: string): string {
      const code = phone.book.messages(number)[0]?.code
      if (!code) throw new Error(`no code on ${number}`)
      return code
    },

    /** The newest push on somebody's phone. */
    pushOn({ number }: Visitor) {
      const push = phone.book.latestPush(number)
      if (!push) throw new Error(`no push on ${number}`)
      return push
    },

    /** They press a button on their phone, and the page looks again. */
    async answers(visitor: Visitor, answer: 'approved' | 'denied') {
      phone.book.answer(harness.pushOn(visitor).uuid, answer)
      await phone.settled()
      await harness.pass(3)
    },

    runTimers() {
      for (const fn of timers.splice(0)) fn()
    },

    /** Close every browser that was opened, so that no page goes on asking in the next test. */
    async closeBrowsers() {
      await Promise.all(contexts.splice(0).map((context) => context.close()))
    },

    async close() {
      await harness.closeBrowsers()
      await payfriend.close()
    },
  }
  return harness
}

/** The view with this heading is there. */
export const heading = (page: Page, name: string | RegExp) =>
  isShown(page.getByRole('heading', { level: 1, name, exact: true }))

export const says = (page: Page, text: string | RegExp) => isShown(page.getByText(text).first())

/** It is there before the test's patience ends. */
const isShown = (what: Locator) => expect(what.waitFor()).resolves.toBeUndefined()

/** Go on with Tab until this has the focus, as somebody does who has no mouse. */
export async function tabTo(page: Page, control: Locator): Promise<void> {
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press('Tab')
    if (await control.evaluate((one) => one === one.ownerDocument.activeElement)) return
  }
  throw new Error('no way there with the keyboard')
}
