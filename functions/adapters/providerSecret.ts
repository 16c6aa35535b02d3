/** The provider's key, which in AWS is a secret that its owner fills in and may change at any time. */
import { SecretsProvider } from '@aws-lambda-powertools/parameters/secrets'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import * as z from 'zod'

/** So long a changed key may go unnoticed where nothing is refused because of it. */
const CACHE_SECONDS = 300

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
 * Read Authy's key from its secret, `{ "apiKey": "…" }`, at most every five minutes unless `fresh`.
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

async function read(secretId: string, fresh: boolean): Promise<unknown> {
  try {
    secrets ??= newProvider()
    const text = await secrets.get(secretId, { maxAge: CACHE_SECONDS, forceFetch: fresh })
    return typeof text === 'string' ? JSON.parse(text) : undefined
  } catch (error) {
    if (isEmpty(error) || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** A secret is born without a value, which the store tells as if the secret were not there. */
const isEmpty = (error: unknown) =>
  error instanceof Error &&
  error.cause instanceof Error &&
  error.cause.name === 'ResourceNotFoundException'
