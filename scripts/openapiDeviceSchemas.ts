/** The answers of the routes for devices as zod schemas, and what is said of their requests. */
import * as z from 'zod'
import type { Answered, ApprovalsView } from '../functions/core/channels/approvals.ts'
import {
  DEVICES_MAX,
  INVITATION_MINUTES,
  LEAVE_TEXTS_MAX,
  LEAVES,
} from '../functions/core/device.ts'
import type { DevicesView } from '../functions/core/devicesView.ts'
import type { Same } from '../functions/core/same.ts'
import { instant, maskedNumber, reference } from './openapiFields.ts'

const THUMBPRINT = 'vJ0VLSuBCrdGUlrhfFTcRtSpp3CLaLQXSJLJ8wQ9eFI'
const PAYER = 'b2c5d4e4-60d1-70c5-4f5e-2f5a0c7a5d11'

const deviceId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .describe("The thumbprint (RFC 7638) of the device's key.")
  .meta({ examples: [THUMBPRINT] })

const leave = z
  .enum(LEAVES)
  .describe(
    "`device`: the yes of an active device's passkey. `text`: a code to the verified phone. `sign-in`: a sign-in " +
      'that is not older than five minutes.',
  )

const pending = z
  .strictObject({
    id: deviceId,
    name: z.string(),
    invitation: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe(
        'The SHA-256 of the code (upper case, without hyphen) with which it was made. A page confirms only the ' +
          'device that was made with the code that the page itself showed.',
      ),
    reference: reference.describe('The text and the other devices show it too.'),
    expiresAt: instant,
    leave: leave.describe('What has to let it in.'),
    hasLeave: z.boolean().describe('An active device has said yes.'),
    hasDigits: z.boolean().describe('The right digits were sent.'),
    text: z
      .strictObject({
        to: maskedNumber,
        sendsLeft: z.int().min(0).max(LEAVE_TEXTS_MAX),
        sentAt: instant.nullable(),
      })
      .nullable()
      .describe('Where a text has to let it in; else null.'),
  })
  .nullable()
  .describe('The device that asks to be let in; one at most. Poll the profile every three seconds.')

/** An active device. */
const device = z.strictObject({
  id: deviceId,
  name: z.string(),
  addedAt: instant,
  addedBy: leave.describe('What let it in.'),
  lastUsedAt: instant.nullable(),
})

/** The devices in a payer's profile. */
export const devices = z
  .strictObject({
    list: z.array(device).max(DEVICES_MAX).describe('Those that approve, oldest first.'),
    pending,
    everHadOne: z
      .boolean()
      .describe(
        'Whether there ever was one: from then on only a device approves, and no text does.',
      ),
    canAdd: z.boolean().describe('Whether another one can be added now.'),
  })
  .describe("The payer's phones and browsers that approve by their own keys.")
true satisfies Same<z.infer<typeof devices>, DevicesView>

const invitation = z
  .strictObject({
    code: z
      .string()
      .regex(/^[2-9A-HJ-NP-Z]{10}$/)
      .describe(
        'To be shown once, best as a QR code of `/approve.html#add/CODE`; good for one device.',
      ),
    expiresAt: instant,
  })
  .meta({ examples: [{ code: 'K7LMPQ4F2X', expiresAt: '2026-11-21T12:10:00.000Z' }] })

const enrolled = z
  .strictObject({
    kid: z
      .string()
      .describe(
        "The `kid` of all later proofs: the payer's id, a dot, the thumbprint of the device's key.",
      ),
    email: z.string().describe('Whose device it asks to become; the device shows it.'),
    digits: z
      .string()
      .regex(/^[0-9]{4}$/)
      .describe('Shown by the device alone; the page that invited it must send them.'),
    expiresAt: instant.describe('Until when it can be let in.'),
  })
  .meta({
    examples: [
      {
        kid: `${PAYER}.${THUMBPRINT}`,
        email: 'harry@hogwarts.ac.uk',
        digits: '4071',
        expiresAt: '2026-11-21T12:10:00.000Z',
      },
    ],
  })

const signing = z
  .string()
  .describe(
    'The document that is signed: JSON in the form of RFC 8785. Show its members, and hash exactly this text: ' +
      '`challenge` is the SHA-256 of a prefix followed by it.',
  )

const approvals = z
  .strictObject({
    email: z.string(),
    device: device.extend({
      removal: signing.describe(
        'The document by which this device removes itself, as the approval with the id `removal`.',
      ),
    }),
    others: z.array(device).describe("The payer's other active devices."),
    approvals: z
      .array(
        z.strictObject({
          kind: z.enum(['payment', 'device']),
          id: z
            .string()
            .regex(/^(payment\.[A-Za-z0-9_-]{22}|device\.[A-Za-z0-9_-]{43})$/)
            .meta({ examples: ['payment.N2xh5v0SgVq3uQK1mYw8Tg'] }),
          signing,
        }),
      )
      .describe('A new device first, then the payments, oldest first.'),
  })
  .describe("What waits for this device's answer.")
true satisfies Same<z.infer<typeof approvals>, ApprovalsView>

const answered = z
  .strictObject({
    id: z.string(),
    status: z
      .enum(['approved', 'denied', 'removed'])
      .describe('An equal request again, whose answer was lost, gets the same.'),
  })
  .meta({ examples: [{ id: 'payment.N2xh5v0SgVq3uQK1mYw8Tg', status: 'approved' }] })
true satisfies Same<z.infer<typeof answered>, Answered>

/** The answers by their names in openapi.json. */
export const deviceAnswers = {
  Invitation: invitation,
  DeviceEnrolled: enrolled,
  Approvals: approvals,
  Answered: answered,
}

const CREDENTIAL = {
  id: 'pX4bkCEmsuF6zzrjOIOIhQ',
  rawId: 'pX4bkCEmsuF6zzrjOIOIhQ',
  type: 'public-key',
}
const BASE64URL = { pattern: '^[A-Za-z0-9_-]*$', description: 'In base64url, without padding.' }
const bytes = (example: string) => ({ ...BASE64URL, examples: [example] })
const CREATE = 'EnrolDevice/credential'

/** By place in a request of the routes for devices, what `SAID` says elsewhere. */
export const SAID_OF_DEVICES: Readonly<Record<string, object>> = {
  'EnrolDevice/code': {
    description: `The invitation's code, good for ${INVITATION_MINUTES} minutes. Blanks, hyphens and case do not matter.`,
    examples: ['K7LMP-Q4F2X'],
  },
  'EnrolDevice/name': {
    minLength: 1,
    maxLength: 70,
    description: "Shown wherever the device is named. The rule of a payee's name.",
    examples: ["Harry's phone"],
  },
  'EnrolDevice/key': {
    description:
      'The public key of the device (JWK, P-256), which also signs this request’s proof.',
  },
  'EnrolDevice/key/kty': { examples: ['EC'] },
  'EnrolDevice/key/crv': { examples: ['P-256'] },
  'EnrolDevice/key/x': { examples: ['f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU'] },
  'EnrolDevice/key/y': { examples: ['x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0'] },
  [CREATE]: {
    description:
      '`toJSON()` of what `navigator.credentials.create()` gave, for the `challenge` SHA-256("payfriend add v1\\n" + ' +
      'the code in upper case, without hyphen). Members that are not listed are not read.',
  },
  [`${CREATE}/id`]: { examples: [CREDENTIAL.id] },
  [`${CREATE}/rawId`]: bytes(CREDENTIAL.rawId),
  [`${CREATE}/type`]: { examples: [CREDENTIAL.type] },
  [`${CREATE}/response/clientDataJSON`]: bytes('eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0'),
  [`${CREATE}/response/authenticatorData`]: bytes(
    'SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAA',
  ),
  [`${CREATE}/response/publicKey`]: bytes('MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE'),
  [`${CREATE}/response/publicKeyAlgorithm`]: {
    description: '-7 (ES256) or -257 (RS256).',
    examples: [-7],
  },
  'AskLeave/by': { examples: ['text'] },
  'ConfirmDevice/digits': {
    description: 'The four digits that the new device shows. With wrong ones no code is looked at.',
    examples: ['4071'],
  },
  'ConfirmDevice/code': {
    description: 'The code from the text, where a text has to let the device in.',
    examples: ['271828'],
  },
  AnswerApproval: {
    description:
      'Yes: `toJSON()` of what `navigator.credentials.get()` gave for the `challenge` SHA-256(prefix + `signing`); ' +
      'members that are not listed are not read. No: the device’s key alone, with `signed` = base64url(SHA-256(prefix + ' +
      '`signing`)). The prefix is "payfriend approve v1\\n" or "payfriend deny v1\\n" for a payment, ' +
      '"payfriend device v1\\n" or "payfriend device deny v1\\n" for a new device, and "payfriend remove v1\\n" for ' +
      'this device’s own removal, over the text `removal`.',
    examples: [
      {
        answer: 'approve',
        assertion: {
          ...CREDENTIAL,
          response: {
            clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0',
            authenticatorData: 'SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAA',
            signature: 'MEUCIQDqZ4',
          },
        },
      },
      {
        answer: 'deny',
        reason: 'not_me',
        signed: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
      },
    ],
  },
}
