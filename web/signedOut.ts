/**
 * Why somebody is signed out, from what says least to what says most: they did nothing for too long; they
 * asked for it, in another tab, in this one, or for everywhere; or they changed their phone, which ends every
 * session.
 */
const REASONS = ['idle', 'askedElsewhere', 'asked', 'everywhere', 'phoneChanged'] as const

export type SignedOut = (typeof REASONS)[number]

export const reasonOf = (value: unknown): SignedOut | null =>
  REASONS.find((reason) => reason === value) ?? null

/**
 * The reason that a tab gives when it learns of two, the same in whichever order they come: a tab that was
 * signed out by another may find that it has no time left, and that never hides what the person asked for.
 */
export function weightier(one: SignedOut | null, other: SignedOut): SignedOut {
  if (one === null) return other
  return REASONS.indexOf(one) > REASONS.indexOf(other) ? one : other
}

/** What is told in one tab, as the others say it. */
export const elsewhere = (why: SignedOut): SignedOut => (why === 'asked' ? 'askedElsewhere' : why)
