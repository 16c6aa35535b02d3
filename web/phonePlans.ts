import type { PhonePlans } from './phoneReading.ts'

/** Put in by the bundler; a text, because it puts any other value into the file that every view needs. */
declare const PHONE_PLANS: string

/** The numbering plans of all countries, from libphonenumber's tables. */
export const phonePlans: PhonePlans = JSON.parse(PHONE_PLANS)
