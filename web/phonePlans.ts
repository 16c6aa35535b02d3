import type { PhonePlans } from './phoneReading.ts'

/** Put in by the bundler. */
declare const PHONE_PLANS: PhonePlans

/** The numbering plans of all countries, from libphonenumber's tables. */
export const phonePlans = PHONE_PLANS
