/** The states of which `npm run pictures` makes pictures: by route, and by what the API made happen before. */
import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import type { Payfriend } from '../local/payfriend.ts'
import { signedInAt } from '../test/harness/signedIn.ts'

/** Long, from right to left, and with letters that are wide or have marks. */
const PAYEES = [
  { name: 'Bäckerei Süßmeyer & Söhne, Großkühnau', id: 'kasse@baeckerei-suessmeyer.example' },
  { name: 'متجر الأمانة للإلكترونيات', id: 'aman@example.com' },
  { name: 'Österreichische Donaudampfschifffahrtsgesellschaft', id: 'AT611904300234573201' },
] as const
const AMOUNTS = [
  { value: '1234.50', currency: 'EUR' },
  { value: '12.345', currency: 'KWD' },
  { value: '20000', currency: 'JPY' },
] as const

/** Who looks at the page. Each has a browser of their own. */
export type Who = 'nobody' | 'newcomer' | 'payer' | 'locked'

export type State = {
  readonly name: string
  readonly who: Who
  /** The fragment of the page, or what makes the state and answers its fragment. */
  readonly at: string | ((stage: PictureStage) => Promise<string>)
  /** What is pressed then, one after another. */
  readonly press?: readonly string[]
}

type PictureStage = Awaited<ReturnType<typeof openStage>>

const SEND = 'main form .primary'

/** In the order in which they are pictured. */
export const STATES: readonly State[] = [
  { name: 'welcome', who: 'nobody', at: '' },
  { name: 'invited', who: 'nobody', at: '#/invitation/K7QMX-4H2RW' },
  { name: 'newcomer', who: 'newcomer', at: '' },
  { name: 'newcomer-number', who: 'newcomer', at: '#/phone/number' },
  { name: 'newcomer-number-empty', who: 'newcomer', at: '#/phone/number', press: [SEND] },
  { name: 'send', who: 'payer', at: '#/send' },
  { name: 'send-empty', who: 'payer', at: '#/send', press: [SEND] },
  { name: 'payments-none', who: 'payer', at: '#/payments' },
  { name: 'phone', who: 'payer', at: '#/phone' },
  { name: 'phone-number', who: 'payer', at: '#/phone/number' },
  { name: 'phone-add', who: 'payer', at: '#/phone/add' },
  { name: 'phone-invitation', who: 'payer', at: '#/phone/invitation' },
  { name: 'phone-lost', who: 'payer', at: '#/phone/lost' },
  { name: 'waiting', who: 'payer', at: (stage) => stage.pays(0) },
  { name: 'waiting-arabic', who: 'payer', at: (stage) => stage.pays(1) },
  { name: 'waiting-long', who: 'payer', at: (stage) => stage.pays(2) },
  {
    name: 'code',
    who: 'payer',
    async at(stage) {
      const place = await stage.pays(0)
      await stage.payer.api('POST', `/payments/${idIn(place)}/sms`, {})
      return `${place}/code`
    },
  },
  { name: 'code-empty', who: 'payer', at: (stage) => stage.last(), press: [SEND] },
  { name: 'approved', who: 'payer', at: (stage) => stage.answered(0, 'approved') },
  { name: 'denied', who: 'payer', at: (stage) => stage.answered(1, 'denied') },
  {
    name: 'cancelled',
    who: 'payer',
    async at(stage) {
      const place = await stage.pays(2)
      await stage.payer.api('POST', `/payments/${idIn(place)}/cancellation`, {})
      return place
    },
  },
  { name: 'not-found', who: 'payer', at: '#/payments/nothing' },
  { name: 'failed', who: 'locked', at: (stage) => stage.fails() },
  { name: 'failed-then-again', who: 'locked', at: (stage) => stage.pays(0, stage.locked) },
  { name: 'failed-then-send', who: 'locked', at: '#/send' },
  { name: 'expired', who: 'payer', at: (stage) => stage.expires() },
  { name: 'payments', who: 'payer', at: '#/payments' },
]

const idIn = (place: string): string => place.split('/')[2] ?? ''

/** Payers with a number, and what can happen to their payments. */
export async function openStage(payfriend: Payfriend, passSeconds: (seconds: number) => void) {
  const { phone } = payfriend
  if (!phone) throw new Error('the pictures need the pretend phone')
  let place = ''

  async function withNumber(email: string, number: string) {
    const payer = await signedInAt(payfriend, email)
    const started = await payer.api('POST', '/phone', { phoneNumber: number, channel: 'sms' })
    await payer.api('POST', '/phone/verification', {
      verificationId: started.body.verificationId,
      code: phone?.book.messages(number)[0]?.code,
    })
    return { ...payer, number }
  }
  const payer = await withNumber('hannah.wagner-lindqvist@example.com', '+12025550142')
  const locked = await withNumber('lukas@example.com', '+12025550143')

  const stage = {
    payer,
    locked,
    /** The last payment's place. */
    last: async () => place,

    async pays(which: number, by = payer): Promise<string> {
      const payment = { payee: PAYEES[which], amount: AMOUNTS[which] }
      const { status, body } = await by.api('POST', '/payments', payment, randomUUID())
      if (status !== 201) throw new Error(`the payment was answered ${status}: ${body.code}`)
      place = `#/payments/${body.paymentId}`
      return place
    },

    async answered(which: number, answer: 'approved' | 'denied'): Promise<string> {
      const place = await stage.pays(which)
      phone.book.setApp(payer.number, true)
      const push = phone.book.latestPush(payer.number)
      if (push) phone.book.answer(push.uuid, answer)
      await phone.settled()
      return place
    },

    /** Five wrong codes lock all codes of the account. */
    async fails(): Promise<string> {
      const place = await stage.pays(0, locked)
      const sms = `/payments/${idIn(place)}/sms`
      await locked.api('POST', sms, {})
      const right = phone.book.messages(locked.number)[0]?.code ?? ''
      const code = right.replace(/^./, (digit) => String((Number(digit) + 1) % 10))
      for (let n = 0; n < 5; n += 1) await locked.api('POST', `${sms}/verification`, { code })
      return place
    },

    /** The last state but the list, because what was signed for before is then old. */
    async expires(): Promise<string> {
      const place = await stage.pays(0)
      passSeconds(61)
      return place
    },
  }
  return stage
}

/** A phone of the payer's own in this browser: its page's states, one after another. */
export async function* approveStates(
  payfriend: Payfriend,
  page: Page,
): AsyncGenerator<string, void, void> {
  const payer = await signedInAt(payfriend, 'amira@example.com')
  const at = async (fragment: string, shown: string) => {
    await page.goto('about:blank')
    await page.goto(`${payfriend.pageUrl}/approve.html${fragment}`)
    await page.locator(shown).first().waitFor()
  }
  const pay = async (which: number): Promise<string> => {
    const payment = { payee: PAYEES[which], amount: AMOUNTS[which] }
    return (await payer.api('POST', '/payments', payment, randomUUID())).body.paymentId
  }

  await at('', 'h1')
  yield 'approve-new'
  await at('#add', 'form')
  yield 'approve-code'
  const { code } = (await payer.api('POST', '/devices/invitations', {})).body
  await at(`#add/${code}`, 'form')
  yield 'approve-add'
  await page.locator(SEND).first().click()
  await page.locator('.digits').waitFor()
  yield 'approve-digits'
  const { id } = (await payer.api('GET', '/profile')).body.devices.pending
  const digits = await page.locator('.digits').innerText()
  await payer.api('POST', `/devices/${id}/confirmation`, { digits })
  await page.locator('.digits').waitFor({ state: 'detached' })
  yield 'approve-added'
  await at('', 'h1')
  yield 'approve-nothing'
  const [first, second, third] = [await pay(0), await pay(1), await pay(2)]
  await at('', '.request')
  yield 'approve-list'
  await at(`#payment.${second}`, '.answers')
  yield 'approve-request-arabic'
  await at(`#payment.${third}`, '.answers')
  yield 'approve-request-long'
  await at(`#payment.${first}`, '.answers')
  yield 'approve-request'
  await page.locator('.answers .button:not(.primary)').first().click()
  await page.locator('.answers.reasons').waitFor()
  yield 'approve-why'
  await at(`#payment.${first}`, '.answers')
  await page.locator('.answers .primary').click()
  await page.locator('.answers').waitFor({ state: 'detached' })
  yield 'approve-said-yes'
  await at('#payment.nothing', 'h1')
  yield 'approve-not-found'
}
