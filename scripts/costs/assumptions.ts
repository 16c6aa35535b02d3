/**
 * What nobody has measured: how people pay, how long AWS and the provider take, and how much stays. Change a
 * figure and run `npm run costs -- --kept`, which reckons anew from what was recorded.
 */

export const VOLUMES = [1_000, 100_000, 10_000_000] as const
export type Volume = (typeof VOLUMES)[number]

/** How payments go, in hundredths of all. */
export const MIX = {
  authy: {
    pushApproved: 80,
    pushDenied: 3,
    textApproved: 8,
    wrongThenRight: 1,
    expired: 4,
    cancelled: 3,
    lostCallback: 1,
  },
  twilioVerify: {
    textApproved: 80,
    twoTexts: 5,
    wrongThenRight: 5,
    expired: 6,
    cancelled: 4,
  },
} as const

/** Seconds from a payment's start, with the page open in front of its payer all the time. */
export const SECONDS = {
  pushAnswered: 15,
  textAsked: 5,
  secondTextAsked: 40,
  codeEntered: 35,
  codeEnteredAfterTwo: 70,
  rightCodeEntered: 50,
  cancelled: 30,
} as const

/** The sweep comes so long after a payment's start; a journey's figures are the mean of these. */
export const SWEEP_PHASES_SECONDS = [10, 30, 50] as const

/** Of a Lambda with a whole GB of memory: its own work, and what it waits for. */
export const OWN_MS = 5
export const DATABASE_MS = 6
export const PROVIDER_MS = 300
export const PAGE_OF_RECORD_MS = 30
export const ANNOUNCEMENT_MS = 20
/** A new environment is paid for while it starts. */
export const COLD_START_MS = 400

export const BY_VOLUME: Readonly<
  Record<Volume, { readonly coldPercent: number; readonly environments: number }>
> = {
  1000: { coldPercent: 50, environments: 1 },
  100000: { coldPercent: 5, environments: 10 },
  10000000: { coldPercent: 0.2, environments: 100 },
}

/** Payments of one person in a month, and people who prove a new phone, in hundredths. */
export const PAYMENTS_PER_PERSON = 4
export const NEW_PHONES_PERCENT = 10

/** What Lambda itself writes into a log for each call, and API Gateway into its own, besides our lines. */
export const LAMBDA_LOG_BYTES = 350
export const ACCESS_LOG_BYTES = 330
/** Of an answer, besides its body. */
export const HEADER_BYTES = 700

/** The bill is that of a month after so many like it: payments and their record are kept. */
export const MONTHS_KEPT = 12
export const DAYS_A_MONTH = 365 / 12
export const HOURS_A_MONTH = DAYS_A_MONTH * 24
