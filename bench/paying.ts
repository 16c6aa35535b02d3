/** People at work: each starts payments, answers them in one of the ways that there are, and remembers what was said. */
import { randomUUID } from 'node:crypto'
import type { PaymentView } from '../functions/core/payment.ts'
import type { PhoneBook } from '../local/phone/phoneBook.ts'

export type Payer = { readonly number: string; readonly token: string }

/** What was seen from outside. */
export type Seen = {
  /** Every payment that a 201 or 200 told of, and the last status that an answer told. */
  readonly told: Map<string, PaymentView['status']>
  /** Ends that were told and then told otherwise. */
  readonly changed: string[]
  /** `route status`, how often. */
  readonly statuses: Map<string, number>
  readonly latenciesMs: Map<string, number[]>
}

/** Of ten callbacks one comes twice. */
const TWICE = 0.1
/** After a fault a client asks again, with the same key, as the page does. */
const TRIES = 4
const TERMS = {
  payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
  amount: { value: '20.50', currency: 'EUR' },
}

/** How payments end, of a hundred. */
const WAYS = [
  ['approve', 40],
  ['deny', 10],
  ['text', 20],
  ['wrong, then right', 10],
  ['cancel', 10],
  ['nothing', 10],
] as const

/** One person, one payment after the other, until `isOver`. */
export async function payOn(
  payer: Payer,
  { url, book, seen, isOver }: { url: string; book: PhoneBook; seen: Seen; isOver: () => boolean },
): Promise<void> {
  while (!isOver()) {
    const started = await start()
    if (!started) continue
    const { paymentId } = started
    const way = wayOf(Math.random() * 100)
    if (way === 'approve' || way === 'deny')
      press(paymentId, way === 'approve' ? 'approved' : 'denied')
    if (way === 'cancel') await ask('cancel', `/${paymentId}/cancellation`, {})
    if (way === 'text' || way === 'wrong, then right') await byText(paymentId, way !== 'text')
    await ask('status', `/${paymentId}`)
  }

  async function start(): Promise<PaymentView | undefined> {
    const key = randomUUID()
    for (let tries = 0; tries < TRIES; tries += 1) {
      const { status, body } = await ask('start', '', TERMS, { 'idempotency-key': key })
      if (status < 300) return body as PaymentView
    }
    return undefined
  }

  function press(paymentId: string, answer: 'approved' | 'denied') {
    const push = book
      .pushes(payer.number)
      .find((one) => one.hiddenDetails?.payment_id === paymentId)
    // The push of a provider that did not answer never came.
    if (push?.status !== 'pending') return
    book.faults.sendNextCallbackTwice = Math.random() < TWICE
    book.answer(push.uuid, answer)
  }

  async function byText(paymentId: string, isWrongFirst: boolean) {
    const texted = await ask('text', `/${paymentId}/sms`, {})
    if (texted.status !== 202) return
    const code = book.messages(payer.number)[0]?.code ?? ''
    const wrong = code.replace(/^./, (digit) => String((Number(digit) + 1) % 10))
    const verification = `/${paymentId}/sms/verification`
    if (isWrongFirst) await ask('verify', verification, { code: wrong })
    for (let tries = 0; tries < TRIES; tries += 1) {
      const { status } = await ask('verify', verification, { code })
      if (status < 500) return
    }
  }

  async function ask(
    name: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: unknown }> {
    const startedAt = performance.now()
    const response = await fetch(`${url}/api/payments${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${payer.token}`,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const answered = (await response.json()) as Partial<PaymentView>
    note(seen, `${name} ${response.status}`, performance.now() - startedAt, answered)
    return { status: response.status, body: answered }
  }
}

function note(seen: Seen, kind: string, ms: number, { paymentId, status }: Partial<PaymentView>) {
  const { latenciesMs, statuses, told, changed } = seen
  const [name = ''] = kind.split(' ')
  const all = latenciesMs.get(name) ?? []
  all.push(ms)
  latenciesMs.set(name, all)
  statuses.set(kind, (statuses.get(kind) ?? 0) + 1)
  if (!paymentId || !status) return
  const before = told.get(paymentId) ?? 'pending'
  if (before !== 'pending' && before !== status) changed.push(`${paymentId}: ${before}, ${status}`)
  told.set(paymentId, status)
}

function wayOf(dice: number): (typeof WAYS)[number][0] {
  let left = dice
  for (const [way, share] of WAYS) {
    if (left < share) return way
    left -= share
  }
  return 'nothing'
}
