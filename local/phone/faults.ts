import * as z from 'zod'

/**
 * Life's faults, as the page may set them. Each `next` is used up by one callback, the others last
 * until switched off.
 */
export const faultsSchema = z.strictObject({
  loseNextCallback: z.boolean(),
  sendNextCallbackTwice: z.boolean(),
  /** By ten seconds. */
  delayNextCallback: z.boolean(),
  signNextCallbackWrongly: z.boolean(),
  /** Every API call is answered 503. */
  answer503: z.boolean(),
  /** Every call of Verify is answered 429. */
  answer429: z.boolean(),
  /** Every API call is answered this much later. */
  providerDelayMs: z.number().int().min(0).max(60_000),
  /** No service of Verify is in PSD2 mode, whatever it was made with: support has not enabled it. */
  psd2Off: z.boolean(),
})

export type Faults = z.infer<typeof faultsSchema>

/** A good day. */
export const noFaults = (): Faults => ({
  loseNextCallback: false,
  sendNextCallbackTwice: false,
  delayNextCallback: false,
  signNextCallbackWrongly: false,
  answer503: false,
  answer429: false,
  providerDelayMs: 0,
  psd2Off: false,
})
