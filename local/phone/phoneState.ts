/** What the pretend phone's page shows. */
import { parsePhoneNumberFromString } from 'libphonenumber-js'
import type { DeliveredEvent, LastEvents } from '../auditTrail/lastEvents.ts'
import type { PhoneBook } from './phoneBook.ts'
import type { PhoneDevices } from './phoneDevices.ts'
import type { Push } from './phonePush.ts'

/** Only this much is shown; the book keeps everything. */
const PHONES_SHOWN = 20
const ITEMS_SHOWN = 20
const EVENTS_SHOWN = 20

export type StateParts = {
  readonly book: PhoneBook
  readonly devices: PhoneDevices
  /** Whether there are phone numbers, and a provider's faults. */
  readonly hasProvider: boolean
  /** Undefined where no bus is emulated. */
  readonly events?: LastEvents | undefined
}

/** The page's state. Its time is in whole minutes, so that without changes nothing is sent in between. */
export function stateOf({ book, devices, hasProvider, events }: StateParts, now: Date) {
  const phones = book.numbers().slice(0, PHONES_SHOWN)
  return {
    hasProvider,
    minute: `${now.toISOString().slice(0, 16)}Z`,
    phones: phones.map((number) => ({
      number,
      shown: parsePhoneNumberFromString(number)?.formatInternational() ?? number,
      hasApp: book.hasApp(number),
      isLandline: book.isLandline(number),
      items: [
        ...book
          .pushes(number)
          .slice(0, ITEMS_SHOWN)
          .map((push) => shownPush(push, now)),
        ...book.messages(number).slice(0, ITEMS_SHOWN),
      ]
        .sort((one, other) => other.sequence - one.sequence)
        .slice(0, ITEMS_SHOWN),
    })),
    devices: devices.shown(now),
    faults: book.faults,
    events: events?.list().slice(0, EVENTS_SHOWN).map(shownEvent) ?? [],
  }
}

const shownPush = (push: Push, now: Date) => ({
  kind: 'push',
  sequence: push.sequence,
  uuid: push.uuid,
  at: push.createdAt,
  message: push.message,
  details: Object.entries(push.details ?? {}),
  status: push.status,
  secondsLeft:
    push.status === 'pending' && push.expiresAt
      ? Math.ceil((push.expiresAt.getTime() - now.getTime()) / 1000)
      : null,
  callbacks: push.callbacks,
})

const shownEvent = ({ event, deliveries }: DeliveredEvent) => ({
  id: event.id,
  at: event.time,
  type: event['detail-type'],
  of: event.detail.displayText ?? `Account ${event.detail.payerId}`,
  deliveries,
})
