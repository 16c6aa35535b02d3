import { expect, test } from 'vitest'
import { evidenceJson, evidenceText } from '../../../scripts/evidence/evidenceText.ts'
import { trailText } from '../../../scripts/evidence/payerTrail.ts'
import { WORDS } from '../../core/payments.ts'
import { approvedBy, deniedBy, deviceTrail, newPhone, waiting } from './deviceTrails.ts'
import { callback, decidedWith, entries, kept, keyOf, records } from './paymentTrails.ts'

const all = entries(records['approved by push'])
const found = { paymentId: 'x', kept: all.map(kept), entries: all, problems: [] }

test('what did not come back is told as none, and not left out', () => {
  const evidence = { ...callback, device_signature: null }
  const without = entries(decidedWith(records['approved by push'], { evidence }))
  expect(evidenceText({ ...found, entries: without })).toMatch(/device_signature +none/)
})

test.each(['cancelled', 'failed', 'expired'] as const)(
  'of a payment that was %s it is told that no answer came back, and not that nobody was there',
  (end) => {
    expect(evidenceText({ ...found, entries: entries(records[end]) })).toMatch(
      /What came back\n +evidence +none: neither a yes nor a no came back\n/,
    )
  },
)

test('without a push it tells of nothing that only a push shows', () => {
  const texted = entries(records['approved by a code of Twilio Verify'])
  const text = evidenceText({ ...found, entries: texted })
  expect(text).toContain(WORDS)
  expect(text).not.toContain('Your account')
  expect(evidenceText(found)).toContain('Your account')
})

test('an answer that was refused is told among what happened', () => {
  const refused = entries(records['expired after a signed answer was refused'])
  expect(evidenceText({ ...found, entries: refused })).toMatch(
    /003 {2}\S+ {2}answer_mismatched +push {2}by provider\n/,
  )
})

test('a record with something wrong in it says so before anything else, and says nothing is verified', () => {
  const problems = [{ key: keyOf(2), what: 'is not JSON' }]
  const text = evidenceText({ ...found, problems })
  expect(text).toMatch(/^THIS AUDIT TRAIL IS NOT PROVEN/)
  expect(text).toContain(`${keyOf(2)}: is not JSON`)
  expect(text).not.toContain('Verified')
})

test('a record of which no entry can be read tells nothing but what is wrong', () => {
  const problems = [{ key: keyOf(1), what: 'is not JSON' }]
  expect(evidenceText({ ...found, entries: [], problems })).toContain(
    'Payment x: no entry can be read.',
  )
})

test('without the table it says that an end may be missing', () => {
  expect(evidenceText({ ...found, whyNotCompared: 'it is not there' })).toContain(
    'Entries that are missing at the end were not noticed.',
  )
})

test('a record that this version does not know all of is not called wrong, nor without an answer', () => {
  const what = 'holds what this version of Payfriend does not know: evidence.kind'
  const problems = [{ key: keyOf(3), what, isUnknown: true }] as const
  const newer = { ...found, entries: all.slice(0, 2), problems }
  const text = evidenceText(newer)
  expect(text).toMatch(/^THIS VERSION OF PAYFRIEND CANNOT JUDGE THIS AUDIT TRAIL/)
  expect(text).toMatch(/evidence +not known to this version/)
  expect(text).not.toMatch(/NOT PROVEN|Verified|neither a yes nor a no|pending/)
  expect(JSON.parse(evidenceJson(newer))).toMatchObject({ isProven: false, status: null })
})

test('of a payment that waits for a device it tells what is to be signed, and of no signature', () => {
  const text = evidenceText({ ...found, entries: entries(waiting) })
  expect(text).toContain('What a device was asked to sign\n  document          {"amount"')
  expect(text).not.toMatch(/let in|signature|VERIFIED/)
  expect(evidenceText(found)).not.toContain('asked to sign')
})

test('it tells what let a device in, or that this was not verified', () => {
  const phone = newPhone()
  const denied = { ...found, entries: entries(deniedBy(phone)) }
  const [letIn] = deviceTrail(phone, [['device.added', -10]], { boundBy: 'device' }).recent
  if (!letIn) throw new Error('nothing let it in')
  expect(evidenceText({ ...denied, device: { letIn } })).toMatch(
    new RegExp(`its keys are those that were let in on ${letIn.at} by .* as entry 1 of`),
  )
  expect(evidenceText({ ...denied, device: { whyNotCompared: 'it is not there' } })).toContain(
    "NOT VERIFIED: whether its keys are those of the payer's device (it is not there)",
  )
})

test('it tells whether the browser itself showed payee and amount', () => {
  const told = (sheet?: 'right') =>
    evidenceText({ ...found, entries: entries(approvedBy(newPhone(), sheet ? { sheet } : {})) })
  const verified = "the browser's own sheet showed this payee and this amount"
  expect(told('right')).toContain(verified)
  expect(told('right')).toMatch(/^ {2}shown by +the browser itself/m)
  expect(told()).not.toContain(verified)
  expect(told()).toMatch(/^ {2}shown by +the page$/m)
})

test('the history of an account tells which device was let in, and by what', () => {
  const phone = newPhone()
  const trail = deviceTrail(phone, [['device.added', -10]], { boundBy: 'device' })
  const text = trailText({ payerId: 'x', entries: trail.recent, problems: [] })
  expect(text).toContain(
    `device.added      by payer  ${phone.thumbprint}, let in by the yes of another device of the payer`,
  )
})

test('the history of an account tells until when a device waited, whose place one took, and how the operator invited', () => {
  const phone = newPhone()
  const activeFrom = '2026-11-22T00:00:00.000Z'
  const trail = deviceTrail(phone, [
    ['device.invited', 1, null],
    ['device.waiting', 2, { boundBy: 'invitation', activeFrom }],
    ['device.added', 3, { id: newPhone().thumbprint, renews: phone.thumbprint }],
  ])
  const [invited, ...rest] = trail.recent
  const now = { ...invited, isNow: true } as typeof invited
  const lines = (entries: readonly (typeof invited)[]) =>
    trailText({ payerId: 'ann', entries: entries.flatMap((one) => one ?? []), problems: [] })
  expect(lines([invited, ...rest])).toMatch(/device\.invited +by payer\n/)
  expect(lines([now, ...rest])).toContain('by payer  without a wait')
  expect(lines(rest)).toContain(
    `${phone.thumbprint}, let in by an invitation of the operator, approves from ${activeFrom}\n`,
  )
  expect(lines(rest)).toContain(`, in place of ${phone.thumbprint}\n`)
})

test('a decision tells that its device had waited, and until when', () => {
  const phone = newPhone()
  const activeFrom = '2026-11-21T12:00:00.000Z'
  const { recent } = deviceTrail(phone, [['device.waiting', -9, { activeFrom }]])
  const denied = entries(deniedBy(phone))
  const [letIn] = recent
  if (!letIn) throw new Error('no entry')
  const text = evidenceText({ ...found, entries: denied, device: { letIn } })
  expect(text).toContain(`on ${letIn.at}, and waited until ${activeFrom}`)
})
