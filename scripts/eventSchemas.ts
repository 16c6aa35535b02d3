/** `npm run events` writes `events.schema.json`: what is published, as the core's types make it. */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as z from 'zod'
import { EVENT_SOURCE } from '../functions/adapters/aws/eventBus.ts'
import { CHANNELS } from '../functions/core/channel.ts'
import { LEAVES } from '../functions/core/device.ts'
import { PAYMENT_STATUSES, PROOFS } from '../functions/core/outcome.ts'
import { PAYER_EVENTS, PAYER_TRAIL_VERSION, type PayerEvent } from '../functions/core/payerTrail.ts'
import { PAYMENT_TRAIL_VERSION, type PaymentEvent } from '../functions/core/paymentTrail.ts'
import type { Same } from '../functions/core/same.ts'

export const FILE = resolve(import.meta.dirname, '../docs/api/events.schema.json')

const text = z.string().min(1)
const instant = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const payerId = text.describe("`sub` of the payer's token.")
const version = <const V extends number>(number: V) =>
  z.literal(number).describe('Another shape has another version.')

const paymentDetail = z.object({
  version: version(PAYMENT_TRAIL_VERSION),
  eventId: z
    .string()
    .regex(new RegExp(`^[A-Za-z0-9_-]+:(${PAYMENT_STATUSES.join('|')})$`))
    .describe('The same whenever the same is published again.'),
  paymentId: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
  payerId,
  reference: z.string().regex(/^[2-9A-HJ-NP-Z]{6}$/),
  payee: z.object({ name: text, id: text }),
  amount: z.object({
    value: z.string().regex(/^(0|[1-9][0-9]{0,9})(\.[0-9]{2,3})?$/),
    currency: z.string().regex(/^[A-Z]{3}$/),
  }),
  displayText: z.string().describe('What the payer was shown.'),
  status: z.enum(PAYMENT_STATUSES),
  decidedBy: z
    .enum(CHANNELS)
    .nullable()
    .describe('The channel of approved, denied and failed; null for the others.'),
  decision: z
    .object({ channel: z.enum(CHANNELS), proof: z.enum(PROOFS) })
    .nullable()
    .describe(
      'Of approved and denied: how the answer was learned. Null for the others. A payment is carried out, or ' +
        'not, by `proof`: see docs/guides/events.md.',
    ),
  at: instant.describe('When this became so; of one that expired, its expiresAt.'),
  createdAt: instant,
  expiresAt: instant,
  entry: hash.describe('The hash of the audit trail’s entry of this change.'),
})
true satisfies Same<z.infer<typeof paymentDetail>, PaymentEvent['detail']>

const accountDetail = z.object({
  version: version(PAYER_TRAIL_VERSION),
  eventId: z
    .string()
    .regex(/^.+:[1-9][0-9]*$/)
    .describe(
      'The same whenever the same is published again: the payer, and the number of the entry.',
    ),
  payerId,
  event: z.enum(PAYER_EVENTS).describe('The same as detail-type.'),
  at: instant.describe('When it happened.'),
  by: z.enum(['payer', 'operator']),
  device: z
    .object({
      id: z
        .string()
        .regex(/^[A-Za-z0-9_-]{43}$/)
        .describe("The thumbprint (RFC 7638) of the device's key."),
      boundBy: z.enum(LEAVES).describe('What let it in.'),
      activeFrom: instant
        .exactOptional()
        .describe(
          'Only of device.waiting: until then the device approves nothing, and the payer can stop it.',
        ),
    })
    .exactOptional()
    .describe(
      'Only of device.added, device.waiting, device.removed, device.restored, device.stopped and device.silenced.',
    ),
  isNow: z
    .boolean()
    .exactOptional()
    .describe('Only of device.invited: whether the operator waived the wait.'),
  entry: hash.describe('The hash of the entry of the archive of this change.'),
})
true satisfies Same<z.infer<typeof accountDetail>, PayerEvent['detail']>

const payment = envelope(z.enum(PAYMENT_STATUSES.map(typeOf)), paymentDetail)
true satisfies Same<z.infer<typeof payment>['detail-type'], PaymentEvent['type']>
const account = envelope(z.enum(PAYER_EVENTS), accountDetail)
true satisfies Same<z.infer<typeof account>['detail-type'], PayerEvent['type']>

/** An event as EventBridge brings it. */
function envelope<Type extends z.ZodType, Detail extends z.ZodType>(type: Type, detail: Detail) {
  return z.object({
    version: z.literal('0').describe("EventBridge's own."),
    id: z.string().describe("EventBridge's own; another one at each repeat."),
    source: z.literal(EVENT_SOURCE),
    time: z.string().describe('detail.at, to the second.'),
    'detail-type': type,
    detail,
  })
}

function typeOf<Status extends string>(status: Status) {
  return `payment.${status}` as const
}

const TITLE =
  'What Payfriend publishes of a payment or an account, as EventBridge brings it; told in words in docs/guides/events.md. ' +
  'Members may be added, so there may be more than are listed here'

/** The file's text. Not strict, so as `input`: there may be more than is listed. */
export function eventsText(): string {
  const either = z.union([payment.meta({ id: 'payment' }), account.meta({ id: 'account' })])
  const { $schema, ...schema } = z.toJSONSchema(either, { io: 'input' })
  return `${JSON.stringify({ $schema, title: TITLE, ...schema }, null, 2)}\n`
}

if (import.meta.main) writeFileSync(FILE, eventsText())
