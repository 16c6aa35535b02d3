/** The devices as their payer sees them on the page. */
import {
  activeDevices,
  alivePending,
  areTextsClosed,
  DEVICES_MAX,
  type Device,
  type DeviceRules,
  hasYes,
  LEAVE_TEXTS_MAX,
  type Leave,
  NO_DEVICES,
  type PendingDevice,
  placesTaken,
  undoableDevices,
  waitEnd,
  waitingDevices,
} from './device.ts'
import { leavesFor, waitOf } from './enrolling.ts'
import { masked, type Payer } from './payer.ts'

/** The payer's devices, and what could let another one in. */
export function devicesView(payer: Payer | undefined, rules: DeviceRules, now: Date): DevicesView {
  const devices = payer?.devices ?? NO_DEVICES
  return {
    list: activeDevices(devices, now).map(deviceView),
    waiting: waitingDevices(devices, now).flatMap(waitingView),
    removed: undoableDevices(devices, rules, now).flatMap((device) => removedView(device, rules)),
    pending: pendingView(payer, rules, now),
    everHadOne: devices.since !== undefined,
    canAdd: placesTaken(devices) < DEVICES_MAX,
    leaves: leavesFor(payer, rules, now),
    textsClosed: areTextsClosed(devices, rules, now),
    waitHours: rules.waitHours,
  }
}

/** An active device as its payer sees it, on the page and on each device. */
export const deviceView = ({ id, name, addedAt, boundBy, lastUsedAt }: Device): DeviceView => ({
  id,
  name,
  addedAt: addedAt.toISOString(),
  addedBy: boundBy,
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
})

/** An active device in the API's answers. */
export type DeviceView = {
  readonly id: string
  readonly name: string
  readonly addedAt: string
  /** What let it in. */
  readonly addedBy: Leave
  readonly lastUsedAt: string | null
}

/** A device that was let in and does not approve yet. */
export type WaitingView = Omit<DeviceView, 'lastUsedAt'> & { readonly activeFrom: string }

const waitingView = ({ id, name, addedAt, boundBy, activeFrom }: Device): WaitingView[] =>
  activeFrom
    ? [
        {
          id,
          name,
          addedAt: addedAt.toISOString(),
          addedBy: boundBy,
          activeFrom: activeFrom.toISOString(),
        },
      ]
    : []

/** A device whose removal can be undone. */
export type RemovedView = {
  readonly id: string
  readonly name: string
  readonly removedAt: string
  readonly undoUntil: string
  /** Its passkey has asked to undo it; a newer sign-in has to confirm. */
  readonly undoAsked: boolean
}

/** A removed device in the API's answers; none if it is not removed. */
export const removedView = (
  { id, name, removedAt, stop }: Device,
  rules: Pick<DeviceRules, 'waitHours'>,
): RemovedView[] =>
  removedAt
    ? [
        {
          id,
          name,
          removedAt: removedAt.toISOString(),
          undoUntil: waitEnd(removedAt, rules).toISOString(),
          undoAsked: stop?.askedAt !== undefined,
        },
      ]
    : []

function pendingView(
  payer: Payer | undefined,
  rules: DeviceRules,
  now: Date,
): DevicesView['pending'] {
  const pending = payer && alivePending(payer.devices, now)
  if (!pending) return null
  return {
    id: pending.id,
    name: pending.name,
    invitation: pending.invitation,
    reference: pending.reference,
    expiresAt: pending.expiresAt.toISOString(),
    renews: pending.renews !== undefined,
    hasLeave: hasYes(payer.devices, now),
    hasDigits: pending.hasDigits,
    leaves: leavesFor(payer, rules, now).map((by) => leaveView(by, payer, pending, rules)),
  }
}

/** A way to let the pending device in; one that waits says for how many hours. */
type LeaveView =
  | { readonly by: 'device' | 'sign-in' }
  | {
      readonly by: 'text'
      readonly to: string
      readonly sendsLeft: number
      readonly sentAt: string | null
      readonly waitHours: number
    }
  | {
      readonly by: 'invitation'
      /** 0 also if the operator has waived the wait. */
      readonly waitHours: number
    }

function leaveView(
  by: Leave,
  { phone, devices }: Payer,
  { texts, textedAt }: PendingDevice,
  rules: DeviceRules,
): LeaveView {
  switch (by) {
    case 'text':
      return {
        by,
        to: phone ? masked(phone) : '',
        sendsLeft: LEAVE_TEXTS_MAX - texts,
        sentAt: textedAt?.toISOString() ?? null,
        waitHours: waitOf(by, devices, rules),
      }
    case 'invitation':
      return { by, waitHours: waitOf(by, devices, rules) }
    default:
      return { by }
  }
}

/** The part of the profile about devices. */
export type DevicesView = {
  readonly list: readonly DeviceView[]
  readonly waiting: readonly WaitingView[]
  /** Removed by a session, and its removal can still be undone. */
  readonly removed: readonly RemovedView[]
  readonly pending: {
    readonly id: string
    readonly name: string
    /** The SHA-256 of the invitation's code, in hexadecimal digits. */
    readonly invitation: string
    readonly reference: string
    readonly expiresAt: string
    /** It takes the place of a device whose key is gone. */
    readonly renews: boolean
    readonly hasLeave: boolean
    readonly hasDigits: boolean
    /** What can let it in, the best first. */
    readonly leaves: readonly LeaveView[]
  } | null
  /** Whether there ever was a device; from then on another one, or another number, needs its leave, a wait or an invitation. */
  readonly everHadOne: boolean
  /** Whether there is room for another device. */
  readonly canAdd: boolean
  /** What could let another device in, the best first. */
  readonly leaves: readonly Leave[]
  /** Whether texts approve none of the payer's payments (`areTextsClosed`). */
  readonly textsClosed: boolean
  /** For so many hours a device waits that no active one let in, if the payer ever had one. */
  readonly waitHours: number
}
