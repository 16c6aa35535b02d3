import { reasonOf, type SignedOut } from './signedOut.ts'

/** What somebody does in this browser, as all its tabs know it; times are the device's, in milliseconds. */
export type Doing = {
  /** When they came; another time is another sign-in. */
  readonly since: number
  readonly input: number
  /** Until when each payment waits for its payer. */
  readonly waits: Readonly<Record<string, number>>
  /** Why the last sign-ins in this browser ended that somebody ended on purpose, by when they began. */
  readonly ends: Readonly<Record<string, SignedOut>>
}

/** Read what was written down, or nothing where it says nothing of the kind. */
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
