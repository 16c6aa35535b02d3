import { describe, expect, test } from 'vitest'
import { sha256Hex } from '../../../functions/adapters/sha256.ts'
import type { Decided } from '../../../functions/core/outcome.ts'
import {
  type PaymentWithHistory,
  paymentEntryKey,
  paymentEntryText,
} from '../../../functions/core/paymentTrail.ts'
import type { ArchivedEntry } from '../../../scripts/evidence/archivedEntry.ts'
import { checkPaymentTrail, THE_ITEM } from '../../../scripts/evidence/paymentTrailCheck.ts'
import { at } from '../../core/answering.ts'
import { open, pushOf } from '../../core/payments.ts'
import written2026 from '../../fixtures/trailsOf2026.json' with { type: 'json' }
import {
  byText,
  callback,
  changed,
  decidedWith,
  entries,
  FOLDER,
  forged,
  kept,
  keyOf,
  onPush,
  payer,
  provider,
  records,
} from './paymentTrails.ts'

const { paymentId } = open
const approved = records['approved by push']
const whole = entries(approved)
const [first, second, third] = whole as [
  (typeof whole)[number],
  (typeof whole)[number],
  (typeof whole)[number],
]

function problems(all: readonly ArchivedEntry[], stored?: PaymentWithHistory) {
  const checked = checkPaymentTrail({ paymentId, folder: FOLDER, kept: all, stored }, sha256Hex)
  return checked.problems.map(({ key, what }) => `${key.replace(FOLDER, '')}: ${what}`)
}

test.each(Object.entries(records))('a whole record is proven: %s', (_, payment) => {
  expect(problems(entries(payment).map(kept), payment)).toEqual([])
})

test('it is proven without the table too', () => {
  expect(problems(whole.map(kept))).toEqual([])
})

test('the answer that a push was sent may come after the end', () => {
  const [started, sent, yes] = approved.history
  const late = { ...approved, history: [started, yes, sent] as typeof approved.history }
  expect(problems(entries(late).map(kept), late)).toEqual([])
})

// The form of entries changed once more before anybody had one (issue 13); from then on these stay as they were written.
test('a record that was written long ago is proven for as long as it is kept', () => {
  for (const texts of Object.values(written2026)) {
    const all = texts.map((text, i) => ({ key: keyOf(i + 1), text, versions: 1, isDeleted: false }))
    expect(problems(all)).toEqual([])
  }
})

describe('names the entry and what is wrong with it:', () => {
  const other = { ...first.payment, payee: { name: 'Draco Malfoy', id: 'draco@hogwarts.ac.uk' } }

  test.each<[string, ArchivedEntry[], string[]]>([
    [
      'words changed',
      [kept(first), changed(second, { payment: other }), kept(third)],
      ['002.json: its text does not match its hash'],
    ],
    ['an entry missing in the middle', [kept(first), kept(third)], ['002.json: is missing']],
    ['the first entry missing', [kept(second), kept(third)], ['001.json: is missing']],
    [
      'an entry that was made again with other words',
      [
        kept(first),
        ...forged([second], 2, { historyEntry: provider(2, 'push_sent') }),
        kept(third),
      ],
      [
        '002.json: follows another entry than the one before it: the chain is broken',
        '003.json: follows another entry than the one before it: the chain is broken',
      ],
    ],
    [
      'a first entry that follows another',
      [kept(rehashed({ ...first, previous: 'ab' })), kept(second), kept(third)],
      [
        '001.json: is the first, and follows another entry',
        '002.json: follows another entry than the one before it: the chain is broken',
      ],
    ],
    [
      'other payment on one entry of a whole chain',
      forged(whole, 2, { payment: other }),
      ['002.json: its payment is not that of the other entries'],
    ],
    [
      'an entry twice',
      [...whole.map(kept), { ...kept(second), key: keyOf(4) }],
      [`004.json: is the entry ${keyOf(2)} in another place`],
    ],
    [
      'an entry of another payment',
      [...whole.slice(0, 2).map(kept), kept(rehashed({ ...third, paymentId: 'A'.repeat(22) }))].map(
        (entry, i) => ({ ...entry, key: keyOf(i + 1) }),
      ),
      [`003.json: is of another payment, ${'A'.repeat(22)}`],
    ],
    [
      'the entries under another day',
      whole.map(kept).map((entry) => ({ ...entry, key: entry.key.replace('-21/', '-22/') })),
      [1, 2, 3].map(
        (n) => `2026-11-22/${paymentId}/00${n}.json: is the entry ${keyOf(n)} in another place`,
      ),
    ],
    [
      'something that is no entry',
      [...whole.map(kept), { ...kept(second), key: `${FOLDER}002 (copy).json` }],
      ['002 (copy).json: is no entry of an audit trail'],
    ],
    [
      'no JSON',
      [kept(first), { ...kept(second), text: '{' }, kept(third)],
      ['002.json: is not JSON'],
    ],
    [
      'a member that no entry has',
      [kept(first), kept(second), changed(third, { note: 'x' })],
      ['003.json: is not an entry as Payfriend writes it (.)'],
    ],
    [
      'a member said twice',
      [
        kept(first),
        { ...kept(second), text: kept(second).text.replace('{', '{"seq":2,') },
        kept(third),
      ],
      ['002.json: is not written as Payfriend writes it'],
    ],
    [
      'an entry written over',
      [kept(first), { ...kept(second), versions: 2 }, kept(third)],
      ['002.json: was written over (it has 2 versions; the first is looked at here)'],
    ],
    [
      'an entry marked as deleted',
      [kept(first), { ...kept(second), isDeleted: true }, kept(third)],
      ['002.json: is marked as deleted'],
    ],
  ])('%s', (_, all, expected) => {
    expect(problems(all).sort()).toEqual(expected.sort())
  })
})

/** As a newer version would write it, whose entries are whole: this one must not call them wrong. */
test.each<[string, number, object, string]>([
  ['a member of an entry', 2, { note: 'x' }, 'note'],
  [
    'a member of an entry',
    2,
    { historyEntry: { ...second.historyEntry, note: 'x' } },
    'historyEntry.note',
  ],
  ['a member of the evidence', 3, { evidence: { ...callback, note: 'x' } }, 'evidence.note'],
  [
    'two members',
    3,
    { note: 'x', historyEntry: { ...third.historyEntry, more: 1 } },
    'historyEntry.more, note',
  ],
  [
    'an event',
    2,
    { historyEntry: { ...second.historyEntry, event: 'push_read' } },
    'historyEntry.event',
  ],
  ['a kind of evidence', 3, { evidence: { kind: 'iris', key: 'x' } }, 'evidence.kind'],
  ['another version', 2, { version: 2 }, 'version'],
])(
  'an entry with %s that is not known is told as not known, and not as wrong',
  (_, seq, more, what) => {
    const all = forged(whole, seq, more)
    const found = checkPaymentTrail({ paymentId, folder: FOLDER, kept: all }, sha256Hex).problems
    expect(found).toEqual([
      {
        key: keyOf(seq),
        what: `holds what this version of Payfriend does not know: ${what}`,
        isUnknown: true,
      },
    ])
  },
)

test.each<[string, ArchivedEntry]>([
  ['whose hash is not of it', changed(third, { note: 'x' })],
  ['that lacks a member too', kept(rehashed({ ...third, note: 'x', seq: undefined }))],
  ['that is not written as an entry is', { ...kept(third), text: `${unknown()} ` }],
])('an entry with a member that is not known, %s, is wrong', (_, entry) => {
  const all = [kept(first), kept(second), { ...entry, key: keyOf(3) }]
  const found = checkPaymentTrail({ paymentId, folder: FOLDER, kept: all }, sha256Hex).problems
  expect(found).toEqual([
    { key: keyOf(3), what: expect.stringMatching(/^is not an entry as Payfriend writes it/) },
  ])
})

function unknown() {
  return paymentEntryText(rehashed({ ...third, note: 'x' }))
}

/** An entry that says the hash of what it says. */
function rehashed({ hash: _, ...rest }: Readonly<Record<string, unknown>>) {
  const entry = rest as (typeof whole)[number]
  return { ...entry, hash: sha256Hex(paymentEntryText(entry)) }
}

describe('names what the table tells otherwise:', () => {
  const item = (change: Partial<PaymentWithHistory>): PaymentWithHistory => ({
    ...approved,
    ...change,
  })
  const all = whole.map(kept)

  test('another payee, on each entry', () => {
    const action = { ...approved.action, payee: { name: 'Draco', id: 'draco@hogwarts.ac.uk' } }
    expect(problems(all, item({ action }))).toEqual(
      [1, 2, 3].map((n) => `00${n}.json: the table has another payee`),
    )
  })

  test('another entry', () => {
    const history = [payer(0, 'started'), provider(2, 'push_sent'), onPush(30, 'approved')]
    expect(problems(all, item({ history }))).toEqual(['002.json: the table has another at'])
  })

  test('other evidence', () => {
    const evidence = { ...callback, nonce: 'x' }
    expect(problems(all, decidedWith(approved, { evidence }))).toEqual([
      '003.json: the table has another evidence',
    ])
  })

  test('a last entry that the archive does not have', () => {
    expect(problems(all.slice(0, 2), approved)).toEqual(['003.json: is missing'])
  })

  test('an entry that the table knows nothing of', () => {
    const history = approved.history.slice(0, 2)
    const waiting = { ...open, history }
    expect(problems(all, waiting)).toEqual(['003.json: the table has no entry with this number'])
  })

  test.each<[string, Partial<Decided>, string]>([
    ['a status', { status: 'denied' }, 'its status is denied, and its history says approved'],
    ['a time', { decidedAt: at(31) }, 'it was decided at another time than its history says'],
    ['a channel', { channel: 'sms' }, 'it was decided on another channel'],
    ['a proof', { proof: 'sms-code' }, 'how its answer was learned is not what its evidence says'],
  ])('%s that is none of its history', (_, change, what) => {
    expect(problems(all, decidedWith(approved, change))).toEqual([`${THE_ITEM}: ${what}`])
  })

  test('an answer read from another push than the one that was sent', () => {
    const payment = records['approved, as the provider said when it was asked']
    const all = entries(payment).map(kept)
    expect(problems(all, { ...payment, ...pushOf({ id: 'push-2' }) })).toEqual([
      `${THE_ITEM}: the push that was read is another than the one that was sent`,
    ])
  })
})

test('of a record whose end is missing only the table can tell', () => {
  expect(problems(whole.slice(0, 2).map(kept))).toEqual([])
})

test('evidence that is of something else is named with its entry, even in a whole chain', () => {
  const evidence = { ...callback, push_content: '["Pay"]' }
  expect(problems(forged(whole, 3, { evidence }))).toEqual([
    '003.json: what came back is not what was shown',
  ])
})

test('a history entry that no payment lives is named with its entry', () => {
  const history = [...approved.history, byText(40, 'text_asked')]
  expect(problems(entries({ ...approved, history }).map(kept))).toEqual([
    '004.json: "text_asked" after the payment was over',
  ])
})

test('an entry is where its key says', () => {
  expect(whole.map(paymentEntryKey)).toEqual([1, 2, 3].map(keyOf))
})
