/** Devices: a payer's phones and browsers that approve by their own keys. */
import type { PushSubscription } from './pushSubscription.ts'
import type { Passkey } from './webauthn.ts'

/** A payer's devices, active or waiting. */
export const DEVICES_MAX = 3
/** An invitation, and the device that is made with it, end after so many minutes. */
export const INVITATION_MINUTES = 10
/** Tries at the four digits that the new device shows. */
export const DIGIT_TRIES_MAX = 5
/** Texts that ask leave for one device. */
export const LEAVE_TEXTS_MAX = 3
/** A sign-in lets in the first device only while it is no older. */
export const FRESH_SIGN_IN_SECONDS = 300

/** Invitations of one payer in an hour: so a session cannot draw digits until they fit. */
export const INVITATIONS_PER_HOUR = 30

/** So many rings an hour of what asks for a payer's yes: a new device or number; what asks is listed all the same. */
export const ASK_RINGS_PER_HOUR = 5

/** What lets a device in. */
export const LEAVES = ['device', 'text', 'sign-in', 'invitation'] as const
export type Leave = (typeof LEAVES)[number]

/** The deployment's rules on devices. */
export type DeviceRules = {
  /** Who may add the first device without a verified phone: nobody, or who has just signed in. */
  readonly firstDevice: 'invitation' | 'sign-in'
  /** So many hours a device waits that no active one let in, and so long a removal by a session can be undone. */
  readonly waitHours: number
  /** Whether texts may approve payments of who has a device. */
  readonly textsBesideDevice: boolean
  /** Whether the provider sends texts. */
  readonly hasTexts: boolean
}

/** The operator's invitation; a payer has one at most, and a new one replaces it. */
export type OwnerInvitation = {
  /** SHA-256 of its code, in hexadecimal digits. */
  readonly hash: string
  readonly until: Date
  /** The operator has waived the wait. */
  readonly isNow: boolean
}

/** An operator's invitation ends after so many days. */
export const OWNER_INVITATION_DAYS = 7

/** A document by which a passkey stops a recovery, or asks to undo a removal. */
export type Stop = {
  readonly signing: string
  /** Failed assertions over it, by the device that sent them; after five that device is not heard any more. */
  readonly failed: Readonly<Record<string, number>>
  /** When the removed device asked to undo its removal. */
  readonly askedAt?: Date | undefined
}

/** The public half of the key that signs each of a device's requests (RFC 7517, P-256). */
export type DeviceKey = {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
}

/** The keys of one browser, made together; `id` is the device key's thumbprint (RFC 7638). */
export type DeviceKeys = {
  readonly id: string
  readonly key: DeviceKey
  readonly passkey: Passkey
}

/** A device that was let in. */
export type Device = DeviceKeys & {
  readonly name: string
  readonly boundBy: Leave
  readonly addedAt: Date
  /** Until then it waits and approves nothing, because no active device let it in: a recovery. */
  readonly activeFrom?: Date | undefined
  /** The event `device.waiting` was published a second time. */
  readonly remindedAt?: Date | undefined
  readonly lastUsedAt?: Date | undefined
  /** Since then it approves nothing; it stays stored. */
  readonly removedAt?: Date | undefined
  /** A removal by a session can be undone; one by its own passkey, or by its renewal, cannot. */
  readonly removedBy?: 'session' | 'device' | 'renewal' | undefined
  /** Of a recovery, or of a removal by a session. */
  readonly stop?: Stop | undefined
  /** Where it is rung. */
  readonly push?: PushSubscription | undefined
  /** When it last asked for a test ring. */
  readonly testRingAt?: Date | undefined
}

/** A device that asks to be let in; a payer has one at most. */
export type PendingDevice = DeviceKeys & {
  readonly name: string
  /** The SHA-256 of the invitation's code, by which the page knows the device that it invited. */
  readonly invitation: string
  /** The sign-in of the invitation, in seconds since 1970; it ends with that session. */
  readonly invitedAuthTime: number
  /** Six characters by which the payer tells this device from another of the same name. */
  readonly reference: string
  /** Four random digits that the new device alone shows. */
  readonly digits: string
  /** The document that an active device's passkey signs to let it in. */
  readonly signing: string
  readonly expiresAt: Date
  readonly tries: number
  /** The page has typed the right digits. */
  readonly hasDigits: boolean
  /** The active device that has said yes. */
  readonly yesBy?: string | undefined
  readonly texts: number
  readonly textedAt?: Date | undefined
  /** The provider's id of the newest text, if the provider checks codes by it. */
  readonly textId?: string | undefined
  /** Failed assertions over `signing`. */
  readonly failedYes: number
  /** The active device whose key is gone and whose passkey this one has: it takes that device's place. */
  readonly renews?: string | undefined
}

/** A payer's devices: those that were let in, and the one that asks. */
export type Devices = {
  readonly all: readonly Device[]
  readonly pending?: PendingDevice | undefined
  /** When the first device was let in; never cleared. From then on a device's leave is needed. */
  readonly since?: Date | undefined
  readonly invitation?: OwnerInvitation | undefined
  /** A device has stopped a recovery: until an operator's invitation let a device in, no text does. */
  readonly recoveryStoppedAt?: Date | undefined
}

export const NO_DEVICES: Devices = { all: [] }

/** The devices that hold one of the payer's places: active or waiting. */
export const placesTaken = ({ all }: Devices): number =>
  all.filter(({ removedAt }) => removedAt === undefined).length

/** The devices that approve. */
export const activeDevices = ({ all }: Devices, now: Date): readonly Device[] =>
  all.filter((device) => device.removedAt === undefined && !isWaiting(device, now))

/** The devices that were let in without an active one's yes and do not approve yet. */
export const waitingDevices = ({ all }: Devices, now: Date): readonly Device[] =>
  all.filter((device) => device.removedAt === undefined && isWaiting(device, now))

/** Whether a device that was let in approves nothing yet. */
export const isWaiting = ({ activeFrom }: Pick<Device, 'activeFrom'>, now: Date): boolean =>
  activeFrom !== undefined && now < activeFrom

/** Whether this device approves. */
export const isActive = (devices: Devices, deviceId: string, now: Date): boolean =>
  activeDevices(devices, now).some(({ id }) => id === deviceId)

/** The time that a removal by a session can be undone, and that a recovery waits. */
export const waitEnd = (from: Date, { waitHours }: Pick<DeviceRules, 'waitHours'>): Date =>
  new Date(from.getTime() + waitHours * 3_600_000)

/** Half of a wait: when its event comes a second time. */
export const halfOf = (from: Date, until: Date): Date =>
  new Date((from.getTime() + until.getTime()) / 2)

/** The devices that a session removed and that may still undo it. */
export const undoableDevices = (
  { all }: Devices,
  rules: Pick<DeviceRules, 'waitHours'>,
  now: Date,
): readonly Device[] => all.filter((device) => isUndoable(device, rules, now))

/** Whether a session removed this device, and its removal can still be undone. */
export const isUndoable = (
  { removedAt, removedBy }: Device,
  rules: Pick<DeviceRules, 'waitHours'>,
  now: Date,
): boolean => removedAt !== undefined && removedBy === 'session' && now < waitEnd(removedAt, rules)

/**
 * Whether a device is rung, although a session removed it: while that can be undone, and as long as a recovery waits
 * that began meanwhile. So who has a session cannot first silence a device and then recover unseen.
 */
export function isRung(
  { removedAt, removedBy }: Device,
  devices: Devices,
  rules: Pick<DeviceRules, 'waitHours'>,
  now: Date,
): boolean {
  if (removedAt === undefined || removedBy !== 'session') return false
  const until = waitEnd(removedAt, rules)
  return now < until || waitingDevices(devices, now).some(({ addedAt }) => addedAt < until)
}

/** So many removed devices stay with their payer, the newest; the audit trail has all. */
const REMOVED_KEPT = 10

/**
 * The ids of removed devices that need not be stored any more. One that is rung stays, because it may stop and undo: else
 * who adds and removes devices could silence it.
 */
export const forgettable = (
  devices: Devices,
  rules: Pick<DeviceRules, 'waitHours'>,
  now: Date,
): readonly string[] =>
  devices.all
    .filter((device) => device.removedAt && !isRung(device, devices, rules, now))
    .sort((a, b) => (b.removedAt?.getTime() ?? 0) - (a.removedAt?.getTime() ?? 0))
    .slice(REMOVED_KEPT)
    .map(({ id }) => id)

/**
 * Whether texts approve none of the payer's payments: a device is active, or one was removed so lately that its payer
 * may not have seen it, or one has stopped a recovery, which shows that somebody else reads the texts.
 */
export const areTextsClosed = (
  devices: Devices,
  rules: Pick<DeviceRules, 'waitHours' | 'textsBesideDevice'>,
  now: Date,
): boolean =>
  !rules.textsBesideDevice &&
  (devices.recoveryStoppedAt !== undefined ||
    devices.all.some(
      (device) =>
        !isWaiting(device, now) &&
        (device.removedAt === undefined || now < waitEnd(device.removedAt, rules)),
    ))

/** The pending device while its time lasts. */
export const alivePending = ({ pending }: Devices, now: Date): PendingDevice | undefined =>
  pending && now < pending.expiresAt ? pending : undefined

/** The operator's invitation while its time lasts. */
export const aliveInvitation = ({ invitation }: Devices, now: Date): OwnerInvitation | undefined =>
  invitation && now < invitation.until ? invitation : undefined

/** Whether an active device has said yes to the pending one; the yes of a device that was removed since counts nothing. */
export const hasYes = (devices: Devices, now: Date): boolean =>
  activeDevices(devices, now).some(({ id }) => id === devices.pending?.yesBy)

/** 32 characters without 0, 1, I and O, which are easily confused. */
const CODE_LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const CODE_LENGTH = 10
/** A code as it is typed, without blanks and hyphens. */
const CODE = new RegExp(`^[${CODE_LETTERS}]{${CODE_LENGTH}}$`)

/** An invitation's code (50 random bits), from ten random bytes. */
export const invitationCodeFrom = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, CODE_LENGTH))
    .map((byte) => CODE_LETTERS[byte % CODE_LETTERS.length])
    .join('')

/** A code as it was made, from what a person typed; `undefined` if it cannot be one. */
export function typedCode(text: string): string | undefined {
  const code = text.replace(/[\s-]/g, '').toUpperCase()
  return CODE.test(code) ? code : undefined
}
