/**
 * Why the payer is signed out, in increasing weight: they were inactive for too long; they signed out in another
 * tab, in this one, or everywhere; or they changed their phone, which ends every session.
 */
const REASONS = ['idle', 'askedElsewhere', 'asked', 'everywhere', 'phoneChanged'] as const

export type SignedOut = (typeof REASONS)[number]

export const reasonOf = (value: unknown): SignedOut | null =>
  REASONS.find((reason) => reason === value) ?? null

/**
 * The reason that a tab shows if it learns of two, in any order. A tab that another one signed out may also find
 * that its time is over; inactivity never hides what the payer asked for.
 */
export function weightier(one: SignedOut | null, other: SignedOut): SignedOut {
  if (one === null) return other
  return REASONS.indexOf(one) > REASONS.indexOf(other) ? one : other
}

/** One tab's reason as the other tabs show it. */
export const elsewhere = (why: SignedOut): SignedOut => (why === 'asked' ? 'askedElsewhere' : why)
