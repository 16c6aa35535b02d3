/**
 * What an operator does to a payer's account: look, lock, unlock, close. The order is the point: first the
 * marks, in the condition of every write that reserves something; then what was reserved before them.
 */
import { displayText } from './action.ts'
import { endChannels } from './deciding.ts'
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
  readonly limits: Pick<Limits, 'readStarts' | 'readTexts' | 'bar' | 'unbar' | 'clear'>
  readonly payments: PaymentStore
  readonly ends: ChannelEnds
  readonly signIns: SignIns
  readonly clock: Clock
}

/** The account of a payer, as the sign-in provider or an operator names it. */
export type Account = { readonly payerId: string; readonly email: string }

export type AccountView = {
  readonly payerId: string
  readonly state: 'open' | 'locked' | 'closed'
  /** Most of the number hidden; null while none is verified. */
  readonly phone: string | null
  /** The provider's id of it, to remove it there; null while the provider gave none. */
  readonly phoneId: string | null
  readonly openPayments: readonly {
    readonly paymentId: string
    readonly displayText: string
    readonly expiresAt: string
  }[]
  /** What is used of the limits. */
  readonly limits: {
    readonly startedThisHour: number
    readonly payingTexts: Texts
    readonly provingTexts: Texts
  }
  /** RFC 3339; null while codes are not locked. */
  readonly codesLockedUntil: string | null
  /** Sessions from before are over; null while none were ended. */
  readonly sessionsFrom: string | null
  /** What happened to the account lately, newest first. */
  readonly last: readonly Pick<PayerEntry, 'at' | 'event' | 'by'>[]
}

/**
 * Every session of the payer ends, this one too: at once here, and at the sign-in provider. One that was
 * ended may not do it: a thief's last token would sign out the owner who has just signed in again.
 *
 * Refuses: `locked` (by the operator: no session is left). Throws `SessionEnded`.
 */
export async function endSessions(
  { payers, signIns, clock }: Pick<AccountPorts, 'payers' | 'signIns' | 'clock'>,
  signedIn: SignedIn,
): Promise<void> {
  const { payerId } = signedIn
  admit(await payers.get(payerId), signedIn)
  // Stored first: whatever the provider does, older sessions start nothing from here on.
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
  return {
    payerId,
    state: payer?.state ?? 'open',
    phone: payer?.phone ? masked(payer.phone) : null,
    phoneId: payer?.phone?.providerPhoneId ?? null,
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

/** The hour of starts begins with its first. */
function startedThisHour(starts: Starts | undefined, now: Date): number {
  if (!starts || now.getTime() - Date.parse(starts.windowStartedAt) >= HOUR_MS) return 0
  return Object.keys(starts.started).length
}

const HOUR_MS = 3_600_000

/**
 * Lock an account: nothing starts, is texted, tried or changed any more, every session ends, and what
 * waits is cancelled. Safe to repeat, and to be repeated after a fault.
 */
export async function lockAccount(ports: AccountPorts, account: Account): Promise<AccountView> {
  await bar(ports, account, 'locked')
  return showAccount(ports, account)
}

/** Lift a lock, a lock of codes, and the limits of the hour and the day. A closed account stays closed. */
export async function unlockAccount(ports: AccountPorts, account: Account): Promise<AccountView> {
  const { payers, limits, clock } = ports
  const payer = await payers.get(account.payerId)
  if (payer?.state !== 'closed') {
    // The limits first: with the mark still there nothing starts meanwhile.
    await limits.clear(account.payerId, clock())
    await limits.unbar(account.payerId, clock())
    await payers.unlock(account.payerId, clock())
  }
  return showAccount(ports, account)
}

/**
 * Close an account for good: as a lock, and then what may be deleted is. Payments and the audit trail
 * stay, because they are evidence. The same address made anew is another payer.
 */
export async function closeAccount(ports: AccountPorts, account: Account): Promise<AccountView> {
  await bar(ports, account, 'closed')
  // Nobody is found by the address any more after the last step, so it is the last: until then all can be repeated.
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
  await Promise.all(slots.map(({ paymentId }) => cancel(ports, payerId, paymentId)))
  await signIns.endSessions(payerId)
}

/**
 * Cancel what holds a slot. It may not be stored yet: then its place is taken, so that its late insert
 * loses; or the insert was faster after all, and it is cancelled like any other.
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
  // Stored: it had ended before, or its insert came after the first try, and then the second finds it.
  const late = await payments.decide(id, decision, clock())
  if (late) await endChannels(ports, late)
}
