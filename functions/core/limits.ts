/**
 * The figures that more than one place uses: defaults and ranges of settings, pauses and timeouts. Plain data, because
 * synth and the page import it too.
 */

/** The default settings of a stage and of a laptop. */
export const DEFAULTS = {
  /** After so many seconds a payment expires. */
  paymentTtlSeconds: 300,
  /** SMS codes for payments are limited per payer; texts that verify a number per payer and per number. */
  textsPerHour: 10,
  textsPerDay: 20,
  provingTextsPerHour: 3,
  provingTextsPerDay: 5,
  /** Half of it is reserved for payments. */
  textsPerDayForStage: 500,
  openPayments: 5,
  paymentsPerHour: 20,
  /** So many hours a device waits that was let in by less than a device. */
  deviceWaitHours: 12,
} as const

export const PAYMENT_TTL_SECONDS_MIN = 60
export const PAYMENT_TTL_SECONDS_MAX = 600
export const DEVICE_WAIT_HOURS_MIN = 1
export const DEVICE_WAIT_HOURS_MAX = 168
/** The largest value of a setting that is a count. */
export const COUNT_MAX = 1_000_000

/** A device's name: its length in UTF-16 units, and its signs: no dot, slash, @ or double quotation mark. */
export const DEVICE_NAME_LENGTH_MAX = 30
export const DEVICE_NAME = /^[\p{L}\p{M}\p{Nd} '’()+-]+$/u
/** The same as a sentence: the hint of the field and the reason of a refusal. */
export const DEVICE_NAME_RULE = `Use ${DEVICE_NAME_LENGTH_MAX} characters at most: letters, digits, spaces and the signs ’ ( ) + -.`

/** The hosts of the browsers' push services; `*.` stands for any names before the rest. */
export const PUSH_HOSTS = [
  'fcm.googleapis.com',
  'updates.push.services.mozilla.com',
  'web.push.apple.com',
  '*.notify.windows.com',
] as const
/** A host of that list: a name and never a number. */
export const PUSH_HOST = /^(\*\.)?([a-z0-9-]+\.)+[a-z]{2,}$/
/** The pause between two test rings of one device. */
export const TEST_RING_PAUSE_SECONDS = 10

/** The push expires this much before the payment, so that the phone offers no approval that would come too late. */
export const PUSH_ENDS_EARLIER_SECONDS = 10

/** The pause between two texts for the same payment or verification. */
export const TEXT_PAUSE_SECONDS = 20

/** After so many minutes the provider's code for a number expires; it cannot be configured there. */
export const VERIFICATION_MINUTES = 10

/** The Lambdas' timeout: four calls of the provider (a change of phone), 3 s each at most, and the table's calls. */
export const LAMBDA_SECONDS = 28
/** API Gateway's timeout; longer than the Lambdas', so that a Lambda that times out still gets an answer. */
export const GATEWAY_SECONDS = 30

/** Why a phone number is refused of which no country knows the form; the page adds the country. */
export const NO_PHONE_NUMBER = 'This is not a phone number.'
