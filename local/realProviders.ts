/** Whether the environment names real providers, in place of the pretend phone. */
import type { Env } from '../functions/adapters/settings.ts'
import {
  type Carriers,
  isCarriedBy,
  type TextProvider,
  textProviders,
} from '../functions/routes.ts'

/** If a provider's address is set, the real provider is used, and these variables are required. */
const REAL = {
  authy: ['AUTHY_API_URL', 'AUTHY_API_KEY'],
  twilioVerify: [
    'VERIFY_API_URL',
    'VERIFY_API_KEY',
    'VERIFY_API_SECRET',
    'VERIFY_PAYMENTS_SERVICE',
    'VERIFY_PHONES_SERVICE',
  ],
} as const satisfies Record<TextProvider, readonly [url: string, ...string[]]>

/**
 * Whether the providers are real ones. If two are named, both are or neither, because the pretend phone is one phone.
 *
 * @throws an error if a setting of a real one is missing
 */
export function isRealIn(env: Env, carriers: Carriers): boolean {
  const named = textProviders.filter((one) => isCarriedBy(carriers, one)).map((one) => REAL[one])
  const [real] = named.find(([url]) => env[url]) ?? []
  if (real === undefined) return false
  const lacking = named.flat().filter((name) => !env[name])
  if (lacking.length === 0) return true
  throw new Error(`${real} is set, so ${lacking.join(', ')} must be set too.`)
}
