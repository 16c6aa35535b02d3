/**
 * A Lambda that executes what was approved: at most once, because an event can come more than once, and
 * whoever begins again after a crash cannot know how far the first got.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { type Executions, executionsTable } from './executionsTable.ts'

/** Of `payment.approved`, version 1, as much as is needed here. */
const approved = z.object({
  source: z.literal('payfriend'),
  'detail-type': z.literal('payment.approved'),
  detail: z.object({
    version: z.literal(1),
    status: z.literal('approved'),
    paymentId: z.string().min(1),
    payerId: z.string().min(1),
    payee: z.object({ name: z.string(), id: z.string() }),
    /** `{ value: "20.50", currency: "EUR" }`: never through a float. */
    amount: z.object({ value: z.string(), currency: z.string() }),
    /** How the yes was learned; none in events of before this was told. */
    decision: z.object({ proof: z.string() }).nullish(),
  }),
})

export type ApprovedPayment = z.infer<typeof approved>['detail']

/** What came back shows, or is bound to, payee and amount (RTS Art. 5(1)(c)). All else is held. */
const PAID_ON: readonly string[] = ['signed-callback', 'sms-code', 'passkey']

/**
 * Pay. This one only writes into the log who is paid; put your own in its place. Give `paymentId` to the bank
 * as its idempotency key, if it takes one. What is thrown here leaves the payment begun and not done.
 */
export async function execute({ paymentId, payee, amount }: ApprovedPayment): Promise<void> {
  console.log(JSON.stringify({ message: 'execute', paymentId, payee, amount }))
}

/**
 * Begun before it is executed and marked after: what was begun and not done waits for a person. So does what was
 * approved by another proof than those of `paidOn`: it is held, and not paid.
 */
export const executePayment =
  (
    executions: Executions,
    pay: typeof execute,
    { paidOn = PAID_ON, clock = () => new Date() }: Partial<Options> = {},
  ) =>
  async (event: unknown): Promise<void> => {
    // What is not understood is not passed over: it throws, and ends in the dead-letter queue.
    const payment = approved.parse(event).detail
    const { paymentId, decision } = payment
    const proof = decision?.proof ?? 'unknown'
    if (!paidOn.includes(proof)) {
      const isHeld = await executions.hold(paymentId, clock())
      console.log(JSON.stringify({ message: isHeld ? 'held' : 'begun before', paymentId, proof }))
      return
    }
    if (!(await executions.begin(paymentId, clock()))) {
      console.log(JSON.stringify({ message: 'begun before', paymentId }))
      return
    }
    await pay(payment)
    await executions.done(paymentId, clock())
  }

type Options = { readonly paidOn: readonly string[]; readonly clock: () => Date }

let made: ReturnType<typeof executePayment> | undefined

/** `PAID_ON` names other proofs to pay on, with commas between: `signed-callback,sms-code,passkey,provider-read`. */
export const handler = (event: unknown): Promise<void> => {
  const { EXECUTIONS_TABLE: table, PAID_ON: paidOn } = process.env
  if (!table) throw new Error('EXECUTIONS_TABLE is not set')
  made ??= executePayment(
    executionsTable(DynamoDBDocumentClient.from(new DynamoDBClient()), table),
    execute,
    paidOn ? { paidOn: paidOn.split(',') } : {},
  )
  return made(event)
}
