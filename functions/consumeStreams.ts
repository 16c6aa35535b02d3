/** The common part of the Lambdas that consume the streams of the two tables. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda'
import * as z from 'zod'
import { asksOf } from './adapters/dynamodb/payerAsks.ts'
import { trailOf } from './adapters/dynamodb/payerTrailItem.ts'
import { paymentWithHistoryOf } from './adapters/dynamodb/paymentHistory.ts'
import { RewrittenOutcome } from './core/outcome.ts'
import { EMPTY_TRAIL, type Trail } from './core/payerTrail.ts'
import type { PaymentWithHistory } from './core/paymentTrail.ts'
import type { Asks } from './core/ringEvent.ts'
import { count, faultName, flush, logger } from './observe.ts'

/** A payment before and after a change: without `before` it is new, without `after` it was removed. */
export type PaymentChange = {
  readonly paymentId: string
  readonly before?: PaymentWithHistory
  readonly after?: PaymentWithHistory
}

/** A payer's trail before and after a change, and what asked devices then; without `after` the item was removed. */
export type PayerChange = {
  readonly payerId: string
  readonly before: Trail
  readonly after?: Trail
  readonly askedBefore: Asks
  readonly asksAfter: Asks
}

/** The functions that take a change, one per table. */
export type Takers = {
  readonly payment: (change: PaymentChange) => Promise<void>
  readonly payer: (change: PayerChange) => Promise<void>
  /** Called for an ended payment whose item lacks an attribute of its end, which no write of ours causes. */
  readonly rewritten?: (paymentId: string) => void
}

/**
 * Take the changes of a batch in their order, up to the first that fails. The answer names that one, and the stream
 * delivers it again with all later ones; each change may be delivered more than once.
 */
export const consumeStreams =
  (faultMetric: 'ArchiveFault' | 'PublishFault', takers: Takers) =>
  async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const failures: DynamoDBBatchResponse['batchItemFailures'] = []
    for (const record of Records) {
      const { Keys, SequenceNumber, ...images } = streamRecord.parse(record).dynamodb
      try {
        // The mark that bars a payment's id is not a payment.
        if (images.NewImage && 'barred_payer' in images.NewImage) continue
        if ('payment_id' in Keys) await takers.payment(paymentChange(Keys.payment_id.S, images))
        else await takers.payer(payerChange(Keys.user_id.S, images))
      } catch (fault) {
        if (fault instanceof RewrittenOutcome && 'payment_id' in Keys) {
          takers.rewritten?.(Keys.payment_id.S)
          // A new delivery would fail again and block the changes after it.
          continue
        }
        count(faultMetric)
        const whose =
          'payment_id' in Keys ? { paymentId: Keys.payment_id.S } : { payerId: Keys.user_id.S }
        logger.error(faultMetric, {
          ...whose,
          sequenceNumber: SequenceNumber,
          fault: faultName(fault),
        })
        failures.push({ itemIdentifier: SequenceNumber })
        break
      }
    }
    flush()
    return { batchItemFailures: failures }
  }

const paymentChange = (paymentId: string, { OldImage, NewImage }: Images): PaymentChange => ({
  paymentId,
  ...(OldImage && NewImage && { before: paymentWithHistoryOf(unmarshall(OldImage)) }),
  ...(NewImage && { after: paymentWithHistoryOf(unmarshall(NewImage)) }),
})

function payerChange(payerId: string, { OldImage, NewImage }: Images): PayerChange {
  const before = OldImage && unmarshall(OldImage)
  const after = NewImage && unmarshall(NewImage)
  return {
    payerId,
    before: before ? trailOf(before) : EMPTY_TRAIL,
    ...(after && { after: trailOf(after) }),
    askedBefore: asksOf(before),
    asksAfter: asksOf(after),
  }
}

const image = z.record(z.string(), z.custom<AttributeValue>())
type Image = z.infer<typeof image>
type Images = { readonly OldImage?: Image | undefined; readonly NewImage?: Image | undefined }

const text = z.object({ S: z.string() })

const streamRecord = z.object({
  dynamodb: z.object({
    /** The key's name tells the two tables apart. */
    Keys: z.union([z.object({ payment_id: text }), z.object({ user_id: text })]),
    SequenceNumber: z.string(),
    OldImage: image.optional(),
    NewImage: image.optional(),
  }),
})
