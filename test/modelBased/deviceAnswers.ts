/** What the page is told of a payer's devices, and who may go on, by the contract. */
import { admit, locked, No, type ShownDevices } from './answers.ts'
import {
  activeOf,
  aliveOwnerInvitation,
  areTextsClosed,
  DEVICES_MAX,
  hasYes,
  isSessionAlive,
  LEAVE_TEXTS_MAX,
  placesOf,
  undoableOf,
  waitingOf,
  waitMs,
} from './deviceModel.ts'
import type { Asking, Device, Leave, Payer, Rules } from './model.ts'

export const notFound = () => new No(404, 'not_found')
export const notTrusted = () => new No(403, 'device_not_trusted')
const tooManyDevices = () => new No(409, 'too_many_devices')
export const deviceRequired = () => new No(403, 'device_required')
/** The session was ended, or is too old. */
export const ended = () => new No(401, 'ended', { code: undefined })

/** What can let the next device in, the best first. */
export function leavesFor(payer: Payer, rules: Rules, now: number): readonly Leave[] {
  const hasNumber = payer.phone.number !== ''
  const hasText = rules.provider !== 'none' && hasNumber && payer.recoveryStoppedAt === undefined
  const renews = aliveAsking(payer, now)?.renews
  const agreeing = activeOf(payer, now).filter(({ id }) => id !== renews)
  const isFirst = payer.devicesSince === undefined
  const hasSignIn = rules.firstDevice === 'sign-in' && !hasNumber && isFirst
  return [
    // A device whose key is gone agrees to nothing.
    ...(agreeing.length > 0 ? (['device'] as const) : []),
    ...(hasText ? (['text'] as const) : []),
    ...(hasSignIn ? (['sign-in'] as const) : []),
    'invitation',
  ]
}

/** How many hours a device waits that this lets in. */
export function waitHoursOf(leave: Leave, payer: Payer, { waitHours }: Rules): number {
  if (leave === 'device' || leave === 'sign-in') return 0
  if (payer.devicesSince === undefined || payer.asking?.renews !== undefined) return 0
  return leave === 'invitation' && payer.ownerInvitation?.isNow ? 0 : waitHours
}

/** A session that was not ended, of an account that the operator has left open. */
export function admitSession(payer: Payer, authTime: number, now: number): void {
  if (!isSessionAlive(payer, authTime)) throw ended()
  admit(payer, now)
}

export function requireRoom(payer: Payer): void {
  if (placesOf(payer).length >= DEVICES_MAX) throw tooManyDevices()
}

export const aliveAsking = ({ asking }: Payer, now: number): Asking | undefined =>
  asking && now < asking.expiresAt ? asking : undefined

/** The payer's invitation of the operator, if this is the hash of its code. */
export const isInvited = (payer: Payer, hash: string, now: number): boolean =>
  aliveOwnerInvitation(payer, now)?.hash === hash

export const shownList = (payer: Payer, now: number): ShownDevices['list'] =>
  activeOf(payer, now).map(shownDevice).toSorted(byAge)

export const shownDevice = ({ id, name, addedAt, boundBy, lastUsedAt }: Device) => ({
  id,
  name,
  addedAt,
  addedBy: boundBy,
  lastUsedAt: lastUsedAt ?? null,
})

export const byAge = (
  a: { readonly addedAt: number; readonly id: string },
  b: { readonly addedAt: number; readonly id: string },
) => a.addedAt - b.addedAt || (a.id < b.id ? -1 : 1)

export function shownDevices(payer: Payer, rules: Rules, now: number): ShownDevices {
  const asking = aliveAsking(payer, now)
  return {
    list: shownList(payer, now),
    waiting: waitingOf(payer, now)
      .toSorted(byAge)
      .map(({ id, name, addedAt, boundBy, activeFrom = 0 }) => ({
        ...{ id, name, addedAt, addedBy: boundBy, activeFrom },
      })),
    removed: undoableOf(payer, rules, now)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, name, removedAt = 0, stop }) => ({
        ...{ id, name, removedAt, undoUntil: removedAt + waitMs(rules) },
        undoAsked: stop?.askedAt !== undefined,
      })),
    pending: asking
      ? {
          id: asking.id,
          name: asking.name,
          invitation: asking.invitation,
          reference: asking.reference,
          expiresAt: asking.expiresAt,
          renews: asking.renews !== undefined,
          hasLeave: hasYes(payer, now),
          hasDigits: asking.hasDigits,
          leaves: leavesFor(payer, rules, now).map((by) => shownLeave(by, payer, asking, rules)),
        }
      : null,
    everHadOne: payer.devicesSince !== undefined,
    canAdd: placesOf(payer).length < DEVICES_MAX,
    leaves: leavesFor(payer, rules, now),
    textsClosed: areTextsClosed(payer, rules, now),
    waitHours: rules.waitHours,
  }
}

type ShownLeave = NonNullable<ShownDevices['pending']>['leaves'][number]

function shownLeave(by: Leave, payer: Payer, asking: Asking, rules: Rules): ShownLeave {
  const waitHours = waitHoursOf(by, payer, rules)
  if (by === 'invitation') return { by, waitHours }
  if (by !== 'text') return { by }
  return {
    by,
    waitHours,
    number: payer.phone.number,
    sendsLeft: LEAVE_TEXTS_MAX - asking.texts,
    sentAt: asking.textedAt ?? null,
  }
}

export const whyCodesLocked = ({ lockedUntil }: Payer, now: number): No | undefined =>
  lockedUntil !== undefined && lockedUntil > now ? locked(lockedUntil, now) : undefined
