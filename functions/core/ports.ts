/** What the rules need of the world: stores, the provider, the clock. The adapters implement these. */

import type { Action, PaymentAction } from './action.ts'
import type {
  Channel,
  PaymentChannels,
  PushContent,
  PushDetails,
  RefusedAnswer,
} from './channel.ts'
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

export type Clock = () => Date

/** A decision and what must be stored for it to count: the adapter puts all of it into one condition. */
export type Decision = (ChannelDecision | Cancel) & {
  readonly by: 'payer' | 'provider' | 'operator'
  /** Stored with the decision if no push is known yet. */
  readonly pushId?: string
  readonly only: Partial<Pick<Payment, 'payerId' | 'providerPhoneId' | 'displayText'>> & {
    readonly pushId?: string
    readonly pushDetails?: PushDetails
    /** No signed answer that names the payment was refused (`refuseAnswer`). */
    readonly noAnswerRefused?: boolean
  }
}

/** Nothing is approved or denied but on a channel, with what proves it. */
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
 * The table of payments. Every write is one conditional write; where the condition fails it
 * changes nothing and answers `undefined` (or false), and the caller reads again to learn why.
 */
export type PaymentStore = PushWrites &
  SmsCodeWrites & {
    /**
     * False if a payment of this id is there already, or its place was taken by `bar`. `told` stands in its
     * history from the start: why a channel did not try to reach the payer.
     */
    insert(payment: Payment, told?: readonly HistoryEntry[]): Promise<boolean>
    /**
     * Take the place of a payment that is not stored yet, so that the condition of its late insert fails; false if it is
     * stored. What takes the place is no payment: no read and no list finds it.
     */
    bar(payerId: string, paymentId: string): Promise<boolean>
    /** A consistent read; another payer's payment does not exist. */
    get(payerId: string, paymentId: string): Promise<Payment | undefined>
    /** A consistent read for whoever holds the provider's signature instead of a payer's token. */
    find(paymentId: string): Promise<Payment | undefined>
    /** The payer's own, newest first. An item that cannot be read is told and left out. */
    list(
      payerId: string,
      page: { limit: number; cursor?: string | undefined },
      onUnreadable: (fault: unknown) => void,
    ): Promise<{ payments: Payment[]; next: string | null }>

    decide(paymentId: string, decision: Decision, now: Date): Promise<Payment | undefined>
    /** Everything that waits, page after page; an index lags, so each is only a hint. What cannot be read is told and left out. */
    open(onUnreadable: (fault: unknown) => void): AsyncIterable<Payment>
    /** Write down that a payment's time is over: pending, and `expiresAt` reached. */
    expire(paymentId: string, now: Date): Promise<Payment | undefined>
  }

/**
 * A yes or a no of the payer, whatever the channel; only a push is denied. `decidedAt` is also that of a no that came
 * too late to decide.
 */
export type PushAnswered = Pick<Payment, 'paymentId'> & {
  readonly status: 'approved' | 'denied'
  readonly decidedAt: Date
}

/** What the channel `push` reads and writes of a payment. */
type PushWrites = {
  /**
   * A payer's answers to the payments started after `since`, over an index that may lag: those approved, denied,
   * and denied after they had ended otherwise. All of them, or it throws: never some.
   */
  answers(payerId: string, since: Date): Promise<readonly PushAnswered[]>
  /** By the provider's own id, over an index that may lag. */
  findByPush(pushId: string): Promise<Payment | undefined>
  /** The right to ask for the push again: pending, still `sending`, and asked for before `lostBefore`. */
  claimPush(payment: Payment, lostBefore: Date, now: Date): Promise<Payment | undefined>
  /** Store what came of asking for the push; never touches the status. */
  savePush(payment: Payment, pushId: string | undefined, now: Date): Promise<Payment>
  /** Note that a signed answer was refused: pending, and none was before. True if it is noted now. */
  refuseAnswer(paymentId: string, why: RefusedAnswer, now: Date): Promise<boolean>
  /** Note that its push was denied after it ended, once: cancelled, failed, or its time over, written or not. */
  noteLateDenial(paymentId: string, now: Date): Promise<Payment | undefined>
  /** The right to ask the provider about a push: pending, and not asked about after `lastBefore`. */
  claimPushRead(paymentId: string, lastBefore: Date, now: Date): Promise<boolean>
}

/** What the channel `sms` writes of a payment. */
type SmsCodeWrites = {
  /** Count a text before it is asked for: pending, texts left, attempts left, none asked for after `lastBefore`. */
  reserveText(
    payerId: string,
    paymentId: string,
    lastBefore: Date,
    now: Date,
  ): Promise<Payment | undefined>
  /** Spend an attempt before the code is checked: pending, a text was asked for (and has its name, if only those count), attempts left. */
  reserveAttempt(
    payerId: string,
    paymentId: string,
    onlyNamedText: boolean,
    now: Date,
  ): Promise<Payment | undefined>
  /** Store the name that the provider gave a text, unless the payment has ended; and tell what it is by now. */
  saveText(paymentId: string, textId: string): Promise<Payment>
  /** Count a clear no to the attempt that `reserveAttempt` gave, once; the fifth makes the payment failed in the same write. */
  countWrongCode(payment: Payment, now: Date): Promise<Payment | undefined>
}

/** Which verification a code is tried at, and whether the verified phone's code comes with it. */
export type VerificationAttempt = {
  readonly verificationId: string
  readonly withCurrentCode: boolean
}

/** The table of payers: their phones, their wrong codes, and what the operator said of them. */
export type PayerStore = {
  get(payerId: string): Promise<Payer | undefined>
  /** Begin a verification where none lives: none is stored, or it is over. */
  beginVerification(
    payer: { payerId: string; email: string },
    pending: PendingPhone,
    now: Date,
  ): Promise<Payer | undefined>
  /**
   * Send again within the living verification that was `seen`: sends and attempts left, none sent after
   * `lastBefore`. Under another id it is another number's, and all that the first was told is void.
   */
  repeatVerification(
    payerId: string,
    seen: PendingPhone,
    again: Pick<PendingPhone, 'verificationId' | 'reference' | 'phone' | 'channel' | 'expiresAt'>,
    lastBefore: Date,
    now: Date,
  ): Promise<Payer | undefined>
  /**
   * Spend an attempt before a code is checked: this very verification lives, attempts are left, and the
   * session was not ended; without `withCurrentCode` also that no verified phone waits to let the new one in.
   */
  reserveAttempt(
    signedIn: SignedIn,
    attempt: VerificationAttempt,
    now: Date,
  ): Promise<Payer | undefined>
  /** The verified phone has let in the number of this verification. */
  saveCurrentPassed(payerId: string, verificationId: string, now: Date): Promise<Payer | undefined>
  /**
   * The number is the payer's: this very verification lives, the old phone (if any) agreed, and no session
   * was ended since the payer was `seen`. The audit trail tells it in the same write, and after a change
   * all sessions from before are over.
   */
  trust(seen: Payer, verification: PendingPhone, now: Date): Promise<Payer | undefined>
  /** The names that the provider gave the texts of a verification, while it lives. */
  saveTexts(payerId: string, verificationId: string, texts: PendingTexts, now: Date): Promise<void>
  /** The provider's id for this number, unless the number has changed meanwhile. */
  saveProviderPhoneId(payerId: string, phone: PhoneNumber, providerPhoneId: string): Promise<void>

  /** Every session from before now is over; told in the audit trail. */
  endSessions(payer: { readonly payerId: string; readonly email: string }, now: Date): Promise<void>
  /** Set the operator's mark, with its entry in the audit trail; a closed account stays closed. */
  setState(
    payer: { readonly payerId: string; readonly email: string },
    state: 'locked' | 'closed',
    now: Date,
  ): Promise<void>
  /** Lift a lock, and the lock of codes with it. */
  unlock(payerId: string, now: Date): Promise<void>
  /** Take phones and e-mail address out of a closed account; mark and audit trail stay. */
  erase(payerId: string): Promise<void>
}

/** How many there were in an hour and in a day. */
export type Texts = { readonly hour: number; readonly day: number }

/** Counters that only a conditional write can raise. */
export type Limits = {
  /**
   * Count a code for a payment, to the payer's own proven number. Other payers' texts to that number do
   * not count here; only the stage's day is everybody's. Throws `too_many_sms`.
   */
  spendPayingText(payerId: string, now: Date): Promise<void>
  /**
   * Count a verification's texts or calls, all or none: one for the payer and for the number that is not
   * theirs yet, and `texts` (2 where the old phone is told too) for the stage. Throws `too_many_sms`.
   */
  spendProvingTexts(payerId: string, phone: PhoneNumber, texts: 1 | 2, now: Date): Promise<void>
  /** The texts of a payer in this hour and this day of the clock. */
  readTexts(payerId: string, now: Date): Promise<{ paying: Texts; proving: Texts }>
  /** What a payer has started lately, for `reserveStart` to begin with. */
  readStarts(payerId: string): Promise<Starts | undefined>
  /**
   * Count a payment that starts, once for each id however often it is asked; throws `too_many_payments`,
   * and `locked` (with no end) while the payer is barred. `isOver` tells which payments no longer count as
   * open; `seen` is what `readStarts` gave, if it was asked. `sessionsFrom` is when the payer last ended
   * every session (epoch seconds): the first start after that begins the hour anew, so that what a stolen
   * session started does not keep its owner out. What is open stays counted.
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
    seen?: Starts,
  ): Promise<void>

  /**
   * Mark a payer as barred: from this write on no start is reserved. Answers what was reserved before, as
   * the same write found it; such a payment may not be stored yet. Again, it changes nothing and answers
   * the same. Texts are not marked: the payment and the payer, without whom none is sent, have their own mark.
   */
  bar(payerId: string, now: Date): Promise<readonly OpenStart[]>
  /** Take the mark off. */
  unbar(payerId: string, now: Date): Promise<void>
  /** Begin a payer's texts and starts of this hour and day anew. What is open stays counted. */
  clear(payerId: string, now: Date): Promise<void>
}

/** A payment that was reserved, and when it ends by itself. */
type OpenStart = { readonly paymentId: string; readonly expiresAt: Date }

/** One attempt at a code, as it was counted: after so many locks before; the last of a row locks codes. */
export type CountedAttempt = { readonly locks: number; readonly isLast: boolean }

/** The count of a payer's wrong codes in a row. */
export type Lockout = {
  /**
   * Count an attempt before the code is checked, as if it were wrong. None while codes are locked, until then;
   * nor for an account that is not there, or that the operator locked or closed, without an end.
   */
  reserve(
    payerId: string,
    now: Date,
  ): Promise<CountedAttempt | { readonly lockedUntil: Date | undefined }>
  /** The last attempt of a row was wrong: the audit trail tells that codes are locked, once for each lock. */
  tellLock(payerId: string, attempt: CountedAttempt, now: Date): Promise<void>
  /** Take an attempt off the count, and with it the lock that was its doing; never more than is counted. */
  giveBack(payerId: string, attempt: CountedAttempt): Promise<void>
  /** The count begins anew. */
  reset(payerId: string): Promise<void>
}

/** The audit trail of pushes denied in a row. */
export type PushDenials = {
  /**
   * Tell that a row of denials that began at `since` is so long that it must be told. True if this told it:
   * not if it was told before, or there is no such account.
   */
  tell(payerId: string, since: Date, now: Date): Promise<boolean>
}

/** What the owner may stop for everybody at once, without a deployment. */
export type Switches = {
  /** No texts and no calls; codes already sent are still good. */
  smsOff(): Promise<boolean>
  /** No new payments; those that wait are still decided. */
  paymentsOff(): Promise<boolean>
}

/** The payments started in the hour since `windowStartedAt`, and those that may still be open, by id: when. */
export type Starts = {
  readonly windowStartedAt: string
  readonly started: Readonly<Record<string, string>>
  readonly unfinished: Readonly<Record<string, string>>
  /** The latest end of all sessions (epoch seconds) after which the hour began anew. */
  readonly sessionsFrom?: number
  /** Since when the payer is barred. */
  readonly barredAt?: string
}

/** What a start tells its channels: which payment it is and of what, whose, the payer's phone, and when it is. */
export type ChannelBegin = {
  readonly paymentId: string
  readonly payerId: string
  readonly email: string
  readonly action: PaymentAction
  readonly reference: string
  readonly phone: PhoneNumber
  readonly now: Date
}

/** How a channel begins: what the payment knows of it when it is stored, and what its history tells of that. */
export type Begun<C extends Channel> = {
  readonly state: PaymentChannels[C]
  readonly told?: HistoryEntry | undefined
}

/** A channel's part in one start. Its faults fail no start, because the other channels are open. */
export type ChannelStart<C extends Channel> = {
  begin(start: ChannelBegin): Begun<C>
  /** Reach the payer, once the payment is stored. None where the payer begins. */
  reach?(payment: Payment, from: { readonly ip: string }): Promise<Payment>
  /** The same start was asked for again: reach the payer if the first try was lost in a crash. */
  reachAgain?(payment: Payment, from: { readonly ip: string }): Promise<Payment>
}

/** A channel's part in starts; what it has to know of the payer is looked up beside the start's own reads. */
export type ChannelStarts = {
  readonly [C in Channel]: (payerId: string) => Promise<ChannelStart<C>>
}

/** How a channel is asked whether the payer has answered, where that answer may be lost. */
export type ChannelSweep = {
  /** Since when the payment is to be asked about; nothing where it is not. */
  dueSince(payment: Payment, now: Date): Date | undefined
  /** The right to ask now, by a write that only one sweep wins. */
  claim(payment: Payment): Promise<boolean>
  /** Ask; whether that decided the payment. */
  decide(payment: Payment): Promise<boolean>
}

/** None of a channel whose answers cannot be lost. */
export type ChannelSweeps = Readonly<Record<Channel, ChannelSweep | undefined>>

/** End what a channel has left of a payment that is over. Never throws: all of it ends by itself soon. */
export type ChannelEnd = (payment: Payment) => Promise<void>

/** None of a channel that leaves nothing, or where nothing can be ended. */
export type ChannelEnds = Readonly<Record<Channel, ChannelEnd | undefined>>

/**
 * What a code is bound to: it is good for this and nothing else (RTS Art. 5(1)(b)). How a provider binds
 * it, and words its text, is its adapter's.
 */
export type BoundAction = {
  readonly action: Action
  /** Of this action and no other: the payment's id, or a name for the change of phone. */
  readonly actionId: string
  /** Six characters by which a payer tells it from an equal one. */
  readonly reference: string
}

/** A code's text as it was sent: to which phone, and the provider's own name for it, if it has one. */
export type SentCode = { readonly providerPhoneId: string; readonly textId?: string | undefined }

/** Where a text goes: the number, and the provider's own id of the phone. */
type Reached = { readonly phone: PhoneNumber; readonly providerPhoneId: string }

/** The provider's ids of phones. */
export type PhoneIds = {
  /** The id of a payer's phone; the same for the same person and phone. */
  enroll(payer: { payerId: string; email: string }, phone: PhoneNumber): Promise<string>
  /** Whether this provider gave the id: a deployment may change its provider. */
  gave(providerPhoneId: string): boolean
}

/**
 * The provider. Each method throws `provider_unavailable` for whatever is not a clear answer:
 * a timeout, an error, nonsense. Nothing unclear is ever a yes.
 */
export type Push = {
  /** The push's id at the provider; `undefined` where the payer has no app to send it to. `seconds` is its life. */
  ask(
    providerPhoneId: string,
    content: PushContent,
    hidden: Readonly<Record<string, string>>,
    seconds: number,
  ): Promise<string | undefined>
  read(pushId: string): Promise<{ status: string; providerPhoneId: string; pushId: string }>
}
/** `right` only for the one clear yes, `wrong` for a clear no; `over`: no code is waiting, it was used or its time is past. */
export type Verdict = 'right' | 'wrong' | 'over'

export type Codes = {
  /** Codes are checked by the name that the provider gave their text, not by what they are bound to. */
  readonly byTextId: boolean
  /** Answers the text's name where codes are checked by it. Throws `too_many_sms`, `invalid_request` (no texts reach the phone, and it is not to be called either). */
  send(
    to: Reached,
    bound: BoundAction,
    how?: { readonly orByCall: boolean },
  ): Promise<string | undefined>
  /** Throws `no_attempts_left` where the provider takes no more. */
  check(sentCode: SentCode, bound: BoundAction, code: string): Promise<Verdict>
  /** What a right code proves: to what the provider had bound it. */
  evidenceOf(sentCode: SentCode, bound: BoundAction): Evidence
  /** End a code whose purpose is gone, where that can be done. Never throws: every code ends by itself soon. */
  end(textId: string): Promise<void>
}

export type Phones = {
  /** Answers the verification's name, if it has one. Throws `invalid_request` where the number is none, `too_many_sms`. */
  startVerification(phone: PhoneNumber, channel: VerificationChannel): Promise<string | undefined>
  /** Throws `no_attempts_left` where the provider takes no more. */
  checkVerification(
    verification: { readonly phone: PhoneNumber; readonly textId?: string | undefined },
    code: string,
  ): Promise<Verdict>
  /** End a verification that nobody waits for any more, as with codes. */
  endVerification(textId: string): Promise<void>
}

/** Who may sign in, as the sign-in provider (Cognito) knows them. */
export type SignIns = {
  /** The payer of this e-mail address, if there is one. */
  find(email: string): Promise<string | undefined>
  /** Every session ends: refresh tokens are good for nothing any more. */
  endSessions(payerId: string): Promise<void>
  /** Nobody signs in as this payer any more; the same address made anew is another payer. */
  remove(payerId: string): Promise<void>
}

/** A page as it is stored. */
export type ArchiveEntry = { readonly key: string; readonly text: string }

/** Where the audit trails are archived. */
export type Archive = {
  /** A page that is there already stays as it is. */
  keep(page: ArchiveEntry): Promise<void>
}

/** Who is told what becomes of payments and accounts. */
export type EventBus = {
  /** All of them, or it throws; those before the one that failed may have been told then. */
  publish(events: readonly (PaymentEvent | PayerEvent)[]): Promise<void>
}
