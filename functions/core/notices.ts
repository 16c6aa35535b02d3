/** The notices that a payer sees at the next sign-in: changes to the account that an attacker could have made. */
import type { Payer } from './payer.ts'
import type { PayerEventName } from './payerTrail.ts'

/** A notice is shown for so many days. */
export const NOTICE_DAYS = 30

export type Notice = {
  readonly event: (typeof noticeEvents)[number]
  /** RFC 3339, UTC. */
  readonly at: string
  /** The current phone's last three digits, on the newest change of phone; else null. */
  readonly ending: string | null
}

/** The events that become notices: not the first phone, which the payer has just verified, nor a closed account. */
export const noticeEvents = [
  'phone.changed',
  'device.added',
  'device.removed',
  'device.restored',
  'device.waiting',
  'device.stopped',
  'device.silenced',
  'device.invited',
  'starts.locked',
  'codes.locked',
  'pushes.denied',
  'sessions.ended',
  'account.locked',
  'account.unlocked',
] as const satisfies readonly PayerEventName[]

/**
 * The notices, newest first, from the entries in the payer's item. A change of phone or of devices is kept even if
 * later entries have pushed it out of the item, because a thief could add that many.
 */
export function noticesOf(
  {
    trail,
    phone,
    phoneChangedAt,
    devices,
  }: Pick<Payer, 'trail' | 'phone' | 'phoneChangedAt'> & Partial<Pick<Payer, 'devices'>>,
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
  // Older than the trail's oldest entry here, so they were pushed out of it.
  const oldest = recent[0]?.at ?? ''
  const ofDevices = (devices?.all ?? []).flatMap(({ addedAt, activeFrom, removedAt }): Notice[] =>
    (
      [
        [activeFrom ? 'device.waiting' : 'device.added', addedAt],
        ['device.removed', removedAt],
      ] as const
    ).flatMap(([event, when]) => {
      const at = when?.toISOString()
      return at !== undefined && at >= since && at < oldest ? [{ event, at, ending: null }] : []
    }),
  )
  const held = recent
    .flatMap((entry): Notice[] => {
      const event = noticeEvents.find((one) => one === entry.event)
      if (!event || entry.at < since) return []
      return [{ event, at: entry.at, ending: entry === newestChange ? ending : null }]
    })
    .toReversed()
  return [...held, ...[...pushedOut, ...ofDevices].sort((a, b) => (a.at < b.at ? 1 : -1))]
}
