/** The ports of a deployment without a provider: nothing is sent, and no code is ever right. */
import type { Codes, PhoneIds, Phones } from '../core/ports.ts'
import { Refusal } from '../core/refusals.ts'

/** Refuses `device_required`: without a provider only a device approves. */
const refuse = async () => {
  throw new Refusal('device_required')
}

export const noPhoneIds: PhoneIds = { gave: () => false, enroll: refuse }

export const noCodes: Codes = {
  // So that no attempt is spent either: no text has an id.
  byTextId: true,
  send: refuse,
  check: refuse,
  evidenceOf: ({ providerPhoneId }) => {
    throw new Error(`there is no provider, so no code was sent to ${providerPhoneId}`)
  },
  end: async () => {},
}

export const noPhones: Phones = {
  startVerification: refuse,
  checkVerification: refuse,
  endVerification: async () => {},
}
