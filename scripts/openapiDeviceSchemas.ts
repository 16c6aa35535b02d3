/** The answers of the routes for devices as zod schemas, and what is said of their requests. */
import * as z from 'zod'
import {
  DEVICES_MAX,
  INVITATION_MINUTES,
  LEAVE_TEXTS_MAX,
  LEAVES,
} from '../functions/core/device.ts'
import type { DevicesView, RemovedView, WaitingView } from '../functions/core/devicesView.ts'
import { DEVICE_WAIT_HOURS_MAX } from '../functions/core/limits.ts'
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
      'that is not older than five minutes. `invitation`: a code of the operator.',
  )

const waitHours = z
  .int()
  .min(0)
  .max(DEVICE_WAIT_HOURS_MAX)
  .describe('For so many hours the device then waits; 0 is not at all.')

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
    renews: z
      .boolean()
      .describe(
        'It takes the place of an active device whose key is gone, and whose passkey it has.',
      ),
    hasLeave: z.boolean().describe('An active device has said yes.'),
    hasDigits: z.boolean().describe('The right digits were sent.'),
    leaves: z
      .array(
        z.discriminatedUnion('by', [
          z.strictObject({ by: z.enum(['device', 'sign-in']) }),
          z.strictObject({
            by: z.literal('text'),
            to: maskedNumber,
            sendsLeft: z.int().min(0).max(LEAVE_TEXTS_MAX),
            sentAt: instant.nullable(),
            waitHours,
          }),
          z.strictObject({ by: z.literal('invitation'), waitHours }),
        ]),
      )
      .min(1)
      .describe('What can let it in, the best first; one of them is enough.'),
  })
  .nullable()
  .describe('The device that asks to be let in; one at most. Poll the profile every three seconds.')

/** An active device. */
export const device = z.strictObject({
  id: deviceId,
  name: z.string(),
  addedAt: instant,
  addedBy: leave.describe('What let it in.'),
  lastUsedAt: instant.nullable(),
})

const waiting = device.omit({ lastUsedAt: true }).extend({
  activeFrom: instant.describe('Until then it approves nothing, and can be stopped.'),
})
true satisfies Same<z.infer<typeof waiting>, WaitingView>

/** A device whose removal can be undone. */
export const removed = z.strictObject({
  id: deviceId,
  name: z.string(),
  removedAt: instant,
  undoUntil: instant,
  undoAsked: z
    .boolean()
    .describe('Its passkey has asked to undo it; a sign-in newer than the removal has to confirm.'),
})
true satisfies Same<z.infer<typeof removed>, RemovedView>

/** The devices in a payer's profile. */
export const devices = z
  .strictObject({
    list: z.array(device).max(DEVICES_MAX).describe('Those that approve, oldest first.'),
    waiting: z
      .array(waiting)
      .max(DEVICES_MAX)
      .describe('Those that were let in without the yes of an active one, and do not approve yet.'),
    removed: z
      .array(removed)
      .describe('Those that a session removed so lately that it can be undone.'),
    pending,
    everHadOne: z
      .boolean()
      .describe(
        'Whether there ever was one: from then on another number or device needs its leave, ' +
          'a wait, or the operator’s invitation.',
      ),
    textsClosed: z
      .boolean()
      .describe(
        'Whether no text approves a payment: one is active, was removed lately, or has stopped a recovery.',
      ),
    waitHours: z
      .int()
      .describe(
        'For so many hours a device waits that no active one let in, if the payer ever had one.',
      ),
    canAdd: z.boolean().describe('Whether there is room for another one.'),
    leaves: z.array(leave).min(1).describe('What could let another one in, the best first.'),
  })
  .describe("The payer's phones and browsers that approve by their own keys.")
true satisfies Same<z.infer<typeof devices>, DevicesView>

/** The devices of a payer who lost one and waits for the next. */
export const exampleDevices: DevicesView = {
  list: [
    {
      id: THUMBPRINT,
      name: 'Harry’s phone',
      addedAt: '2026-03-02T09:30:00.000Z',
      addedBy: 'text',
      lastUsedAt: '2026-11-20T18:04:11.000Z',
    },
  ],
  waiting: [
    {
      id: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
      name: 'Harry’s new phone',
      addedAt: '2026-11-21T11:58:00.000Z',
      addedBy: 'text',
      activeFrom: '2026-11-21T23:58:00.000Z',
    },
  ],
  removed: [],
  pending: {
    id: 'LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ',
    name: 'Harry’s laptop',
    invitation: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    reference: '4F2K7Q',
    expiresAt: '2026-11-21T12:10:00.000Z',
    renews: false,
    hasLeave: false,
    hasDigits: true,
    leaves: [
      { by: 'device' },
      { by: 'text', to: '+44 ••••• ••456', sendsLeft: 3, sentAt: null, waitHours: 12 },
      { by: 'invitation', waitHours: 12 },
    ],
  },
  everHadOne: true,
  textsClosed: true,
  waitHours: 12,
  canAdd: true,
  leaves: ['device', 'text', 'invitation'],
}

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
    name: z
      .string()
      .describe(
        'The name that was asked for, with a number if another device has it; the device shows it.',
      ),
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
        name: 'My iPhone',
        digits: '4071',
        expiresAt: '2026-11-21T12:10:00.000Z',
      },
    ],
  })

/** The answers by their names in openapi.json. */
export const deviceAnswers = {
  Invitation: invitation,
  DeviceEnrolled: enrolled,
}

const BASE64URL = { pattern: '^[A-Za-z0-9_-]*$', description: 'In base64url, without padding.' }
const bytes = (example: string) => ({ ...BASE64URL, examples: [example] })
/** A credential or an assertion without its `response`. */
const exampleCredential = {
  id: 'pX4bkCEmsuF6zzrjOIOIhQ',
  rawId: 'pX4bkCEmsuF6zzrjOIOIhQ',
  type: 'public-key',
}
/** The example of an assertion. */
export const exampleAssertion = {
  ...exampleCredential,
  response: {
    clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0',
    authenticatorData: 'SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAA',
    signature: 'MEUCIQDqZ4',
  },
}
const CREATE = 'EnrolDevice/credential'
const GET = 'EnrolDevice/assertion'
const exampleAsking = {
  code: 'K7LMP-Q4F2X',
  name: 'Harry’s phone',
  key: {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  },
}

/** By place in a request of the routes for devices, what `SAID` says elsewhere. */
export const SAID_OF_DEVICES: Readonly<Record<string, object>> = {
  EnrolDevice: {
    description:
      'A new device: with `credential`, its new passkey; or with `assertion`, if it had one that approves for this ' +
      'payer and only its device key is gone. Never both.',
    examples: [
      {
        ...exampleAsking,
        credential: {
          ...exampleCredential,
          response: {
            clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0',
            authenticatorData: 'SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAA',
            publicKey: 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE',
            publicKeyAlgorithm: -7,
          },
        },
      },
      { ...exampleAsking, assertion: exampleAssertion },
    ],
  },
  'EnrolDevice/code': {
    description: `The invitation's code, good for ${INVITATION_MINUTES} minutes. Blanks, hyphens and case do not matter.`,
    examples: [exampleAsking.code],
  },
  'EnrolDevice/name': {
    minLength: 1,
    maxLength: 30,
    description:
      "Shown wherever the device is named. The rule of a payee's name, and letters, digits, blanks and '’()+- only.",
    examples: [exampleAsking.name],
  },
  'EnrolDevice/key': {
    description:
      'The public key of the device (JWK, P-256), which also signs this request’s proof.',
    examples: [exampleAsking.key],
  },
  [CREATE]: {
    description:
      '`toJSON()` of what `navigator.credentials.create()` gave, for the `challenge` SHA-256("payfriend add v1\\n" + ' +
      'the code in upper case, without hyphen). Members that are not listed are not read.',
  },
  [`${CREATE}/id`]: { examples: [exampleCredential.id] },
  [`${CREATE}/rawId`]: bytes(exampleCredential.rawId),
  [`${CREATE}/type`]: { examples: [exampleCredential.type] },
  [`${CREATE}/response/clientDataJSON`]: bytes('eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0'),
  [`${CREATE}/response/authenticatorData`]: bytes(
    'SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAA',
  ),
  [`${CREATE}/response/publicKey`]: bytes('MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE'),
  [`${CREATE}/response/publicKeyAlgorithm`]: {
    description: '-7 (ES256) or -257 (RS256).',
    examples: [-7],
  },
  [GET]: {
    description:
      '`toJSON()` of what `navigator.credentials.get()` gave, without `allowCredentials`, for the `challenge` ' +
      'SHA-256("payfriend renew v1\\n" + the code in upper case, without hyphen + "." + the RFC 7638 thumbprint of `key`). ' +
      'Members that are not listed are not read.',
    examples: [exampleAssertion],
  },
  [`${GET}/rawId`]: bytes(exampleAssertion.rawId),
  [`${GET}/response/clientDataJSON`]: bytes(exampleAssertion.response.clientDataJSON),
  [`${GET}/response/authenticatorData`]: bytes(exampleAssertion.response.authenticatorData),
  [`${GET}/response/signature`]: bytes(exampleAssertion.response.signature),
  'AskLeave/by': { examples: ['text'] },
  ConfirmDevice: {
    description: 'Either the digits, with what lets the device in, or `undo`.',
    examples: [
      { digits: '4071', code: '271828' },
      { digits: '4071', invitation: 'K7LMP-Q4F2X' },
      { digits: '4071' },
      { undo: true },
    ],
  },
  'ConfirmDevice/digits': {
    description:
      'The four digits that the new device shows. With wrong ones neither code nor invitation is looked at.',
    examples: ['4071'],
  },
  'ConfirmDevice/code': {
    description: 'The code from the text, where a text lets the device in.',
    examples: ['271828'],
  },
  'ConfirmDevice/invitation': {
    description:
      'The code of the operator’s invitation, where that lets the device in: it is looked at first, and is spent ' +
      'by that. A wrong one is `wrong_code`. Blanks, hyphens and case do not matter.',
    examples: ['K7LMP-Q4F2X'],
  },
  'ConfirmDevice/undo': { description: 'Confirm the undo of this device’s removal.' },
}
