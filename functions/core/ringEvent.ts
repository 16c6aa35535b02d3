/** What rings a payer's devices. */

/** The source of `RingRequest`s on the bus: not that of events, so that no rule of the owner's is meant. */
export const RING_SOURCE = 'payfriend.rings'

/** The changes of an account that ring its devices. */
export const RINGING_ACCOUNT_EVENTS = [
  'device.waiting',
  'device.added',
  'device.removed',
  'device.restored',
  'device.stopped',
  'phone.changed',
] as const

/** What rings, as far as a ring needs it. */
export type RingEvent = { readonly payerId: string } & (
  | {
      readonly type: 'payment.pending'
      readonly paymentId: string
      readonly displayText: string
      readonly createdAt: Date
      readonly expiresAt: Date
    }
  | {
      readonly type: (typeof RINGING_ACCOUNT_EVENTS)[number]
      readonly at: Date
      /** The device that was added, waits, was stopped or removed. */
      readonly deviceId?: string | undefined
    }
  | RingRequest
)

/** What rings and is no event of an account: a device's own test, and what begins to ask for a device's yes. */
export type RingRequest =
  | { readonly type: 'device.test'; readonly at: Date; readonly deviceId: string }
  /** A new device waits for an active one's yes. */
  | { readonly type: 'device.asks'; readonly until: Date; readonly deviceId: string }
  /** Another phone number waits for it. */
  | { readonly type: 'phone.asks'; readonly until: Date; readonly verificationId: string }

/** What of a payer's item asks active devices for a yes, each by its document. */
export type Asks = {
  readonly device?: Ask | undefined
  readonly phone?: Ask | undefined
}
type Ask = { readonly id: string; readonly signing: string; readonly until: Date }

/** The rings for what asks only since the change; a document is drawn once, so a change of anything else rings nobody. */
export function asksBegun(before: Asks, after: Asks): readonly RingRequest[] {
  const begun = (was: Ask | undefined, is: Ask | undefined) =>
    is && is.signing !== was?.signing ? [is] : []
  return [
    ...begun(before.device, after.device).map(
      ({ id, until }) => ({ type: 'device.asks', deviceId: id, until }) as const,
    ),
    ...begun(before.phone, after.phone).map(
      ({ id, until }) => ({ type: 'phone.asks', verificationId: id, until }) as const,
    ),
  ]
}
