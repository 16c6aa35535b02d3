/** Test support: what a payer with a device does to change the phone number. */
import { addDevice, succeeded, type TestDevice } from './devices.ts'
import type { Harness, Person } from './harness.ts'

/** The steps on a harness that is started later. */
export const phoneChanges = (harness: () => Harness) => ({
  phoneOf: async (as: Person) => (await harness().call('profile', { as })).body.phone,

  textsOn: (number: string) => harness().phone.book.messages(number).length,

  start: (as: Person, number: string, more: object = {}) =>
    harness().call('phoneStart', { as, body: { phoneNumber: number, channel: 'sms', ...more } }),

  remove: async (as: Person, { id }: TestDevice) =>
    succeeded(await harness().call('deviceRemove', { as, id })),

  async withDevice() {
    const as = await harness().person()
    return { as, device: await addDevice(harness(), as) }
  },
})
