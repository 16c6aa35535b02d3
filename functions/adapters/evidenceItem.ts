/** What proves a decision, as it lies in a payment's item. */
import * as z from 'zod'
import type { Evidence } from '../core/outcome.ts'
import type { Same } from '../core/same.ts'

/** Evidence of an item; what is none, or has anything more, is a fault. */
export const storedEvidence = (attribute: unknown): Evidence => evidence().parse(attribute)

let made: ReturnType<typeof schema> | undefined
/** Made when it is first needed, because most requests read no payment that is decided. */
export function evidence() {
  made ??= schema()
  return made
}

true satisfies Same<z.infer<ReturnType<typeof schema>>, Evidence>

/** Strict, so that nothing of the item is left out of the audit trail without being noticed. */
const schema = () =>
  z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('push-callback'),
      push_id: z.string(),
      provider_phone_id: z.string(),
      push_content: z.string(),
      device_signature: z.string().nullable(),
      device_id: z.string().nullable(),
      signed_at: z.string().nullable(),
      nonce: z.string(),
    }),
    z.strictObject({
      kind: z.literal('provider-read'),
      push_id: z.string(),
      provider_phone_id: z.string(),
      read_at: z.string(),
    }),
    z.strictObject({
      kind: z.literal('sms-code'),
      provider_phone_id: z.string(),
      action: z.string(),
      display_text: z.string(),
    }),
    z.strictObject({
      kind: z.literal('verify-code'),
      provider_phone_id: z.string(),
      verification_sid: z.string(),
      amount: z.string(),
      payee: z.string(),
    }),
  ])
