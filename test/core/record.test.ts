import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Evidence, PaymentStatus } from '../../functions/core/outcome.ts'
import type { HistoryEntry } from '../../functions/core/payment.ts'
import {
  announcementOf,
  isRewritten,
  pageKey,
  pagesAdded,
  pagesFolder,
  pagesOf,
  pageText,
  type RecordedPayment,
  type RecordPage,
  statusIn,
} from '../../functions/core/record.ts'
import { records } from '../scripts/evidence/records.ts'
import { at } from './answering.ts'
import { open, over, smsOf, WORDS } from './payments.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const pages = (payment: RecordedPayment) => pagesOf(payment, sha256)

const entry = (
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
  entry(0, 'started'),
  entry(1, 'push_sent', { channel: 'push', by: 'provider' }),
  entry(15, 'text_asked', byText),
  entry(30, 'code_tried', byText),
  entry(31, 'code_wrong', byText),
  entry(40, 'code_tried', byText),
  entry(41, 'approved', byText),
]
/** Approved with a code. Each test breaks one thing about it. */
const approved: RecordedPayment = {
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

/** A payment as it was when only so many entries of its history were written. */
function asOf(payment: RecordedPayment, entries: number): RecordedPayment {
  const history = payment.history.slice(0, entries)
  const status = history.map(statusIn).findLast((found) => found) ?? 'pending'
  return { ...payment, history, ...(status === 'pending' && { outcome: { status } }) }
}

describe('pages', () => {
  test('are one for each entry of the history, in its order', () => {
    expect(pages(approved).map(({ seq, entry }) => [seq, entry])).toEqual(
      HISTORY.map((entry, i) => [i + 1, entry]),
    )
  })

  test('have the terms as they were put before the payer, and no phone number', () => {
    const [first] = pages(approved)
    expect(first?.terms).toEqual({
      payerId: 'person-1',
      providerPhoneId: '1635',
      requestId: 'request-1',
      reference: 'K7LMPQ',
      payee: open.action.payee,
      amount: { value: '20.50', currency: 'EUR' },
      displayText: WORDS,
      shown: open.shown,
      createdAt: '2026-11-21T12:00:00.000Z',
      expiresAt: '2026-11-21T12:05:00.000Z',
    })
    expect(JSON.stringify(pages(approved))).not.toContain(open.channels.sms.to)
  })

  test('word the payment as it was shown, not as it would be worded today', () => {
    const shown = { ...open.shown, message: 'as it was once worded' }
    expect(pages({ ...approved, shown })[0]?.terms.displayText).toBe('as it was once worded')
  })

  test('come out the same whenever they are made, as the history grows', () => {
    for (let entries = 1; entries <= HISTORY.length; entries += 1) {
      expect(pages(asOf(approved, entries))).toEqual(pages(approved).slice(0, entries))
    }
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
          const history = all.map((event, i) => entry(i, event))
          const final = { ...approved, status: end, history }
          const steps = history.flatMap((_, i) =>
            pagesAdded(i === 0 ? undefined : asOf(final, i), asOf(final, i + 1), sha256),
          )
          expect(steps).toEqual(pages(final))
        },
      ),
      { numRuns: 50 },
    )
  })

  test('hold the hash of the page before, and the first none', () => {
    const all = pages(approved)
    expect(all.map(({ previous }) => previous)).toEqual([
      null,
      ...all.slice(0, -1).map(({ hash }) => hash),
    ])
    expect(new Set(all.map(({ hash }) => hash)).size).toBe(HISTORY.length)
  })

  test('are hashed as they are stored, but for the hash itself', () => {
    for (const page of pages(approved)) {
      const { hash, ...others } = JSON.parse(pageText(page))
      expect(hash).toBe(sha256(pageText(others)))
    }
  })

  test.each([
    ['the payee', { action: { ...open.action, payee: { name: 'Draco', id: 'draco@x.org' } } }],
    ['the amount', { action: { ...open.action, amount: { amountMinor: 2051, currency: 'EUR' } } }],
    ['the payer', { payerId: 'person-2' }],
    ['the phone', { providerPhoneId: '1636' }],
    ['what was shown', { shown: { ...open.shown, message: 'Pay' } }],
    ['the moment at which it ends', { expiresAt: at(301) }],
    ['how it began', { history: [entry(1, 'started'), ...HISTORY.slice(1)] }],
  ] as const)('all have other hashes when %s is another', (_, changed) => {
    const others = pages({ ...approved, ...changed } as RecordedPayment)
    const known = new Set(pages(approved).map(({ hash }) => hash))
    expect(others.filter(({ hash }) => known.has(hash))).toEqual([])
  })

  test('have the evidence on the page that ends the payment, and on no other', () => {
    const found = pages(approved).map((page) => page.evidence)
    expect(found).toEqual([...HISTORY.slice(1).map(() => undefined), evidence])
  })

  test('have it there too when a push’s answer is stored after the payment was decided', () => {
    const late = entry(42, 'push_sent', { channel: 'push', by: 'provider' })
    const found = pages({ ...approved, history: [...HISTORY, late] })
    expect(found.slice(0, HISTORY.length)).toEqual(pages(approved))
    expect(found.at(-1)).not.toHaveProperty('evidence')
  })

  test('have none where a payment ended without', () => {
    const expired = { ...approved, ...over('expired'), history: [entry(0, 'expired')] }
    expect(pages(expired)[0]).not.toHaveProperty('evidence')
  })
})

describe('a page’s text', () => {
  const [page] = pages(approved) as [RecordPage]
  const reversed = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([name, member]) => [name, reversed(member)]),
        )
      : value

  test('is the same in whatever order its members are', () => {
    const other = reversed(page) as RecordPage
    expect(JSON.stringify(other)).not.toBe(JSON.stringify(page))
    expect(pageText(other)).toBe(pageText(page))
  })

  test('is JSON without spaces, its members by name', () => {
    expect(pageText(page)).toBe(
      `{"entry":{"at":"2026-11-21T12:00:00.000Z","by":"payer","channel":null,"event":"started"},` +
        `"hash":"${page.hash}","paymentId":"KTLLJSfqnCGI9JkWws96Bw","previous":null,"seq":1,` +
        `"terms":{"amount":{"currency":"EUR","value":"20.50"},"providerPhoneId":"1635",` +
        `"createdAt":"2026-11-21T12:00:00.000Z","displayText":"${WORDS}",` +
        `"expiresAt":"2026-11-21T12:05:00.000Z",` +
        `"payee":{"id":"neville@hogwarts.ac.uk","name":"Neville Longbottom"},"payerId":"person-1",` +
        `"reference":"K7LMPQ","requestId":"request-1","shown":{"details":{"Amount":"€20.50",` +
        `"Reference":"K7LMPQ",` +
        `"Sending to":"Neville Longbottom (neville@hogwarts.ac.uk)",` +
        `"Your account":"ada@example.com"},"message":"${WORDS}"}},"version":1}`,
    )
  })

  test('says all that the page says', () => {
    for (const each of pages(approved)) expect(JSON.parse(pageText(each))).toEqual(each)
  })

  test('would have a list in its own order', () => {
    const listed = { ...page, evidence: [2, [1, 'b', 'a']] } as unknown as RecordPage
    expect(JSON.parse(pageText(listed))).toEqual(listed)
    expect(pageText(listed)).toContain('"evidence":[2,[1,"b","a"]],')
  })

  test('leaves out what is not there', () => {
    const without = { ...page, evidence: undefined } as unknown as RecordPage
    expect(pageText(without)).toBe(pageText(page))
  })
})

describe('a page’s key', () => {
  test('is under the day on which the payment was started, and its number has three digits', () => {
    const keys = pages(approved).map(pageKey)
    expect(keys[0]).toBe('2026-11-21/KTLLJSfqnCGI9JkWws96Bw/001.json')
    expect(keys.at(-1)).toBe('2026-11-21/KTLLJSfqnCGI9JkWws96Bw/007.json')
    expect(pagesFolder('2026-11-21', open.paymentId)).toBe('2026-11-21/KTLLJSfqnCGI9JkWws96Bw/')
  })

  test('is of that day for pages of the next day too', () => {
    const createdAt = new Date('2026-11-21T23:59:59.999Z')
    const late = entry(43_200, 'approved')
    const found = pages({ ...approved, createdAt, history: [entry(43_199, 'started'), late] })
    expect(found.map(pageKey).map((key) => key.slice(0, 10))).toEqual(['2026-11-21', '2026-11-21'])
  })

  test('sorts as the pages follow each other, beyond ninety-nine too', () => {
    const [first] = pages(approved) as [RecordPage]
    const keys = [2, 10, 99, 100].map((seq) => pageKey({ ...first, seq }))
    expect(keys.toSorted()).toEqual(keys)
  })
})

describe('a change', () => {
  const added = (before: number, after: number) =>
    pagesAdded(asOf(approved, before), asOf(approved, after), sha256)

  test('adds the pages beyond what the history was', () => {
    expect(added(2, 3)).toEqual(pages(approved).slice(2, 3))
    expect(added(2, 5)).toEqual(pages(approved).slice(2, 5))
    expect(pagesAdded(undefined, asOf(approved, 1), sha256)).toEqual(pages(approved).slice(0, 1))
  })

  test('that leaves the history as it is adds none', () => {
    expect(added(3, 3)).toEqual([])
  })

  test('by a write of ours is no rewriting', () => {
    for (let entries = 1; entries < HISTORY.length; entries += 1) {
      const [before, after] = [asOf(approved, entries), asOf(approved, entries + 1)]
      expect(isRewritten(before, after, sha256)).toBe(false)
      expect(
        isRewritten(before, { ...before, ...smsOf({ textId: 'VE1', sends: 2 }) }, sha256),
      ).toBe(false)
    }
  })

  const other = { ...evidence, display_text: 'Pay' }
  test.each([
    ['an entry', { history: [entry(2, 'started'), ...HISTORY.slice(1)] }],
    ['that an entry was there', { history: HISTORY.slice(0, -1) }],
    ['the order', { history: [HISTORY[1], HISTORY[0], ...HISTORY.slice(2)] }],
    ['the payee', { action: { ...open.action, payee: { name: 'Draco', id: 'draco@x.org' } } }],
    ['the evidence', { outcome: { ...approved.outcome, evidence: other } }],
    ['that there was evidence', over('cancelled')],
    ['the status', { outcome: { ...approved.outcome, status: 'denied' } }],
  ] as const)('of %s is a rewriting', (_, changed) => {
    expect(isRewritten(approved, { ...approved, ...changed } as RecordedPayment, sha256)).toBe(true)
  })

  test('of the status of a payment that waits is a rewriting', () => {
    const waiting = asOf(approved, 3)
    expect(isRewritten(waiting, { ...waiting, ...over('approved') }, sha256)).toBe(true)
  })
})

describe('an announcement', () => {
  const announced = (payment: RecordedPayment) =>
    pages(payment).flatMap((page) => announcementOf(page) ?? [])

  test('is made when a payment begins to wait and when it is over, and at nothing between', () => {
    expect(announced(approved).map(({ type }) => type)).toEqual([
      'payment.pending',
      'payment.approved',
    ])
  })

  test.each(['approved', 'denied', 'expired', 'failed', 'cancelled'] as const)(
    'tells that a payment is %s',
    (status) => {
      const history = [entry(0, 'started'), entry(9, status)]
      expect(announced({ ...approved, ...over(status), history })[1]).toMatchObject({
        type: `payment.${status}`,
        detail: { status, eventId: `${open.paymentId}:${status}` },
      })
    },
  )

  test('says what was decided, when, by which channel, and which page records it', () => {
    expect(announced(approved)[1]).toEqual({
      type: 'payment.approved',
      detail: {
        version: 1,
        eventId: 'KTLLJSfqnCGI9JkWws96Bw:approved',
        paymentId: 'KTLLJSfqnCGI9JkWws96Bw',
        payerId: 'person-1',
        reference: 'K7LMPQ',
        payee: open.action.payee,
        amount: { value: '20.50', currency: 'EUR' },
        displayText: WORDS,
        status: 'approved',
        decidedBy: 'sms',
        decision: { channel: 'sms', proof: 'sms-code' },
        at: '2026-11-21T12:00:41.000Z',
        createdAt: '2026-11-21T12:00:00.000Z',
        expiresAt: '2026-11-21T12:05:00.000Z',
        page: pages(approved).at(-1)?.hash,
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
      expect(announced(records[name]).map(({ detail }) => detail.decision)).toEqual([
        null,
        { channel, proof },
      ])
    },
  )

  test.each(['expired', 'failed', 'cancelled'] as const)(
    'says of a payment that %s that no channel decided',
    (name) => {
      expect(announced(records[name]).map(({ detail }) => detail.decision)).toEqual([null, null])
    },
  )

  test('is not made of an answer that was refused', () => {
    expect(announced(records['expired after a signed answer was refused'])).toHaveLength(2)
  })

  test('tells that a payment expired as of its very moment, whenever that was written down', () => {
    const history = [entry(0, 'started'), entry(359, 'expired', { by: 'clock' })]
    const [, expired] = announced({ ...approved, ...over('expired'), history })
    expect(expired?.detail.at).toBe('2026-11-21T12:05:00.000Z')
  })

  test('says nothing of the phone or of the provider', () => {
    const said = JSON.stringify(announced(approved))
    for (const secret of ['1635', open.channels.sms.to, 'authy', 'ada@example.com']) {
      expect(said).not.toContain(secret)
    }
  })

  test('tells of each status once, whatever else is in the history', () => {
    const late = entry(42, 'push_sent')
    const statuses: (PaymentStatus | undefined)[] = announced({
      ...approved,
      history: [...HISTORY, late],
    }).map(({ detail }) => detail.status)
    expect(statuses).toEqual(['pending', 'approved'])
  })
})
