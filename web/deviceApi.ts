/** What the API says of devices: the phones and browsers that approve payments with a passkey. */

import type { DenialReason } from '../functions/core/channel.ts'

/** What let a device in. */
export type AddedBy = 'device' | 'text' | 'sign-in'

/** The payer's devices, in the profile. */
export type Devices = {
  readonly list: readonly Device[]
  readonly pending: PendingDevice | null
  /** False if there are as many as an account may have, or if no way to add one is open. */
  readonly canAdd: boolean
  /** True from the first device on, also after all were removed. */
  readonly everHadOne: boolean
}

export type Device = {
  readonly id: string
  readonly name: string
  readonly addedAt: string
  readonly addedBy: AddedBy
  readonly lastUsedAt: string | null
}

/** A device that has begun to be added and approves nothing yet. */
export type PendingDevice = {
  readonly id: string
  readonly name: string
  /** The SHA-256, in hexadecimal, of the code with which it came. */
  readonly invitation: string
  readonly reference: string
  readonly expiresAt: string
  /** What has to let it in. */
  readonly leave: AddedBy
  readonly hasLeave: boolean
  readonly hasDigits: boolean
  /** The text with a code for it; null if none was asked for. */
  readonly text: {
    readonly to: string
    readonly sendsLeft: number
    readonly sentAt: string | null
  } | null
}

export type Invitation = { readonly code: string; readonly expiresAt: string }

/** The answer to a phone that asks to be added. */
export type Enrolled = {
  readonly kid: string
  readonly email: string
  /** Shown on the phone only, and typed on the signed-in page. */
  readonly digits: string
  readonly expiresAt: string
}

/** What waits for a device's yes or no. */
export type Approvals = {
  readonly email: string
  readonly device: Device & {
    /** The text that the passkey signs to remove this device. */
    readonly removal: string
  }
  /** The payer's other active devices. */
  readonly others: readonly Device[]
  readonly approvals: readonly {
    readonly kind: string
    readonly id: string
    /** The stored document; exactly this text is signed. */
    readonly signing: string
  }[]
}

/** A device's answer to a request. */
export type Answer =
  | { readonly answer: 'approve'; readonly assertion: unknown }
  | { readonly answer: 'deny'; readonly reason?: DenialReason; readonly signed: string }

export type Answered = {
  readonly id: string
  readonly status: 'approved' | 'denied' | 'removed'
}
