import type { AddedBy, Device } from './deviceApi.ts'
import { dateAndTime } from './times.ts'

const ADDED_BY: Record<AddedBy, string> = {
  device: 'with a yes from another of your phones',
  text: 'with a code by text',
  'sign-in': 'with your password',
}

/** When and by what a device was added, and when it was last used; the same on page and phone. */
export function factsOf({ addedAt, addedBy, lastUsedAt }: Device): string {
  const added = `Added on ${dateAndTime(new Date(addedAt))}, ${ADDED_BY[addedBy]}.`
  const used =
    lastUsedAt === null ? 'Not used yet.' : `Last used on ${dateAndTime(new Date(lastUsedAt))}.`
  return `${added} ${used}`
}
