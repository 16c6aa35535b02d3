/** What happened to an account, in words. */
import { dateAndTime } from './times.ts'

/** An event of the account that its payer should know of. */
export type Notice = {
  readonly event: string
  readonly at: string
  /** The last three digits of the current phone. */
  readonly ending: string | null
}

/** What the profile knows of the account's phones. */
type Known = {
  readonly list: readonly Added[]
  readonly waiting: readonly (Added & { readonly activeFrom: string })[]
  readonly removed: readonly { readonly name: string; readonly removedAt: string }[]
}
type Added = { readonly name: string; readonly addedAt: string }

/** Undefined for an event that only a newer server than this page knows. */
export const wordsOf = (notice: Notice): string | undefined => wordsNaming(notice, NO_DEVICES)

/** The name of the phone of which the notice tells; null if it tells of none, or of one that the profile has not. */
export function phoneOf({ event, at }: Notice, { list, waiting, removed }: Known): string | null {
  if (event === 'device.added') return list.find(({ addedAt }) => addedAt === at)?.name ?? null
  if (event === 'device.waiting') return waiting.find(({ addedAt }) => addedAt === at)?.name ?? null
  if (event !== 'device.removed') return null
  return removed.find(({ removedAt }) => removedAt === at)?.name ?? null
}

/** The same, with the name of the phone if it is one of these. */
export function wordsNaming(notice: Notice, devices: Known): string | undefined {
  const { event, at, ending } = notice
  const when = dateAndTime(new Date(at))
  const name = phoneOf(notice, devices)
  const named = name === null ? '' : `, “${name}”,`
  switch (event) {
    case 'phone.changed':
      return `Your phone number was changed on ${when}.${ending ? ` It now ends in ${ending}.` : ''}`
    case 'device.added':
      return `A phone that approves payments${named} was added on ${when}.`
    case 'device.invited':
      return `On ${when} the people who run this service made an invitation with which a phone can be added to your account.`
    case 'device.waiting':
      return waitingInWords(
        when,
        named,
        devices.waiting.find(({ addedAt }) => addedAt === at),
      )
    case 'device.stopped':
      return `On ${when} a phone that was waiting to approve your payments was stopped. It approves nothing.`
    case 'device.silenced':
      return `On ${when} a phone that approves payments was told to ring no more when a payment waits.`
    case 'device.restored':
      return `On ${when} a phone that had been removed was put back. It approves payments again.`
    case 'starts.locked':
      return `On ${when} somebody said on your phone that you did not start a payment, so new payments were locked for a while.`
    case 'device.removed':
      return `A phone that approves payments${named} was removed on ${when}.`
    case 'codes.locked':
      return `Five wrong codes in a row were entered on ${when}, so codes were locked for a while.`
    case 'pushes.denied':
      return `Three payments in a row were denied on your phone, the last on ${when}. If you did not start them, somebody else can sign in as you.`
    case 'sessions.ended':
      return `You were signed out everywhere on ${when}.`
    case 'account.locked':
      return `Your account was locked on ${when} by the people who run this service.`
    case 'account.unlocked':
      return `On ${when} the people who run this service lifted a lock of your account or your codes, or a limit.`
    default:
      return undefined
  }
}

const NO_DEVICES: Known = { list: [], waiting: [], removed: [] }

const waitingInWords = (
  when: string,
  named: string,
  device: Known['waiting'][number] | undefined,
) =>
  device
    ? `A new phone${named} was added on ${when}, without a yes from another of your phones. ` +
      `It waits until ${dateAndTime(new Date(device.activeFrom))}.`
    : `On ${when} a new phone was waiting that was added without a yes from another of your phones.`
