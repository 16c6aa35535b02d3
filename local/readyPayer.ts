/** Make a payer on this machine able to pay, as they would do it themselves: with the pretend phone in hand. */
import { type Call, createClient } from '../client/payfriend.ts'
import type { Phone } from './phone/phone.ts'

/** These numbers are never given to anybody (North American Numbering Plan: 555-0100 to 555-0199). */
const FICTITIOUS = Array.from(
  { length: 100 },
  (_, n) => `+1202555${String(100 + n).padStart(4, '0')}`,
)

export type ReadyParts = {
  /** The API's address. */
  readonly address: string
  /** Undefined if a real provider is used. */
  readonly phone: Phone | undefined
  /** Whether there are phone numbers; without them a payer approves by a device. */
  readonly texts: boolean
  readonly clock: () => Date
}

/**
 * Verify a number of the pretend phone, or add it as a device where there are no numbers, unless the payer can pay already.
 *
 * @returns what was done, in words, or why nothing could be done; empty if nothing was needed
 */
export async function readyPayer(parts: ReadyParts, token: string): Promise<string> {
  const { address, phone, texts, clock } = parts
  const call = createClient({ address, token: async () => token })
  const profile = await call('GET /profile', {})
  if (profile.phone?.verified || profile.devices.list.length > 0) return ''
  if (!phone) return 'They can pay once they have a phone: confirm it on the page.'
  return texts ? verifyNumber(call, phone) : addDevice(call, phone, clock)
}

async function verifyNumber(call: Call, { book }: Phone): Promise<string> {
  const taken = book.numbers()
  const phoneNumber = FICTITIOUS.find((number) => !taken.includes(number))
  if (!phoneNumber) return 'They can pay once they have a phone: confirm it on the page.'
  const { verificationId } = await call('POST /phone', { body: { phoneNumber, channel: 'sms' } })
  const code = book.messages(phoneNumber)[0]?.code ?? ''
  await call('POST /phone/verification', { body: { verificationId, code } })
  return `Their phone is ${phoneNumber}, on the pretend phone.`
}

async function addDevice(call: Call, { devices }: Phone, clock: () => Date): Promise<string> {
  const { code } = await call('POST /devices/invitations', {})
  const problem = await devices.add(code, 'Pretend phone')
  if (problem) return `They can pay once they have a phone: ${problem}`
  const { pending } = (await call('GET /profile', {})).devices
  const digits = devices.shown(clock()).find(({ asking }) => asking)?.asking?.digits
  if (!pending || digits === undefined) return 'They can pay once they have a phone.'
  await call('POST /devices/{deviceId}/confirmation', {
    path: { deviceId: pending.id },
    body: { digits },
  })
  return 'The pretend phone approves for them, with its passkey.'
}
