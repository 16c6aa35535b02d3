/**
 * The provider's key and the owner's switches: in AWS a secret each, which the owner may change at any time; and the
 * seed of our push key, which nobody changes. Each is read and cached as one value.
 */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import * as z from 'zod'
import { SWITCH_NOTICED_SECONDS } from '../../core/refusals.ts'

/** A changed switch, or a changed key that the provider still accepts, takes effect within this time. */
const CACHE_SECONDS = SWITCH_NOTICED_SECONDS

/** Made at the first read of a secret, because a laptop has none. */
let client: SecretsManagerClient | undefined
const newClient = () =>
  new SecretsManagerClient({
    requestHandler: {
      connectionTimeout: 1000,
      requestTimeout: 1000,
      throwOnRequestTimeout: true,
    },
  })

const text = z.string().min(1)
const authyKey = z.object({ apiKey: text })
const pushSeed = z.object({ seed: z.string().min(32) })
const twilioKey = z.object({ apiKey: text, apiKeySecret: text })

/**
 * Read Authy's key from its secret, `{ "apiKey": "…" }`, about every five minutes unless `fresh`.
 *
 * @returns `undefined` while the secret is empty or not an object of this form
 * @throws a fault of Secrets Manager
 */
export async function authyKeyFrom(secretId: string, fresh: boolean): Promise<string | undefined> {
  return authyKey.safeParse(await read(secretId, fresh)).data?.apiKey
}

/** Read Twilio's API key from its secret, `{ "apiKey": "SK…", "apiKeySecret": "…" }`, in the same way. */
export async function twilioKeyFrom(
  secretId: string,
  fresh: boolean,
): Promise<z.infer<typeof twilioKey> | undefined> {
  return twilioKey.safeParse(await read(secretId, fresh)).data
}

/**
 * Read the seed of our push key from its secret, `{ "seed": "…" }`, which CloudFormation has filled.
 *
 * @throws if it is not there: without it nothing can be rung
 */
export async function pushSeedFrom(secretId: string): Promise<string> {
  const found = pushSeed.safeParse(await read(secretId, false)).data
  if (!found) throw new Error('the secret of the push key holds no seed')
  return found.seed
}

/** The switches in their secret: `true` stops texts or payments; absent or `false` does not. */
export type SwitchesRead = { readonly smsOff: boolean; readonly paymentsOff: boolean }

/**
 * Read the switches from their secret, `{ "smsOff": true, "paymentsOff": true }`.
 *
 * Any value except `false` stops, `"true"` and `null` included. A secret that is not an object stops both, because
 * the owner may have tried to turn a switch and mistyped. An empty secret stops nothing.
 *
 * @throws a fault of Secrets Manager: a caller that cannot read the switches must not continue
 */
export async function switchesFrom(secretId: string): Promise<SwitchesRead> {
  const value = await read(secretId, false)
  if (value === undefined) return { smsOff: false, paymentsOff: false }
  const { data } = switches.safeParse(value)
  return { smsOff: data?.smsOff !== false, paymentsOff: data?.paymentsOff !== false }
}

const flag = z.boolean().default(false).catch(true)
const switches = z.object({ smsOff: flag, paymentsOff: flag })

/** A read, also one under way, so that two parts of a request that need the same secret read it once. */
type Read = { readonly text: Promise<string | undefined>; readonly until: number }
const reads = new Map<string, Read>()

/** The parsed value of the secret: `undefined` while it is empty, `null` if it is not JSON. */
async function read(secretId: string, fresh: boolean): Promise<unknown> {
  try {
    const text = await textOf(secretId, fresh)
    return text === undefined ? null : JSON.parse(text)
  } catch (error) {
    if (isEmpty(error)) return undefined
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function textOf(secretId: string, fresh: boolean): Promise<string | undefined> {
  const known = reads.get(secretId)
  if (!fresh && known && Date.now() < known.until) return known.text
  // Its life begins when it is asked for: the answer may take long, above all where Lambda freezes meanwhile.
  const until = Date.now() + CACHE_SECONDS * 1000
  const asked = { text: ask(secretId), until }
  reads.set(secretId, asked)
  asked.text.catch(() => {
    if (reads.get(secretId) !== asked) return
    if (known) reads.set(secretId, known)
    else reads.delete(secretId)
  })
  return asked.text
}

/** Undefined if the secret holds bytes. */
async function ask(secretId: string): Promise<string | undefined> {
  client ??= newClient()
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }))
  return SecretString
}

/** A provider's new secret has no value; Secrets Manager then answers as if the secret did not exist. */
const isEmpty = (error: unknown) =>
  error instanceof Error && error.name === 'ResourceNotFoundException'
