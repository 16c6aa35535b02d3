/** The stored form of a payer's devices: attributes of the payer's item. */
import * as z from 'zod'
import { type Device, type Devices, LEAVES, type PendingDevice } from '../../core/device.ts'
import type { Same } from '../../core/same.ts'
import { deviceKey } from '../deviceKey.ts'

const instant = z.iso.datetime({ precision: 3 }).transform((text) => new Date(text))

const passkey = z.strictObject({
  credentialId: z.string(),
  spki: z.string(),
  alg: z.union([z.literal(-7), z.literal(-257)]),
  backupEligible: z.boolean(),
  backedUp: z.boolean(),
  signCount: z.int(),
})

const device = z.strictObject({
  name: z.string(),
  key: deviceKey,
  passkey,
  boundBy: z.enum(LEAVES),
  addedAt: instant,
  activeFrom: instant.optional(),
  remindedAt: instant.optional(),
  lastUsedAt: instant.optional(),
  removedAt: instant.optional(),
  removedBy: z.enum(['session', 'device', 'renewal']).optional(),
  stop: z
    .strictObject({
      signing: z.string(),
      failed: z.record(z.string(), z.int()),
      askedAt: instant.optional(),
    })
    .optional(),
  testRingAt: instant.optional(),
  push: z
    .strictObject({
      endpoint: z.string(),
      p256dh: z.string(),
      auth: z.string(),
      since: instant,
    })
    .optional(),
})
true satisfies Same<z.infer<typeof device>, Omit<Device, 'id'>>

const pendingDevice = z.strictObject({
  id: z.string(),
  name: z.string(),
  key: deviceKey,
  passkey,
  invitation: z.string(),
  invitedAuthTime: z.int(),
  reference: z.string(),
  digits: z.string(),
  signing: z.string(),
  expiresAt: instant,
  tries: z.int(),
  hasDigits: z.boolean(),
  yesBy: z.string().optional(),
  texts: z.int(),
  textedAt: instant.optional(),
  textId: z.string().optional(),
  failedYes: z.int(),
  renews: z.string().optional(),
})
true satisfies Same<z.infer<typeof pendingDevice>, PendingDevice>

const stored = z.object({
  devices: z.record(z.string(), device).default({}),
  device_pending: pendingDevice.optional(),
  devices_since: instant.optional(),
  owner_invitation: z
    .strictObject({ codeHash: z.string(), endsAt: instant, isNow: z.boolean() })
    .optional(),
  recovery_stopped_at: instant.optional(),
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
