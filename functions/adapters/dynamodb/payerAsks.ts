/** What of a payer's item asks the payer's devices for a yes. */
import * as z from 'zod'
import type { Asks } from '../../core/ringEvent.ts'
import { instant, optionalInstant, optionalText, text } from './attributes.ts'

const stored = z.object({
  device_pending: z.object({ id: text, signing: text, expiresAt: instant }).optional(),
  pending_id: optionalText,
  pending_signing: optionalText,
  pending_expires_at: optionalInstant,
})

/** What asks in an item; nothing if there is no item. Throws if it cannot be parsed. */
export function asksOf(attributes: unknown): Asks {
  const { device_pending, ...phone } = stored.parse(attributes ?? {})
  const { pending_id: id, pending_signing: signing, pending_expires_at: until } = phone
  return {
    device: device_pending && {
      id: device_pending.id,
      signing: device_pending.signing,
      until: device_pending.expiresAt,
    },
    phone: id && signing && until ? { id, signing, until } : undefined,
  }
}
