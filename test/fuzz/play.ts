/** Plays a scenario against a running Payfriend, and sees to it that nobody learns or changes what is not theirs. */
import { isDeepStrictEqual } from 'node:util'
import { payeeText } from '../../functions/core/payeeText.ts'
import { jsonIn } from './bodies.ts'
import { browserOf, filled, type Place, type Seen } from './filling.ts'
import { type Ask, ask, JSON_TYPE, type Move, type Scenario } from './moves.ts'
import { requestOf, type Sent } from './request.ts'
import type { Running } from './running.ts'
import { judged, Violation } from './verdict.ts'
import type { WireAnswer } from './wire.ts'

/** Told of every answer, and of what kind it was. */
export type Witness = (kind: string | undefined, text: string) => void

type Table = Place & { isProviderDown: boolean }

let scenarios = 0

/** Everybody's requests, one after the other. */
export async function play(running: Running, scenario: Scenario, witness: Witness): Promise<void> {
  const table = await laid(running, scenario)
  await makeAll(scenario.moves, table, witness)
}

/** Strangers' requests, while two payments wait: they must leave the tables as they were. */
export async function playStrangers(
  running: Running,
  scenario: Scenario,
  witness: Witness,
): Promise<void> {
  const table = await laid(running, scenario)
  for (const move of WAITING) await make(move, table, witness)
  const before = await everyItem(running)
  await makeAll(scenario.moves, table, witness)
  const after = await everyItem(running)
  const kept = new Set(before)
  const changed = after.filter((item) => !kept.has(item))
  if (changed.length > 0 || after.length !== before.length) {
    throw new Violation(`strangers changed the tables:\n${changed.slice(0, 3).join('\n')}`)
  }
}

const paymentBody = {
  payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
  amount: { value: '20.50', currency: 'EUR' },
}
/** Each waits for a push, or for the code that was texted too. */
const WAITING: readonly Move[] = [0, 1].flatMap((who) => [
  ask('sendPayment', {
    who,
    body: paymentBody,
    headers: [JSON_TYPE, ['idempotency-key', '<key 0>']],
  }),
  ask('smsStart', { who }),
])

const everyItem = async (running: Running) => [
  ...(await running.items('payments')),
  ...(await running.items('users')),
]

async function laid(running: Running, { phones }: Scenario): Promise<Table> {
  await running.begin(phones)
  scenarios += 1
  return {
    running,
    who: 0,
    seen: running.people.map((): Seen => ({ payments: [], cursor: '' })),
    scenario: `${process.pid}-${scenarios}`,
    isProviderDown: false,
  }
}

async function makeAll(moves: readonly Move[], table: Table, witness: Witness): Promise<void> {
  for (const [n, move] of moves.entries()) {
    try {
      await make(move, table, witness)
    } catch (error) {
      if (error instanceof Violation) error.moves = n + 1
      throw error
    }
  }
}

async function make(move: Move, table: Table, witness: Witness): Promise<void> {
  const { running } = table
  const { book } = running.phone
  if (move.kind === 'time') running.clock.advance(move.seconds)
  if (move.kind === 'sweep') await running.sweep()
  if (move.kind === 'fault') {
    table.isProviderDown = move.isOn
    book.faults.answer503 = move.isOn
  }
  if (move.kind === 'push') {
    const push = book.latestPush(running.person(move.who).number ?? '')
    if (push?.status === 'pending') book.answer(push.uuid, move.answer)
    await running.phone.settled()
  }
  if (move.kind === 'ask') await makeAsk(move, table, witness)
}

async function makeAsk(move: Ask, table: Table, witness: Witness): Promise<void> {
  const place = { ...table, who: move.who % table.running.people.length }
  const sent = requestOf(move, place)
  const answer = await table.running.send(sent.wire)
  try {
    const kind = judged(sent, answer, table.isProviderDown)
    // What is no HTTP may have been taken all the same, whatever came back.
    const isTaken = !sent.isHttp || (typeof answer !== 'string' && answer.status === 200)
    if (isTaken && ENDS_SESSIONS.test(sent.target)) {
      await table.running.signInAnew(table.running.person(place.who))
    }
    if (typeof answer === 'string') return
    witness(kind, answer.text)
    belongs(answer, sent, place)
  } catch (error) {
    if (!(error instanceof Violation)) throw error
    error.message = `${error.message}\n\n${written(sent, answer)}`
    throw error
  }
}

/** A change of phone does it by itself. */
const ENDS_SESSIONS = /^\/api\/(phone\/verification|sessions\/end)/

/** What is shown is the asker's own; and what the asker can know by it from now on, is noted. */
function belongs({ status, text }: WireAnswer, sent: Sent, place: Place) {
  const { running, who, seen } = place
  const me = running.person(who)
  const owner = sent.operation?.isDevices ? payerOfDevice(status, text, sent, place) : me
  const others = running.people.filter((one) => one !== owner)
  const shown = others.find(({ email }) => text.includes(email))
  if (shown) throw new Violation(`the answer names ${shown.email}`)
  if (status >= 300 || !sent.operation || !sent.isHttp || sent.operation.isPublic) return

  const body = JSON.parse(text)
  const payments: Payment[] = body.payments ?? (body.paymentId ? [body] : [])
  for (const { paymentId } of payments) {
    const owner = running.owners.get(paymentId) ?? me.payerId
    if (owner !== me.payerId) throw new Violation(`payment ${paymentId} is another's`)
    running.owners.set(paymentId, owner)
  }
  const { value } = jsonIn(sent.body) ?? {}
  const { operationId } = sent.operation
  if (operationId === 'deviceInvite') me.invitation = body.code
  if (operationId === 'deviceEnrol') {
    const { kid, digits } = body
    Object.assign(browserOf({ ...place, browser: sent.browser }), { kid, digits })
  }
  if (operationId === 'listApprovals') {
    for (const { id, signing } of body.approvals) me.signing.set(id, signing)
    me.signing.set('removal', body.device.removal)
  }
  if (operationId === 'sendPayment') {
    if (!isAsAsked(body, value as Terms)) throw new Violation('these are not the terms asked for')
    if (status === 201) seen[who]?.payments.push(body.paymentId)
  }
  if (operationId === 'listPayments') {
    const asked = new URL(sent.target, 'http://localhost').searchParams.get('cursor')
    const isHandMade = asked === filled('<cursor sealed by hand>', place)
    if (asked && !isHandMade && running.owners.get(asked) !== me.payerId) {
      throw new Violation('a cursor is taken that this person was never given')
    }
    const mine = seen[who]
    if (mine && body.next) mine.cursor = body.next
    if (body.next) running.owners.set(body.next, me.payerId)
  }
  if (operationId === 'phoneStart') {
    me.verificationId = body.verificationId
    me.pending = (value as { phoneNumber: string }).phoneNumber.replace(/[^+\d]/g, '')
  }
  if (operationId === 'phoneVerify') Object.assign(me, { number: me.pending, pending: undefined })
}

/** Whose device asks: of whoever let it in, or gave it the code; that payer's name it may see. */
function payerOfDevice(status: number, text: string, { operation, browser }: Sent, place: Place) {
  const isNew = operation?.operationId === 'deviceEnrol' && status === 201
  const kid = isNew ? JSON.parse(text).kid : browserOf({ ...place, browser }).kid
  return place.running.people.find(({ payerId }) => kid?.startsWith(`${payerId}.`))
}

type Terms = {
  readonly payee: { readonly name: string; readonly id: string }
  readonly amount: { readonly value: string; readonly currency: string }
}
type Payment = Terms & { readonly paymentId: string }

const isAsAsked = ({ payee, amount }: Payment, asked: Terms) =>
  isDeepStrictEqual(payeeText('name', asked.payee.name), { text: payee.name }) &&
  isDeepStrictEqual(payeeText('id', asked.payee.id), { text: payee.id }) &&
  Number(amount.value) === Number(asked.amount.value) &&
  amount.currency === asked.amount.currency

const SHOWN_MAX = 2000

/** The request and its answer, for whoever has to find out. */
function written({ wire, framing }: Sent, answer: WireAnswer | string): string {
  const cut = (text: string) =>
    text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}… (${text.length})` : text
  const back =
    typeof answer === 'string'
      ? answer
      : [
          answer.status,
          ...answer.headers.map((pair) => pair.join(': ')),
          '',
          cut(answer.text),
        ].join('\n')
  return `${cut(wire.head)}${cut(String(wire.body))}\n(framing: ${framing})\n\n→ ${back}`
}
