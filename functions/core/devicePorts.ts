/** The ports of the device channel: invitations and devices, stored with their payer. */
import type { Device, DeviceKey, Devices, OwnerInvitation, PendingDevice } from './device.ts'
import type { Sha256 } from './ids.ts'
import type { Payer, SignedIn } from './payer.ts'
import type { PushSubscription } from './pushSubscription.ts'
import type { Passkey, WebAuthnCrypto, WebAuthnSite } from './webauthn.ts'

/** An invitation to add a device, stored under the SHA-256 of its code. */
export type Invitation = {
  /** SHA-256 of the code, in hexadecimal digits. */
  readonly hash: string
  readonly payerId: string
  readonly email: string
  /** The sign-in of the page that made it, in seconds since 1970. */
  readonly authTime: number
  readonly expiresAt: Date
  /** A device was made with it and asked; another time nothing is asked by it. */
  readonly hasAsked: boolean
}

/**
 * The devices of payers. A write to a payer is conditional: if its condition fails, nothing changes and it returns
 * `undefined` (or false). What lets a device in, or leads to that, requires that the operator has neither locked nor
 * closed the account; what ends or counts something does not.
 */
export type DeviceStore = {
  invite(invitation: Omit<Invitation, 'hasAsked'>): Promise<void>
  /** Count an invitation for the payer's hour (UTC); false if the hour is full. */
  countInvitation(payerId: string, now: Date): Promise<boolean>
  /** Count a ring of what asks for a yes, for the payer's hour (UTC); false if the hour is full. */
  countAskRing(payerId: string, now: Date): Promise<boolean>
  /** A consistent read. */
  invitation(hash: string): Promise<Invitation | undefined>
  /** Spend an invitation for the device with this id. Requires: not expired, and not spent for another device. */
  spend(hash: string, deviceId: string, now: Date): Promise<boolean>

  /** Store that an invitation's device has asked. */
  noteAsked(hash: string): Promise<void>
  /**
   * Store the device that asks to be let in; one that asked before is replaced. Requires that the session of the
   * invitation was not ended, that no device asked with this invitation just before, and that this device was never
   * let in: so a device that was turned away or removed needs new keys and a new invitation.
   */
  ask(
    payer: Pick<SignedIn, 'payerId' | 'email'>,
    pending: PendingDevice,
  ): Promise<Payer | undefined>
  /** Spend a try before the digits are compared. Requires: alive, tries left, and the session was not ended. */
  spendTry(signedIn: SignedIn, deviceId: string, now: Date): Promise<Payer | undefined>
  /** Store that the page has typed the right digits. Requires: alive. */
  saveDigits(payerId: string, deviceId: string, now: Date): Promise<Payer | undefined>
  /** Store an active device's yes. Requires: alive, `byDevice` active, and this document. */
  saveYes(
    payerId: string,
    asked: Pick<PendingDevice, 'id' | 'signing'>,
    byDevice: string,
    now: Date,
  ): Promise<Payer | undefined>
  /**
   * Count a failed assertion over the pending device's document; the fifth ends the device. Requires: alive, and this
   * document.
   */
  countFailedYes(
    payerId: string,
    asked: Pick<PendingDevice, 'id' | 'signing'>,
    now: Date,
  ): Promise<Payer | undefined>
  /** Count a text before it is requested. Requires: alive, texts left, none requested after `lastBefore`. */
  spendText(
    signedIn: SignedIn,
    deviceId: string,
    lastBefore: Date,
    now: Date,
  ): Promise<Payer | undefined>
  /** Store the provider's id of a text, unless the device is gone. */
  saveText(payerId: string, deviceId: string, textId: string, now: Date): Promise<void>
  /**
   * Let the pending device in, with an audit entry. Requires: it is alive, the session of its invitation was not
   * ended, and a place is free, or the device that it renews is active, which is removed in the same write. For the
   * leave `device` also that the device that said yes is active; for `invitation` that it is the payer's newest and has
   * not ended, which spends it; for `text` that the verified phone is the one of `seen` and that no recovery was stopped.
   * For all but `device` that a device was let in before if and only if `seen` has one. Removed devices that
   * `forgettable` names are forgotten.
   */
  letIn(
    seen: Payer,
    device: Device,
    forgettable: (devices: Devices) => readonly string[],
    now: Date,
  ): Promise<Payer | undefined>
  /** Void the pending device. Requires that it still asks. */
  turnAway(payerId: string, deviceId: string): Promise<Payer | undefined>
  /**
   * Remove an active device, with an audit entry. Requires that it is active. `signing` is the document by which its
   * passkey asks to undo a removal by a session.
   */
  remove(
    seen: Payer,
    deviceId: string,
    by: { readonly by: 'session'; readonly signing: string } | { readonly by: 'device' },
    now: Date,
  ): Promise<Payer | undefined>
  /**
   * Forget a waiting device, with an audit entry. Requires that it waits. With `stop`, by a device that signed its
   * document, no text lets a device in any more; without, by a session of the payer.
   */
  stopWaiting(
    seen: Payer,
    deviceId: string,
    stop: { readonly signing: string; readonly byDevice: string } | undefined,
    now: Date,
  ): Promise<Payer | undefined>
  /** Store that a removed device asks to undo its removal. Requires: removed by a session, and this document. */
  askUndo(payerId: string, deviceId: string, signing: string, now: Date): Promise<Payer | undefined>
  /**
   * Make a removed device active again, with an audit entry. Requires: this removal, that its passkey has asked, that
   * the session was not ended, and a free place.
   */
  restore(seen: Payer, signedIn: SignedIn, device: Device, now: Date): Promise<Payer | undefined>
  /** Count a device's failed assertion over the document that stops `deviceId`. Requires: this document. */
  countFailedStop(
    payerId: string,
    deviceId: string,
    failed: { readonly signing: string; readonly byDevice: string },
  ): Promise<Payer | undefined>

  /** Store where an active device is rung. Requires that it is active. */
  savePush(
    payerId: string,
    deviceId: string,
    push: PushSubscription,
    now: Date,
  ): Promise<Payer | undefined>
  /** Ring an active device no more, with an audit entry if `isTold`. Requires that it is active and has a subscription. */
  silence(seen: Payer, deviceId: string, isTold: boolean, now: Date): Promise<Payer | undefined>
  /** Forget a subscription that its push service has ended. Requires that the device still has this one. */
  endPush(payerId: string, deviceId: string, endpoint: string): Promise<void>
  /** Count a test ring. Requires that the device is active, has a subscription, and none after `lastBefore`. */
  countTestRing(
    payerId: string,
    deviceId: string,
    lastBefore: Date,
    now: Date,
  ): Promise<Payer | undefined>

  /** Note that the event of a waiting device is to be published again. */
  noteReminder(reminder: Reminder): Promise<void>
  /** The reminders that are due, of this hour and the two before. */
  dueReminders(now: Date): Promise<readonly Reminder[]>
  /** Add the second audit entry of a device that still waits, once. */
  tellAgain(reminder: Reminder, now: Date): Promise<void>

  /**
   * Lock new payments until `untilOf` the number of locks before, with an audit entry. An `id` that was
   * given before changes nothing.
   */
  lockStarts(seen: Payer, id: string, untilOf: (locks: number) => Date, now: Date): Promise<void>
  /** Store the operator's invitation, with an audit entry; one before it is replaced. False if the account is locked. */
  inviteByOperator(
    account: { readonly payerId: string; readonly email: string },
    invitation: OwnerInvitation,
    now: Date,
  ): Promise<boolean>
  /** Store when a device was last used, and what its passkey told of itself. */
  noteUse(
    payerId: string,
    deviceId: string,
    passkey: Pick<Passkey, 'backedUp' | 'signCount'>,
    now: Date,
  ): Promise<void>
}

/** When the event of a waiting device is to be published again. */
export type Reminder = { readonly payerId: string; readonly deviceId: string; readonly at: Date }

/** A request's proof by a device key, read and not yet verified. */
export type DeviceProof = {
  /** The header as it was sent. */
  readonly jws: string
  /** Undefined on the first request of a device, which does not know its payer yet. */
  readonly payerId: string | undefined
  /** The thumbprint of the device key: the device's id. */
  readonly thumbprint: string
  /** Whether this key signed it, and has the thumbprint. */
  isSignedBy(key: DeviceKey): Promise<boolean>
}

/** The ports by which a signature over a stored document is checked. */
export type SignaturePorts = {
  readonly site: WebAuthnSite
  readonly crypto: WebAuthnCrypto
  readonly sha256: Sha256
  /** Called with the flaw of a signature that is over something else than what is stored, or made elsewhere. */
  readonly onStale: (flaw: string) => void
}
