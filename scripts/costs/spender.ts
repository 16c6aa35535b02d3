/** What is done for a person, added up under the Lambda that does it, with all that follows of it. */
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { trailOf } from '../../functions/adapters/payerTrailItem.ts'
import { paymentWithHistoryOf } from '../../functions/adapters/paymentHistory.ts'
import { storedPayerEntry, trailChange } from '../../functions/core/payerTrail.ts'
import {
  paymentEntriesAdded,
  paymentEntryText,
  paymentEventOf,
} from '../../functions/core/paymentTrail.ts'
import { sha256 } from '../../functions/followTables.ts'
import type { LambdaName } from '../../functions/routes.ts'
import { tables } from '../../functions/tables.ts'
import { overhear } from '../../test/leaks.ts'
import type { Reply, Rig } from '../../test/rig.ts'
import type { Change, Meter } from './meter.ts'
import { add, type Journey } from './recording.ts'
import { entryOf, itemBytes } from './units.ts'

/** An entry of a table or an index takes so much more than what is in it. */
const ENTRY_BYTES = 100

/** Do something, and add what it used to a journey, under the Lambda that did it. */
export function spender(rig: Rig, meter: Meter, journey: Journey) {
  return async <T>(
    name: LambdaName,
    run: () => Promise<T>,
    statuses: readonly number[] = [200],
  ): Promise<T> => {
    // What the rig itself has looked up is nobody's.
    meter.take()
    const asked = rig.provider.calls.length
    const written: string[] = []
    const letGo = overhear(written)
    const reply = await run().finally(letGo)
    const { status, body } = (reply ?? {}) as Partial<Reply>
    if (status !== undefined && !statuses.includes(status)) {
      throw new Error(`${name}: ${status} ${JSON.stringify(body)}`)
    }
    const { changes, ...units } = meter.take()
    const lines = written.flatMap((text) => text.split('\n')).filter((line) => line.startsWith('{'))
    add(journey, name, {
      calls: 1,
      databaseCalls: units.calls,
      reads: units.reads,
      writes: units.writes,
      indexWrites: units.indexWrites,
      providerCalls: rig.provider.calls.length - asked,
      logBytes: lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0),
      responseBytes: body === undefined ? 0 : Buffer.byteLength(JSON.stringify(body)),
    })
    for (const line of lines) countMetrics(journey, JSON.parse(line))
    for (const change of changes) follow(journey, change)
    return reply
  }
}

/** What the Lambdas that follow the tables make of a change. */
function follow(journey: Journey, change: Change) {
  journey.changes += 1
  if (change.table === 'users') followPayer(journey, change)
  else followPayment(journey, change)
}

function followPayer(journey: Journey, { before, after }: Change) {
  const trail = (item: Change['after']) => trailOf(unmarshall(item))
  const { added } = trailChange(after.user_id?.S ?? '', trail(before ?? {}), trail(after), sha256)
  for (const entry of added) {
    journey.pages += 1
    journey.pageBytes += Buffer.byteLength(storedPayerEntry(entry))
    journey.announcements += 1
  }
}

function followPayment(journey: Journey, { before, after }: Change) {
  journey.stored = after
  const { partitionKey, indexes } = tables.payments
  const open = entryOf(after, indexes.open, partitionKey.name)
  journey.openBytes = Math.max(journey.openBytes, itemBytes(open))
  const recorded = (item: Change['after']) => paymentWithHistoryOf(unmarshall(item))
  for (const page of paymentEntriesAdded(before && recorded(before), recorded(after), sha256)) {
    journey.pages += 1
    journey.pageBytes += Buffer.byteLength(paymentEntryText(page))
    if (paymentEventOf(page)) journey.announcements += 1
  }
}

/** In the table and in its indexes. */
export function bytesKept(item: Change['after']): number {
  const { partitionKey, indexes } = tables.payments
  const entries = Object.values(indexes).map((index) => entryOf(item, index, partitionKey.name))
  return [item, ...entries].reduce((sum, one) => sum + (one ? itemBytes(one) + ENTRY_BYTES : 0), 0)
}

type Emitted = {
  readonly _aws?: {
    readonly CloudWatchMetrics: { readonly Metrics: { readonly Name: string }[] }[]
  }
}

function countMetrics(journey: Journey, { _aws }: Emitted) {
  for (const { Metrics } of _aws?.CloudWatchMetrics ?? []) {
    for (const { Name } of Metrics) journey.metrics[Name] = (journey.metrics[Name] ?? 0) + 1
  }
}
