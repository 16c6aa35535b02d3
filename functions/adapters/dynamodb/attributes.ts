/** What stored attributes are made of. Each schema is made once, because making them takes time at a cold start. */
import * as z from 'zod'

export const text = z.string()
export const optionalText = text.optional()
export const whole = z.int()
/** A count that begins when its attribute is first written. */
export const tally = whole.default(0)
/** A time with milliseconds, in RFC 3339. */
export const instant = z.iso.datetime({ precision: 3 }).transform((text) => new Date(text))
export const optionalInstant = instant.optional()
