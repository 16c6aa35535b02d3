/** What the page is told of a payer's devices, and who may go on, by the contract. */
import { admit, locked, No, type ShownDevices } from './answers.ts'
import { activeOf, DEVICES_MAX, hasYes, isSessionAlive, LEAVE_TEXTS_MAX } from './deviceModel.ts'
import type { Asking, Leave, Payer, Rules } from './model.ts'

export const notFound = () => new No(404, 'not_found')
export const notTrusted = () => new No(403, 'device_not_trusted')
export const tooManyDevices = () => new No(409, 'too_many_devices')

/** What must let the next device in, if anything can. */
export function leaveFor(payer: Payer, { firstDevice }: Rules): Leave | No {
  if (activeOf(payer).length > 0) return 'device'
  if (payer.devicesSince !== undefined) return new No(403, 'device_required')
  if (payer.phone.number !== '') return 'text'
  return firstDevice === 'sign-in' ? 'sign-in' : new No(403, 'phone_not_verified')
}

/** A session that was not ended, of an account that the operator has left open. */
export function admitSession(payer: Payer, authTime: number, now: number): void {
  if (!isSessionAlive(payer, authTime)) throw new No(401, 'ended', { code: undefined })
  admit(payer, now)
}

export function requireRoom(payer: Payer): void {
  if (activeOf(payer).length >= DEVICES_MAX) throw tooManyDevices()
}

export const aliveAsking = ({ asking }: Payer, now: number): Asking | undefined =>
  asking && now < asking.expiresAt ? asking : undefined

export const shownList = (payer: Payer): ShownDevices['list'] =>
  activeOf(payer)
    .map(({ id, name, addedAt, boundBy, lastUsedAt = null }) => ({
      id,
      name,
      addedAt,
      addedBy: boundBy,
      lastUsedAt,
    }))
    .toSorted((a, b) => a.addedAt - b.addedAt || (a.id < b.id ? -1 : 1))

export function shownDevices(payer: Payer, rules: Rules, now: number): ShownDevices {
  const active = activeOf(payer)
  const leave = leaveFor(payer, rules)
  const asking = leave instanceof No ? undefined : aliveAsking(payer, now)
  return {
    list: shownList(payer),
    pending:
      asking && !(leave instanceof No)
        ? {
            id: asking.id,
            name: asking.name,
            invitation: asking.invitation,
            reference: asking.reference,
            expiresAt: asking.expiresAt,
            leave,
            hasLeave: hasYes(payer),
            hasDigits: asking.hasDigits,
            text:
              leave === 'text'
                ? {
                    number: payer.phone.number,
                    sendsLeft: LEAVE_TEXTS_MAX - asking.texts,
                    sentAt: asking.textedAt ?? null,
                  }
                : null,
          }
        : null,
    canAdd: !(leave instanceof No) && active.length < DEVICES_MAX,
  }
}

export const whyCodesLocked = ({ lockedUntil }: Payer, now: number): No | undefined =>
  lockedUntil !== undefined && lockedUntil > now ? locked(lockedUntil, now) : undefined
