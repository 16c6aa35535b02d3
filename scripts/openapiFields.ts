/** Fields that more than one answer of the API has, as zod schemas. */
import * as z from 'zod'
import { noticeEvents } from '../functions/core/notices.ts'
import { RECENT_ENTRIES_MAX } from '../functions/core/payerTrail.ts'

/** RFC 3339, UTC, to the millisecond. */
export const instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  .meta({ format: 'date-time', examples: ['2026-11-21T12:00:00.000Z'] })

/** A phone number as its payer sees it. */
export const maskedNumber = z
  .string()
  .regex(/^\+\d{1,3} [\d• ]+$/)
  .describe('All digits but the last three are hidden.')
  .meta({ examples: ['+44 ••••• ••456'] })

/** Six characters, for the eye. */
export const reference = z
  .string()
  .regex(/^[2-9A-HJ-NP-Z]{6}$/)
  .meta({ examples: ['4F2K7Q'] })

/** What happened to an account. */
export const notices = z
  .array(
    z.strictObject({
      event: z.enum(noticeEvents),
      at: instant,
      ending: z
        .string()
        .nullable()
        .describe('Of the newest change of phone: the last three digits of the phone now.'),
    }),
  )
  // One more than the item holds: the newest change of phone, if later events pushed it out.
  .max(RECENT_ENTRIES_MAX + 1)
  .describe('What happened to the account in the last 30 days, newest first.')
