/**
 * The provider's key, and beside it the owner's switches: in AWS a secret that its owner fills in and may
 * change at any time. Both are parts of one value, which is read and kept once.
 */
import { SecretsProvider } from '@aws-lambda-powertools/parameters/secrets'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import * as z from 'zod'
import { SWITCH_NOTICED_SECONDS } from '../../core/refusals.ts'

/** An answer is kept from when it came, and may have taken three attempts. */
const READING_SECONDS = 10
/** So long a changed key may go unnoticed where nothing is refused because of it; and a switch. */
const CACHE_SECONDS = SWITCH_NOTICED_SECONDS - READING_SECONDS

/** Made with the first secret: a laptop has none. */
let secrets: SecretsProvider | undefined
const newProvider = () =>
  new SecretsProvider({
    awsSdkV3Client: new SecretsManagerClient({
      requestHandler: {
        connectionTimeout: 1000,
        requestTimeout: 1000,
        throwOnRequestTimeout: true,
      },
    }),
  })

const text = z.string().min(1)
const authyKey = z.object({ apiKey: text })
const twilioKey = z.object({ apiKey: text, apiKeySecret: text })

/**
 * Read Authy's key from its secret, `{ "apiKey": "…" }`, about every five minutes unless `fresh`.
 *
 * @returns nothing while the secret is empty or is not such an object; a fault of the store is thrown
 */
export async function authyKeyFrom(secretId: string, fresh: boolean): Promise<string | undefined> {
  return authyKey.safeParse(await read(secretId, fresh)).data?.apiKey
}

/** Read an API key of Twilio, `{ "apiKey": "SK…", "apiKeySecret": "…" }`, likewise. */
export async function twilioKeyFrom(
  secretId: string,
  fresh: boolean,
): Promise<z.infer<typeof twilioKey> | undefined> {
  return twilioKey.safeParse(await read(secretId, fresh)).data
}

/** `true` for what is off: each absent or `false` while nobody has turned it. */
export type SwitchesRead = { readonly smsOff: boolean; readonly paymentsOff: boolean }

/**
 * Read the switches that stand beside the key, `{ …, "smsOff": true, "paymentsOff": true }`.
 *
 * What is no clear `false` is on, `"true"` and `null` alike; and so is everything in a secret that is not an
 * object, because somebody may just have tried to turn a switch. An empty secret has none turned.
 *
 * @throws a fault of the store: whoever cannot know that all is on must not go on
 */
export async function switchesFrom(secretId: string): Promise<SwitchesRead> {
  const value = await read(secretId, false)
  if (value === undefined) return { smsOff: false, paymentsOff: false }
  const { data } = switches.safeParse(value)
  return { smsOff: data?.smsOff !== false, paymentsOff: data?.paymentsOff !== false }
}

const flag = z.boolean().default(false).catch(true)
const switches = z.object({ smsOff: flag, paymentsOff: flag })

/** What the secret holds: nothing while it is empty, and `null` for what is not JSON. */
async function read(secretId: string, fresh: boolean): Promise<unknown> {
  try {
    secrets ??= newProvider()
    const text = await secrets.get(secretId, { maxAge: CACHE_SECONDS, forceFetch: fresh })
    return typeof text === 'string' ? JSON.parse(text) : null
  } catch (error) {
    if (isEmpty(error)) return undefined
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** A secret is born without a value, which the store tells as if the secret were not there. */
const isEmpty = (error: unknown) =>
  error instanceof Error &&
  error.cause instanceof Error &&
  error.cause.name === 'ResourceNotFoundException'
