/** Fields that more than one answer of the API has, as zod schemas. */
import * as z from 'zod'

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
