/** The devices as their payer sees them on the page. */
import {
  activeDevices,
  alivePending,
  DEVICES_MAX,
  type Device,
  hasYes,
  LEAVE_TEXTS_MAX,
  type Leave,
  NO_DEVICES,
} from './device.ts'
import { type FirstDevice, leaveFor } from './enrolling.ts'
import { masked, type Payer } from './payer.ts'
import { Refusal } from './refusals.ts'

/** The payer's devices, and what could let another one in. */
export function devicesView(
  payer: Payer | undefined,
  firstDevice: FirstDevice,
  now: Date,
): DevicesView {
  const devices = payer?.devices ?? NO_DEVICES
  const leave = leaveFor(payer, firstDevice)
  const active = activeDevices(devices)
  return {
    list: active.map(deviceView),
    pending: leave instanceof Refusal ? null : pendingView(payer, leave, now),
    everHadOne: devices.since !== undefined,
    canAdd: !(leave instanceof Refusal) && active.length < DEVICES_MAX,
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

function pendingView(payer: Payer | undefined, leave: Leave, now: Date): DevicesView['pending'] {
  const pending = payer && alivePending(payer.devices, now)
  if (!pending) return null
  return {
    id: pending.id,
    name: pending.name,
    invitation: pending.invitation,
    reference: pending.reference,
    expiresAt: pending.expiresAt.toISOString(),
    leave,
    hasLeave: hasYes(payer.devices),
    hasDigits: pending.hasDigits,
    text:
      leave === 'text' && payer.phone
        ? {
            to: masked(payer.phone),
            sendsLeft: LEAVE_TEXTS_MAX - pending.texts,
            sentAt: pending.textedAt?.toISOString() ?? null,
          }
        : null,
  }
}

/** The part of the profile about devices. */
export type DevicesView = {
  readonly list: readonly DeviceView[]
  readonly pending: {
    readonly id: string
    readonly name: string
    /** The SHA-256 of the invitation's code, in hexadecimal digits. */
    readonly invitation: string
    readonly reference: string
    readonly expiresAt: string
    /** What has to let it in. */
    readonly leave: Leave
    readonly hasLeave: boolean
    readonly hasDigits: boolean
    readonly text: {
      readonly to: string
      readonly sendsLeft: number
      readonly sentAt: string | null
    } | null
  } | null
  /** Whether there ever was a device; from then on only a device approves. */
  readonly everHadOne: boolean
  /** Whether another device can be added now. */
  readonly canAdd: boolean
}
