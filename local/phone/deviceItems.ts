/** What waits for a pretend device's answer, as it read it from the documents that it signs. */
import * as z from 'zod'
import type { Listed } from './deviceCalls.ts'

type Approval = Listed['approvals'][number]

export type Item = Approval &
  ReturnType<typeof readDocument> & {
    readonly at: Date
    /** `over`: it ended without this device's answer. */
    status: 'waiting' | 'approved' | 'denied' | 'stopped' | 'undo_asked' | 'over'
    /** Why the last answer did not count. */
    problem: string | null
  }

const expiring = { expiresAt: z.coerce.date() }
const document = z.discriminatedUnion('kind', [
  z.object({
    ...{ kind: z.literal('payment'), displayText: z.string(), reference: z.string() },
    ...expiring,
  }),
  z.object({
    kind: z.literal('device'),
    subject: z.object({ name: z.string(), reference: z.string(), digits: z.string() }),
    ...expiring,
  }),
  z.object({
    kind: z.literal('phone'),
    subject: z.object({ number: z.string(), reference: z.string() }),
    ...expiring,
  }),
  z.object({
    kind: z.literal('stop'),
    subject: z.object({ what: z.enum(['recovery', 'removal']), name: z.string() }),
    ...expiring,
  }),
])

type Read = {
  readonly words: string
  readonly reference: string | null
  /** Only of a new device. */
  readonly digits: string | null
  /** Only of what is stopped. */
  readonly stops: 'recovery' | 'removal' | null
  readonly expiresAt: Date
}

/** The words of the very document that is signed, so that the device shows what it signs. */
function readDocument(signing: string): Read {
  const read = document.parse(JSON.parse(signing))
  const { expiresAt } = read
  const none = { reference: null, digits: null, stops: null, expiresAt }
  switch (read.kind) {
    case 'payment':
      return { ...none, words: read.displayText, reference: read.reference }
    case 'device': {
      const { name, reference, digits } = read.subject
      return { ...none, words: `Let “${name}” approve payments?`, reference, digits }
    }
    case 'phone': {
      const { number, reference } = read.subject
      return { ...none, words: `Change the number of your account to ${number}?`, reference }
    }
    case 'stop': {
      const { what, name } = read.subject
      const words =
        what === 'recovery'
          ? `A new phone, “${name}”, will be able to approve payments. If this is not you, stop it.`
          : `This phone, “${name}”, was removed on the page. You can undo that.`
      return { ...none, words, stops: what }
    }
  }
}

/** Bring a device's items up to date with what the API lists. */
export function merge(items: Map<string, Item>, approvals: readonly Approval[], now: Date): void {
  const listed = new Set(approvals.map(({ id }) => id))
  for (const item of items.values()) {
    if (item.status === 'waiting' && !listed.has(item.id)) item.status = 'over'
  }
  for (const approval of approvals) {
    const { id, signing } = approval
    // What can be stopped has a new document each time.
    if (items.get(id)?.signing === signing) continue
    const told = { at: now, status: 'waiting', problem: null } as const
    items.set(id, { ...approval, ...readDocument(signing), ...told })
  }
}

/** Whether it can still be answered. */
export const isWaiting = ({ status, expiresAt }: Item, now: Date): boolean =>
  status === 'waiting' && now < expiresAt

/** An item as the page shows it. */
export function shownItem(item: Item, now: Date) {
  const { kind, id, words, reference, stops, at, problem } = item
  const status = item.status === 'waiting' && !isWaiting(item, now) ? 'over' : item.status
  return {
    ...{ kind, id, words, reference, stops, at, problem, status },
    // Once it was answered there is nothing to compare.
    digits: status === 'waiting' ? item.digits : null,
    secondsLeft: secondsUntil(item.expiresAt, now),
  }
}

/** Whole seconds from `now` until `then`, never below zero. */
export const secondsUntil = (then: Date, now: Date): number =>
  Math.max(0, Math.ceil((then.getTime() - now.getTime()) / 1000))
