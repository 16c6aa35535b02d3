import { describe, expect, test } from 'vitest'
import { sha256Hex } from '../../../functions/adapters/sha256.ts'
import { displayText } from '../../../functions/core/action.ts'
import type { PaymentWithHistory } from '../../../functions/core/paymentTrail.ts'
import { paymentSigning } from '../../../functions/core/signing.ts'
import { letInBy } from '../../../scripts/evidence/payerDeviceCheck.ts'
import { checkPaymentTrail } from '../../../scripts/evidence/paymentTrailCheck.ts'
import { at } from '../../core/answering.ts'
import { open } from '../../core/payments.ts'
import {
  approvedBy,
  deniedBy,
  deviceTrail,
  newPhone,
  signingOf,
  type Wrong,
  waiting,
} from './deviceTrails.ts'
import { entries, FOLDER, kept } from './paymentTrails.ts'

const phone = newPhone()

/** The problems of a payment whose archive and item say the same, with hashes made anew. */
function problems(payment: PaymentWithHistory) {
  const all = entries(payment).map(kept)
  const trail = { paymentId: payment.paymentId, folder: FOLDER, kept: all, stored: payment }
  return checkPaymentTrail(trail, sha256Hex).problems.map(
    ({ key, what }) => `${key.replace(FOLDER, '')}: ${what}`,
  )
}

test.each([
  ['that waits for a device', waiting],
  ['approved by a passkey with ES256', approvedBy(phone)],
  ['approved by a passkey with RS256', approvedBy(newPhone(-257))],
  ['approved in the browser’s own sheet', approvedBy(phone, { sheet: 'right' })],
  ['denied by a device’s key', deniedBy(phone)],
])('a payment is proven %s', (_, payment) => {
  expect(problems(payment)).toEqual([])
})

const SHOWN_AMOUNT = 'the browser showed another amount'
const ON_PAGE = { rpId: 'pay.example', topOrigin: 'https://pay.example' }
const later = (seconds: number) => Math.floor(at(seconds).getTime() / 1000)

describe('the signatures of a yes are wrong', () => {
  test.each<[string, Wrong, string]>([
    [
      'over another document',
      { signing: signingOf(waiting).replace('Neville', 'Nevilla') },
      'the passkey approved another payment',
    ],
    ['over the bytes of a no', { prefix: 'deny' }, 'the passkey approved another payment'],
    [
      'by another passkey',
      {
        evidence: { spki: newPhone().create('').response.publicKey },
      },
      'the passkey’s signature is wrong',
    ],
    [
      'with an algorithm that the key has not',
      { evidence: { alg: -257 } },
      'the passkey’s signature is wrong',
    ],
    [
      'for a new passkey',
      { assertion: { clientData: { type: 'webauthn.create' } } },
      'the passkey’s answer was not made for this page (type)',
    ],
    [
      'on another page',
      { assertion: { clientData: { origin: 'https://pay.example.evil' } } },
      'the passkey’s answer was not made for this page (origin)',
    ],
    [
      'within another page',
      { assertion: { clientData: { crossOrigin: true } } },
      'the passkey’s answer was not made for this page (framed)',
    ],
    [
      'for another host',
      { assertion: { rpId: 'evil.example' } },
      'the passkey’s answer was not made for this page (rp-id)',
    ],
    [
      'without a user',
      { assertion: { flags: 0x04 } },
      'the passkey’s user was not verified (user-presence)',
    ],
    [
      'without a verified user',
      { assertion: { flags: 0x01 } },
      'the passkey’s user was not verified (user-verification)',
    ],
    [
      'of another type than is stored',
      { evidence: { ua_type: 'payment.get' } },
      'the passkey’s answer is not of the type that is stored',
    ],
    [
      'of the browser’s sheet, stored as of the page’s',
      { sheet: 'right', evidence: { ua_type: 'webauthn.get' } },
      'the passkey’s answer is not of the type that is stored',
    ],
    ['over another amount in the sheet', { sheet: 'another amount' }, SHOWN_AMOUNT],
    [
      'over another payee in the sheet',
      { sheet: 'right', assertion: { clientData: { payment: { ...ON_PAGE, payeeName: 'Tom' } } } },
      'the browser showed another payee',
    ],
    [
      'over no sheet',
      { sheet: 'right', assertion: { clientData: { payment: null } } },
      'the passkey’s answer was not made for this page (sheet)',
    ],
    [
      'over a sheet of another payment',
      { sheet: 'right', signing: signingOf(waiting).replace('Neville', 'Nevilla') },
      'the passkey approved another payment',
    ],
    [
      'in a body that was changed since',
      { body: (body) => body.replace('public-key', 'public-keys') },
      'the device’s proof is not of its request (bh)',
    ],
    [
      'for another method',
      { order: { method: 'GET' } },
      'the device’s proof is not of its request (htm)',
    ],
    [
      'for another payment’s route',
      { order: { url: `https://pay.example/api/approvals/payment.${'A'.repeat(22)}` } },
      'the device’s proof is for another payment',
    ],
    [
      'for a page that is not https',
      { order: { url: `http://pay.example/api/approvals/payment.${open.paymentId}` } },
      'the device’s proof has not the form of one',
    ],
    [
      'for another payer',
      { order: { kid: `person-2.${phone.thumbprint}` } },
      'the device’s proof is of another device or payer',
    ],
    [
      'for another device',
      { order: { kid: `${open.payerId}.${newPhone().thumbprint}` } },
      'the device’s proof is of another device or payer',
    ],
    [
      'by another algorithm',
      { order: { header: { alg: 'none' } } },
      'the device’s proof is not of its request (alg)',
    ],
    [
      'before the payment',
      { order: { claims: { iat: later(-61) } } },
      'the device’s proof was made at another time',
    ],
    [
      'after the decision',
      { order: { claims: { iat: later(91) } } },
      'the device’s proof was made at another time',
    ],
    [
      'by another device’s key',
      { evidence: { jwk: newPhone().jwk } },
      'the key is not that of the device',
    ],
    ['without a document', {}, 'there is no document that a device could have signed'],
  ])('%s', (title, wrong, what) => {
    const payment = approvedBy(phone, wrong)
    const found = title === 'without a document' ? withoutDocument(payment) : payment
    expect(problems(found)).toEqual([`003.json: ${what}`])
  })

  test('by a key whose id was changed with it', () => {
    const other = newPhone()
    const evidence = { jwk: other.jwk, device_id: other.thumbprint }
    const order = { kid: `${open.payerId}.${other.thumbprint}` }
    expect(problems(approvedBy(phone, { evidence, order }))).toEqual([
      '003.json: the device’s signature over its request is wrong',
    ])
  })

  test.each([
    ['the last moment', { claims: { iat: later(90) } }],
    ['the first moment', { claims: { iat: later(-60) } }],
  ])('but not where the clocks differ, in %s', (_, order) => {
    expect(problems(approvedBy(phone, { order }))).toEqual([])
  })
})

test.each<[string, Wrong, string]>([
  [
    'of another document',
    { signing: signingOf(waiting).replace('Neville', 'Nevilla') },
    'the device did not deny this payment',
  ],
  ['with the hash of a yes', { prefix: 'approve' }, 'the device did not deny this payment'],
  [
    'whose body was changed since',
    { body: (body) => body.replace('not_me', 'changed_mind') },
    'the device’s proof is not of its request (bh)',
  ],
])('a no is none %s', (_, wrong, what) => {
  expect(problems(deniedBy(phone, wrong))).toEqual([`002.json: ${what}`])
})

test('a yes whose body says no, or the other way round, is none', () => {
  const [yes, no] = [approvedBy(phone), deniedBy(phone)]
  const evidenceOf = ({ outcome }: PaymentWithHistory) =>
    'evidence' in outcome ? outcome.evidence : {}
  const { kind: _, ...ofNo } = evidenceOf(no) as { kind: string }
  const { kind: __, ...ofYes } = evidenceOf(yes) as { kind: string }
  expect(problems(approvedBy(phone, { evidence: ofNo }))).toEqual([
    '003.json: the passkey’s answer has not the form of one',
  ])
  expect(problems(deniedBy(phone, { evidence: { ...pick(ofYes, 'body', 'proof') } }))).toEqual([
    '002.json: the device did not deny this payment',
  ])
})

const pick = (from: object, ...names: string[]) =>
  Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)))

describe('somebody who may write item and archive, and makes all hashes anew, is found out', () => {
  const action = { ...open.action, payee: { ...open.action.payee, id: 'neville@hogwarts.ac.ul' } }
  const wording = { action, displayText: displayText(action) }
  const approved = approvedBy(phone)
  const changed = { ...approved, ...wording }

  test('with another payee and the document that was signed', () => {
    expect(problems(changed)).toEqual([
      '001.json: the document for devices has another displayText, payee',
    ])
  })

  test('with another payee and a document that says so', () => {
    const signing = paymentSigning({ ...open, ...wording, nonce: 'AAECAwQFBgcICQoLDA0ODw' })
    const device = { ...changed.channels.device, signing }
    expect(problems({ ...changed, channels: { ...changed.channels, device } })).toEqual([
      '003.json: the passkey approved another payment',
    ])
  })

  test('with signatures by keys of their own, by the payer’s own audit trail', () => {
    const theirs = approvedBy(newPhone())
    expect(problems(theirs)).toEqual([])
    expect(originOf(theirs)).toEqual({ what: 'its device was not let in before it' })
  })
})

test.each<[string, (text: string) => string, string]>([
  ['one member more', (text) => text.replace('{', '{"aim":1,'), 'has another aim'],
  ['another amount', (text) => text.replace('20.50', '99.50'), 'has another amount'],
  ['another end', (text) => text.replace('12:05', '12:06'), 'has another expiresAt'],
  [
    'another order',
    (text) => text.replace('"kind":"payment",', '').replace('{', '{"kind":"payment",'),
    'is not written as it is signed',
  ],
  ['no JSON', () => '{', 'has another amount'],
])('a document with %s is named, also while the payment waits', (_, change, what) => {
  const { device } = waiting.channels
  const signing = change(signingOf(waiting))
  const payment = { ...waiting, channels: { ...waiting.channels, device: { ...device, signing } } }
  expect(problems(payment)).toEqual([
    expect.stringContaining(`001.json: the document for devices ${what}`),
  ])
})

function withoutDocument(payment: PaymentWithHistory): PaymentWithHistory {
  return { ...payment, channels: { ...payment.channels, device: { tried: [], failed: [] } } }
}

const originOf = (
  payment: PaymentWithHistory,
  trail = deviceTrail(phone, [['device.added', -10]]),
) => {
  const evidence = 'evidence' in payment.outcome ? payment.outcome.evidence : undefined
  if (evidence?.kind !== 'passkey' && evidence?.kind !== 'device-key') throw new Error('no device')
  return letInBy(evidence, at(30).toISOString(), trail.recent)
}

type Events = Parameters<typeof deviceTrail>[1]
const second = (seconds: number) => at(seconds).toISOString()
/** Let in without an active device's yes, 100 seconds before the payment, and active 90 seconds later. */
const WAITING: Events[number] = ['device.waiting', -100, { activeFrom: second(-10) }]
const REMINDER: Events[number] = ['device.waiting', -55, { activeFrom: second(-10) }]
const OTHER = { id: newPhone().thumbprint }
const RENEWS_IT = { ...OTHER, renews: phone.thumbprint }
const RENEWS_ANOTHER = { ...OTHER, renews: newPhone().thumbprint }

describe('by the payer’s own audit trail', () => {
  const approved = approvedBy(phone)

  test.each([
    ['was let in', [['device.added', -10]]],
    [
      'was removed after the decision',
      [
        ['device.added', -10],
        ['device.removed', 31],
      ],
    ],
    [
      'was removed while the decision was being stored',
      [
        ['device.added', -10],
        ['device.removed', 3],
      ],
    ],
    [
      'was removed and let in again',
      [
        ['device.added', -20],
        ['device.removed', -15],
        ['device.added', -10],
      ],
    ],
  ] as const)('a device decides that %s', (_, events) => {
    const trail = deviceTrail(phone, events)
    expect(originOf(approved, trail)).toEqual(
      trail.recent.findLast(({ event }) => event === 'device.added'),
    )
    expect(originOf(deniedBy(phone), trail)).toMatchObject({ event: 'device.added' })
  })

  test.each<[string, Events]>([
    ['has waited', [WAITING]],
    ['has waited to this very instant', [['device.waiting', -90, { activeFrom: second(30) }]]],
    ['was told of a second time while it waited', [WAITING, REMINDER]],
    ['was removed and restored', [WAITING, ['device.removed', -5], ['device.restored', 1]]],
    ['has waited while another one was stopped', [WAITING, ['device.stopped', -50, OTHER]]],
    ['has waited while another one was renewed', [WAITING, ['device.added', -5, RENEWS_ANOTHER]]],
    ['was renewed after the decision', [WAITING, ['device.added', 31, RENEWS_IT]]],
    ['was renewed while the decision was being stored', [WAITING, ['device.added', 3, RENEWS_IT]]],
    ['has waited before its account was locked', [WAITING, ['account.locked', -5, null]]],
    ['was stopped, and let in again', [WAITING, ['device.stopped', -50], ['device.added', -9]]],
  ])('a device decides that %s', (_, events) => {
    const trail = deviceTrail(phone, events)
    const [letIn] = trail.recent.filter(
      ({ event, device }) => /added|waiting/.test(event) && device?.id === phone.thumbprint,
    )
    const again = trail.recent.find(({ event }) => event === 'device.stopped')
    const isAgain = again?.device?.id === phone.thumbprint
    expect(originOf(approved, trail)).toEqual(isAgain ? trail.recent.at(-1) : letIn)
  })

  const REMOVED = 'its device was removed before it'
  const RENEWED = 'another device had taken its place before it'
  test.each<[string, Events, string]>([
    [
      'still waits',
      [['device.waiting', -90, { activeFrom: new Date(at(30).getTime() + 1).toISOString() }]],
      'its device still waited then',
    ],
    ['waits without an end', [['device.waiting', -90]], 'its device still waited then'],
    [
      'was only told of as removed',
      [['device.removed', -5]],
      'its device was not let in before it',
    ],
    ['was only restored', [['device.restored', -5]], 'its device was not let in before it'],
    [
      'was removed, and restored too late',
      [WAITING, ['device.removed', -5], ['device.restored', 31]],
      REMOVED,
    ],
    [
      'was removed, restored, and removed again',
      [WAITING, ['device.removed', -9], ['device.restored', -8], ['device.removed', -7]],
      REMOVED,
    ],
    [
      'was removed before another was restored',
      [WAITING, ['device.removed', -9], ['device.restored', -8, OTHER]],
      REMOVED,
    ],
    [
      'was stopped while it waited',
      [WAITING, ['device.stopped', -50]],
      'its device was stopped while it waited',
    ],
    [
      'was stopped, and restored',
      [WAITING, ['device.stopped', -50], ['device.restored', -9]],
      'its device was stopped while it waited',
    ],
    ['was renewed', [WAITING, ['device.added', -5, RENEWS_IT]], RENEWED],
    ['was renewed by one that waits', [WAITING, ['device.waiting', -5, RENEWS_IT]], RENEWED],
    [
      'was renewed, and restored',
      [WAITING, ['device.added', -5, RENEWS_IT], ['device.removed', -4], ['device.restored', -3]],
      RENEWED,
    ],
    [
      'waited when its account was locked',
      [WAITING, ['account.locked', -50, null], ['account.unlocked', -40, null]],
      'its account was locked or closed while its device waited',
    ],
    [
      'waited when its account was closed',
      [WAITING, ['account.closed', -50, null]],
      'its account was locked or closed while its device waited',
    ],
  ])('it is told of a decision whose device %s', (_, events, what) => {
    expect(originOf(approved, deviceTrail(phone, events))).toEqual({ what })
    expect(originOf(deniedBy(phone), deviceTrail(phone, events))).toEqual({ what })
  })

  test.each([
    ['was let in later', [['device.added', 31]], {}, 'its device was not let in before it'],
    [
      'was removed before it',
      [
        ['device.added', -10],
        ['device.removed', 1],
      ],
      {},
      'its device was removed before it',
    ],
    [
      'has another key',
      [['device.added', -10]],
      { key: newPhone().jwk },
      'the device’s key is not the one that was let in',
    ],
    [
      'has another passkey',
      [['device.added', -10]],
      { spki: 'MFkw' },
      'the passkey is not the one that was let in',
    ],
    [
      'has a passkey of another algorithm',
      [['device.added', -10]],
      { alg: -257 },
      'the passkey is not the one that was let in',
    ],
    [
      'was let in by something else',
      [['device.added', -10]],
      { boundBy: 'sign-in' },
      'its device was let in by something else',
    ],
  ] as const)('it is told of a decision whose device %s', (_, events, device, what) => {
    expect(originOf(approved, deviceTrail(phone, events, device))).toEqual({ what })
  })
})
