/** The stored form of a payer's devices: attributes of the payer's item. */
import * as z from 'zod'
import { type Device, type Devices, LEAVES, type PendingDevice } from '../../core/device.ts'
import type { Same } from '../../core/same.ts'
import { deviceKey } from '../deviceKey.ts'
import { instant, optionalInstant, optionalText, text, whole } from './attributes.ts'

const passkey = z.strictObject({
  credentialId: text,
  spki: text,
  alg: z.union([z.literal(-7), z.literal(-257)]),
  backupEligible: z.boolean(),
  backedUp: z.boolean(),
  signCount: whole,
})

const device = z.strictObject({
  name: text,
  key: deviceKey,
  passkey,
  boundBy: z.enum(LEAVES),
  addedAt: instant,
  activeFrom: optionalInstant,
  remindedAt: optionalInstant,
  lastUsedAt: optionalInstant,
  removedAt: optionalInstant,
  removedBy: z.enum(['session', 'device', 'renewal']).optional(),
  stop: z
    .strictObject({
      signing: text,
      failed: z.record(text, whole),
      askedAt: optionalInstant,
    })
    .optional(),
  testRingAt: optionalInstant,
  push: z
    .strictObject({
      endpoint: text,
      p256dh: text,
      auth: text,
      since: instant,
    })
    .optional(),
})
true satisfies Same<z.infer<typeof device>, Omit<Device, 'id'>>

const pendingDevice = z.strictObject({
  id: text,
  name: text,
  key: deviceKey,
  passkey,
  invitation: text,
  invitedAuthTime: whole,
  reference: text,
  digits: text,
  signing: text,
  expiresAt: instant,
  tries: whole,
  hasDigits: z.boolean(),
  yesBy: optionalText,
  texts: whole,
  textedAt: optionalInstant,
  textId: optionalText,
  failedYes: whole,
  renews: optionalText,
})
true satisfies Same<z.infer<typeof pendingDevice>, PendingDevice>

const stored = z.object({
  devices: z.record(text, device).default({}),
  device_pending: pendingDevice.optional(),
  devices_since: optionalInstant,
  owner_invitation: z
    .strictObject({ codeHash: text, endsAt: instant, isNow: z.boolean() })
    .optional(),
  recovery_stopped_at: optionalInstant,
})

/** The devices in a payer's item. Throws if they cannot be parsed. */
export function devicesOf(attributes: unknown): Devices {
  const { devices, device_pending, devices_since, owner_invitation, recovery_stopped_at } =
    stored.parse(attributes)
  return {
    all: Object.entries(devices)
      .map(([id, one]) => ({ id, ...one }))
      .sort((a, b) => a.addedAt.getTime() - b.addedAt.getTime()),
    pending: device_pending,
    since: devices_since,
    invitation: owner_invitation && {
      hash: owner_invitation.codeHash,
      until: owner_invitation.endsAt,
      isNow: owner_invitation.isNow,
    },
    recoveryStoppedAt: recovery_stopped_at,
  }
}

/** A device or a pending one as it is stored: times as RFC 3339, nothing undefined. */
export const itemOfDevice = (one: Omit<Device, 'id'> | PendingDevice) =>
  Object.fromEntries(
    Object.entries(one)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
  )
