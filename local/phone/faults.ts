import * as z from 'zod'

/**
 * Faults that the page can switch on. Each `next…` affects one callback; the others last until they are
 * switched off.
 */
export const faultsSchema = z.strictObject({
  loseNextCallback: z.boolean(),
  sendNextCallbackTwice: z.boolean(),
  /** The delay is ten seconds. */
  delayNextCallback: z.boolean(),
  signNextCallbackWrongly: z.boolean(),
  /** Every API call is answered 503. */
  answer503: z.boolean(),
  /** Every call of Verify is answered 429. */
  answer429: z.boolean(),
  /** Every API call is answered after this delay. */
  providerDelayMs: z.number().int().min(0).max(60_000),
  /** No Verify service is in PSD2 mode, whatever its settings: Twilio's support has not enabled it. */
  psd2Off: z.boolean(),
  /** Devices sign another document than the one that is shown. */
  signAnotherDocument: z.boolean(),
  /** Devices' clocks are two minutes fast. */
  deviceClockWrong: z.boolean(),
  /** What the push service does with every message; `late` is after five seconds. */
  pushService: z.enum(['well', '404', '410', '429', 'late', 'never']),
  /** Passkeys sign without asking for finger, face or PIN. */
  passkeyAsksNobody: z.boolean(),
})

export type Faults = z.infer<typeof faultsSchema>

export const noFaults = (): Faults => ({
  loseNextCallback: false,
  sendNextCallbackTwice: false,
  delayNextCallback: false,
  signNextCallbackWrongly: false,
  answer503: false,
  answer429: false,
  providerDelayMs: 0,
  psd2Off: false,
  pushService: 'well',
  signAnotherDocument: false,
  deviceClockWrong: false,
  passkeyAsksNobody: false,
})
