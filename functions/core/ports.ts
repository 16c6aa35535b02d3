/** The ports of the core: stores, the provider, the clock. The adapters implement them. */

import type { Action, PaymentAction } from './action.ts'
import type {
  Channel,
  PaymentChannels,
  PushContent,
  PushDetails,
  RefusedAnswer,
} from './channel.ts'
import type { Devices } from './device.ts'
import type { Evidence } from './outcome.ts'
import type {
  Payer,
  PendingPhone,
  PendingTexts,
  PhoneNumber,
  SignedIn,
  VerificationChannel,
} from './payer.ts'
import type { PayerEvent } from './payerTrail.ts'
import type { HistoryEntry, Payment } from './payment.ts'
import type { PaymentEvent } from './paymentTrail.ts'
import type { PushSubscription } from './pushSubscription.ts'
import type { Refusal } from './refusals.ts'
import type { RingRequest } from './ringEvent.ts'

export type Clock = () => Date

/** A decision, and in `only` the stored values it requires: the adapter puts all of them into one condition. */
export type Decision = (ChannelDecision | Cancel) & {
  readonly by: 'payer' | 'provider' | 'operator'
  /** Stored with the decision if the payment has no push id yet. */
  readonly pushId?: string
  readonly only: Partial<Pick<Payment, 'payerId' | 'providerPhoneId' | 'displayText'>> & {
    readonly pushId?: string
    readonly pushDetails?: PushDetails
    readonly signing?: string
    /** Requires that no signed answer naming this payment was refused (`refuseAnswer`). */
    readonly noAnswerRefused?: boolean
  }
}

/** A payment is approved or denied only on a channel and with evidence. */
type ChannelDecision = {
  readonly status: 'approved' | 'denied'
  readonly channel: Channel
  readonly evidence: Evidence
}

type Cancel = {
  readonly status: 'cancelled'
  readonly channel: null
  readonly evidence?: undefined
}

/**
 * The table of payments. Every write is one conditional write. If the condition fails, the write
 * changes nothing and returns `undefined` (or false), and the caller reads the payment to find out why.
 */
export type PaymentStore = PushWrites &
  SmsCodeWrites &
  DeviceWrites & {
    /**
     * Store a new payment. False if this id is already stored or was barred (`bar`). `told` is added to its
     * history: why a channel did not try to reach the payer.
     */
    insert(payment: Payment, told?: readonly HistoryEntry[]): Promise<boolean>
    /**
     * Store a mark under the id of a payment that is not stored yet, so that a later `insert` fails its condition.
     * False if the payment is already stored. No read and no list returns the mark.
     */
    bar(payerId: string, paymentId: string): Promise<boolean>
    /** A consistent read. `undefined` also if the payment is another payer's. */
    get(payerId: string, paymentId: string): Promise<Payment | undefined>
    /** A consistent read without a payer's id, for a callback that the provider signed. */
    find(paymentId: string): Promise<Payment | undefined>
    /** The payer's own, newest first. An item that cannot be read is told and left out. */
    list(
      payerId: string,
      page: { limit: number; cursor?: string | undefined },
      onUnreadable: (fault: unknown) => void,
    ): Promise<{ payments: Payment[]; next: string | null }>

    decide(paymentId: string, decision: Decision, now: Date): Promise<Payment | undefined>
    /**
     * Every pending payment, from an index that may lag. An item that cannot be parsed is left out and its fault
     * is passed to `onUnreadable`.
     */
    open(onUnreadable: (fault: unknown) => void): AsyncIterableIterator<Payment>
    /** Store the status `expired`. Requires: pending, and `expiresAt` reached. */
    expire(paymentId: string, now: Date): Promise<Payment | undefined>
  }

/**
 * A payer's approval on any channel, or denial by push. A denial that came after the payment ended counts too;
 * `decidedAt` is then the time of that denial.
 */
export type PushAnswered = Pick<Payment, 'paymentId'> & {
  readonly status: 'approved' | 'denied'
  readonly decidedAt: Date
}

/** What the channel `push` reads and writes of a payment. */
type PushWrites = {
  /**
   * A payer's answers to the payments started after `since`, from an index that may lag: approved, denied, and
   * denied after the payment had ended. Returns all of them or throws.
   */
  answers(payerId: string, since: Date): Promise<readonly PushAnswered[]>
  /** Find a payment by the provider's id of its push, from an index that may lag. */
  findByPush(pushId: string): Promise<Payment | undefined>
  /**
   * Claim a second request for the push. Requires: pending, push state `sending`, and requested at `lostBefore` or
   * earlier.
   */
  claimPush(payment: Payment, lostBefore: Date, now: Date): Promise<Payment | undefined>
  /** Store the push id that the provider returned, or that the push is unavailable. Leaves the status unchanged. */
  savePush(payment: Payment, pushId: string | undefined, now: Date): Promise<Payment>
  /**
   * Store that a signed answer was refused. Requires: pending, and no refused answer stored. True if this call stored
   * it.
   */
  refuseAnswer(paymentId: string, why: RefusedAnswer, now: Date): Promise<boolean>
  /**
   * Store, once, that the push was denied after the payment ended. Requires: cancelled, failed, expired, or
   * pending with `expiresAt` reached.
   */
  noteLateDenial(paymentId: string, now: Date): Promise<Payment | undefined>
  /** Claim a read of the push at the provider. Requires: pending, and no read after `lastBefore`. */
  claimPushRead(paymentId: string, lastBefore: Date, now: Date): Promise<boolean>
}

/** What the channel `sms` writes of a payment. */
type SmsCodeWrites = {
  /**
   * Count a text before requesting it. Requires: pending, texts left, attempts left, no text requested after
   * `lastBefore`.
   */
  reserveText(
    payerId: string,
    paymentId: string,
    lastBefore: Date,
    now: Date,
  ): Promise<Payment | undefined>
  /**
   * Spend an attempt before the code is checked. Requires: pending, attempts left, and a text was requested; with
   * `onlyNamedText` also that the provider's id of a text is stored.
   */
  reserveAttempt(
    payerId: string,
    paymentId: string,
    onlyNamedText: boolean,
    now: Date,
  ): Promise<Payment | undefined>
  /** Store the provider's id of a text unless the payment has ended; returns the payment as stored now. */
  saveText(paymentId: string, textId: string): Promise<Payment>
  /**
   * Count the failed attempt that `reserveAttempt` returned, once. The fifth sets the status `failed` in the same
   * write.
   */
  countWrongCode(payment: Payment, now: Date): Promise<Payment | undefined>
}

/** What the channel `device` writes of a payment. */
type DeviceWrites = {
  /**
   * Count an assertion, by its digest, before it is checked. Requires: pending, this document, attempts left, and
   * not counted before.
   */
  reserveAssertion(
    payerId: string,
    paymentId: string,
    assertion: { readonly signing: string; readonly digest: string },
    now: Date,
  ): Promise<Payment | undefined>
  /** Count a failed assertion, once. The fifth sets the status `failed` in the same write. */
  countFailedAssertion(payment: Payment, digest: string, now: Date): Promise<Payment | undefined>
}

/** The verification that a code is for, and whether the request also carries the verified phone's code. */
export type VerificationAttempt = {
  readonly verificationId: string
  readonly withCurrentCode: boolean
}

/** The table of payers: their phones, their failed attempts, and the operator's mark (`locked` or `closed`). */
export type PayerStore = {
  get(payerId: string): Promise<Payer | undefined>
  /** Begin a verification. Requires that none is stored or that the stored one has expired. */
  beginVerification(
    payer: { payerId: string; email: string },
    pending: PendingPhone,
    now: Date,
  ): Promise<Payer | undefined>
  /**
   * Count another send in the verification `seen`. Requires: not expired, sends and attempts left, none sent after
   * `lastBefore`. If `again` has another id, it is for another number: the verified phone's agreement and the
   * text ids of `seen` are removed.
   */
  repeatVerification(
    payerId: string,
    seen: PendingPhone,
    again: Pick<
      PendingPhone,
      'verificationId' | 'reference' | 'phone' | 'channel' | 'expiresAt' | 'deviceLeave'
    >,
    lastBefore: Date,
    now: Date,
  ): Promise<Payer | undefined>
  /**
   * Spend an attempt before a code is checked. Requires: this verification has not expired, attempts are left, codes
   * are not locked, and the session was not ended; without `withCurrentCode` also that the verified phone, if any,
   * has agreed. If a device must agree, that one has, or an invitation came with the number.
   */
  reserveAttempt(
    signedIn: SignedIn,
    attempt: VerificationAttempt,
    now: Date,
  ): Promise<Payer | undefined>
  /** Store that the verified phone has agreed to the number of this verification. */
  saveCurrentPassed(payerId: string, verificationId: string, now: Date): Promise<Payer | undefined>
  /**
   * Store the number as the payer's verified phone, with its audit entry in the same write. Requires: this
   * verification is stored and has not expired (ending sessions removes it), and the old phone (if any) agreed; from the
   * first device on instead that `leave` holds: the device is active, or the invitation is the newest, which is spent. If
   * a phone was replaced, all earlier sessions end.
   */
  trust(
    seen: Payer,
    verification: PendingPhone,
    leave: { readonly device: string } | { readonly invitation: string } | undefined,
    now: Date,
  ): Promise<Payer | undefined>
  /** Store an active device's yes to the number. Requires: alive, this document, and `byDevice` active. */
  savePhoneYes(
    payerId: string,
    asked: { readonly verificationId: string; readonly signing: string },
    byDevice: string,
    now: Date,
  ): Promise<Payer | undefined>
  /** Count a failed assertion over the number's document; the fifth ends the verification. Requires: this document. */
  countFailedPhoneYes(
    payerId: string,
    asked: { readonly verificationId: string; readonly signing: string },
    now: Date,
  ): Promise<Payer | undefined>
  /** End this verification. */
  endVerification(payerId: string, verificationId: string): Promise<Payer | undefined>
  /** Store the provider's ids of a verification's texts, unless it has expired. */
  saveTexts(payerId: string, verificationId: string, texts: PendingTexts, now: Date): Promise<void>
  /** Store the provider's id of this phone, unless the payer's number has changed. */
  saveProviderPhoneId(payerId: string, phone: PhoneNumber, providerPhoneId: string): Promise<void>

  /** End every session that began before `now`, with an audit entry. */
  endSessions(payer: { readonly payerId: string; readonly email: string }, now: Date): Promise<void>
  /** Set the operator's mark, with an audit entry. A closed account stays closed. */
  setState(
    payer: { readonly payerId: string; readonly email: string },
    state: 'locked' | 'closed',
    now: Date,
  ): Promise<void>
  /** Remove the operator's lock and the lock of codes, with an audit entry. */
  unlock(payerId: string, now: Date): Promise<void>
  /** Remove phones and e-mail address from a closed account; the mark and the audit trail stay. */
  erase(payerId: string): Promise<void>
}

/** The number of texts in an hour and in a day. */
export type Texts = { readonly hour: number; readonly day: number }

export type PayingTexts = {
  /** `too_many_sms` if the payer's hour or day has none left. */
  readonly full: Refusal | undefined
  /** Half of the stage's day is used, or more. */
  readonly isScarce: boolean
}

/** Subtract from the counters what was counted and not sent. */
export type GiveBack = () => Promise<void>

/** The counters behind the limits; each is raised only by a conditional write. */
export type Limits = {
  /** What is left of SMS codes for payments, to pass to `spendPayingText`. */
  readPayingTexts(payerId: string, now: Date): Promise<PayingTexts>
  /**
   * Count an SMS code for a payment, sent to the payer's verified number: for the payer's hour and day and for the
   * stage's day, not for the number. Returns how to give it back if it is not sent. Throws `too_many_sms`. While texts are
   * scarce, what the payer's own counter refuses is counted for nobody else, not for a moment.
   */
  spendPayingText(
    payerId: string,
    now: Date,
    seen: Pick<PayingTexts, 'isScarce'>,
  ): Promise<GiveBack>
  /**
   * Count a verification's texts or calls, all or none: one for the payer, one for the new number, and `texts`
   * (2 if the old phone also receives a code) for the stage. Returns how to give them back if they are not sent. Throws
   * `too_many_sms`.
   */
  spendProvingTexts(payerId: string, phone: PhoneNumber, texts: 1 | 2, now: Date): Promise<GiveBack>
  /** A payer's texts in this hour and day (UTC). */
  readTexts(payerId: string, now: Date): Promise<{ paying: Texts; proving: Texts }>
  /** A payer's counted starts, to pass to `reserveStart`. */
  readStarts(payerId: string): Promise<Starts | undefined>
  /**
   * Count the start of a payment, once per id however often it is called. Throws `too_many_open_payments`,
   * `too_many_payments`, and `locked` (without `Retry-After`) while the payer is barred. `isOver` says which payments
   * no longer count as open; `seen` is the result of `readStarts`. `sessionsFrom` is when the payer last ended every session
   * (epoch seconds): the first start after it resets the hour's count, once an hour, so that starts by a stolen
   * session do not block the payer. Open payments stay counted.
   */
  reserveStart(
    start: {
      payerId: string
      paymentId: string
      expiresAt: Date
      sessionsFrom?: number | undefined
    },
    isOver: (paymentId: string) => Promise<boolean>,
    now: Date,
    seen: Starts | undefined,
  ): Promise<void>

  /**
   * Mark a payer as barred: after this write no start is reserved. Returns the starts reserved before, as this
   * write found them; their payments may not be stored yet. A repeated call changes nothing and returns the same.
   * Texts need no mark: none is sent without the payment and the payer, which have marks of their own.
   */
  bar(payerId: string, now: Date): Promise<readonly OpenStart[]>
  /** Remove the mark that `bar` set. */
  unbar(payerId: string, now: Date): Promise<void>
  /** Reset a payer's counts of texts, starts and invitations in this hour and day. Open payments stay counted. */
  clear(payerId: string, now: Date): Promise<void>
  /** Reset a payer's count of the page's invitations in this hour. */
  clearInvitations(payerId: string, now: Date): Promise<void>
}

/** A payment whose start was reserved, and when it expires. */
type OpenStart = { readonly paymentId: string; readonly expiresAt: Date }

/** A counted attempt: `locks` is the number of locks before it; `isLast` if it is the fifth, which locks codes. */
export type CountedAttempt = { readonly locks: number; readonly isLast: boolean }

/** The count of a payer's consecutive failed attempts. */
export type Lockout = {
  /**
   * Count an attempt as failed before its code is checked. `seen`, the payer as just read, saves a read of the count. Counts nothing and returns `lockedUntil` while codes are
   * locked; `lockedUntil` is undefined if the account does not exist or the operator locked or closed it.
   */
  reserve(
    payerId: string,
    now: Date,
    seen?: Payer,
  ): Promise<CountedAttempt | { readonly lockedUntil: Date | undefined }>
  /** Add the audit entry `codes.locked` after a failed fifth attempt, once per lock. */
  tellLock(payerId: string, attempt: CountedAttempt, now: Date): Promise<void>
  /** Subtract an attempt from the count, not below zero, and remove the lock that it caused. */
  giveBack(payerId: string, attempt: CountedAttempt): Promise<void>
  /** Set the count to zero and remove the lock of codes. */
  reset(payerId: string): Promise<void>
}

/** The audit entry for consecutive denied pushes. */
export type PushDenials = {
  /**
   * Add the audit entry `pushes.denied` for the denials since `since`. False if the trail already has that entry or
   * the account does not exist.
   */
  tell(payerId: string, since: Date, now: Date): Promise<boolean>
}

/** The switches by which the owner stops texts or payments for all payers without a deployment. */
export type Switches = {
  /** True: no text is sent and no call is made. Codes already sent stay valid. */
  smsOff(): Promise<boolean>
  /** True: no payment starts. Pending payments can still be decided. */
  paymentsOff(): Promise<boolean>
}

/**
 * The payments started in the hour since `windowStartedAt` (by id, the time of the start), and those that may still
 * be open (by id, their `expiresAt`).
 */
export type Starts = {
  readonly windowStartedAt: string
  readonly started: Readonly<Record<string, string>>
  readonly unfinished: Readonly<Record<string, string>>
  /** The latest end of all sessions (epoch seconds) that reset the hour's count. */
  readonly sessionsFrom?: number
  /** When the payer was barred. */
  readonly barredAt?: string
}

/** The values of a start that its channels receive: the payment, its action, its payer with phone, and the time. */
export type ChannelBegin = {
  readonly paymentId: string
  readonly payerId: string
  readonly email: string
  readonly action: PaymentAction
  readonly displayText: string
  readonly reference: string
  /** The phone that push and text reach; undefined if the payer approves by a device. */
  readonly phone: PhoneNumber | undefined
  readonly devices: Devices
  readonly now: Date
  readonly expiresAt: Date
}

/** A channel's state in the payment when it is first stored, and the history entry for it, if any. */
export type Begun<C extends Channel> = {
  readonly state: PaymentChannels[C]
  readonly told?: HistoryEntry | undefined
}

/** A channel's part in one start. A channel's fault does not fail the start, because the other channels are open. */
export type ChannelStart<C extends Channel> = {
  begin(start: ChannelBegin): Begun<C>
  /** Reach the payer after the payment is stored. Absent if the payer opens this channel. */
  reach?(payment: Payment, from: { readonly ip: string }): Promise<Payment>
  /** The start was requested again: reach the payer if a crash stopped the first request. */
  reachAgain?(payment: Payment, from: { readonly ip: string }): Promise<Payment>
}

/**
 * Each channel's part in a start. The function reads what the channel needs of the payer, at the time of the start's
 * own reads.
 */
export type ChannelStarts = {
  readonly [C in Channel]: (payerId: string) => Promise<ChannelStart<C>>
}

/** How a sweep reads the payer's answer on a channel whose answers can be lost. */
export type ChannelSweep = {
  /** Since when the payment's answer is to be read; `undefined` if it is not to be read now. */
  dueSince(payment: Payment, now: Date): Date | undefined
  /** Claim the read by a conditional write, so that only one sweep makes it. */
  claim(payment: Payment): Promise<boolean>
  /** Read the answer; true if it decided the payment. */
  decide(payment: Payment): Promise<boolean>
}

/** The sweep of each channel; `undefined` for a channel whose answers cannot be lost. */
export type ChannelSweeps = Readonly<Record<Channel, ChannelSweep | undefined>>

/** End a code that is still valid after its payment ended. Never throws: the code expires by itself soon. */
export type ChannelEnd = (payment: Payment) => Promise<void>

/** `undefined` for a channel that has nothing to end. */
export type ChannelEnds = Readonly<Record<Channel, ChannelEnd | undefined>>

/**
 * The action a code is bound to: the code approves this action and no other (RTS Art. 5(1)(b)). The provider's
 * adapter defines how it is bound and how the text is worded.
 */
export type BoundAction = {
  readonly action: Action
  /** Unique to this action: the payment's id, or an id for the change of phone. */
  readonly actionId: string
  /** Six characters by which the payer tells this action from an equal one. */
  readonly reference: string
}

/** A sent code: the phone, and the provider's id of the text, if the provider gives one. */
export type SentCode = { readonly providerPhoneId: string; readonly textId?: string | undefined }

/** The receiver of a text: the number, and the provider's id of the phone. */
type Reached = { readonly phone: PhoneNumber; readonly providerPhoneId: string }

/** The provider's ids of phones. */
export type PhoneIds = {
  /** The id of a payer's phone; the same for the same payer and phone. */
  enroll(payer: { payerId: string; email: string }, phone: PhoneNumber): Promise<string>
  /** Whether this provider gave the id; false after a deployment changed its provider. */
  gave(providerPhoneId: string): boolean
}

/**
 * The provider's push. Each method throws `provider_unavailable` on a timeout, an error or an answer that cannot be
 * parsed, so that an unclear answer never approves.
 */
export type Push = {
  /**
   * Send a push that expires after `seconds`; returns its id at the provider, or `undefined` if the payer has no app.
   */
  ask(
    providerPhoneId: string,
    content: PushContent,
    hidden: Readonly<Record<string, string>>,
    seconds: number,
  ): Promise<string | undefined>
  read(pushId: string): Promise<{ status: string; providerPhoneId: string; pushId: string }>
}
/**
 * `right` and `wrong` only if the provider said so clearly; `over`: the code was used or has expired, or none was
 * sent.
 */
export type Verdict = 'right' | 'wrong' | 'over'

export type Codes = {
  /** True: a code is checked by the provider's id of its text, not by the action it is bound to. */
  readonly byTextId: boolean
  /**
   * Send a code; returns the id of the text if `byTextId`. Throws `too_many_sms`, and `invalid_request` (the phone
   * receives no texts, and `orByCall` is not set).
   */
  send(
    to: Reached,
    bound: BoundAction,
    how?: { readonly orByCall: boolean },
  ): Promise<string | undefined>
  /** Throws `no_attempts_left` if the provider accepts no more attempts. */
  check(sentCode: SentCode, bound: BoundAction, code: string): Promise<Verdict>
  /** The evidence of a right code: the action to which the provider bound it. */
  evidenceOf(sentCode: SentCode, bound: BoundAction): Evidence
  /** End a code that is no longer needed, if the provider can. Never throws: the code expires by itself soon. */
  end(textId: string): Promise<void>
}

export type Phones = {
  /**
   * Send a code; returns the id of the text, if it has one. Throws `invalid_request` (not a phone number),
   * `too_many_sms`.
   */
  startVerification(phone: PhoneNumber, channel: VerificationChannel): Promise<string | undefined>
  /** Throws `no_attempts_left` if the provider accepts no more attempts. */
  checkVerification(
    verification: { readonly phone: PhoneNumber; readonly textId?: string | undefined },
    code: string,
  ): Promise<Verdict>
  /** End a verification that is no longer needed, if the provider can. Never throws. */
  endVerification(textId: string): Promise<void>
}

/** The sign-in provider (Cognito). */
export type SignIns = {
  /** The payer's id for this e-mail address, if there is one. */
  find(email: string): Promise<string | undefined>
  /** End every session by revoking its refresh token. */
  endSessions(payerId: string): Promise<void>
  /** Delete the sign-in. If the same address signs up again, it is another payer. */
  remove(payerId: string): Promise<void>
}

/** An audit entry as it is archived. */
export type ArchiveEntry = { readonly key: string; readonly text: string }

/** Where the audit trails are archived. */
export type Archive = {
  /** Store an entry; one that is already stored stays unchanged. */
  keep(page: ArchiveEntry): Promise<void>
}

/** How a ring is asked for that no event tells of: on the bus, as a payment is told. */
export type RingRequests = {
  ask(payerId: string, ring: RingRequest): Promise<void>
}

/** What a push service did with a message. */
export type PushAnswer =
  /** It took the message. */
  | 'taken'
  /** The subscription has ended, or its service is not one that may be called any more. */
  | 'gone'
  /** Our fault: it does not accept our key, our message or our request. */
  | 'refused'
  /** It has too much to do, or a fault, or did not answer in time. */
  | 'busy'

/** The push services of browsers. */
export type PushService = {
  /** Encrypt a message for a subscription and send it. Never throws because of the service. */
  push(subscription: PushSubscription, message: PushMessage): Promise<PushAnswer>
}

export type PushMessage = {
  /** JSON; the service sees its size only. */
  readonly text: string
  /** The service keeps the message so long for a browser that is offline. */
  readonly ttlSeconds: number
  /** Up to 32 characters of base64url: a newer message of the same topic replaces one that still waits. */
  readonly topic: string
}

/** The bus on which the events of payments and accounts are published. */
export type EventBus = {
  /** Publish all events. If it throws, some of them may already be published. */
  publish(events: readonly (PaymentEvent | PayerEvent)[]): Promise<void>
}
