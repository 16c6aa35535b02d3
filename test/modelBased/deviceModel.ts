/** The model's writes to devices and invitations, each under its condition. Written from the contract, not from the product. */
import {
  type Asking,
  type Device,
  type Invitation,
  type Leave,
  type Model,
  type Payer,
  type Step,
  write,
  writePayer,
} from './model.ts'

export const DEVICES_MAX = 3
export const INVITATION_MS = 600_000
export const DIGIT_TRIES_MAX = 5
export const LEAVE_TEXTS_MAX = 3
export const FRESH_SECONDS = 300
export const ASSERTIONS_MAX = 5

export const activeOf = ({ devices }: Pick<Payer, 'devices'>): readonly Device[] =>
  devices.filter(({ removedAt }) => removedAt === undefined)

/** The yes of a device that was removed since is none. */
export const hasYes = (payer: Payer) => isActive(payer, payer.asking?.yesBy)

const isActive = (payer: Payer, id: string | undefined) =>
  activeOf(payer).some((one) => one.id === id)

export const isSessionAlive = ({ sessionsFrom }: Payer, authTime: number) =>
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
    ({ signing }, one) => signing === asked.signing && isActive(one, by),
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

/** Let the device in. */
export const letIn = (seen: Payer, boundBy: Leave, now: number) =>
  writePayer(
    seen.id,
    (one) => {
      const { asking, devicesSince, phone } = one
      if (!asking || asking.id !== seen.asking?.id || now >= asking.expiresAt || one.state)
        return false
      if (!isSessionAlive(one, asking.authTime) || activeOf(one).length >= DEVICES_MAX) return false
      if (boundBy === 'device') return asking.hasDigits && isActive(one, asking.yesBy)
      if (devicesSince !== undefined) return false
      return boundBy === 'text' ? phone.number === seen.phone.number : phone.number === ''
    },
    ({ asking, devices, devicesSince }) =>
      asking
        ? {
            asking: undefined,
            devicesSince: devicesSince ?? now,
            devices: [...devices, { id: asking.id, name: asking.name, boundBy, addedAt: now }],
          }
        : {},
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
  when: (payer: Payer) => boolean,
  become: Partial<Device>,
) =>
  writePayer(
    payer,
    (one) => isActive(one, id) && when(one),
    ({ devices }) => ({
      devices: devices.map((one) => (one.id === id ? { ...one, ...become } : one)),
    }),
  )

export const remove = (payer: string, id: string, now: number) =>
  writeDevice(payer, id, ({ state }) => !state, { removedAt: now })

export const noteUse = (payer: string, id: string, now: number) =>
  writeDevice(payer, id, () => true, { lastUsedAt: now })

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
