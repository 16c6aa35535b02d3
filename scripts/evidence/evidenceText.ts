/** A payment's record in words, and for programs. */
import { type RecordPage, statusIn } from '../../functions/core/record.ts'
import { isOnlyUnknown, MISSING } from './recordCheck.ts'
import type { FoundRecord } from './recordOf.ts'
import type { Problem } from './recordPage.ts'

/** What was shown, to whom, what came back, when, and what of it is verified. */
export function evidenceText(found: FoundRecord): string {
  const { pages, problems } = found
  const isProven = problems.length === 0
  const [first] = pages
  return [
    ...(isProven ? [] : [unproven('RECORD', problems), '']),
    ...(first ? story(found, first) : [`Payment ${found.paymentId}: no page can be read.`]),
    '',
    ...(isProven ? verified(found) : wrong(found)),
    ...(found.whyNotCompared ? notCompared(found.whyNotCompared) : []),
  ].join('\n')
}

/** What comes before all else where not everything is proven. */
export const unproven = (what: 'RECORD' | 'TRAIL', problems: readonly Problem[]): string =>
  isOnlyUnknown(problems)
    ? `THIS VERSION OF PAYFRIEND CANNOT JUDGE THIS ${what}: ask a newer one. What follows is told by those pages that it knows.`
    : `THIS ${what} IS NOT PROVEN. What follows is told by those pages that are whole.`

/** The same for programs. */
export function evidenceJson({ paymentId, pages, problems, stored, kept }: FoundRecord): string {
  const end = problems.some(({ isUnknown }) => isUnknown) ? undefined : endOf(pages)
  const told = {
    paymentId,
    isProven: problems.length === 0,
    problems,
    isComparedWithTable: stored !== undefined,
    status: end ? statusIn(end.entry) : null,
    decidedBy: end?.entry.channel ?? null,
    terms: pages[0]?.terms ?? null,
    evidence: end?.evidence ?? null,
    history: pages.map(({ entry }) => entry),
    pages: kept.map(({ key }) => ({
      key,
      hash: pages.find(({ seq }) => key.endsWith(fileOf(seq)))?.hash ?? null,
    })),
  }
  return JSON.stringify(told, null, 2)
}

function story({ pages, paymentId, problems }: FoundRecord, { terms }: RecordPage): string[] {
  // What a newer version wrote may be how it ended.
  const isKnown = !problems.some(({ isUnknown }) => isUnknown)
  const end = isKnown ? endOf(pages) : undefined
  const status = isKnown ? end && statusIn(end.entry) : 'how it ended is not known to this version'
  const width = Math.max(16, ...pages.map(({ entry }) => entry.event.length))
  return [
    `Payment ${paymentId}: ${status}${end?.entry.channel ? `, on the channel ${end.entry.channel}` : ''}`,
    '',
    'What the payer was shown',
    ...rows([
      ['display text', terms.displayText],
      ['reference', terms.reference],
      // The page shows the display text; the rest is a push's, where there was one.
      ...(pages.some(isByPush) ? Object.entries(terms.shown.details) : []),
    ]),
    'To whom',
    ...rows([
      ['payer', terms.payerId],
      ['phone', `${terms.providerPhoneId} (its id with the provider)`],
      ['request', terms.requestId],
      ['open', `${terms.createdAt} to ${terms.expiresAt}`],
    ]),
    'What came back',
    ...rows(
      end?.evidence
        ? Object.entries(end.evidence).map(([name, value]) => [name, value ?? 'none'])
        : [
            [
              'evidence',
              isKnown ? 'none: neither a yes nor a no came back' : 'not known to this version',
            ],
          ],
    ),
    'What happened (UTC)',
    ...pages.map(
      ({ seq, entry: { at, event, channel, by } }) =>
        `  ${fileOf(seq).slice(0, -5)}  ${at}  ${event.padEnd(width)}  ${(channel ?? '').padEnd(4)}  by ${by}`,
    ),
  ]
}

const isByPush = ({ entry: { event, channel } }: RecordPage) =>
  channel === 'push' && ['push_sent', 'approved', 'denied'].includes(event)

const rows = (all: (readonly [string, string])[]) =>
  all.map(([name, value]) => `  ${name.padEnd(16)}  ${value}`)

const verified = ({ pages, stored }: FoundRecord) => [
  'Verified',
  `  ${pages.length} pages, each with its own hash and the hash of the one before; the last is ${pages.at(-1)?.hash}`,
  '  the terms are the same on each, and what was shown is worded from them',
  '  the entries are a life that the rules of a payment allow',
  ...(endOf(pages)?.evidence ? ['  what came back is bound to what was shown'] : []),
  ...(stored ? ["  the table's item gives the same pages"] : []),
]

const notCompared = (why: string) => [
  '',
  `Not compared with the table: ${why}. Pages that are missing at the end were not noticed.`,
]

const wrong = ({ problems }: FoundRecord) => [
  'What is wrong',
  ...problems.map(({ key, what }) => `  ${key}: ${what}`),
  ...(problems.some(({ what }) => what === MISSING)
    ? [
        '',
        'A page that is missing can be on its way for a minute; `npm run archive:mend` makes it from the table.',
      ]
    : []),
]

/** The page that says what became of the payment; the first while it waits. */
const endOf = (pages: readonly RecordPage[]) => pages.findLast(({ entry }) => statusIn(entry))

const fileOf = (seq: number) => `${String(seq).padStart(3, '0')}.json`
