/** The browser's own sheet, in a whole Chromium: what it signs is what the server takes. */
import type { CDPSession, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { heading, type JourneyHarness, says } from '../harness/journeyHarness.ts'
import { launchWholeBrowser, wholeBrowser } from '../harness/wholeBrowser.ts'
import { addedPhone, open, pay, startDeviceJourney, wordsOn } from './devicePhone.ts'

if (wholeBrowser() === undefined) {
  test('NOT TESTED: the browser’s own sheet, because there is no whole Chromium on this machine', () => {
    process.stderr.write(
      '\n!! NOT TESTED: the browser’s own sheet (Secure Payment Confirmation). There is no whole Chromium on this ' +
        'machine:\n!! install Debian’s package chromium, or name one by WHOLE_CHROMIUM_PATH.\n\n',
    )
    expect(launchWholeBrowser).toThrow('there is no whole Chromium')
  })
} else describe('in Chromium’s own sheet', inSheet)

function inSheet() {
  let harness: JourneyHarness
  beforeAll(async () => {
    harness = await startDeviceJourney(launchWholeBrowser)
  })
  afterEach(() => harness.closeBrowsers())
  afterAll(() => harness.close())

  /** A phone with a payment open, whose sheet ends in this mode. */
  async function asked(mode: Mode) {
    const payer = await harness.payer()
    const phone = await addedPhone(harness, payer)
    const { page } = phone
    const session = await page.context().newCDPSession(page)
    await setMode(session, mode)
    await pay(harness, payer)
    await open(phone, await wordsOn(payer))
    const approve = () => page.getByRole('button', { name: 'Approve' }).click()
    return { payer, page, session, approve, sent: sentBy(page) }
  }

  test('the payer approves what it showed', async () => {
    const { page, payer, approve, sent } = await asked('autoAccept')
    await approve()
    await heading(page, 'Approved')
    expect(sent).toMatchObject([
      {
        type: 'payment.get',
        payment: {
          rpId: 'localhost',
          topOrigin: new URL(harness.payfriend.pageUrl).origin,
          total: { value: '20.50', currency: 'EUR' },
          instrument: { icon: expect.stringMatching(/^http:.*\/logo\.png$/) },
        },
      },
    ])
    await payer.page.bringToFront()
    await harness.pass(3)
    await heading(payer.page, 'Payment approved')
  })

  test('closing it approves nothing and denies nothing', async () => {
    const { page, session, approve, sent } = await asked('autoReject')
    await approve()
    await says(page, 'nothing was approved and nothing was denied')
    expect(sent).toEqual([])
    await setMode(session, 'autoAccept')
    await approve()
    await heading(page, 'Approved')
  })

  test.each(['autoChooseToAuthAnotherWay', 'autoOptOut'] as const)(
    'with %s the passkey alone signs in the next press',
    async (mode) => {
      const { page, approve, sent } = await asked(mode)
      await approve()
      await says(page, 'Press Approve again')
      await approve()
      await heading(page, 'Approved')
      expect(sent).toMatchObject([{ type: 'webauthn.get' }])
    },
  )

  test('a script that has it show another amount gets no approval, and the passkey alone signs in the next press', async () => {
    const { page, approve, sent } = await asked('autoAccept')
    await page.evaluate(`
      const Real = PaymentRequest
      window.PaymentRequest = class extends Real {
        constructor(methods, { total: { label, amount } }) {
          super(methods, { total: { label, amount: { ...amount, value: '0.01' } } })
        }
      }
    `)
    await approve()
    await says(page, /your browser showed the payment in another way than it is/)
    await approve()
    await heading(page, 'Approved')
    expect(sent).toMatchObject([
      { type: 'payment.get', payment: { total: { value: '0.01' } } },
      { type: 'webauthn.get' },
    ])
  })

  test('no script gets such a signature without the sheet', async () => {
    const { page } = await asked('autoAccept')
    const got = await page.evaluate(`navigator.credentials.get({ publicKey: {
      challenge: new Uint8Array(32), userVerification: 'required',
      extensions: { payment: { isPayment: true, rpId: 'localhost', topOrigin: location.origin, payeeName: 'x',
        total: { value: '1', currency: 'EUR' }, instrument: { displayName: 'x', icon: '' } } },
    } }).then(({ response }) => JSON.parse(new TextDecoder().decode(response.clientDataJSON)).type, ({ name }) => name)`)
    expect(got).toBe('NotAllowedError')
  })
}

type Mode = 'autoAccept' | 'autoReject' | 'autoChooseToAuthAnotherWay' | 'autoOptOut'

const setMode = (session: CDPSession, mode: Mode) =>
  session.send('Page.setSPCTransactionMode', { mode })

/** The client data of each yes that this page sends from now on. */
function sentBy(page: Page): unknown[] {
  const sent: unknown[] = []
  page.on('request', (request) => {
    if (request.method() !== 'POST' || !request.url().includes('/api/approvals/')) return
    const { assertion } = request.postDataJSON()
    const { clientDataJSON } = assertion.response
    sent.push(JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString()))
  })
  return sent
}
