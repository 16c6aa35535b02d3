/** Ids of phones for a provider that gives none. */
import { createHash } from 'node:crypto'
import { international } from '../../core/payer.ts'
import type { PhoneIds } from '../../core/ports.ts'

const OWN_ID = /^phone:[A-Za-z0-9_-]{22}$/

/** Ids from a hash of payer and number: the same pair gives the same id, and the id reveals neither. */
export const ownPhoneIds: PhoneIds = {
  gave: (providerPhoneId) => OWN_ID.test(providerPhoneId),

  async enroll({ payerId }, phone) {
    const hash = createHash('sha256').update(`${payerId}\0${international(phone)}`)
    return `phone:${hash.digest('base64url').slice(0, 22)}`
  },
}
