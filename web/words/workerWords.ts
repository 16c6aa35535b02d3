import { brandName } from './brandName.ts'

/** What the phone's worker says of a message that it cannot read. */
export const workerWords = {
  title: brandName,
  body: 'Something may wait for your answer. Press here to look.',
}
