/** A payment's audit trail as text, and as JSON. */
import { canonical } from '../../functions/core/canonical.ts'
import { type PaymentEntry, statusIn } from '../../functions/core/paymentTrail.ts'
import type { Problem } from './archivedEntry.ts'
import { deviceTold, deviceVerified, signedTold } from './deviceText.ts'
import type { DeviceOrigin } from './payerDeviceCheck.ts'
import type { FoundPaymentTrail } from './paymentTrail.ts'
import { isOnlyUnknown, MISSING } from './paymentTrailCheck.ts'

/** A payment's trail and, if a device decided it, how that device was let in. */
export type FoundEvidence = FoundPaymentTrail & { readonly device?: DeviceOrigin }

/** What the payer was shown, the answer and its time, and what is verified. */
export function evidenceText(found: FoundEvidence): string {
  const { entries, problems } = found
  const isProven = problems.length === 0
  const [first] = entries
  return [
    ...(isProven ? [] : [unproven(problems), '']),
    ...(first ? story(found, first) : [`Payment ${found.paymentId}: no entry can be read.`]),
    '',
    ...(isProven ? verified(found) : wrong(found)),
    ...(found.whyNotCompared ? notCompared(found.whyNotCompared) : []),
  ].join('\n')
}

/** The first lines if not everything is proven. */
export const unproven = (problems: readonly Problem[]): string =>
  isOnlyUnknown(problems)
    ? `THIS VERSION OF PAYFRIEND CANNOT JUDGE THIS AUDIT TRAIL: use a newer version. What follows comes from the entries that it knows.`
    : `THIS AUDIT TRAIL IS NOT PROVEN. What follows comes from the entries that are whole.`

/** The same as JSON, for programs. */
export function evidenceJson({
  paymentId,
  entries,
  problems,
  stored,
  kept,
  device,
}: FoundEvidence): string {
  const end = problems.some(({ isUnknown }) => isUnknown) ? undefined : endOf(entries)
  const told = {
    paymentId,
    isProven: problems.length === 0,
    problems,
    isComparedWithTable: stored !== undefined,
    status: end ? statusIn(end.historyEntry) : null,
    decidedBy: end?.historyEntry.channel ?? null,
    payment: entries[0]?.payment ?? null,
    evidence: end?.evidence ?? null,
    deviceLetIn: device && 'letIn' in device ? device.letIn : null,
    history: entries.map(({ historyEntry }) => historyEntry),
    entries: kept.map(({ key }) => ({
      key,
      hash: entries.find(({ seq }) => key.endsWith(fileOf(seq)))?.hash ?? null,
    })),
  }
  return JSON.stringify(told, null, 2)
}

function story(
  { entries, paymentId, problems, device }: FoundEvidence,
  { payment }: PaymentEntry,
): string[] {
  // An entry of a newer version may say how the payment ended.
  const isKnown = !problems.some(({ isUnknown }) => isUnknown)
  const end = isKnown ? endOf(entries) : undefined
  const status = isKnown
    ? end && statusIn(end.historyEntry)
    : 'how it ended is not known to this version'
  const channelWidth = Math.max(
    4,
    ...entries.map(({ historyEntry }) => historyEntry.channel?.length ?? 0),
  )
  const width = Math.max(16, ...entries.map(({ historyEntry }) => historyEntry.event.length))
  return [
    `Payment ${paymentId}: ${status}${end?.historyEntry.channel ? `, on the channel ${end.historyEntry.channel}` : ''}`,
    '',
    'What the payer was shown',
    ...rows([
      ['display text', payment.displayText],
      ['reference', payment.reference],
      // The display text is in every entry; the details are those of the push, if there was one.
      ...(entries.some(isByPush) ? Object.entries(payment.pushDetails ?? {}) : []),
    ]),
    ...(payment.signing === undefined
      ? []
      : ['What a device was asked to sign', ...rows(signedTold(payment.signing))]),
    'To whom',
    ...rows([
      ['payer', payment.payerId],
      payment.providerPhoneId === undefined
        ? ['phone', "none: it waited on the payer's devices"]
        : ['phone', `${payment.providerPhoneId} (its id with the provider)`],
      ['request', payment.requestId],
      ['open', `${payment.createdAt} to ${payment.expiresAt}`],
    ]),
    'What came back',
    ...rows(
      end?.evidence
        ? [...deviceTold(end.evidence, device), ...Object.entries(end.evidence).map(rowOf)]
        : [
            [
              'evidence',
              isKnown ? 'none: neither a yes nor a no came back' : 'not known to this version',
            ],
          ],
    ),
    'What happened (UTC)',
    ...entries.map(
      ({ seq, historyEntry: { at, event, channel, by } }) =>
        `  ${fileOf(seq).slice(0, -5)}  ${at}  ${event.padEnd(width)}  ${(channel ?? '').padEnd(channelWidth)}  by ${by}`,
    ),
  ]
}

const rowOf = ([name, value]: readonly [string, unknown]) =>
  [name, typeof value === 'string' ? value : value === null ? 'none' : canonical(value)] as const

const isByPush = ({ historyEntry: { event, channel } }: PaymentEntry) =>
  channel === 'push' && ['push_sent', 'approved', 'denied'].includes(event)

const rows = (all: readonly (readonly [string, string])[]) =>
  all.map(([name, value]) => `  ${name.padEnd(16)}  ${value}`)

const verified = ({ entries, stored, device }: FoundEvidence) => [
  'Verified',
  `  ${entries.length} entries, each with its own hash and the hash of the one before; the last is ${entries.at(-1)?.hash}`,
  '  the payment is the same on each, and what was shown is worded from it',
  '  the history follows the rules of a payment',
  ...(endOf(entries)?.evidence ? ['  what came back is bound to what was shown'] : []),
  ...deviceVerified(endOf(entries)?.evidence, device),
  ...(stored ? ["  the table's item gives the same entries"] : []),
]

const notCompared = (why: string) => [
  '',
  `Not compared with the table: ${why}. Entries that are missing at the end were not noticed.`,
]

const wrong = ({ problems }: FoundPaymentTrail) => [
  'What is wrong',
  ...problems.map(({ key, what }) => `  ${key}: ${what}`),
  ...(problems.some(({ what }) => what === MISSING)
    ? [
        '',
        'An entry that is missing can be on its way for a minute; `npm run archive:mend` makes it from the table.',
      ]
    : []),
]

/** The entry of the payment's end; the first entry while it is pending. */
const endOf = (entries: readonly PaymentEntry[]) =>
  entries.findLast(({ historyEntry }) => statusIn(historyEntry))

const fileOf = (seq: number) => `${String(seq).padStart(3, '0')}.json`
