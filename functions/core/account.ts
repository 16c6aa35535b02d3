/**
 * An operator's actions on a payer's account: show, lock, unlock, close. A lock first stores its marks, which are in
 * the condition of every write that reserves a start, a text or an attempt; then it cancels the payments reserved
 * before.
 */
import { displayText } from './action.ts'
import { endChannels } from './deciding.ts'
import {
  activeDevices,
  aliveInvitation,
  NO_DEVICES,
  OWNER_INVITATION_DAYS,
  waitingDevices,
} from './device.ts'
import type { DeviceStore } from './devicePorts.ts'
import { type DeviceView, deviceView } from './devicesView.ts'
import { admit, masked, type SignedIn } from './payer.ts'
import type { PayerEntry } from './payerTrail.ts'
import { statusAt } from './payment.ts'
import type {
  ChannelEnds,
  Clock,
  Decision,
  Limits,
  PayerStore,
  PaymentStore,
  SignIns,
  Starts,
  Texts,
} from './ports.ts'

export type AccountPorts = {
  readonly payers: PayerStore
  readonly limits: Pick<
    Limits,
    'readStarts' | 'readTexts' | 'bar' | 'unbar' | 'clear' | 'clearInvitations'
  >
  readonly payments: PaymentStore
  readonly ends: ChannelEnds
  readonly signIns: SignIns
  readonly devices: Pick<DeviceStore, 'inviteByOperator'>
  readonly clock: Clock
}

/** A payer's account: the payer's id and e-mail address at the sign-in provider. */
export type Account = { readonly payerId: string; readonly email: string }

export type AccountView = {
  readonly payerId: string
  readonly state: 'open' | 'locked' | 'closed'
  /** The masked number; null while none is verified. */
  readonly phone: string | null
  /** The provider's id of the phone, for removing it there; null if there is none. */
  readonly phoneId: string | null
  /** The active devices. */
  readonly devices: readonly Pick<DeviceView, 'name' | 'addedAt' | 'addedBy'>[]
  /** The devices that were let in without an active one's yes; each approves from then on. */
  readonly waiting: readonly { readonly name: string; readonly activeFrom: string }[]
  readonly everHadDevice: boolean
  /** The operator's invitation that was not used yet; null if there is none. */
  readonly invitation: { readonly until: string; readonly isNow: boolean } | null
  /** RFC 3339: new payments are locked until then, because the payer did not start one; else null. */
  readonly startsLockedUntil: string | null
  readonly openPayments: readonly {
    readonly paymentId: string
    readonly displayText: string
    readonly expiresAt: string
  }[]
  /** The counts of starts and texts that the limits bound. */
  readonly limits: {
    readonly startedThisHour: number
    readonly payingTexts: Texts
    readonly provingTexts: Texts
  }
  /** RFC 3339; null while codes are not locked. */
  readonly codesLockedUntil: string | null
  /** RFC 3339; earlier sessions have ended. Null if none were ended. */
  readonly sessionsFrom: string | null
  /** The newest audit entries of the account, newest first. */
  readonly last: readonly Pick<PayerEntry, 'at' | 'event' | 'by'>[]
}

/**
 * End every session of the payer, including this one, here and at the sign-in provider. An ended session is
 * refused, so that a thief's old token cannot sign out the payer who has signed in again.
 *
 * Refuses: `locked` (by the operator). Throws `SessionEnded`.
 */
export async function endSessions(
  { payers, signIns, clock }: Pick<AccountPorts, 'payers' | 'signIns' | 'clock'>,
  signedIn: SignedIn,
): Promise<void> {
  const { payerId } = signedIn
  admit(await payers.get(payerId), signedIn)
  // Stored first, so that older sessions are refused even if the sign-in provider fails.
  await payers.endSessions(signedIn, clock())
  await signIns.endSessions(payerId)
}

export async function showAccount(
  { payers, limits, payments, clock }: AccountPorts,
  { payerId }: Pick<Account, 'payerId'>,
): Promise<AccountView> {
  const [payer, starts, texts] = await Promise.all([
    payers.get(payerId),
    limits.readStarts(payerId),
    limits.readTexts(payerId, clock()),
  ])
  const ids = Object.keys(starts?.unfinished ?? {})
  const found = await Promise.all(ids.map((id) => payments.get(payerId, id)))
  const now = clock()
  const open = found.flatMap((payment) =>
    payment && statusAt(payment, now) === 'pending' ? [payment] : [],
  )
  const until = payer?.codesLockedUntil
  const startsUntil = payer?.startsLock?.until
  const devices = payer?.devices ?? NO_DEVICES
  const invitation = aliveInvitation(devices, now)
  return {
    payerId,
    state: payer?.state ?? 'open',
    phone: payer?.phone ? masked(payer.phone) : null,
    phoneId: payer?.phone?.providerPhoneId ?? null,
    devices: activeDevices(devices, now)
      .map(deviceView)
      .map(({ name, addedAt, addedBy }) => ({ name, addedAt, addedBy })),
    waiting: waitingDevices(devices, now).flatMap(({ name, activeFrom }) =>
      activeFrom ? [{ name, activeFrom: activeFrom.toISOString() }] : [],
    ),
    everHadDevice: devices.since !== undefined,
    invitation: invitation
      ? { until: invitation.until.toISOString(), isNow: invitation.isNow }
      : null,
    startsLockedUntil: startsUntil && startsUntil > now ? startsUntil.toISOString() : null,
    openPayments: open.map(({ paymentId, action, expiresAt }) => ({
      paymentId,
      displayText: displayText(action),
      expiresAt: expiresAt.toISOString(),
    })),
    limits: {
      startedThisHour: startedThisHour(starts, now),
      payingTexts: texts.paying,
      provingTexts: texts.proving,
    },
    codesLockedUntil: until && until > now ? until.toISOString() : null,
    sessionsFrom:
      payer?.sessionsFrom === undefined ? null : new Date(payer.sessionsFrom * 1000).toISOString(),
    last: (payer?.trail.recent ?? []).map(({ at, event, by }) => ({ at, event, by })).reverse(),
  }
}

/** The number of starts in the hour, which begins with its first start. */
function startedThisHour(starts: Starts | undefined, now: Date): number {
  if (!starts || now.getTime() - Date.parse(starts.windowStartedAt) >= HOUR_MS) return 0
  return Object.keys(starts.started).length
}

const HOUR_MS = 3_600_000

/**
 * Invite a device of the payer: the way in where nothing else lets one in, and another way to a new phone number. The
 * code is handed over the operator's own way; a new invitation replaces the one before. It ends after 7 days.
 *
 * @param hash the SHA-256 of its code
 * @param isNow the operator knows the payer, and waives the wait of a device that no other lets in
 * @returns when it ends; `undefined` if the account is locked or closed
 */
export async function invitePayer(
  { devices, limits, clock }: Pick<AccountPorts, 'devices' | 'limits' | 'clock'>,
  account: Account,
  { hash, isNow }: { readonly hash: string; readonly isNow: boolean },
): Promise<Date | undefined> {
  const now = clock()
  const until = new Date(now.getTime() + OWNER_INVITATION_DAYS * 24 * HOUR_MS)
  if (!(await devices.inviteByOperator(account, { hash, until, isNow }, now))) return undefined
  // A thief with a session may have used up the hour's codes, without which no device can ask.
  await limits.clearInvitations(account.payerId, now)
  return until
}

/**
 * Lock an account: no payment starts, no text is sent, no code is accepted, no phone changes, no device answers; every
 * session, invitation and waiting device ends and every pending payment is cancelled. Safe to repeat, also after a
 * fault.
 */
export async function lockAccount(ports: AccountPorts, account: Account): Promise<AccountView> {
  await bar(ports, account, 'locked')
  return showAccount(ports, account)
}

/**
 * Remove the operator's lock and the locks of codes and of new payments, and reset the hour's and day's counts. A closed
 * account stays closed.
 */
export async function unlockAccount(ports: AccountPorts, account: Account): Promise<AccountView> {
  const { payers, limits, clock } = ports
  const payer = await payers.get(account.payerId)
  if (payer?.state !== 'closed') {
    // The counts first: until the mark is removed no payment starts.
    await limits.clear(account.payerId, clock())
    await limits.unbar(account.payerId, clock())
    await payers.unlock(account.payerId, clock())
  }
  return showAccount(ports, account)
}

/**
 * Close an account for good: lock it, then delete phones, e-mail address and sign-in. Payments and the audit trail
 * stay, because they are evidence. If the same address signs up again, it is another payer.
 */
export async function closeAccount(ports: AccountPorts, account: Account): Promise<AccountView> {
  await bar(ports, account, 'closed')
  // Removed last: afterwards the payer cannot be found by the address, so a close could not be repeated.
  await ports.payers.erase(account.payerId)
  await ports.signIns.remove(account.payerId)
  return showAccount(ports, account)
}

async function bar(
  ports: AccountPorts,
  account: Account,
  state: 'locked' | 'closed',
): Promise<void> {
  const { payers, limits, signIns, clock } = ports
  const { payerId } = account
  await payers.setState(account, state, clock())
  const slots = await limits.bar(payerId, clock())
  // A payment that cannot be read must keep neither the other payments nor the sessions open.
  const done = await Promise.allSettled(
    slots.map(({ paymentId }) => cancel(ports, payerId, paymentId)),
  )
  await signIns.endSessions(payerId)
  const failed = done.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
}

/**
 * Cancel a payment whose start was reserved. If it is not stored yet, its id is barred, so that the late insert
 * fails; if the insert succeeds before that, the payment is cancelled.
 */
async function cancel(ports: AccountPorts, payerId: string, id: string): Promise<void> {
  const { payments, clock } = ports
  const decision: Decision = {
    status: 'cancelled',
    channel: null,
    by: 'operator',
    only: { payerId },
  }
  const cancelled = await payments.decide(id, decision, clock())
  if (cancelled) return endChannels(ports, cancelled)
  if (await payments.bar(payerId, id)) return
  // `bar` failed, so the payment is stored: it had ended before, or it was inserted after the first `decide`.
  const late = await payments.decide(id, decision, clock())
  if (late) await endChannels(ports, late)
}
