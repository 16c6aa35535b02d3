/** The model's writes to devices and invitations, each under its condition. Written from the contract, not from the product. */
import {
  type Asking,
  type Device,
  HOUR_MS,
  type Invitation,
  type Leave,
  type Model,
  type OwnerInvitation,
  type Payer,
  type Reminder,
  type Rules,
  type Step,
  type Stop,
  write,
  writePayer,
} from './model.ts'

export const DEVICES_MAX = 3
export const INVITATION_MS = 600_000
export const DIGIT_TRIES_MAX = 5
export const LEAVE_TEXTS_MAX = 3
export const FRESH_SECONDS = 300
export const ASSERTIONS_MAX = 5

/** So many removed devices are remembered, the newest. */
const REMOVED_KEPT = 10
export const OWNER_INVITATION_MS = 7 * 24 * HOUR_MS

export const waitMs = ({ waitHours }: Rules) => waitHours * HOUR_MS

type Devices = Pick<Payer, 'devices'>

/** Those that hold a place: active or waiting. */
export const placesOf = ({ devices }: Devices): readonly Device[] =>
  devices.filter(({ removedAt }) => removedAt === undefined)

export const isWaiting = ({ activeFrom }: Device, now: number) =>
  activeFrom !== undefined && now < activeFrom

export const activeOf = (payer: Devices, now: number): readonly Device[] =>
  placesOf(payer).filter((one) => !isWaiting(one, now))

export const waitingOf = (payer: Devices, now: number): readonly Device[] =>
  placesOf(payer).filter((one) => isWaiting(one, now))

/** Removed by a session, and that can be undone. */
export const isUndoable = ({ removedAt, removedBy }: Device, rules: Rules, now: number) =>
  removedAt !== undefined && removedBy === 'session' && now < removedAt + waitMs(rules)

export const undoableOf = ({ devices }: Devices, rules: Rules, now: number): readonly Device[] =>
  devices.filter((one) => isUndoable(one, rules, now))

/** A removed device has a say while its removal can be undone, and in recoveries that began meanwhile. */
export function isRung(
  { removedAt, removedBy }: Device,
  payer: Devices,
  rules: Rules,
  now: number,
): boolean {
  if (removedAt === undefined || removedBy !== 'session') return false
  const until = removedAt + waitMs(rules)
  return now < until || waitingOf(payer, now).some(({ addedAt }) => addedAt < until)
}

/** Whether no text approves a payment of this payer's. */
export const areTextsClosed = (
  { devices, recoveryStoppedAt }: Pick<Payer, 'devices' | 'recoveryStoppedAt'>,
  rules: Rules,
  now: number,
): boolean =>
  !rules.textsBesideDevice &&
  (recoveryStoppedAt !== undefined ||
    devices.some(
      (one) =>
        !isWaiting(one, now) &&
        (one.removedAt === undefined || now < one.removedAt + waitMs(rules)),
    ))

/** The yes of a device that was removed since is none. */
export const hasYes = (payer: Payer, now: number) => isActive(payer, payer.asking?.yesBy, now)

export const isActive = (payer: Devices, id: string | undefined, now: number) =>
  activeOf(payer, now).some((one) => one.id === id)

export const aliveOwnerInvitation = ({ ownerInvitation: one }: Payer, now: number) =>
  one && now < one.until ? one : undefined

export const isSessionAlive = ({ sessionsFrom }: Pick<Payer, 'sessionsFrom'>, authTime: number) =>
  sessionsFrom === undefined || authTime >= sessionsFrom

export const putInvitation =
  (hash: string, invitation: Invitation): Step<void> =>
  (m) => [withInvitation(m, hash, invitation), undefined]

/** Spend an invitation for one device. */
export const spendInvitation =
  (hash: string, id: string, now: number): Step<boolean> =>
  (m) => {
    const found = m.invitations[hash]
    if (!found || now >= found.expiresAt || (found.spentFor ?? id) !== id) return [m, false]
    return [withInvitation(m, hash, { ...found, spentFor: id }), true]
  }

/** Its device has asked; it is good for no other time. */
export const noteAsked =
  (hash: string): Step<void> =>
  (m) => {
    const found = m.invitations[hash]
    return [found ? withInvitation(m, hash, { ...found, hasAsked: true }) : m, undefined]
  }

const withInvitation = (m: Model, hash: string, invitation: Invitation): Model => ({
  ...m,
  invitations: { ...m.invitations, [hash]: invitation },
})

export const ask = (payer: string, asking: Asking) =>
  writePayer(
    payer,
    (one) =>
      !one.state &&
      isSessionAlive(one, asking.authTime) &&
      one.lastInvitation !== asking.invitation &&
      one.devices.every(({ id }) => id !== asking.id),
    () => ({ asking, lastInvitation: asking.invitation }),
  )

/** A write to the device that asks, while its time lasts and its account is open. */
const writeAsking = (
  payer: string,
  id: string,
  now: number,
  when: (asking: Asking, payer: Payer) => boolean,
  become: (asking: Asking) => Partial<Asking>,
) =>
  writePayer(
    payer,
    (one) =>
      one.asking?.id === id && now < one.asking.expiresAt && !one.state && when(one.asking, one),
    ({ asking }) => ({ asking: asking && { ...asking, ...become(asking) } }),
  )

export const spendTry = (payer: string, id: string, authTime: number, now: number) =>
  writeAsking(
    payer,
    id,
    now,
    ({ tries }, one) => isSessionAlive(one, authTime) && tries < DIGIT_TRIES_MAX,
    ({ tries }) => ({ tries: tries + 1 }),
  )

export const saveDigits = (payer: string, id: string, now: number) =>
  writeAsking(
    payer,
    id,
    now,
    () => true,
    () => ({ hasDigits: true }),
  )

export const saveYes = (payer: string, asked: Asking, by: string, now: number) =>
  writeAsking(
    payer,
    asked.id,
    now,
    ({ signing }, one) => signing === asked.signing && isActive(one, by, now),
    () => ({ yesBy: by }),
  )

export const countFailedYes = (payer: string, asked: Asking, now: number) =>
  writeAsking(
    payer,
    asked.id,
    now,
    ({ signing }) => signing === asked.signing,
    ({ failedYes }) => ({ failedYes: failedYes + 1 }),
  )

export const spendLeaveText = (
  payer: string,
  id: string,
  authTime: number,
  { pauseMs, now }: { readonly pauseMs: number; readonly now: number },
) =>
  writeAsking(
    payer,
    id,
    now,
    ({ texts, textedAt }, one) =>
      isSessionAlive(one, authTime) &&
      texts < LEAVE_TEXTS_MAX &&
      (textedAt === undefined || textedAt <= now - pauseMs),
    ({ texts }) => ({ texts: texts + 1, textedAt: now }),
  )

export const saveLeaveText = (payer: string, id: string, codeRef: string, now: number) =>
  writeAsking(
    payer,
    id,
    now,
    () => true,
    () => ({ codeRef }),
  )

/** Let the device in, to wait if `activeFrom` says so. */
export const letIn = (
  seen: Payer,
  boundBy: Leave,
  activeFrom: number | undefined,
  rules: Rules,
  now: number,
) =>
  writePayer(
    seen.id,
    (one) => {
      const { asking, devicesSince, phone, ownerInvitation } = one
      if (!asking || asking.id !== seen.asking?.id || now >= asking.expiresAt || one.state)
        return false
      if (!isSessionAlive(one, asking.authTime)) return false
      const { renews } = asking
      const hasRoom =
        renews === undefined ? placesOf(one).length < DEVICES_MAX : isActive(one, renews, now)
      if (!hasRoom) return false
      if (boundBy === 'device') return asking.hasDigits && isActive(one, asking.yesBy, now)
      if ((devicesSince === undefined) !== (seen.devicesSince === undefined)) return false
      if (boundBy === 'invitation') {
        return (
          ownerInvitation?.hash === seen.ownerInvitation?.hash &&
          now < (ownerInvitation?.until ?? 0)
        )
      }
      if (boundBy === 'sign-in') return phone.number === ''
      return phone.number === seen.phone.number && one.recoveryStoppedAt === undefined
    },
    (one) => {
      const { asking, devices, devicesSince } = one
      if (!asking) return {}
      const { id, name, passkey, renews } = asking
      const stop: Stop = { what: 'recovery', createdAt: now, failed: {} }
      const forgotten = longRemoved(one, rules, now)
      const kept = devices
        .filter((device) => !forgotten.includes(device.id))
        .map((device) =>
          device.id === renews
            ? { ...device, removedAt: now, removedBy: 'renewal' as const }
            : device,
        )
      const waits = activeFrom === undefined ? {} : { activeFrom, stop }
      return {
        asking: undefined,
        devicesSince: devicesSince ?? now,
        devices: [...kept, { id, name, passkey, boundBy, addedAt: now, ...waits }],
        ...(boundBy === 'invitation' && {
          ownerInvitation: undefined,
          recoveryStoppedAt: undefined,
        }),
      }
    },
  )

/** One that is rung is never forgotten. */
const longRemoved = (payer: Devices, rules: Rules, now: number) =>
  payer.devices
    .filter((one) => one.removedAt !== undefined && !isRung(one, payer, rules, now))
    .toSorted((a, b) => (b.removedAt ?? 0) - (a.removedAt ?? 0))
    .slice(REMOVED_KEPT)
    .map(({ id }) => id)

/** To be told again at half of the wait. */
export const noteReminder =
  (reminder: Reminder): Step<void> =>
  (m) => {
    const hour = new Date(reminder.at).toISOString().slice(0, 13)
    const others = (m.reminders[hour] ?? []).filter(
      ({ device, payer }) => device !== reminder.device || payer !== reminder.payer,
    )
    return [{ ...m, reminders: { ...m.reminders, [hour]: [...others, reminder] } }, undefined]
  }

export const tellAgain = ({ payer, device: id, at }: Reminder, now: number) =>
  writeDevice(
    payer,
    id,
    (device) =>
      isWaiting(device, now) &&
      device.remindedAt === undefined &&
      (device.addedAt + (device.activeFrom ?? 0)) / 2 === at,
    () => ({ remindedAt: now }),
  )

export const turnAway = (payer: string, id: string) =>
  writePayer(
    payer,
    ({ asking }) => asking?.id === id,
    () => ({ asking: undefined }),
  )

const writeDevice = (
  payer: string,
  id: string,
  when: (device: Device, payer: Payer) => boolean,
  become: (device: Device) => Partial<Device>,
) =>
  writePayer(
    payer,
    (one) => one.devices.some((device) => device.id === id && when(device, one)),
    ({ devices }) => ({
      devices: devices.map((one) => (one.id === id ? { ...one, ...become(one) } : one)),
    }),
  )

export const remove = (payer: string, id: string, removedBy: 'session' | 'device', now: number) =>
  writeDevice(
    payer,
    id,
    (_, one) => !one.state && isActive(one, id, now),
    () => ({
      removedAt: now,
      removedBy,
      ...(removedBy === 'session' && { stop: { what: 'removal', createdAt: now, failed: {} } }),
    }),
  )

/** A device that waits is forgotten; with `stop`, by one that signed this document. */
export const stopWaiting = (payer: string, id: string, stop: Stop | undefined, now: number) =>
  writePayer(
    payer,
    (one) =>
      !one.state &&
      waitingOf(one, now).some(
        (device) => device.id === id && (!stop || device.stop?.createdAt === stop.createdAt),
      ),
    ({ devices }) => ({
      devices: devices.filter((one) => one.id !== id),
      ...(stop && { recoveryStoppedAt: now }),
    }),
  )

const hasStop = (stop: Stop) => (device: Device, one: Payer) =>
  !one.state && device.stop?.what === stop.what && device.stop.createdAt === stop.createdAt

export const askUndo = (payer: string, id: string, stop: Stop, now: number) =>
  writeDevice(
    payer,
    id,
    (device, one) => hasStop(stop)(device, one) && device.removedBy === 'session',
    ({ stop: stored }) => ({ stop: stored && { ...stored, askedAt: now } }),
  )

export const countFailedStop = (payer: string, id: string, stop: Stop, by: string) =>
  writeDevice(payer, id, hasStop(stop), ({ stop: stored }) => ({
    stop: stored && {
      ...stored,
      failed: { ...stored.failed, [by]: (stored.failed[by] ?? 0) + 1 },
    },
  }))

export const restore = (payer: string, { id, removedAt }: Device, authTime: number) =>
  writeDevice(
    payer,
    id,
    (device, one) =>
      !one.state &&
      isSessionAlive(one, authTime) &&
      device.removedAt === removedAt &&
      device.stop?.askedAt !== undefined &&
      placesOf(one).length < DEVICES_MAX,
    () => ({ removedAt: undefined, removedBy: undefined, stop: undefined }),
  )

const DISOWNED_KEPT = 20

/** The payer did not start this: nothing starts for a while; told again of the same, nothing changes. */
export const lockStarts = (payer: string, of: string, minutes: readonly number[], now: number) =>
  writePayer(
    payer,
    ({ state, disowned = [], startsLock }) =>
      !state && !disowned.includes(of) && (startsLock?.until ?? 0) <= now,
    ({ startsLock, disowned = [] }) => {
      const locks = startsLock?.locks ?? 0
      const until = now + (minutes[Math.min(locks, minutes.length - 1)] ?? Number.NaN) * 60_000
      return {
        startsLock: { until, locks: locks + 1 },
        disowned: [...disowned, of].slice(-DISOWNED_KEPT),
      }
    },
  )

export const inviteByOwner = (payer: string, ownerInvitation: OwnerInvitation) =>
  writePayer(
    payer,
    ({ state }) => !state,
    () => ({ ownerInvitation }),
  )

export const noteUse = (payer: string, id: string, now: number) =>
  writeDevice(
    payer,
    id,
    (_, one) => isActive(one, id, now),
    () => ({ lastUsedAt: now }),
  )

/** An assertion is counted before it is checked, and an equal one once. */
export const reserveAssertion = (payer: string, id: string, label: string, now: number) =>
  write(
    id,
    (one) =>
      one.status === 'pending' &&
      now < one.expiresAt &&
      one.payer === payer &&
      one.hasDocument &&
      one.tried.length < ASSERTIONS_MAX &&
      !one.tried.includes(label),
    ({ tried }) => ({ tried: [...tried, label] }),
    { at: now, event: 'assertion_tried', channel: 'device', by: 'payer' },
  )

/** A failed assertion; the fifth is the end. */
export const countFailedAssertion = (id: string, label: string, isLast: boolean, now: number) =>
  write(
    id,
    (one) =>
      one.status === 'pending' &&
      now < one.expiresAt &&
      !one.failed.includes(label) &&
      isLast === (one.failed.length === ASSERTIONS_MAX - 1),
    ({ failed }) => ({
      failed: [...failed, label],
      ...(isLast && { status: 'failed', decidedAt: now, decidedBy: 'device' }),
    }),
    {
      at: now,
      event: isLast ? 'failed' : 'assertion_failed',
      channel: 'device',
      by: 'payer',
    },
  )

/** Every session ends, and with them what they began. */
export const endSessions = (payer: string, now: number) =>
  writePayer(
    payer,
    ({ state }) => !state,
    () => ({ sessionsFrom: Math.ceil(now / 1000), pending: undefined, asking: undefined }),
  )

const DAY_MS = 86_400_000

/** The lock of codes is lifted with them, once a day. */
export const liftLock = (payer: string, now: number) =>
  writePayer(
    payer,
    ({ state, lockedUntil, liftedAt }) =>
      !state && lockedUntil !== undefined && (liftedAt ?? 0) <= now - DAY_MS,
    () => ({ goes: 0, locks: 0, lockedUntil: undefined, liftedAt: now }),
  )
