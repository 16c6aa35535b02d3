/** What a ring says. A phone shows it while locked, so it names no number and, but for a payment, no payee. */
import { alivePending, type Device, hasYes, isWaiting } from './device.ts'
import type { Payer } from './payer.ts'
import { alivePhone, phoneLeaveOf } from './phoneLeave.ts'
import type { RingEvent } from './ringEvent.ts'

/** A notification as a declarative push message has it (Push API, "Declarative push message"). */
export type Notification = {
  readonly title: string
  readonly body: string
  /** The page that a tap opens. */
  readonly navigate: string
  /** A newer notification of the same tag replaces this one. */
  readonly tag: string
}

/** RFC 8030: a topic has no more characters. */
const TOPIC_LENGTH = 32

/**
 * The notification of an event on one of the payer's devices, with its topic; undefined if there is nothing to tell any
 * more.
 */
export function wordsOf(
  event: RingEvent,
  payer: Payer,
  on: Device,
  siteUrl: string,
  now: Date,
): (Notification & { readonly topic: string }) | undefined {
  const page = `${siteUrl}/approve.html`
  switch (event.type) {
    case 'payment.pending':
      return {
        title: 'Approve this payment?',
        body: event.displayText,
        navigate: `${page}#payment.${event.paymentId}`,
        tag: event.paymentId,
        topic: event.paymentId,
      }
    case 'device.test':
      return {
        title: 'Test ring',
        body: 'This phone rings when a payment waits.',
        navigate: page,
        ...named('test'),
      }
    case 'device.asks': {
      const pending = alivePending(payer.devices, now)
      if (pending?.id !== event.deviceId || hasYes(payer.devices, now)) return undefined
      // Without its name, which nobody has agreed to; the next one that asks replaces this notification.
      return {
        title: 'Add a new phone?',
        body: 'A phone wants to approve payments of your account. Say yes only if you are adding a phone now.',
        navigate: `${page}#device.${event.deviceId}`,
        ...named('asks'),
      }
    }
    case 'phone.asks': {
      const isAsked = alivePhone(payer, now)?.verificationId === event.verificationId
      if (!isAsked || phoneLeaveOf(payer, now)) return undefined
      return {
        title: 'Change your phone number?',
        body: 'Texts of your account would be sent to another number. Say yes only if you are changing it now.',
        navigate: `${page}#phone.${event.verificationId}`,
        ...named('phone'),
      }
    }
    case 'phone.changed':
      return {
        title: 'Your phone number was changed',
        body: 'Texts of your account are sent to another number now. If this was not you, press here.',
        navigate: `${page}#waiting`,
        ...named('phone'),
      }
    default: {
      const { deviceId = '' } = event
      const about = payer.devices.all.find(({ id }) => id === deviceId)
      const told = ofDevice(event.type, about, on.id === deviceId, now)
      if (!told) return undefined
      const { isStoppable, ...words } = told
      return {
        ...words,
        navigate: `${page}#${isStoppable ? `stop.${deviceId}` : 'waiting'}`,
        // One topic for a device: what was told of it last replaces what a phone has not seen yet.
        ...named(deviceId.slice(0, TOPIC_LENGTH) || 'device'),
      }
    }
  }
}

const named = (name: string) => ({ tag: name, topic: name })

function ofDevice(
  type: 'device.waiting' | 'device.added' | 'device.removed' | 'device.restored' | 'device.stopped',
  about: Device | undefined,
  isItself: boolean,
  now: Date,
) {
  const name = about?.name
  const phone = name === undefined ? 'A phone' : `“${name}”`
  switch (type) {
    case 'device.waiting':
      // It was stopped meanwhile, or waits no more.
      if (!about || !isWaiting(about, now)) return undefined
      return {
        title: 'A new phone wants to approve your payments',
        body: `A new phone, ${phone}, will soon be able to approve payments of your account. If this is not you, stop it.`,
        isStoppable: true,
      }
    case 'device.added':
      return {
        title: 'A new phone was added',
        body: `${name === undefined ? 'A new phone' : `A new phone, ${phone},`} was added and can approve payments of your account. If this was not you, press here.`,
        isStoppable: false,
      }
    case 'device.removed':
      return isItself
        ? {
            title: 'This phone was removed',
            body: `This phone, ${phone}, can’t approve payments any more. If this was not you, undo it.`,
            isStoppable: true,
          }
        : {
            title: 'A phone was removed',
            body: `${phone} can’t approve payments of your account any more.`,
            isStoppable: false,
          }
    case 'device.restored':
      return {
        title: 'A phone was put back',
        body: `${phone} can approve payments of your account again. If this was not you, press here.`,
        isStoppable: false,
      }
    case 'device.stopped':
      // The same device may have been let in again since.
      if (about) return undefined
      return {
        title: 'A new phone was stopped',
        body: 'The new phone that waited will not approve payments of your account.',
        isStoppable: false,
      }
  }
}
