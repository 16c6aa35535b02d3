/** Whether a request came by the page's address, where a firewall stands before the API. */
import { createHash, timingSafeEqual } from 'node:crypto'
import * as z from 'zod'
import { Refusal } from '../core/refusals.ts'
import { count } from '../observe.ts'
import { ORIGIN_HEADER } from './originHeader.ts'

/** A Lambda's environment, as far as it is read here. */
export type OriginEnv = { readonly ORIGIN_SECRETS?: string | undefined }

/** The secret that CloudFront sends now, and the next one. A stage without a firewall has none. */
const secrets = z
  .string()
  .regex(
    /^[A-Za-z0-9]{32,}(?:,[A-Za-z0-9]{32,})*$/,
    'must be secrets of 32 letters and digits at least',
  )
  .optional()

/**
 * A check of a request's headers, which refuses `wrong_address` if CloudFront did not send the request. API Gateway
 * answers at an address of its own too, before which no firewall stands.
 *
 * Without secrets, as in a stage without a firewall, every request is taken.
 *
 * @param open whose routes: only on a payer's has API Gateway accepted a token before
 * @throws Error where the secrets are malformed, so that a Lambda fails at its start and does not run unchecked
 */
export function originCheck({ ORIGIN_SECRETS }: OriginEnv, open: 'payers' | 'device') {
  const parsed = secrets.safeParse(ORIGIN_SECRETS)
  if (!parsed.success) throw new Error('This setting is wrong: ORIGIN_SECRETS')
  const known = parsed.data?.split(',').map(digest)
  return (headers: Readonly<Record<string, string | undefined>>): void => {
    if (!known) return
    const given = digest(headers[ORIGIN_HEADER] ?? '')
    // Of equal length, so that the time of a comparison tells nothing of a secret.
    if (known.some((one) => timingSafeEqual(one, given))) return
    // Any stranger can make up a secret. Of a payer an unknown one is rather CloudFront after a bad deployment, and none
    // a caller past the firewall.
    if (open === 'device') count('StrangerPastFirewall')
    else count(headers[ORIGIN_HEADER] ? 'OriginSecretUnknown' : 'OriginSecretMissing')
    throw new Refusal('wrong_address')
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
