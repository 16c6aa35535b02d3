import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Evidence, PaymentStatus } from '../../functions/core/outcome.ts'
import type { HistoryEntry } from '../../functions/core/payment.ts'
import {
  isRewritten,
  type PaymentEntry,
  type PaymentWithHistory,
  paymentEntries,
  paymentEntriesAdded,
  paymentEntryKey,
  paymentEntryText,
  paymentEventOf,
  paymentTrailFolder,
  statusIn,
} from '../../functions/core/paymentTrail.ts'
import { records } from '../scripts/evidence/paymentTrails.ts'
import { at } from './answering.ts'
import { DETAILS, open, over, paymentBody, pushOf, smsOf, WORDS } from './payments.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const entries = (payment: PaymentWithHistory) => paymentEntries(payment, sha256)

const historyEntry = (
  seconds: number,
  event: HistoryEntry['event'],
  more: Partial<HistoryEntry> = {},
): HistoryEntry => ({
  at: at(seconds).toISOString(),
  event,
  channel: null,
  by: 'payer',
  ...more,
})
const byText = { channel: 'sms' } as const

const evidence: Evidence = {
  kind: 'sms-code',
  provider_phone_id: open.providerPhoneId,
  action: open.paymentId,
  display_text: WORDS,
}
const HISTORY = [
  historyEntry(0, 'started'),
  historyEntry(1, 'push_sent', { channel: 'push', by: 'provider' }),
  historyEntry(15, 'text_asked', byText),
  historyEntry(30, 'code_tried', byText),
  historyEntry(31, 'code_wrong', byText),
  historyEntry(40, 'code_tried', byText),
  historyEntry(41, 'approved', byText),
]
/** Approved with a code. Each test breaks one thing about it. */
const approved: PaymentWithHistory = {
  ...open,
  history: HISTORY,
  outcome: {
    status: 'approved',
    channel: 'sms',
    decidedAt: new Date(HISTORY.at(-1)?.at ?? ''),
    evidence,
    proof: 'sms-code',
  },
}

/** A payment as it was when only so many historyEntries of its history were written. */
function asOf(payment: PaymentWithHistory, historyEntries: number): PaymentWithHistory {
  const history = payment.history.slice(0, historyEntries)
  const status = history.map(statusIn).findLast((found) => found) ?? 'pending'
  return { ...payment, history, ...(status === 'pending' && { outcome: { status } }) }
}

describe('entries', () => {
  test('are one for each entry of the history, in its order', () => {
    expect(entries(approved).map(({ seq, historyEntry }) => [seq, historyEntry])).toEqual(
      HISTORY.map((historyEntry, i) => [i + 1, historyEntry]),
    )
  })

  test('have the payment as they were put before the payer, and no phone number', () => {
    const [first] = entries(approved)
    expect(first?.payment).toEqual({
      payerId: 'person-1',
      providerPhoneId: '1635',
      requestId: 'request-1',
      reference: 'K7LMPQ',
      ...paymentBody,
      displayText: WORDS,
      pushDetails: DETAILS,
      createdAt: '2026-11-21T12:00:00.000Z',
      expiresAt: '2026-11-21T12:05:00.000Z',
    })
    expect(JSON.stringify(entries(approved))).not.toContain(open.channels.sms.to)
  })

  test('word the payment as it was shown, not as it would be worded today', () => {
    const displayText = 'as it was once worded'
    expect(entries({ ...approved, displayText })[0]?.payment.displayText).toBe(displayText)
  })

  test('come out the same for any history', () => {
    const events = ['push_sent', 'text_asked', 'code_tried', 'code_wrong'] as const
    const ends = ['approved', 'denied', 'expired', 'failed', 'cancelled'] as const
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...events), { maxLength: 12 }),
        fc.constantFrom(...ends),
        // The answer that the push was sent can be stored after the end.
        fc.boolean(),
        (middle, end, late) => {
          const all = ['started', ...middle, end, ...(late ? ['push_sent' as const] : [])] as const
          const history = all.map((event, i) => historyEntry(i, event))
          const final = { ...approved, status: end, history }
          const steps = history.flatMap((_, i) =>
            paymentEntriesAdded(i === 0 ? undefined : asOf(final, i), asOf(final, i + 1), sha256),
          )
          expect(steps).toEqual(entries(final))
        },
      ),
      { numRuns: 50 },
    )
  })

  test('hold the hash of the entry before, and the first none', () => {
    const all = entries(approved)
    expect(all.map(({ previous }) => previous)).toEqual([
      null,
      ...all.slice(0, -1).map(({ hash }) => hash),
    ])
    expect(new Set(all.map(({ hash }) => hash)).size).toBe(HISTORY.length)
  })

  test('are hashed as they are stored, but for the hash itself', () => {
    for (const entry of entries(approved)) {
      const { hash, ...others } = JSON.parse(paymentEntryText(entry))
      expect(hash).toBe(sha256(paymentEntryText(others)))
    }
  })

  test.each([
    ['the payee', { action: { ...open.action, payee: { name: 'Draco', id: 'draco@x.org' } } }],
    ['the amount', { action: { ...open.action, amount: { amountMinor: 2051, currency: 'EUR' } } }],
    ['the payer', { payerId: 'person-2' }],
    ['the phone', { providerPhoneId: '1636' }],
    ['what was shown', { displayText: 'Pay' }],
    ['what the push showed', pushOf({ details: { ...DETAILS, Amount: '€2.05' } })],
    ['the moment at which it ends', { expiresAt: at(301) }],
    ['how it began', { history: [historyEntry(1, 'started'), ...HISTORY.slice(1)] }],
  ] as const)('all have other hashes when %s is another', (_, changed) => {
    const others = entries({ ...approved, ...changed } as PaymentWithHistory)
    const known = new Set(entries(approved).map(({ hash }) => hash))
    expect(others.filter(({ hash }) => known.has(hash))).toEqual([])
  })

  test('have the evidence on the entry that ends the payment, and on no other', () => {
    const found = entries(approved).map((entry) => entry.evidence)
    expect(found).toEqual([...HISTORY.slice(1).map(() => undefined), evidence])
  })

  test('have it there too when a push’s answer is stored after the payment was decided', () => {
    const late = historyEntry(42, 'push_sent', { channel: 'push', by: 'provider' })
    const found = entries({ ...approved, history: [...HISTORY, late] })
    expect(found.slice(0, HISTORY.length)).toEqual(entries(approved))
    expect(found.at(-1)).not.toHaveProperty('evidence')
  })

  test('have none where a payment ended without', () => {
    const expired = { ...approved, ...over('expired'), history: [historyEntry(0, 'expired')] }
    expect(entries(expired)[0]).not.toHaveProperty('evidence')
  })
})

describe('an entry’s text', () => {
  const [entry] = entries(approved) as [PaymentEntry]
  const reversed = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([name, member]) => [name, reversed(member)]),
        )
      : value

  test('is the same in whatever order its members are', () => {
    const other = reversed(entry) as PaymentEntry
    expect(JSON.stringify(other)).not.toBe(JSON.stringify(entry))
    expect(paymentEntryText(other)).toBe(paymentEntryText(entry))
  })

  test('is JSON without spaces, its members by name', () => {
    expect(paymentEntryText(entry)).toBe(
      `{"hash":"${entry.hash}",` +
        `"historyEntry":{"at":"2026-11-21T12:00:00.000Z","by":"payer","channel":null,"event":"started"},` +
        `"payment":{"amount":{"currency":"EUR","value":"20.50"},` +
        `"createdAt":"2026-11-21T12:00:00.000Z","displayText":"${WORDS}",` +
        `"expiresAt":"2026-11-21T12:05:00.000Z",` +
        `"payee":{"id":"neville@hogwarts.ac.uk","name":"Neville Longbottom"},"payerId":"person-1",` +
        `"providerPhoneId":"1635","pushDetails":{"Amount":"€20.50","Reference":"K7LMPQ",` +
        `"Sending to":"Neville Longbottom (neville@hogwarts.ac.uk)",` +
        `"Your account":"ada@example.com"},"reference":"K7LMPQ","requestId":"request-1"},` +
        `"paymentId":"KTLLJSfqnCGI9JkWws96Bw","previous":null,"seq":1,"version":1}`,
    )
  })

  test('says all that the entry says', () => {
    for (const each of entries(approved)) expect(JSON.parse(paymentEntryText(each))).toEqual(each)
  })

  test('would have a list in its own order', () => {
    const listed = { ...entry, evidence: [2, [1, 'b', 'a']] } as unknown as PaymentEntry
    expect(JSON.parse(paymentEntryText(listed))).toEqual(listed)
    expect(paymentEntryText(listed)).toContain('"evidence":[2,[1,"b","a"]],')
  })

  test('leaves out what is not there', () => {
    const without = { ...entry, evidence: undefined } as unknown as PaymentEntry
    expect(paymentEntryText(without)).toBe(paymentEntryText(entry))
  })
})

describe('an entry’s key', () => {
  test('is under the day on which the payment was started, and its number has three digits', () => {
    const keys = entries(approved).map(paymentEntryKey)
    expect(keys[0]).toBe('2026-11-21/KTLLJSfqnCGI9JkWws96Bw/001.json')
    expect(keys.at(-1)).toBe('2026-11-21/KTLLJSfqnCGI9JkWws96Bw/007.json')
    expect(paymentTrailFolder('2026-11-21', open.paymentId)).toBe(
      '2026-11-21/KTLLJSfqnCGI9JkWws96Bw/',
    )
  })

  test('is of that day for entries of the next day too', () => {
    const createdAt = new Date('2026-11-21T23:59:59.999Z')
    const late = historyEntry(43_200, 'approved')
    const found = entries({
      ...approved,
      createdAt,
      history: [historyEntry(43_199, 'started'), late],
    })
    expect(found.map(paymentEntryKey).map((key) => key.slice(0, 10))).toEqual([
      '2026-11-21',
      '2026-11-21',
    ])
  })

  test('sorts as the entries follow each other, beyond ninety-nine too', () => {
    const [first] = entries(approved) as [PaymentEntry]
    const keys = [2, 10, 99, 100].map((seq) => paymentEntryKey({ ...first, seq }))
    expect(keys.toSorted()).toEqual(keys)
  })
})

describe('a change', () => {
  const added = (before: number, after: number) =>
    paymentEntriesAdded(asOf(approved, before), asOf(approved, after), sha256)

  test('adds the entries beyond what the history was', () => {
    expect(added(2, 3)).toEqual(entries(approved).slice(2, 3))
    expect(added(2, 5)).toEqual(entries(approved).slice(2, 5))
    expect(paymentEntriesAdded(undefined, asOf(approved, 1), sha256)).toEqual(
      entries(approved).slice(0, 1),
    )
  })

  test('that leaves the history as it is adds none', () => {
    expect(added(3, 3)).toEqual([])
  })

  test('by a write of ours is no rewriting', () => {
    for (let historyEntries = 1; historyEntries < HISTORY.length; historyEntries += 1) {
      const [before, after] = [asOf(approved, historyEntries), asOf(approved, historyEntries + 1)]
      expect(isRewritten(before, after, sha256)).toBe(false)
      expect(
        isRewritten(before, { ...before, ...smsOf({ textId: 'VE1', sends: 2 }) }, sha256),
      ).toBe(false)
    }
  })

  const other = { ...evidence, display_text: 'Pay' }
  test.each([
    ['an entry', { history: [historyEntry(2, 'started'), ...HISTORY.slice(1)] }],
    ['that a history entry was there', { history: HISTORY.slice(0, -1) }],
    ['the order', { history: [HISTORY[1], HISTORY[0], ...HISTORY.slice(2)] }],
    ['the payee', { action: { ...open.action, payee: { name: 'Draco', id: 'draco@x.org' } } }],
    ['the evidence', { outcome: { ...approved.outcome, evidence: other } }],
    ['that there was evidence', over('cancelled')],
    ['the status', { outcome: { ...approved.outcome, status: 'denied' } }],
  ] as const)('of %s is a rewriting', (_, changed) => {
    expect(isRewritten(approved, { ...approved, ...changed } as PaymentWithHistory, sha256)).toBe(
      true,
    )
  })

  test('of the status of a payment that waits is a rewriting', () => {
    const waiting = asOf(approved, 3)
    expect(isRewritten(waiting, { ...waiting, ...over('approved') }, sha256)).toBe(true)
  })
})

describe('an event', () => {
  const published = (payment: PaymentWithHistory) =>
    entries(payment).flatMap((entry) => paymentEventOf(entry) ?? [])

  test('is made when a payment begins to wait and when it is over, and at nothing between', () => {
    expect(published(approved).map(({ type }) => type)).toEqual([
      'payment.pending',
      'payment.approved',
    ])
  })

  test.each(['approved', 'denied', 'expired', 'failed', 'cancelled'] as const)(
    'tells that a payment is %s',
    (status) => {
      const history = [historyEntry(0, 'started'), historyEntry(9, status)]
      expect(published({ ...approved, ...over(status), history })[1]).toMatchObject({
        type: `payment.${status}`,
        detail: { status, eventId: `${open.paymentId}:${status}` },
      })
    },
  )

  test('says what was decided, when, by which channel, and which entry records it', () => {
    expect(published(approved)[1]).toEqual({
      type: 'payment.approved',
      detail: {
        version: 1,
        eventId: 'KTLLJSfqnCGI9JkWws96Bw:approved',
        paymentId: 'KTLLJSfqnCGI9JkWws96Bw',
        payerId: 'person-1',
        reference: 'K7LMPQ',
        ...paymentBody,
        displayText: WORDS,
        status: 'approved',
        decidedBy: 'sms',
        decision: { channel: 'sms', proof: 'sms-code' },
        at: '2026-11-21T12:00:41.000Z',
        createdAt: '2026-11-21T12:00:00.000Z',
        expiresAt: '2026-11-21T12:05:00.000Z',
        entry: entries(approved).at(-1)?.hash,
      },
    })
  })

  test.each([
    ['approved by push', 'push', 'signed-callback'],
    ['approved, as the provider said when it was asked', 'push', 'provider-read'],
    ['approved after a signed answer was refused', 'push', 'signed-callback'],
    ['approved by a code after a wrong one', 'sms', 'sms-code'],
    ['approved by a code of Twilio Verify', 'sms', 'sms-code'],
    ['denied', 'push', 'signed-callback'],
  ] as const)(
    'says how the answer was learned of a payment that was %s',
    (name, channel, proof) => {
      expect(published(records[name]).map(({ detail }) => detail.decision)).toEqual([
        null,
        { channel, proof },
      ])
    },
  )

  test.each(['expired', 'failed', 'cancelled'] as const)(
    'says of a payment that %s that no channel decided',
    (name) => {
      expect(published(records[name]).map(({ detail }) => detail.decision)).toEqual([null, null])
    },
  )

  test('is not made of an answer that was refused', () => {
    expect(published(records['expired after a signed answer was refused'])).toHaveLength(2)
  })

  test('tells that a payment expired as of its very moment, whenever that was written down', () => {
    const history = [historyEntry(0, 'started'), historyEntry(359, 'expired', { by: 'clock' })]
    const [, expired] = published({ ...approved, ...over('expired'), history })
    expect(expired?.detail.at).toBe('2026-11-21T12:05:00.000Z')
  })

  test('says nothing of the phone or of the provider', () => {
    const said = JSON.stringify(published(approved))
    for (const secret of ['1635', open.channels.sms.to, 'authy', 'ada@example.com']) {
      expect(said).not.toContain(secret)
    }
  })

  test('tells of each status once, whatever else is in the history', () => {
    const late = historyEntry(42, 'push_sent')
    const statuses: (PaymentStatus | undefined)[] = published({
      ...approved,
      history: [...HISTORY, late],
    }).map(({ detail }) => detail.status)
    expect(statuses).toEqual(['pending', 'approved'])
  })
})
