import { reasonOf, type SignedOut } from './signedOut.ts'

/** The activity that all tabs of a browser share; times are the device's, in milliseconds. */
export type Doing = {
  /** When the payer signed in; a different time is a different sign-in. */
  readonly since: number
  readonly input: number
  /** Until when each payment waits for its payer. */
  readonly waits: Readonly<Record<string, number>>
  /** Why the last sign-ins that were ended on purpose ended, by the time at which each began. */
  readonly ends: Readonly<Record<string, SignedOut>>
}

/** Parse the stored text; null if it is no valid activity. */
export function doingOf(text: string | null): Doing | null {
  const read = text === null ? null : parsed(text)
  if (!isRecord(read) || !isRecord(read.waits)) return null
  const { since, input, waits, ends = {} } = read
  if (!isTime(since) || !isTime(input) || !isTimes(waits)) return null
  if (!isRecord(ends) || !isReasons(ends)) return null
  return { since, input, waits, ends }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const isTime = (value: unknown): value is number => Number.isSafeInteger(value)

const isTimes = (waits: Record<string, unknown>): waits is Record<string, number> =>
  Object.values(waits).every(isTime)

const isReasons = (ends: Record<string, unknown>): ends is Record<string, SignedOut> =>
  Object.values(ends).every((reason) => reasonOf(reason) !== null)

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
