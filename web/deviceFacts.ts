import type { AddedBy, Device } from './deviceApi.ts'
import { dateAndTime } from './times.ts'

const ADDED_BY: Record<AddedBy, string> = {
  device: 'with a yes from another of your phones',
  text: 'with a code by text',
  invitation: 'with an invitation',
  'sign-in': 'with your password',
}

/** When and by what a device was added. */
export const addedOf = ({ addedAt, addedBy }: Pick<Device, 'addedAt' | 'addedBy'>): string =>
  `Added on ${dateAndTime(new Date(addedAt))}, ${ADDED_BY[addedBy]}.`

/** When and by what a device was added, and when it was last used; the same on page and phone. */
export function factsOf({ lastUsedAt, ...device }: Device): string {
  const added = addedOf(device)
  const used =
    lastUsedAt === null ? 'Not used yet.' : `Last used on ${dateAndTime(new Date(lastUsedAt))}.`
  return `${added} ${used}`
}

/** The button that puts a removed phone back. */
export const restoreLabel = (name: string): string => `Put “${name}” back`
