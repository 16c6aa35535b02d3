/**
 * The figures that more than one place keeps to, each here once: how the Lambdas and a laptop are set where nobody
 * says otherwise, what may be said, and what the page has to wait for. Plain data, which synth and the page read too.
 */

/** The settings of a stage or a laptop where it says nothing else. */
export const DEFAULTS = {
  /** How long a payment waits for its payer. */
  paymentTtlSeconds: 300,
  /** Codes for payments, and texts that prove a number: each for a payer; the latter for a number too. */
  textsPerHour: 10,
  textsPerDay: 20,
  provingTextsPerHour: 3,
  provingTextsPerDay: 5,
  /** Half of it is kept for payments. */
  textsPerDayForStage: 500,
  openPayments: 5,
  paymentsPerHour: 20,
} as const

export const PAYMENT_TTL_SECONDS_MIN = 60
export const PAYMENT_TTL_SECONDS_MAX = 600
/** Of a limit that counts something. */
export const COUNT_MAX = 1_000_000

/** Between two texts for the same payment or verification. */
export const TEXT_PAUSE_SECONDS = 20

/** Four calls of the provider (a change of phone), 3 s each at most, and the table's. */
export const LAMBDA_SECONDS = 28
/** API Gateway's own: it waits no longer, so a Lambda that is cut off is still answered for. */
export const GATEWAY_SECONDS = 30
