/** Requests and answers of the API as zod schemas: the requests are the handlers' own, the answers are defined here. */
import * as z from 'zod'
import { CHANNELS } from '../functions/core/channel.ts'
import { ASSERTIONS_MAX } from '../functions/core/channels/deviceRules.ts'
import { CODE_ATTEMPTS_MAX, TEXTS_MAX } from '../functions/core/channels/smsCodeRules.ts'
import { AMOUNT_PATTERN, ANY_AMOUNT, CURRENCIES, type Currency } from '../functions/core/money.ts'
import { PROOFS } from '../functions/core/outcome.ts'
import { VERIFICATION_SENDS_MAX } from '../functions/core/payer.ts'
import type { PaymentView } from '../functions/core/payment.ts'
import type { ProfileView } from '../functions/core/profile.ts'
import {
  REFUSALS,
  type RefusalCode,
  type RefusalDetails,
  refusalCodes,
} from '../functions/core/refusals.ts'
import type { VerificationStarted } from '../functions/core/registering.ts'
import type { Same } from '../functions/core/same.ts'
import { body as decideApprovalBody } from '../functions/handlers/decideApproval.ts'
import { body as deviceConfirmBody } from '../functions/handlers/deviceConfirm.ts'
import { body as deviceEnrolBody } from '../functions/handlers/deviceEnrol.ts'
import { body as deviceLeaveBody } from '../functions/handlers/deviceLeave.ts'
import { body as devicePushBody } from '../functions/handlers/devicePush.ts'
import { body as phoneStartBody } from '../functions/handlers/phoneStart.ts'
import { body as phoneVerifyBody } from '../functions/handlers/phoneVerify.ts'
import { body as sendPaymentBody } from '../functions/handlers/sendPayment.ts'
import { body as smsVerifyBody } from '../functions/handlers/smsVerify.ts'
import { approvalAnswers, SAID_OF_APPROVALS } from './openapiApprovalSchemas.ts'
import { deviceAnswers, devices, exampleDevices, SAID_OF_DEVICES } from './openapiDeviceSchemas.ts'
import { instant, maskedNumber, notices, reference } from './openapiFields.ts'
import { pushAnswers, SAID_OF_PUSH } from './openapiPushSchemas.ts'

/** The default limit of each currency. */
const DEFAULT_MAX_AMOUNTS = Object.entries(CURRENCIES).map(([code, { most }]) => `${code} ${most}`)

/** The handlers' schemas by their names in openapi.json. `SAID` describes the checks that they make in code. */
export const requests = {
  StartPayment: sendPaymentBody(ANY_AMOUNT),
  SmsCode: smsVerifyBody,
  StartVerification: phoneStartBody,
  VerificationCodes: phoneVerifyBody,
  EnrolDevice: deviceEnrolBody,
  AskLeave: deviceLeaveBody,
  ConfirmDevice: deviceConfirmBody,
  AnswerApproval: decideApprovalBody,
  ChangePush: devicePushBody,
}

/** By place in a request: additions for checks in code, which JSON Schema cannot express. */
export const SAID: Readonly<Record<string, object>> = {
  'StartPayment/payee': {
    description:
      'Who is paid. Shown to the payer on every channel and never cut, so no more than fits (RTS ' +
      'Art. 5(1)(a)); no hidden characters, line breaks or emoji. What looks the same is stored as ' +
      'the same, and comes back as it is stored: NFC, runs of any spaces as one space, none at the ends.',
  },
  'StartPayment/payee/name': {
    minLength: 1,
    maxLength: 70,
    description:
      '1 to 70 characters as stored, those beyond U+FFFF counted as two. Compatibility forms become ' +
      'their letters (NFKC). Digits of one kind, three accents on a letter at most, no amounts, and no ' +
      '`@`, digit or `ref` in brackets.',
    examples: ['Neville Longbottom'],
  },
  'StartPayment/payee/id': {
    minLength: 3,
    maxLength: 64,
    description:
      'E-mail address or account number; 3 to 64 characters as stored. Printable ASCII, or letters of one ' +
      'script (UTS 39) with ASCII digits and signs; no brackets, no compatibility forms.',
    examples: ['neville@hogwarts.ac.uk'],
  },
  'StartPayment/amount/value': {
    pattern: AMOUNT_PATTERN.source,
    description:
      'Above zero, with at most as many decimals as the currency has, and no more than the ' +
      `stage's limit for it. By default that is ${DEFAULT_MAX_AMOUNTS.join(', ')}.`,
    examples: ['20.50'],
  },
  'StartPayment/amount/currency': { enum: Object.keys(CURRENCIES), examples: ['EUR'] },
  'SmsCode/code': { examples: ['0271828'] },
  'StartVerification/phoneNumber': {
    description:
      'In international form; spaces, dots, dashes and brackets do not matter. The number of a ' +
      'mobile phone, or for a call of a fixed line, in a country that is served.',
    examples: ['+44 7400 123456'],
  },
  'StartVerification/channel': { description: 'A text, or a voice that says the code.' },
  'StartVerification/invitation': {
    description:
      'The code of the operator’s invitation, from the payer’s first device on, where no active device can say yes. It ' +
      'is spent when the phone is trusted. Blanks, hyphens and case do not matter.',
    examples: ['K7LMP-Q4F2X'],
  },
  'VerificationCodes/verificationId': {
    description:
      'From the answer that started it. Another number started since makes it void: `not_found`.',
    examples: ['Qm4sT1n0vQ9ZpX2cL7rJ8w'],
  },
  'VerificationCodes/code': { description: "The new phone's code.", examples: ['271828'] },
  'VerificationCodes/currentCode': {
    description:
      "The verified phone's code, where there is a verified phone and never was a device: a session alone never moves " +
      'payments to another phone.',
    examples: ['3141592'],
  },
  ...SAID_OF_DEVICES,
  ...SAID_OF_APPROVALS,
  ...SAID_OF_PUSH,
}

const currencies = Object.keys(CURRENCIES) as [Currency, ...Currency[]]
const payment = z
  .strictObject({
    paymentId: z
      .string()
      .regex(/^[A-Za-z0-9_-]{22}$/)
      .meta({ examples: ['N2xh5v0SgVq3uQK1mYw8Tg'] }),
    payee: z.strictObject({ name: z.string(), id: z.string() }),
    amount: z.strictObject({
      value: z.string().regex(AMOUNT_PATTERN).describe("With exactly the currency's digits."),
      currency: z.enum(currencies),
    }),
    displayText: z
      .string()
      .describe('The payment in one sentence, the same on push, text and page (RTS Art. 5(1)(a)).'),
    reference: reference.describe(
      'Tells it from an equal payment, for the eye: Authy’s push and Twilio Verify’s text name it.',
    ),
    status: z
      .enum(['pending', 'approved', 'denied', 'expired', 'failed', 'cancelled'])
      .describe('All but `pending` are final: a changed mind is a new payment.'),
    push: z
      .enum(['sending', 'sent', 'unavailable'])
      .describe('`unavailable`: offer a text at once. A push that arrives after all still counts.'),
    pushPausedUntil: instant
      .nullable()
      .describe(
        'Where no push was asked for because the payer had denied two in a row: until when none goes ' +
          'out. The code by text is never paused. Else null.',
      ),
    sms: z.strictObject({
      to: maskedNumber
        .nullable()
        .describe('Where texts go; null where the payer approves by a device, and gets none.'),
      sentAt: instant.nullable(),
      sendsLeft: z.int().min(0).max(TEXTS_MAX),
      attemptsLeft: z
        .int()
        .min(0)
        .max(CODE_ATTEMPTS_MAX)
        .describe('Never given back, not even by a new text (RTS Art. 4(3)(b)).'),
    }),
    device: z
      .enum(['waiting', 'unavailable'])
      .describe(
        "`waiting`: it waits on the payer's devices (`GET /approvals`), and is approved there alone. " +
          '`unavailable`: the payer had no device when it was started.',
      ),
    createdAt: instant,
    expiresAt: instant.describe('From this instant on a pending payment is expired.'),
    decidedAt: instant.nullable().describe('When the payment became final.'),
    decidedBy: z
      .enum(CHANNELS)
      .nullable()
      .describe('The channel of approved, denied and failed; else null.'),
    decision: z
      .strictObject({
        channel: z.enum(CHANNELS),
        proof: z
          .enum(PROOFS)
          .describe(
            "How the answer was learned: by the provider's signed callback, which shows what the payer " +
              "saw; by the provider's own word when it was asked, which shows no payee and no amount; or by a code that " +
              'is bound to the payment.',
          ),
      })
      .nullable()
      .describe(
        'Of approved and denied, once decided. Null for pending, expired, failed and cancelled.',
      ),
  })
  .describe('One intent to pay, with fixed payee and amount; never edited, decided once.')
  .meta({ examples: [examplePayment()] })
true satisfies Same<
  z.infer<typeof payment>,
  PaymentView & { readonly amount: { readonly currency: Currency } }
>

const verificationId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{22}$/)
  .describe('Names this verification of this number; its confirmation carries it.')
  .meta({ examples: ['Qm4sT1n0vQ9ZpX2cL7rJ8w'] })

const phoneLeave = z
  .enum(['code', 'device', 'invitation'])
  .nullable()
  .describe(
    'What has to let the number in beside its own code. `code`: one to the verified phone. `device`: the yes of an ' +
      'active device (`GET /approvals`), from the payer’s first device on. `invitation`: the operator’s, which came ' +
      'with the number. Null for a first phone.',
  )

const profile = z
  .strictObject({
    email: z.string(),
    devices,
    notices,
    codesLockedUntil: instant
      .nullable()
      .describe(
        'Until when codes are locked (`locked`), after five wrong ones in a row: none is texted for a payment, and none ' +
          'is checked. A push, or a device, can still answer. Else null.',
      ),
    startsLockedUntil: instant
      .nullable()
      .describe(
        'Until when no payment starts (`starts_locked`), because the payer said on a device that they did not start ' +
          'something; else null.',
      ),
    phone: z
      .strictObject({
        number: maskedNumber,
        verified: z.boolean(),
        pending: z
          .strictObject({
            number: maskedNumber,
            channel: z.enum(['sms', 'call']),
            verificationId,
            reference,
            leave: phoneLeave,
            hasLeave: z
              .boolean()
              .describe(
                'Whether that has let it in; a code of the verified phone may come with the new one’s.',
              ),
          })
          .nullable()
          .describe('A number that waits for its code.'),
      })
      .nullable(),
  })
  .describe('Who is signed in, and as much of their phone as they need to know it.')
  .meta({
    examples: [
      {
        email: 'harry@hogwarts.ac.uk',
        devices: exampleDevices,
        notices: [{ event: 'phone.changed', at: '2026-11-21T12:00:00.000Z', ending: '456' }],
        codesLockedUntil: null,
        startsLockedUntil: null,
        phone: {
          number: '+44 ••••• ••456',
          verified: true,
          pending: {
            number: '+44 ••••• ••789',
            channel: 'sms',
            verificationId: 'Qm4sT1n0vQ9ZpX2cL7rJ8w',
            reference: '4F2K7Q',
            leave: 'device',
            hasLeave: false,
          },
        },
      },
    ],
  })
true satisfies Same<z.infer<typeof profile>, ProfileView>

const verificationStarted = z
  .strictObject({
    verificationId,
    reference: reference.describe('The text to the verified phone names it too.'),
    displayText: z
      .string()
      .nullable()
      .describe(
        'The text to the verified phone, with the whole new number; null where none goes there. Twilio Verify ' +
          'words it as a payment of 0.00 to nobody, with the same number and reference.',
      ),
    to: maskedNumber,
    dialled: z
      .string()
      .nullable()
      .describe('The number as it is dialled today, where it was written in another form.'),
    sendsLeft: z
      .int()
      .min(0)
      .max(VERIFICATION_SENDS_MAX - 1),
    expiresAt: instant.describe('Until when the code is good.'),
    leave: phoneLeave,
  })
  .meta({
    examples: [
      {
        verificationId: 'Qm4sT1n0vQ9ZpX2cL7rJ8w',
        reference: '4F2K7Q',
        displayText: 'Change your Payfriend phone to +447400123456, reference 4F2K7Q',
        to: '+44 ••••• ••456',
        dialled: null,
        sendsLeft: 4,
        expiresAt: '2026-11-21T12:10:00.000Z',
        leave: 'code',
      },
    ],
  })
true satisfies Same<
  z.infer<typeof verificationStarted>,
  VerificationStarted & { readonly dialled: string | null }
>

export const answers = {
  Payment: payment,
  PaymentPage: z.strictObject({
    payments: z.array(payment).max(100).describe('Newest first.'),
    next: z.string().nullable().describe('The next page’s `cursor`; null on the last page.'),
  }),
  Profile: profile,
  VerificationStarted: verificationStarted,
  ...deviceAnswers,
  ...approvalAnswers,
  ...pushAnswers,
  SessionsEnded: z.strictObject({}).describe('There is nothing more to tell.'),
  Received: z
    .strictObject({})
    .describe('The callback was received; whether it changed something is not told.'),
  /** API Gateway's own answers, before or instead of a Lambda's. */
  Message: z
    .strictObject({ message: z.string() })
    .describe("API Gateway's own answer.")
    .meta({ examples: [{ message: 'Unauthorized' }] }),
}

/** The members of a refusal's body besides its code. */
const MEMBERS: Record<Exclude<keyof RefusalDetails, 'retryAfterSeconds'>, z.ZodType> = {
  fields: z
    .array(z.strictObject({ path: z.string(), reason: z.string() }))
    .min(1)
    .describe('Each wrong field with a sentence to show beside it; path "" is the body itself.'),
  paymentStatus: z.enum(['approved', 'denied', 'failed', 'cancelled']),
  attemptsLeft: z
    .int()
    .min(0)
    .max(CODE_ATTEMPTS_MAX - 1),
}
/** Of a signature all attempts may be left: one over something else than what is stored spends none. */
const OF_SIGNATURE: Partial<typeof MEMBERS> = { attemptsLeft: z.int().min(0).max(ASSERTIONS_MAX) }

function membersOf(code: RefusalCode): z.ZodRawShape {
  const members = { ...MEMBERS, ...(code === 'approval_not_signed' && OF_SIGNATURE) }
  return Object.fromEntries(Object.entries(members).filter(([name]) => tells(code, name)))
}

export const tells = (code: RefusalCode, member: string): boolean =>
  (REFUSALS[code].tells as readonly string[]).includes(member)

/** `problem+json` (RFC 9457) of one code. */
const problem = (code: RefusalCode) =>
  z
    .strictObject({
      title: z.string(),
      status: z.literal(REFUSALS[code].status),
      code: z.literal(code),
      requestId: z.string(),
      ...membersOf(code),
    })
    .describe(REFUSALS[code].meaning)

/** `wrong_code` → `WrongCode`. */
export const problemName = (code: RefusalCode): string =>
  code.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())

export const problems: Readonly<Record<string, z.ZodType>> = Object.fromEntries(
  refusalCodes.map((code) => [problemName(code), problem(code)]),
)

function examplePayment(): PaymentView {
  return {
    paymentId: 'N2xh5v0SgVq3uQK1mYw8Tg',
    payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
    amount: { value: '20.50', currency: 'EUR' },
    displayText: 'Pay €20.50 to Neville Longbottom (neville@hogwarts.ac.uk)',
    reference: '4F2K7Q',
    status: 'pending',
    push: 'sent',
    pushPausedUntil: null,
    sms: { to: '+44 ••••• ••456', sentAt: null, sendsLeft: 5, attemptsLeft: 5 },
    device: 'unavailable',
    createdAt: '2026-11-21T12:00:00.000Z',
    expiresAt: '2026-11-21T12:05:00.000Z',
    decidedAt: null,
    decidedBy: null,
    decision: null,
  }
}
