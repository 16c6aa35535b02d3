/** The ports of the device channel: invitations and devices, stored with their payer. */
import type { Device, DeviceKey, PendingDevice } from './device.ts'
import type { Payer, SignedIn } from './payer.ts'
import type { Passkey } from './webauthn.ts'

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
   * ended, and fewer than `DEVICES_MAX` are active. For the leave `device` also that the device that said yes is
   * active; for the others that no device was ever let in, and that the verified phone is the one of `seen`.
   */
  letIn(seen: Payer, device: Device, now: Date): Promise<Payer | undefined>
  /** Void the pending device. Requires that it still asks. */
  turnAway(payerId: string, deviceId: string): Promise<Payer | undefined>
  /** Remove an active device, with an audit entry. Requires that it is active. */
  remove(seen: Payer, deviceId: string, now: Date): Promise<Payer | undefined>
  /** Store when a device was last used, and what its passkey told of itself. */
  noteUse(
    payerId: string,
    deviceId: string,
    passkey: Pick<Passkey, 'backedUp' | 'signCount'>,
    now: Date,
  ): Promise<void>
}

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
