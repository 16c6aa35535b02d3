/** Test support: which Lambda wrote which attribute of which kind of item, as the tables' streams tell it. */
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import { type Harness, keyWritten, startHarness } from './harness.ts'

/** The operator's command writes with the rights of its operator, not as a Lambda. */
const OPERATOR = 'npm run payer'

export const KINDS = [
  'payment',
  'bar',
  'payer',
  'invite',
  'starts',
  'paying',
  'proving',
  'number',
  'stage',
  'invitations',
  'reminders',
] as const
export type Kind = (typeof KINDS)[number]

export type Attribute = {
  /** DynamoDB's letters for its type. */
  readonly types: Set<string>
  readonly writers: Set<string>
  readonly removers: Set<string>
  /** How many of the kind's images had it. */
  images: number
}

export type Written = {
  readonly kinds: Map<string, { images: number; readonly attributes: Map<string, Attribute> }>
  /** Who wrote each entry of a history or of an audit trail; of an entry its event, channel and `by`. */
  readonly entries: Map<string, Set<string>>
  /** Each entry of an audit trail, as JSON. */
  readonly audited: Set<string>
  /** The fields of each kind of evidence. */
  readonly evidence: Map<string, Set<string>>
}

export const nothingWritten = (): Written => ({
  kinds: new Map(),
  entries: new Map(),
  audited: new Set(),
  evidence: new Map(),
})

/** A harness that adds to `written` what its Lambdas write, one Lambda at a time. */
export async function startWatchedHarness(
  written: Written,
  env: Record<string, string>,
): Promise<Harness> {
  const harness: Harness = await startHarness(env, {
    onChange: (record) => note(written, record, writerOf(harness, record)),
  })
  return harness
}

/** The newest write to the item is the one that the stream tells of. */
function writerOf({ store }: Harness, { dynamodb }: DynamoDBRecord): string {
  const [name = '', key] = Object.entries(dynamodb?.Keys ?? {})[0] ?? []
  const table = name === 'payment_id' ? 'payments' : 'users'
  const call = store.calls.findLast((call) => keyWritten(call, table, name)[0] === key?.S)
  if (!call?.asker) throw new Error(`the stream tells of ${key?.S}, and no Lambda wrote it`)
  return call.asker === 'local' ? OPERATOR : call.asker
}

function note(written: Written, { dynamodb }: DynamoDBRecord, writer: string) {
  const before: Image = dynamodb?.OldImage ?? {}
  const after: Image = dynamodb?.NewImage ?? {}
  noteAttributes(written, before, after, writer)

  const known = entriesIn(before)
  for (const entry of entriesIn(after)) {
    if (!known.includes(entry)) added(written.entries, wordsOf(entry), [writer])
    if ('audit_recent' in after) written.audited.add(entry)
  }
  const { evidence } = itemOf(after)
  if (evidence) added(written.evidence, evidence.kind, Object.keys(evidence))
}

function noteAttributes({ kinds }: Written, before: Image, after: Image, writer: string) {
  const kind = kindOf(after)
  const found = kinds.get(kind) ?? { images: 0, attributes: new Map<string, Attribute>() }
  kinds.set(kind, found)
  found.images += 1
  const attribute = (name: string) => {
    const none = { types: new Set<string>(), writers: new Set<string>() }
    const known = found.attributes.get(name) ?? { ...none, removers: new Set<string>(), images: 0 }
    found.attributes.set(name, known)
    return known
  }
  for (const name of new Set(Object.keys(after).map(attributeOf))) attribute(name).images += 1
  for (const [name, value] of Object.entries(after)) {
    for (const type of Object.keys(value)) attribute(attributeOf(name)).types.add(type)
    const isChanged = JSON.stringify(before[name]) !== JSON.stringify(value)
    if (isChanged) attribute(attributeOf(name)).writers.add(writer)
  }
  for (const name of Object.keys(before)) {
    if (!(name in after)) attribute(attributeOf(name)).removers.add(writer)
  }
}

/** Each hour, and each device that waits, has an attribute of its own, and all of them one row in the document. */
export const attributeOf = (name: string) =>
  name.replace(/^uses_at_\d\d$/, 'uses_at_HH').replace(/^device#.*$/, 'device#PAYER#DEVICE')

function kindOf(image: Image): string {
  if ('payment_id' in image) return 'barred_payer' in image ? 'bar' : 'payment'
  const [kind = '', counted = ''] = String(image.user_id?.S).split('#')
  if (kind === 'invite' || kind === 'reminders') return kind
  return kind === 'limit' ? counted : 'payer'
}

type Image = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>
const itemOf = (image: Image) => unmarshall(image as Parameters<typeof unmarshall>[0])

/** As texts, so that they can be compared. */
function entriesIn(image: Image): string[] {
  const { history, audit_recent } = itemOf(image)
  const entries: object[] = history ?? audit_recent ?? []
  return entries.map((entry) => JSON.stringify(entry))
}

function wordsOf(entry: string): string {
  const { event, channel, by } = JSON.parse(entry)
  // An entry of an audit trail has no channel; one of a history may have none.
  return (channel === undefined ? [event, by] : [event, channel ?? '–', by]).join(' ')
}

function added(to: Map<string, Set<string>>, name: string, all: readonly string[]) {
  to.set(name, new Set([...(to.get(name) ?? []), ...all]))
}
