/** What a device is asked, and its answers, as zod schemas; and what is said of its request. */
import * as z from 'zod'
import type { Answered } from '../functions/core/channels/answering.ts'
import type { ApprovalsView } from '../functions/core/channels/approvals.ts'
import type { Same } from '../functions/core/same.ts'
import { device, exampleAssertion, removed } from './openapiDeviceSchemas.ts'
import { instant, notices } from './openapiFields.ts'

const signing = z
  .string()
  .describe(
    'The document that is signed: JSON in the form of RFC 8785. Show its members, and hash exactly this text: ' +
      '`challenge` is the SHA-256 of a prefix followed by it.',
  )

const approvals = z
  .strictObject({
    email: z.string(),
    trusted: z
      .boolean()
      .describe(
        'False: a session removed this device, and `approvals` has only what it may stop; or it waits, and nothing is there.',
      ),
    device: device.extend({
      removal: signing
        .nullable()
        .describe(
          'The document by which this device removes itself, as the approval with the id `removal`; null if it is ' +
            'removed or waits.',
        ),
      removed: removed
        .nullable()
        .describe('How its removal can be undone; null if it was not removed.'),
      activeFrom: instant
        .nullable()
        .describe('Until when it waits and approves nothing; null if it does not wait.'),
    }),
    others: z
      .array(device)
      .describe("The payer's other active devices; none if this one was removed or waits."),
    notices,
    approvals: z
      .array(
        z.strictObject({
          kind: z.enum(['payment', 'device', 'phone', 'stop']),
          id: z
            .string()
            .regex(/^((payment|phone)\.[A-Za-z0-9_-]{22}|(device|stop)\.[A-Za-z0-9_-]{43})$/)
            .meta({ examples: ['payment.N2xh5v0SgVq3uQK1mYw8Tg'] }),
          signing,
        }),
      )
      .describe(
        'What can be stopped first (a device that waits, and this one’s own removal), then a new device and a new phone ' +
          'number, then the payments, oldest first.',
      ),
  })
  .describe("What waits for this device's answer.")
true satisfies Same<z.infer<typeof approvals>, ApprovalsView>

const answered = z
  .strictObject({
    id: z.string(),
    status: z
      .enum(['approved', 'denied', 'removed', 'stopped', 'undo_asked'])
      .describe(
        '`stopped`: a device that waited. `undo_asked`: the undo of this device’s removal, which the page has to ' +
          'confirm with a new sign-in (`POST /devices/{deviceId}/confirmation`). An equal request again, whose answer was ' +
          'lost, gets the same, but one to something that is gone by it, which is `not_found`.',
      ),
  })
  .meta({ examples: [{ id: 'payment.N2xh5v0SgVq3uQK1mYw8Tg', status: 'approved' }] })
true satisfies Same<z.infer<typeof answered>, Answered>

/** The answers by their names in openapi.json. */
export const approvalAnswers = {
  Approvals: approvals,
  Answered: answered,
}

/** By place in a request, what `SAID` says elsewhere. */
export const SAID_OF_APPROVALS: Readonly<Record<string, object>> = {
  AnswerApproval: {
    description:
      'Yes: `toJSON()` of what `navigator.credentials.get()` gave for the `challenge` SHA-256(prefix + `signing`), or, for ' +
      'a payment, the `details` of a `PaymentRequest` of the method `secure-payment-confirmation` with that challenge, ' +
      '`payeeName` "name (id)", the amount as `total`, and the instrument "Payfriend, reference ABC234"; ' +
      'members that are not listed are not read. No: the device’s key alone, with `signed` = base64url(SHA-256(prefix + ' +
      '`signing`)). The prefix is "payfriend approve v1\\n" or "payfriend deny v1\\n" for a payment, ' +
      '"payfriend device v1\\n" or "payfriend device deny v1\\n" for a new device, "payfriend phone v1\\n" or "payfriend ' +
      'phone deny v1\\n" for a new phone number, "payfriend stop v1\\n" for what is stopped, and "payfriend remove v1\\n" ' +
      'for this device’s own removal, over the text `removal`. What is stopped, and a removal, have no no.',
    examples: [
      {
        answer: 'approve',
        assertion: exampleAssertion,
      },
      {
        answer: 'deny',
        reason: 'not_me',
        signed: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
      },
    ],
  },
}
