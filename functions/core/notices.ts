/** What a payer is told of their own account at the next sign-in: what somebody else may have done to it. */
import type { Payer } from './payer.ts'
import type { PayerEventName } from './payerTrail.ts'

/** For so long a payer is told of what happened. */
export const NOTICE_DAYS = 30

export type Notice = {
  readonly event: (typeof noticeEvents)[number]
  /** RFC 3339, UTC. */
  readonly at: string
  /** Of the newest change of phone: the last three digits of the phone that there is now. */
  readonly ending: string | null
}

/** Not the first phone, which its owner has just proven; nor a close, after which nobody signs in. */
export const noticeEvents = [
  'phone.changed',
  'codes.locked',
  'pushes.denied',
  'sessions.ended',
  'account.locked',
  'account.unlocked',
] as const satisfies readonly PayerEventName[]

/**
 * The newest first, of those entries that the payer's item still holds; and a change of phone also when later
 * entries have pushed it out, since a thief could make so many.
 */
export function noticesOf(
  { trail, phone, phoneChangedAt }: Pick<Payer, 'trail' | 'phone' | 'phoneChangedAt'>,
  now: Date,
): readonly Notice[] {
  const { recent } = trail
  const since = new Date(now.getTime() - NOTICE_DAYS * 86_400_000).toISOString()
  const newestChange = recent.findLast(({ event }) => event === 'phone.changed')
  const ending = phone?.national.slice(-3) ?? null
  const pushedOut: Notice[] =
    !newestChange && phoneChangedAt && phoneChangedAt.toISOString() >= since
      ? [{ event: 'phone.changed', at: phoneChangedAt.toISOString(), ending }]
      : []
  const held = recent
    .flatMap((entry): Notice[] => {
      const event = noticeEvents.find((one) => one === entry.event)
      if (!event || entry.at < since) return []
      return [{ event, at: entry.at, ending: entry === newestChange ? ending : null }]
    })
    .toReversed()
  return [...held, ...pushedOut]
}
