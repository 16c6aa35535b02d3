/**
 * How many trips to the tables each route makes one after another: a payer waits for each. Calls that are sent together
 * are one trip. `roundTrips.test.ts` counts all calls.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { LambdaName, TextProvider } from '../../functions/routes.ts'
import { addDevice } from '../harness/devices.ts'
import { callbackOf } from '../harness/faultInjection.ts'
import { type Harness, otherThan, type Request, startHarness } from '../harness/harness.ts'
import { tripsOf } from '../harness/trips.ts'

/** Trips before the provider or the signature is asked for its verdict, and after it. */
type Trips = { readonly before: number; readonly after?: number }

const ALIKE = {
  'status of a payment': { before: 1 },
  'list of payments': { before: 1 },
  'the payer’s profile': { before: 1 },
  'code from the text': { before: 3, after: 1 },
  'wrong code': { before: 3, after: 1 },
  'cancel a payment': { before: 2 },
  'what waits for a device': { before: 2 },
  'a device’s no': { before: 2 },
  'a device’s yes': { before: 2, after: 1 },
  'send a payment to a device': { before: 3 },
} satisfies Record<string, Trips>

const EXPECTED = {
  authy: {
    ...ALIKE,
    'send a payment': { before: 3, after: 1 },
    'send another payment': { before: 3, after: 1 },
    'text a code': { before: 3 },
    'callback, approved': { before: 1 },
    'callback, denied': { before: 2 },
  },
  twilioVerify: {
    ...ALIKE,
    'send a payment': { before: 3 },
    'send another payment': { before: 3 },
    'text a code': { before: 3, after: 1 },
  },
} satisfies Record<TextProvider, Record<string, Trips>>

describe.each(Object.entries(EXPECTED))('with %s', (PROVIDER, expected) => {
  test('a payer waits for as many trips to the tables, one after another, as are written here', async () => {
    const harness = await startHarness({ PROVIDER, OPEN_PAYMENTS: '20' })
    onTestFinished(() => harness.close())
    const { found, count } = counter(harness)
    const as = await harness.person()
    const text = { as, body: { payee: { name: 'Ada', id: 'ada@example.com' }, amount: EURO } }

    const sent = await count('send a payment', 'sendPayment', { ...text, key: 'first' })
    const id: string = sent.paymentId
    await count('status of a payment', 'paymentStatus', { as, id })
    await count('text a code', 'smsStart', { as, id })
    const code = harness.codeOn(as.number)
    await count('wrong code', 'smsVerify', { as, id, body: { code: otherThan(code) } })
    await count('code from the text', 'smsVerify', { as, id, body: { code } })
    await count('send another payment', 'sendPayment', { ...text, key: 'second' })
    if (PROVIDER === 'authy') {
      for (const answer of ['approved', 'denied'] as const) {
        await harness.pending(as)
        const push = harness.phone.book.latestPush(as.number)
        if (!push) throw new Error('no push came')
        await count(`callback, ${answer}`, 'authyCallback', callbackOf(harness, push, answer))
      }
    }
    const { paymentId } = await harness.pending(as)
    await count('cancel a payment', 'cancelPayment', { as, id: paymentId })
    await count('list of payments', 'listPayments', { as })
    await count('the payer’s profile', 'profile', { as })

    const device = await addDevice(harness, as)
    const waiting = async () => `payment.${(await harness.pending(as)).paymentId}`
    const answer = (name: string, body: unknown) => device.requestOf('decideApproval', name, body)
    await count('send a payment to a device', 'sendPayment', { ...text, key: 'third' })
    const denied = await waiting()
    await count('what waits for a device', 'listApprovals', device.requestOf('listApprovals'))
    await count('a device’s no', 'decideApproval', answer(denied, await device.noTo(denied)))
    const approved = await waiting()
    const yes = answer(approved, await device.yesTo(approved))
    const trips = await count('a device’s yes', 'decideApproval', yes)
    expect(trips).toMatchObject({ status: 'approved' })
    expect(found).toEqual(expected)
  })
})

test('the guide on speed says these numbers', () => {
  const guide = readFileSync('docs/guides/speed.md', 'utf8')
  for (const [name, trips] of Object.entries({ ...EXPECTED.twilioVerify, ...EXPECTED.authy })) {
    const { before, after = 0 }: Trips = trips
    const text = EXPECTED.twilioVerify['text a code']
    const row = `| ${name} | ${before} | ${name === 'text a code' ? `${text.after} with Twilio Verify` : after || ''} |`
    expect(guide).toContain(row)
  }
})

const EURO = { value: '20', currency: 'EUR' }

/** What is decided after a signature was checked here, and not by a provider, is written after the verdict too. */
const CHECKED_HERE = 'a device’s yes'

function counter(harness: Harness) {
  const found: Record<string, Trips> = {}
  return {
    found,
    async count(label: string, name: LambdaName, request: Request) {
      const { trips, reply } = await tripsOf(harness, name, request)
      const verdict = trips.findIndex((trip) => trip !== 'tables')
      const before =
        label === CHECKED_HERE ? trips.length - 1 : verdict < 0 ? trips.length : verdict
      const after = trips.slice(before).filter((trip) => trip !== 'provider').length
      found[label] = { before, ...(after > 0 && { after }) }
      return reply.body
    },
  }
}
