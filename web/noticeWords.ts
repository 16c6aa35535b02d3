/** What happened to an account, in words. */

import { noticesWords } from '#words/noticesWords.ts'
import { dateAndTime } from './times.ts'

/** An event of the account that its payer should know of. */
export type Notice = {
  readonly event: string
  readonly at: string
  /** The last three digits of the current phone. */
  readonly ending: string | null
}

/** What the profile knows of the account's phones. */
type Known = {
  readonly list: readonly Added[]
  readonly waiting: readonly (Added & { readonly activeFrom: string })[]
  readonly removed: readonly { readonly name: string; readonly removedAt: string }[]
}
type Added = { readonly name: string; readonly addedAt: string }

/** Undefined for an event that only a newer server than this page knows. */
export const wordsOf = (notice: Notice): string | undefined => wordsNaming(notice, NO_DEVICES)

/** The name of the phone of which the notice tells; null if it tells of none, or of one that the profile has not. */
export function phoneOf({ event, at }: Notice, { list, waiting, removed }: Known): string | null {
  if (event === 'device.added') return list.find(({ addedAt }) => addedAt === at)?.name ?? null
  if (event === 'device.waiting') return waiting.find(({ addedAt }) => addedAt === at)?.name ?? null
  if (event !== 'device.removed') return null
  return removed.find(({ removedAt }) => removedAt === at)?.name ?? null
}

/** The same, with the name of the phone if it is one of these. */
export function wordsNaming(notice: Notice, devices: Known): string | undefined {
  const { event, at, ending } = notice
  const when = dateAndTime(new Date(at))
  const name = phoneOf(notice, devices)
  switch (event) {
    case 'phone.changed':
      return noticesWords.phoneChanged(when, ending)
    case 'device.added':
      return noticesWords.added(when, name)
    case 'device.invited':
      return noticesWords.invited(when)
    case 'device.waiting': {
      const device = devices.waiting.find(({ addedAt }) => addedAt === at)
      return device
        ? noticesWords.waits(when, name, dateAndTime(new Date(device.activeFrom)))
        : noticesWords.waited(when)
    }
    case 'device.stopped':
      return noticesWords.stopped(when)
    case 'device.silenced':
      return noticesWords.silenced(when)
    case 'device.restored':
      return noticesWords.restored(when)
    case 'starts.locked':
      return noticesWords.startsLocked(when)
    case 'device.removed':
      return noticesWords.removed(when, name)
    case 'codes.locked':
      return noticesWords.codesLocked(when)
    case 'pushes.denied':
      return noticesWords.pushesDenied(when)
    case 'sessions.ended':
      return noticesWords.sessionsEnded(when)
    case 'account.locked':
      return noticesWords.accountLocked(when)
    case 'account.unlocked':
      return noticesWords.accountUnlocked(when)
    default:
      return undefined
  }
}

const NO_DEVICES: Known = { list: [], waiting: [], removed: [] }
