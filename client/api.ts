/**
 * Made from docs/api/openapi.json by `npm run openapi`; a change made here would be lost.
 *
 * What the API takes and gives, by the names of its schemas, and every route that a payer's token may call.
 */
/**
 * Yes: `toJSON()` of what `navigator.credentials.get()` gave for the `challenge` SHA-256(prefix + `signing`), or, for a payment, the `details` of a `PaymentRequest` of the method `secure-payment-confirmation` with that challenge, `payeeName` "name (id)", the amount as `total`, and the instrument "Payfriend, reference ABC234"; members that are not listed are not read. No: the device’s key alone, with `signed` = base64url(SHA-256(prefix + `signing`)). The prefix is "payfriend approve v1\n" or "payfriend deny v1\n" for a payment, "payfriend device v1\n" or "payfriend device deny v1\n" for a new device, "payfriend phone v1\n" or "payfriend phone deny v1\n" for a new phone number, "payfriend stop v1\n" for what is stopped, and "payfriend remove v1\n" for this device’s own removal, over the text `removal`. What is stopped, and a removal, have no no.
 */
export type AnswerApproval =
  | {
      answer: 'approve'
      assertion: {
        id: string
        rawId: string
        type: string
        response: {
          clientDataJSON: string
          authenticatorData: string
          signature: string
          [k: string]: unknown
        }
        [k: string]: unknown
      }
    }
  | {
      answer: 'deny'
      reason?: 'changed_mind' | 'not_me'
      signed: string
    }
/**
 * Every code that there is.
 */
export type RefusalCode =
  | 'invalid_request'
  | 'idempotency_key_missing'
  | 'wrong_address'
  | 'phone_not_verified'
  | 'current_code_required'
  | 'device_required'
  | 'device_not_trusted'
  | 'forged_callback'
  | 'not_found'
  | 'expired'
  | 'already_decided'
  | 'too_many_devices'
  | 'no_code_sent'
  | 'no_attempts_left'
  | 'wrong_code'
  | 'approval_not_signed'
  | 'code_expired'
  | 'idempotency_key_reused'
  | 'locked'
  | 'starts_locked'
  | 'too_many_sms'
  | 'too_many_open_payments'
  | 'too_many_payments'
  | 'too_many_invitations'
  | 'too_many_rings'
  | 'provider_unavailable'
  | 'sms_off'
  | 'payments_off'

export interface StartPayment {
  /**
   * Who is paid. Shown to the payer on every channel and never cut, so no more than fits (RTS Art. 5(1)(a)); no hidden characters, line breaks or emoji. What looks the same is stored as the same, and comes back as it is stored: NFC, runs of any spaces as one space, none at the ends.
   */
  payee: {
    /**
     * 1 to 70 characters as stored, those beyond U+FFFF counted as two. Compatibility forms become their letters (NFKC). Digits of one kind, three accents on a letter at most, no amounts, and no `@`, digit or `ref` in brackets.
     */
    name: string
    /**
     * E-mail address or account number; 3 to 64 characters as stored. Printable ASCII, or letters of one script (UTS 39) with ASCII digits and signs; no brackets, no compatibility forms.
     */
    id: string
  }
  amount: {
    /**
     * Above zero, with at most as many decimals as the currency has, and no more than the stage's limit for it. By default that is EUR 10000, GBP 9000, USD 10000, AUD 20000, BHD 4000, CAD 20000, CHF 9000, COP 40000000, CZK 200000, DKK 70000, HUF 4000000, IDR 200000000, JPY 2000000, KRW 20000000, KWD 4000, NOK 100000, PLN 40000, RON 50000, SEK 100000.
     */
    value: string
    currency:
      | 'EUR'
      | 'GBP'
      | 'USD'
      | 'AUD'
      | 'BHD'
      | 'CAD'
      | 'CHF'
      | 'COP'
      | 'CZK'
      | 'DKK'
      | 'HUF'
      | 'IDR'
      | 'JPY'
      | 'KRW'
      | 'KWD'
      | 'NOK'
      | 'PLN'
      | 'RON'
      | 'SEK'
  }
}
export interface SmsCode {
  code: string
}
export interface StartVerification {
  /**
   * In international form; spaces, dots, dashes and brackets do not matter. The number of a mobile phone, or for a call of a fixed line, in a country that is served.
   */
  phoneNumber: string
  /**
   * A text, or a voice that says the code.
   */
  channel: 'sms' | 'call'
  /**
   * The code of the operator’s invitation, from the payer’s first device on, where no active device can say yes. It is spent when the phone is trusted. Blanks, hyphens and case do not matter.
   */
  invitation?: string
}
export interface VerificationCodes {
  /**
   * From the answer that started it. Another number started since makes it void: `not_found`.
   */
  verificationId: string
  /**
   * The new phone's code.
   */
  code: string
  /**
   * The verified phone's code, where there is a verified phone and never was a device: a session alone never moves payments to another phone.
   */
  currentCode?: string
}
/**
 * A new device: with `credential`, its new passkey; or with `assertion`, if it had one that approves for this payer and only its device key is gone. Never both.
 */
export interface EnrolDevice {
  /**
   * The invitation's code, good for 10 minutes. Blanks, hyphens and case do not matter.
   */
  code: string
  /**
   * Shown wherever the device is named. The rule of a payee's name, and letters, digits, blanks and '’()+- only.
   */
  name: string
  /**
   * The public key of the device (JWK, P-256), which also signs this request’s proof.
   */
  key: {
    kty: 'EC'
    crv: 'P-256'
    x: string
    y: string
  }
  /**
   * `toJSON()` of what `navigator.credentials.create()` gave, for the `challenge` SHA-256("payfriend add v1\n" + the code in upper case, without hyphen). Members that are not listed are not read.
   */
  credential?: {
    id: string
    /**
     * In base64url, without padding.
     */
    rawId: string
    type: string
    response: {
      /**
       * In base64url, without padding.
       */
      clientDataJSON: string
      /**
       * In base64url, without padding.
       */
      authenticatorData: string
      /**
       * In base64url, without padding.
       */
      publicKey: string
      /**
       * -7 (ES256) or -257 (RS256).
       */
      publicKeyAlgorithm: number
      [k: string]: unknown
    }
    [k: string]: unknown
  }
  /**
   * `toJSON()` of what `navigator.credentials.get()` gave, without `allowCredentials`, for the `challenge` SHA-256("payfriend renew v1\n" + the code in upper case, without hyphen + "." + the RFC 7638 thumbprint of `key`). Members that are not listed are not read.
   */
  assertion?: {
    id: string
    /**
     * In base64url, without padding.
     */
    rawId: string
    type: string
    response: {
      /**
       * In base64url, without padding.
       */
      clientDataJSON: string
      /**
       * In base64url, without padding.
       */
      authenticatorData: string
      /**
       * In base64url, without padding.
       */
      signature: string
      [k: string]: unknown
    }
    [k: string]: unknown
  }
}
export interface AskLeave {
  by: 'text'
}
/**
 * Either the digits, with what lets the device in, or `undo`.
 */
export interface ConfirmDevice {
  /**
   * The four digits that the new device shows. With wrong ones neither code nor invitation is looked at.
   */
  digits?: string
  /**
   * The code from the text, where a text lets the device in.
   */
  code?: string
  /**
   * The code of the operator’s invitation, where that lets the device in: it is looked at first, and is spent by that. A wrong one is `wrong_code`. Blanks, hyphens and case do not matter.
   */
  invitation?: string
  /**
   * Confirm the undo of this device’s removal.
   */
  undo?: true
}
export interface ChangePush {
  /**
   * `toJSON()` of what `pushManager.subscribe()` gave; null to be rung no more. Its endpoint must be an address of a push service that the deployment knows.
   */
  subscription?: {
    endpoint: string
    expirationTime?: number | null
    keys: {
      p256dh: string
      auth: string
    }
  } | null
  /**
   * In a request of its own.
   */
  test?: true
}
/**
 * One intent to pay, with fixed payee and amount; never edited, decided once.
 */
export interface Payment {
  paymentId: string
  payee: {
    name: string
    id: string
  }
  amount: {
    /**
     * With exactly the currency's digits.
     */
    value: string
    currency:
      | 'EUR'
      | 'GBP'
      | 'USD'
      | 'AUD'
      | 'BHD'
      | 'CAD'
      | 'CHF'
      | 'COP'
      | 'CZK'
      | 'DKK'
      | 'HUF'
      | 'IDR'
      | 'JPY'
      | 'KRW'
      | 'KWD'
      | 'NOK'
      | 'PLN'
      | 'RON'
      | 'SEK'
  }
  /**
   * The payment in one sentence, the same on push, text and page (RTS Art. 5(1)(a)).
   */
  displayText: string
  /**
   * Tells it from an equal payment, for the eye: Authy’s push and Twilio Verify’s text name it.
   */
  reference: string
  /**
   * All but `pending` are final: a changed mind is a new payment.
   */
  status: 'pending' | 'approved' | 'denied' | 'expired' | 'failed' | 'cancelled'
  /**
   * `unavailable`: offer a text at once. A push that arrives after all still counts.
   */
  push: 'sending' | 'sent' | 'unavailable'
  /**
   * Where no push was asked for because the payer had denied two in a row: until when none goes out. The code by text is never paused. Else null.
   */
  pushPausedUntil: string | null
  sms: {
    /**
     * Where texts go; null where the payer approves by a device, and gets none.
     */
    to: string | null
    sentAt: string | null
    sendsLeft: number
    /**
     * Never given back, not even by a new text (RTS Art. 4(3)(b)).
     */
    attemptsLeft: number
  }
  /**
   * `waiting`: it waits on the payer's devices (`GET /approvals`), and is approved there alone. `unavailable`: the payer had no device when it was started.
   */
  device: 'waiting' | 'unavailable'
  createdAt: string
  /**
   * From this instant on a pending payment is expired.
   */
  expiresAt: string
  /**
   * When the payment became final.
   */
  decidedAt: string | null
  /**
   * The channel of approved, denied and failed; else null.
   */
  decidedBy: ('push' | 'sms' | 'device') | null
  /**
   * Of approved and denied, once decided. Null for pending, expired, failed and cancelled.
   */
  decision: {
    channel: 'push' | 'sms' | 'device'
    /**
     * How the answer was learned: by the provider's signed callback, which shows what the payer saw; by the provider's own word when it was asked, which shows no payee and no amount; or by a code that is bound to the payment.
     */
    proof: 'signed-callback' | 'provider-read' | 'sms-code' | 'passkey' | 'device-key'
  } | null
}
export interface PaymentPage {
  /**
   * Newest first.
   *
   * @maxItems 100
   */
  payments: Payment[]
  /**
   * The next page’s `cursor`; null on the last page.
   */
  next: string | null
}
/**
 * Who is signed in, and as much of their phone as they need to know it.
 */
export interface Profile {
  email: string
  /**
   * The payer's phones and browsers that approve by their own keys.
   */
  devices: {
    /**
     * Those that approve, oldest first.
     *
     * @maxItems 3
     */
    list: {
      /**
       * The thumbprint (RFC 7638) of the device's key.
       */
      id: string
      name: string
      addedAt: string
      /**
       * What let it in.
       */
      addedBy: 'device' | 'text' | 'sign-in' | 'invitation'
      lastUsedAt: string | null
    }[]
    /**
     * Those that were let in without the yes of an active one, and do not approve yet.
     *
     * @maxItems 3
     */
    waiting: {
      /**
       * The thumbprint (RFC 7638) of the device's key.
       */
      id: string
      name: string
      addedAt: string
      /**
       * What let it in.
       */
      addedBy: 'device' | 'text' | 'sign-in' | 'invitation'
      /**
       * Until then it approves nothing, and can be stopped.
       */
      activeFrom: string
    }[]
    /**
     * Those that a session removed so lately that it can be undone.
     */
    removed: {
      /**
       * The thumbprint (RFC 7638) of the device's key.
       */
      id: string
      name: string
      removedAt: string
      undoUntil: string
      /**
       * Its passkey has asked to undo it; a sign-in newer than the removal has to confirm.
       */
      undoAsked: boolean
    }[]
    /**
     * The device that asks to be let in; one at most. Poll the profile every three seconds.
     */
    pending: {
      /**
       * The thumbprint (RFC 7638) of the device's key.
       */
      id: string
      name: string
      /**
       * The SHA-256 of the code (upper case, without hyphen) with which it was made. A page confirms only the device that was made with the code that the page itself showed.
       */
      invitation: string
      /**
       * The text and the other devices show it too.
       */
      reference: string
      expiresAt: string
      /**
       * It takes the place of an active device whose key is gone, and whose passkey it has.
       */
      renews: boolean
      /**
       * An active device has said yes.
       */
      hasLeave: boolean
      /**
       * The right digits were sent.
       */
      hasDigits: boolean
      /**
       * What can let it in, the best first; one of them is enough.
       *
       * @minItems 1
       */
      leaves: (
        | {
            by: 'device' | 'sign-in'
          }
        | {
            by: 'text'
            /**
             * All digits but the last three are hidden.
             */
            to: string
            sendsLeft: number
            sentAt: string | null
            /**
             * For so many hours the device then waits; 0 is not at all.
             */
            waitHours: number
          }
        | {
            by: 'invitation'
            /**
             * For so many hours the device then waits; 0 is not at all.
             */
            waitHours: number
          }
      )[]
    } | null
    /**
     * Whether there ever was one: from then on another number or device needs its leave, a wait, or the operator’s invitation.
     */
    everHadOne: boolean
    /**
     * Whether no text approves a payment: one is active, was removed lately, or has stopped a recovery.
     */
    textsClosed: boolean
    /**
     * For so many hours a device waits that no active one let in, if the payer ever had one.
     */
    waitHours: number
    /**
     * Whether there is room for another one.
     */
    canAdd: boolean
    /**
     * What could let another one in, the best first.
     *
     * @minItems 1
     *
     * Items: `device`: the yes of an active device's passkey. `text`: a code to the verified phone. `sign-in`: a sign-in that is not older than five minutes. `invitation`: a code of the operator.
     */
    leaves: ('device' | 'text' | 'sign-in' | 'invitation')[]
  }
  /**
   * What happened to the account in the last 30 days, newest first.
   *
   * @maxItems 11
   */
  notices: {
    event:
      | 'phone.changed'
      | 'device.added'
      | 'device.removed'
      | 'device.restored'
      | 'device.waiting'
      | 'device.stopped'
      | 'device.silenced'
      | 'device.invited'
      | 'starts.locked'
      | 'codes.locked'
      | 'pushes.denied'
      | 'sessions.ended'
      | 'account.locked'
      | 'account.unlocked'
    at: string
    /**
     * Of the newest change of phone: the last three digits of the phone now.
     */
    ending: string | null
  }[]
  /**
   * Until when codes are locked (`locked`), after five wrong ones in a row: none is texted for a payment, and none is checked. A push, or a device, can still answer. Else null.
   */
  codesLockedUntil: string | null
  /**
   * Until when no payment starts (`starts_locked`), because the payer said on a device that they did not start something; else null.
   */
  startsLockedUntil: string | null
  phone: {
    /**
     * All digits but the last three are hidden.
     */
    number: string
    verified: boolean
    /**
     * A number that waits for its code.
     */
    pending: {
      /**
       * All digits but the last three are hidden.
       */
      number: string
      channel: 'sms' | 'call'
      /**
       * Names this verification of this number; its confirmation carries it.
       */
      verificationId: string
      reference: string
      /**
       * What has to let the number in beside its own code. `code`: one to the verified phone. `device`: the yes of an active device (`GET /approvals`), from the payer’s first device on. `invitation`: the operator’s, which came with the number. Null for a first phone.
       */
      leave: ('code' | 'device' | 'invitation') | null
      /**
       * Whether that has let it in; a code of the verified phone may come with the new one’s.
       */
      hasLeave: boolean
    } | null
  } | null
}
export interface VerificationStarted {
  /**
   * Names this verification of this number; its confirmation carries it.
   */
  verificationId: string
  /**
   * The text to the verified phone names it too.
   */
  reference: string
  /**
   * The text to the verified phone, with the whole new number; null where none goes there. Twilio Verify words it as a payment of 0.00 to nobody, with the same number and reference.
   */
  displayText: string | null
  /**
   * All digits but the last three are hidden.
   */
  to: string
  /**
   * The number as it is dialled today, where it was written in another form.
   */
  dialled: string | null
  sendsLeft: number
  /**
   * Until when the code is good.
   */
  expiresAt: string
  /**
   * What has to let the number in beside its own code. `code`: one to the verified phone. `device`: the yes of an active device (`GET /approvals`), from the payer’s first device on. `invitation`: the operator’s, which came with the number. Null for a first phone.
   */
  leave: ('code' | 'device' | 'invitation') | null
}
export interface Invitation {
  /**
   * To be shown once, best as a QR code of `/approve.html#add/CODE`; good for one device.
   */
  code: string
  expiresAt: string
}
export interface DeviceEnrolled {
  /**
   * The `kid` of all later proofs: the payer's id, a dot, the thumbprint of the device's key.
   */
  kid: string
  /**
   * Whose device it asks to become; the device shows it.
   */
  email: string
  /**
   * The name that was asked for, with a number if another device has it; the device shows it.
   */
  name: string
  /**
   * Shown by the device alone; the page that invited it must send them.
   */
  digits: string
  /**
   * Until when it can be let in.
   */
  expiresAt: string
}
/**
 * What waits for this device's answer.
 */
export interface Approvals {
  email: string
  /**
   * False: a session removed this device, and `approvals` has only what it may stop; or it waits, and nothing is there.
   */
  trusted: boolean
  device: {
    /**
     * The thumbprint (RFC 7638) of the device's key.
     */
    id: string
    name: string
    addedAt: string
    /**
     * What let it in.
     */
    addedBy: 'device' | 'text' | 'sign-in' | 'invitation'
    lastUsedAt: string | null
    /**
     * The document by which this device removes itself, as the approval with the id `removal`; null if it is removed or waits.
     */
    removal: string | null
    /**
     * How its removal can be undone; null if it was not removed.
     */
    removed: {
      /**
       * The thumbprint (RFC 7638) of the device's key.
       */
      id: string
      name: string
      removedAt: string
      undoUntil: string
      /**
       * Its passkey has asked to undo it; a sign-in newer than the removal has to confirm.
       */
      undoAsked: boolean
    } | null
    /**
     * Until when it waits and approves nothing; null if it does not wait.
     */
    activeFrom: string | null
  }
  /**
   * The payer's other active devices; none if this one was removed or waits.
   */
  others: {
    /**
     * The thumbprint (RFC 7638) of the device's key.
     */
    id: string
    name: string
    addedAt: string
    /**
     * What let it in.
     */
    addedBy: 'device' | 'text' | 'sign-in' | 'invitation'
    lastUsedAt: string | null
  }[]
  /**
   * What happened to the account in the last 30 days, newest first.
   *
   * @maxItems 11
   */
  notices: {
    event:
      | 'phone.changed'
      | 'device.added'
      | 'device.removed'
      | 'device.restored'
      | 'device.waiting'
      | 'device.stopped'
      | 'device.silenced'
      | 'device.invited'
      | 'starts.locked'
      | 'codes.locked'
      | 'pushes.denied'
      | 'sessions.ended'
      | 'account.locked'
      | 'account.unlocked'
    at: string
    /**
     * Of the newest change of phone: the last three digits of the phone now.
     */
    ending: string | null
  }[]
  /**
   * What can be stopped first (a device that waits, and this one’s own removal), then a new device and a new phone number, then the payments, oldest first.
   */
  approvals: {
    kind: 'payment' | 'device' | 'phone' | 'stop'
    id: string
    /**
     * The document that is signed: JSON in the form of RFC 8785. Show its members, and hash exactly this text: `challenge` is the SHA-256 of a prefix followed by it.
     */
    signing: string
  }[]
}
export interface Answered {
  id: string
  /**
   * `stopped`: a device that waited. `undo_asked`: the undo of this device’s removal, which the page has to confirm with a new sign-in (`POST /devices/{deviceId}/confirmation`). An equal request again, whose answer was lost, gets the same, but one to something that is gone by it, which is `not_found`.
   */
  status: 'approved' | 'denied' | 'removed' | 'stopped' | 'undo_asked'
}
export interface Push {
  /**
   * Our public key (VAPID, RFC 8292), for `pushManager.subscribe()`.
   */
  pushKey: string
  /**
   * Whether this device has a subscription now.
   */
  subscribed: boolean
}
/**
 * There is nothing more to tell.
 */
export interface SessionsEnded {}
/**
 * The callback was received; whether it changed something is not told.
 */
export interface Received {}
/**
 * API Gateway's own answer.
 */
export interface Message {
  message: string
}
/**
 * A field, the query or the body itself is wrong; `fields` says which and why.
 */
export interface InvalidRequest {
  title: string
  status: 400
  code: 'invalid_request'
  requestId: string
  /**
   * Each wrong field with a sentence to show beside it; path "" is the body itself.
   *
   * @minItems 1
   */
  fields: {
    path: string
    reason: string
  }[]
}
/**
 * The header `Idempotency-Key` is missing.
 */
export interface IdempotencyKeyMissing {
  title: string
  status: 400
  code: 'idempotency_key_missing'
  requestId: string
}
/**
 * A firewall stands before this deployment, and the request came past it: call `/api` of the page’s address.
 */
export interface WrongAddress {
  title: string
  status: 403
  code: 'wrong_address'
  requestId: string
}
/**
 * The payer has no verified phone yet.
 */
export interface PhoneNotVerified {
  title: string
  status: 403
  code: 'phone_not_verified'
  requestId: string
}
/**
 * Changing a verified phone needs that phone's code too.
 */
export interface CurrentCodeRequired {
  title: string
  status: 403
  code: 'current_code_required'
  requestId: string
}
/**
 * Only a device of the payer can do this, or the operator’s invitation: the payer has an active device, had one lately, or the deployment sends no texts.
 */
export interface DeviceRequired {
  title: string
  status: 403
  code: 'device_required'
  requestId: string
}
/**
 * The device is unknown, not let in yet, or removed, or its proof is missing, old or wrong: it is not told which.
 */
export interface DeviceNotTrusted {
  title: string
  status: 403
  code: 'device_not_trusted'
  requestId: string
}
/**
 * The signature is missing or wrong, or the nonce is a time too far away.
 */
export interface ForgedCallback {
  title: string
  status: 403
  code: 'forged_callback'
  requestId: string
}
/**
 * There is no such payment or verification, or no longer, or it is another payer's: nobody is told which.
 */
export interface NotFound {
  title: string
  status: 404
  code: 'not_found'
  requestId: string
}
/**
 * The payment’s time is over.
 */
export interface Expired {
  title: string
  status: 410
  code: 'expired'
  requestId: string
}
/**
 * The payment is final; `paymentStatus` says how it ended.
 */
export interface AlreadyDecided {
  title: string
  status: 409
  code: 'already_decided'
  requestId: string
  paymentStatus: 'approved' | 'denied' | 'failed' | 'cancelled'
}
/**
 * The payer has three active devices; one must be removed first.
 */
export interface TooManyDevices {
  title: string
  status: 409
  code: 'too_many_devices'
  requestId: string
}
/**
 * No code was asked for.
 */
export interface NoCodeSent {
  title: string
  status: 409
  code: 'no_code_sent'
  requestId: string
}
/**
 * The five attempts are spent (RTS Art. 4(3)(b)). A payment can still be decided by push; a phone can be tried again after `Retry-After`.
 */
export interface NoAttemptsLeft {
  title: string
  status: 409
  code: 'no_attempts_left'
  requestId: string
}
/**
 * The code is wrong; of two codes it is not told which (RTS Art. 4(3)(a)). For a payment `attemptsLeft` 0 means that it has failed.
 */
export interface WrongCode {
  title: string
  status: 422
  code: 'wrong_code'
  requestId: string
  attemptsLeft: number
}
/**
 * The passkey or the device key did not sign exactly what is stored. A wrong signature is a failed attempt (RTS Art. 4(3)(b)), a signature over something else is none; `attemptsLeft` 0 means that the payment has failed.
 */
export interface ApprovalNotSigned {
  title: string
  status: 422
  code: 'approval_not_signed'
  requestId: string
  attemptsLeft: number
}
/**
 * The code is over; start anew.
 */
export interface CodeExpired {
  title: string
  status: 422
  code: 'code_expired'
  requestId: string
}
/**
 * The same key was used for a payment with other terms.
 */
export interface IdempotencyKeyReused {
  title: string
  status: 422
  code: 'idempotency_key_reused'
  requestId: string
}
/**
 * With `Retry-After`: five wrong codes in a row have locked codes until then; a push can still be answered. Without it: the operator has locked the account until they unlock it, or closed it.
 */
export interface Locked {
  title: string
  status: 423
  code: 'locked'
  requestId: string
}
/**
 * On a device the payer said that they did not start something, so new payments are locked until then, longer each time, or until the operator unlocks the account.
 */
export interface StartsLocked {
  title: string
  status: 423
  code: 'starts_locked'
  requestId: string
}
/**
 * Too many texts and calls, or one too soon after the last.
 */
export interface TooManySms {
  title: string
  status: 429
  code: 'too_many_sms'
  requestId: string
}
/**
 * Too many payments are open at once; `Retry-After` is until the first of them expires.
 */
export interface TooManyOpenPayments {
  title: string
  status: 429
  code: 'too_many_open_payments'
  requestId: string
}
/**
 * Too many payments were started within the hour, however they ended; `Retry-After` is until the hour is over.
 */
export interface TooManyPayments {
  title: string
  status: 429
  code: 'too_many_payments'
  requestId: string
}
/**
 * Too many codes for a new device were made within the hour.
 */
export interface TooManyInvitations {
  title: string
  status: 429
  code: 'too_many_invitations'
  requestId: string
}
/**
 * This device was rung for a test just before.
 */
export interface TooManyRings {
  title: string
  status: 429
  code: 'too_many_rings'
  requestId: string
}
/**
 * The phone provider does not answer. Nothing is approved by that.
 */
export interface ProviderUnavailable {
  title: string
  status: 503
  code: 'provider_unavailable'
  requestId: string
}
/**
 * The owner has stopped texts and calls for now. A push, and a code already sent, can still be used.
 */
export interface SmsOff {
  title: string
  status: 503
  code: 'sms_off'
  requestId: string
}
/**
 * The owner has stopped new payments for now: nothing was stored or sent. Those that wait are still decided.
 */
export interface PaymentsOff {
  title: string
  status: 503
  code: 'payments_off'
  requestId: string
}

/** Every route that a payer's token may call. */
export interface Routes {
  /** Start a payment and ask for its push. */
  'POST /payments': {
    header: { 'Idempotency-Key': string }
    body: StartPayment
    answer: Payment
    refusals: 'invalid_request' | 'idempotency_key_missing' | 'phone_not_verified' | 'device_required' | 'wrong_address' | 'already_decided' | 'idempotency_key_reused' | 'locked' | 'starts_locked' | 'too_many_open_payments' | 'too_many_payments' | 'provider_unavailable' | 'payments_off'
  }
  /** The payer's own payments, newest first. */
  'GET /payments': {
    query?: { 'limit'?: string; 'cursor'?: string }
    answer: PaymentPage
    refusals: 'invalid_request' | 'wrong_address'
  }
  /** One payment as it is now. */
  'GET /payments/{paymentId}': {
    path: { 'paymentId': string }
    answer: Payment
    refusals: 'invalid_request' | 'wrong_address' | 'not_found'
  }
  /** Cancel a payment that waits. */
  'POST /payments/{paymentId}/cancellation': {
    path: { 'paymentId': string }
    answer: Payment
    refusals: 'invalid_request' | 'wrong_address' | 'not_found' | 'already_decided' | 'expired'
  }
  /** Text the payer a code for this payment. */
  'POST /payments/{paymentId}/sms': {
    path: { 'paymentId': string }
    answer: Payment
    refusals: 'invalid_request' | 'phone_not_verified' | 'device_required' | 'wrong_address' | 'not_found' | 'already_decided' | 'no_attempts_left' | 'expired' | 'locked' | 'too_many_sms' | 'provider_unavailable' | 'sms_off'
  }
  /** Approve a payment with the code from the text. */
  'POST /payments/{paymentId}/sms/verification': {
    path: { 'paymentId': string }
    body: SmsCode
    answer: Payment
    refusals: 'invalid_request' | 'device_required' | 'wrong_address' | 'not_found' | 'already_decided' | 'no_code_sent' | 'no_attempts_left' | 'expired' | 'wrong_code' | 'code_expired' | 'locked' | 'provider_unavailable'
  }
  /** Who is signed in, their phone and their devices. */
  'GET /profile': {
    answer: Profile
    refusals: 'invalid_request' | 'wrong_address'
  }
  /** Send a code to a phone that is to be trusted. */
  'POST /phone': {
    body: StartVerification
    answer: VerificationStarted
    refusals: 'invalid_request' | 'device_required' | 'wrong_address' | 'no_attempts_left' | 'locked' | 'too_many_sms' | 'provider_unavailable' | 'sms_off'
  }
  /** Trust the phone whose code this is. */
  'POST /phone/verification': {
    body: VerificationCodes
    answer: Profile
    refusals: 'invalid_request' | 'current_code_required' | 'device_required' | 'wrong_address' | 'not_found' | 'no_code_sent' | 'no_attempts_left' | 'wrong_code' | 'code_expired' | 'locked' | 'provider_unavailable'
  }
  /** Sign the payer out everywhere. */
  'POST /sessions/end': {
    answer: SessionsEnded
    refusals: 'invalid_request' | 'wrong_address' | 'locked'
  }
  /** Invite a device. */
  'POST /devices/invitations': {
    answer: Invitation
    refusals: 'invalid_request' | 'wrong_address' | 'locked' | 'too_many_invitations'
  }
  /** Text the verified phone a code that lets the pending device in. */
  'POST /devices/{deviceId}/leave': {
    path: { 'deviceId': string }
    body: AskLeave
    answer: Profile
    refusals: 'invalid_request' | 'phone_not_verified' | 'device_required' | 'wrong_address' | 'not_found' | 'locked' | 'too_many_sms' | 'provider_unavailable' | 'sms_off'
  }
  /** Confirm the pending device by the digits that it shows, or the undo of a removal. */
  'POST /devices/{deviceId}/confirmation': {
    path: { 'deviceId': string }
    body: ConfirmDevice
    answer: Profile
    refusals: 'invalid_request' | 'phone_not_verified' | 'current_code_required' | 'device_required' | 'wrong_address' | 'not_found' | 'too_many_devices' | 'no_code_sent' | 'no_attempts_left' | 'wrong_code' | 'code_expired' | 'locked' | 'provider_unavailable'
  }
  /** Remove a device, or cancel one that waits or is pending. */
  'POST /devices/{deviceId}/removal': {
    path: { 'deviceId': string }
    answer: Profile
    refusals: 'invalid_request' | 'wrong_address' | 'not_found' | 'locked'
  }
}
