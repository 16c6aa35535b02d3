/** What the API says of devices: the phones and browsers that approve payments with a passkey. */

import type { DenialReason } from '../functions/core/channel.ts'
import type { Notice } from './noticeWords.ts'

/** What lets a device in, or has let it in. */
export type AddedBy = 'device' | 'text' | 'invitation' | 'sign-in'

/** The payer's devices, in the profile. */
export type Devices = {
  readonly list: readonly Device[]
  /** Let in without another device's yes; they approve nothing before their time. */
  readonly waiting: readonly WaitingDevice[]
  /** Removed on the page not long ago; their passkey can ask to be put back. */
  readonly removed: readonly RemovedDevice[]
  readonly pending: PendingDevice | null
  /** False if there are as many as an account may have. */
  readonly canAdd: boolean
  /** True from the first device on, also after all were removed. */
  readonly everHadOne: boolean
  /** What could let another device in. */
  readonly leaves: readonly AddedBy[]
  /** No text approves a payment: a device is active, was removed lately, or has stopped a recovery. */
  readonly textsClosed: boolean
  /** For so many hours a device waits that no other let in, if there ever was one. */
  readonly waitHours: number
}

export type Device = {
  readonly id: string
  readonly name: string
  readonly addedAt: string
  readonly addedBy: AddedBy
  readonly lastUsedAt: string | null
}

export type WaitingDevice = {
  readonly id: string
  readonly name: string
  readonly addedAt: string
  readonly addedBy: AddedBy
  /** From then on it approves. */
  readonly activeFrom: string
}

export type RemovedDevice = {
  readonly id: string
  readonly name: string
  readonly removedAt: string
  readonly undoUntil: string
  /** Its passkey has asked to be put back: a newer sign-in than the removal may confirm it. */
  readonly undoAsked: boolean
}

/** A device that has begun to be added and approves nothing yet. */
export type PendingDevice = {
  readonly id: string
  readonly name: string
  /** The SHA-256, in hexadecimal, of the code with which it came. */
  readonly invitation: string
  readonly reference: string
  readonly expiresAt: string
  readonly hasDigits: boolean
  /** Another device has said yes. */
  readonly hasLeave: boolean
  /** It is an active device whose key is gone: the new key takes the old one's place. */
  readonly renews: boolean
  /** What can let it in; one of them is enough. */
  readonly leaves: readonly PendingLeave[]
}

export type PendingLeave =
  | { readonly by: 'device' }
  | TextLeave
  | { readonly by: 'invitation'; readonly waitHours: number }
  | { readonly by: 'sign-in' }

export type TextLeave = {
  readonly by: 'text'
  readonly to: string
  readonly sendsLeft: number
  readonly sentAt: string | null
  /** 0: the device approves at once. */
  readonly waitHours: number
}

export type Invitation = { readonly code: string; readonly expiresAt: string }

/** The answer to a phone that asks to be added. */
export type Enrolled = {
  readonly kid: string
  readonly email: string
  /** By which the page and the other phones show it: if another one has the name that was asked for, with a number. */
  readonly name: string
  /** Shown on the phone only, and typed on the signed-in page. */
  readonly digits: string
  readonly expiresAt: string
}

/** What waits for a device's yes or no. */
export type Approvals = {
  readonly email: string
  /** False for a device that was removed on the page, which may undo that and stop recoveries, and for one that waits. */
  readonly trusted: boolean
  readonly device: Device & {
    /** The text that the passkey signs to remove this device; null if it is removed or waits. */
    readonly removal: string | null
    /** How its removal can be undone; null if it was not removed. */
    readonly removed: RemovedDevice | null
  }
  /** The payer's other active devices. */
  readonly others: readonly Device[]
  /** The newest first. */
  readonly notices: readonly Notice[]
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
  /** `undo_asked`: the signed-in page must confirm it after a new sign-in. */
  readonly status: 'approved' | 'denied' | 'removed' | 'stopped' | 'undo_asked'
}

/** Whether a device is rung, and the key (base64url) for which its browser has to subscribe. */
export type PushTold = { readonly pushKey: string; readonly subscribed: boolean }
