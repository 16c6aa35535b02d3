/** What happened to an account, in words. */
import type { Notice } from './api.ts'
import { dateAndTime } from './times.ts'

/** Undefined for an event that only a newer server than this page knows. */
export function wordsOf({ event, at, ending }: Notice): string | undefined {
  const when = dateAndTime(new Date(at))
  switch (event) {
    case 'phone.changed':
      return `Your phone was changed on ${when}.${ending ? ` It now ends in ${ending}.` : ''}`
    case 'device.added':
      return `A phone that approves payments was added on ${when}.`
    case 'device.removed':
      return `A phone that approves payments was removed on ${when}.`
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
