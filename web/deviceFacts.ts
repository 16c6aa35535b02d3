import { deviceFactsWords } from '#words/deviceFactsWords.ts'
import type { Device } from './deviceApi.ts'
import { dateAndTime } from './times.ts'

type Added = Pick<Device, 'addedAt' | 'addedBy'>
type Used = Pick<Device, 'lastUsedAt'>

const { addedBy: by } = deviceFactsWords

/** When and by what a device was added, as a sentence. */
export const addedOf = ({ addedAt, addedBy }: Added): string =>
  deviceFactsWords.addedOn(dateAndTime(new Date(addedAt)), by[addedBy])

/** The same beside a label that says that it was added. */
export const addedWhen = ({ addedAt, addedBy }: Added): string =>
  deviceFactsWords.added(dateAndTime(new Date(addedAt)), by[addedBy])

/** When a device was last used, beside a label. */
export const usedWhen = ({ lastUsedAt }: Used): string =>
  lastUsedAt === null ? deviceFactsWords.notUsed : dateAndTime(new Date(lastUsedAt))

/** When and by what a device was added, and when it was last used; the same on page and phone. */
export function factsOf({ lastUsedAt, ...device }: Added & Used): string {
  const used =
    lastUsedAt === null
      ? deviceFactsWords.notUsedYet
      : deviceFactsWords.usedOn(dateAndTime(new Date(lastUsedAt)))
  return `${addedOf(device)} ${used}`
}
