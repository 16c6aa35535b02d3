/** Devices: a payer's phones and browsers that approve by their own keys. */
import type { Passkey } from './webauthn.ts'

/** A payer's active devices. */
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

/** What lets a device in. */
export const LEAVES = ['device', 'text', 'sign-in'] as const
export type Leave = (typeof LEAVES)[number]

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
  readonly lastUsedAt?: Date | undefined
  /** Since then it approves nothing; it stays stored. */
  readonly removedAt?: Date | undefined
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
}

/** A payer's devices: those that were let in, and the one that asks. */
export type Devices = {
  readonly all: readonly Device[]
  readonly pending?: PendingDevice | undefined
  /** When the first device was let in; never cleared. From then on a device's leave is needed. */
  readonly since?: Date | undefined
}

export const NO_DEVICES: Devices = { all: [] }

/** The devices that approve. */
export const activeDevices = ({ all }: Devices): readonly Device[] =>
  all.filter(({ removedAt }) => removedAt === undefined)

/** Whether this device approves. */
export const isActive = (devices: Devices, deviceId: string): boolean =>
  activeDevices(devices).some(({ id }) => id === deviceId)

/** The pending device while its time lasts. */
export const alivePending = ({ pending }: Devices, now: Date): PendingDevice | undefined =>
  pending && now < pending.expiresAt ? pending : undefined

/** Whether an active device has said yes to the pending one; the yes of a device that was removed since counts nothing. */
export const hasYes = (devices: Devices): boolean =>
  activeDevices(devices).some(({ id }) => id === devices.pending?.yesBy)

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
