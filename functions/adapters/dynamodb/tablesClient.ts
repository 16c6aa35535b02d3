/** The SDK's client of the tables, and what is taken away of the work that it does around each request. */
import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import {
  DynamoDBClient,
  type DynamoDBClientConfig,
  type DynamoDBClientResolvedConfig,
} from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

/** They copy each answer for a logger that we do not have, and spell out the SDK's parts for AWS's own statistics. */
const FOR_NOBODY = ['loggerMiddleware', 'getUserAgentMiddleware']

/** What the client decides itself, or no longer does. */
type Decided = 'sha256' | 'logger' | 'customUserAgent' | 'userAgentAppId'

/**
 * A client of the tables, which leaves out attributes that are `undefined`. Where requests go, how often, by which clock and
 * with which credentials is the SDK's own doing, and so is what it signs.
 */
export function tablesClient(
  settings: Omit<DynamoDBClientConfig, Decided>,
): DynamoDBDocumentClient {
  const client = new DynamoDBClient({ ...settings, sha256: SigningHash })
  for (const name of FOR_NOBODY) client.middlewareStack.remove(name)
  keepSigner(client.config)
  makeFast(client.config)
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
}

/** The SDK makes a signer for each request. Each would be the same, because it asks the provider of credentials each time. */
function keepSigner(config: DynamoDBClientResolvedConfig): void {
  const { signer: makeSigner } = config
  let kept: Awaited<ReturnType<typeof makeSigner>> | undefined
  config.signer = async (scheme) => {
    kept ??= await makeSigner(scheme)
    return kept
  }
}

/**
 * The SDK copies its settings several times a request. V8 has them as a dictionary, whose copy takes seven times as long as
 * that of an object; a prototype's properties it takes out of the dictionary once they are enumerated.
 */
function makeFast(config: object): void {
  for (const _ in Object.create(config)) break
}

/** The SDK's type of a secret. */
type Secret = string | ArrayBuffer | ArrayBufferView

/** SHA-256, or its HMAC with a secret, in the form that the SDK takes. */
class SigningHash {
  readonly #begin: () => { update(chunk: Uint8Array): unknown; digest(): Uint8Array }
  #hash

  constructor(secret?: Secret) {
    this.#begin =
      secret === undefined ? () => createHash('sha256') : () => createHmac('sha256', keyOf(secret))
    this.#hash = this.#begin()
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk)
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }

  reset(): void {
    this.#hash = this.#begin()
  }
}

const keys = new WeakMap<ArrayBuffer | ArrayBufferView, KeyObject>()

/** Node 24 takes five times as long if an HMAC's key is bytes. The SDK keeps the bytes of a day's key, so these are few. */
function keyOf(secret: Secret): KeyObject | string {
  if (typeof secret === 'string') return secret
  const known = keys.get(secret)
  if (known) return known
  const bytes = ArrayBuffer.isView(secret)
    ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
    : new Uint8Array(secret)
  const made = createSecretKey(bytes)
  keys.set(secret, made)
  return made
}
