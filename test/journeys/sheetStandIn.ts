/** Test support: a browser that says it had a sheet of its own, and ends it as a test wants, but never signs in it. */
import type { BrowserContext, Page } from 'playwright-core'
import type { JourneyHarness } from '../harness/journeyHarness.ts'

/** What the page asked the browser for, in order: a passkey that is made, one that signs, or the sheet. */
export type AskedOfBrowser = {
  readonly what: 'make' | 'sign' | 'sheet'
  /** The type of the event whose handler asked. */
  readonly within: string | undefined
  readonly extensions?: object
  readonly attachment?: string
  readonly methods?: unknown
  readonly details?: unknown
}

/** A browser's context with this answer about its sheet; `never`: it keeps the answer for itself. */
export async function withSheet(
  harness: JourneyHarness,
  availability: 'available' | 'never' | 'unavailable-unknown-reason',
): Promise<BrowserContext> {
  const context = await harness.newContext()
  await context.addInitScript(`
    window.asked = []
    const note = (what, more) => window.asked.push({ what, within: window.event?.type, ...more })
    const { create, get } = CredentialsContainer.prototype
    navigator.credentials.create = function ({ publicKey }) {
      const { extensions, authenticatorSelection } = publicKey
      note('make', { extensions, attachment: authenticatorSelection.authenticatorAttachment })
      return create.call(this, { publicKey })
    }
    navigator.credentials.get = function (options) {
      note('sign')
      return get.call(this, options)
    }
    window.PaymentRequest = class {
      static securePaymentConfirmationAvailability() {
        return '${availability}' === 'never' ? new Promise(() => {}) : Promise.resolve('${availability}')
      }
      constructor(methods, details) {
        const [{ data }] = methods
        const sent = { ...data, challenge: data.challenge.byteLength, credentialIds: data.credentialIds.length }
        this.asked = { methods: [{ ...methods[0], data: sent }], details }
      }
      show() {
        note('sheet', this.asked)
        return Promise.reject(new DOMException('', window.sheetEnd))
      }
    }
  `)
  return context
}

/** From now on the sheet ends like this. */
export const sheetEnds = (page: Page, name: string): Promise<unknown> =>
  page.evaluate(`window.sheetEnd = '${name}'`)

export const askedOfBrowser = (page: Page): Promise<AskedOfBrowser[]> => page.evaluate('asked')
