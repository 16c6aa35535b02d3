/** What may be wrong with a device's request; each breaks one thing in a good one. */

export const enrolSpoils = [
  'other key',
  'names a payer',
  'other body',
  'other challenge',
  'other origin',
  'no person',
] as const
export type EnrolSpoil = (typeof enrolSpoils)[number]

/** Not this device's request: refused for its proof. */
export const crossedProofs = [
  'other key',
  'other payer',
  'other route',
  'other body',
  'no proof',
] as const
/** Made for something else or elsewhere: refused, and no attempt. */
export const staleAnswers = [
  'other payment',
  'other prefix',
  'other origin',
  'framed',
  'other rp',
  'other type',
  'other eligibility',
] as const
/** Wrong: an attempt. */
export const wrongAnswers = [
  'nobody verified',
  'nobody there',
  'other passkey',
  'forged',
  'other credential',
  'signature bit',
] as const
export type ReplySpoil =
  | (typeof crossedProofs)[number]
  | (typeof staleAnswers)[number]
  | (typeof wrongAnswers)[number]
