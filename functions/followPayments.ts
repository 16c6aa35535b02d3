/** What the Lambdas do alike that follow the stream of the payments' table. */
import { createHash } from 'node:crypto'
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda'
import * as z from 'zod'
import { recordedPaymentOf } from './adapters/recordedPayment.ts'
import type { RecordedPayment } from './core/record.ts'
import { count, flush, logger } from './observe.ts'

/** A payment as it was and as it is: without `before` it is new, without `after` it was removed. */
export type PaymentChange = {
  readonly paymentId: string
  readonly before?: RecordedPayment
  readonly after?: RecordedPayment
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * Take the changes of a batch one after another, in their order, up to the first that fails. That one is
 * named, and the stream brings it again with all that follow; each may come more than once.
 */
export const followPayments =
  (faultMetric: 'ArchiveFault' | 'AnnounceFault', take: (change: PaymentChange) => Promise<void>) =>
  async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const failures: DynamoDBBatchResponse['batchItemFailures'] = []
    for (const record of Records) {
      const { Keys, SequenceNumber, OldImage, NewImage } = streamRecord.parse(record).dynamodb
      const paymentId = Keys.payment_id.S
      try {
        await take({
          paymentId,
          ...(OldImage && NewImage && { before: recordedPaymentOf(unmarshall(OldImage)) }),
          ...(NewImage && { after: recordedPaymentOf(unmarshall(NewImage)) }),
        })
      } catch (fault) {
        count(faultMetric)
        const { name } = fault instanceof Error ? fault : { name: typeof fault }
        logger.error(faultMetric, { paymentId, sequenceNumber: SequenceNumber, fault: name })
        failures.push({ itemIdentifier: SequenceNumber })
        break
      }
    }
    flush()
    return { batchItemFailures: failures }
  }

const image = z.record(z.string(), z.custom<AttributeValue>())

const streamRecord = z.object({
  dynamodb: z.object({
    Keys: z.object({ payment_id: z.object({ S: z.string() }) }),
    SequenceNumber: z.string(),
    OldImage: image.optional(),
    NewImage: image.optional(),
  }),
})
