import type { Devices, PendingDevice, WaitingDevice } from './deviceApi.ts'

/** How the phone stands that was invited with this page's own code. */
export type Invited =
  | { readonly state: 'awaited' }
  | { readonly state: 'here'; readonly pending: PendingDevice }
  /** Another phone came, perhaps with a code that somebody else made: this page neither shows nor confirms it. */
  | { readonly state: 'other'; readonly id: string }
  | { readonly state: 'added'; readonly name: string }
  /** Let in, and it approves after a wait. */
  | { readonly state: 'waits'; readonly device: WaitingDevice }
  /** It was here and is gone: refused, out of attempts or out of time. */
  | { readonly state: 'ended' }

/**
 * @param invitation the SHA-256, in hexadecimal, of the code that this page showed
 * @param known the id of the phone that came with it, once it was here
 */
export function invitedPhone(
  { list, waiting, pending }: Pick<Devices, 'list' | 'waiting' | 'pending'>,
  invitation: string,
  known: string | null,
): Invited {
  const added = list.find(({ id }) => id === known)
  if (added) return { state: 'added', name: added.name }
  const waits = waiting.find(({ id }) => id === known)
  if (waits) return { state: 'waits', device: waits }
  if (pending === null) return { state: known === null ? 'awaited' : 'ended' }
  return pending.invitation === invitation
    ? { state: 'here', pending }
    : { state: 'other', id: pending.id }
}
