/**
 * The composition root: one small function per port, so that a Lambda's bundle holds only the code that it uses. Each
 * reads its own settings when it is called. The provider's ports are in `providerComposition.ts`.
 */
import { randomBytes } from 'node:crypto'
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { S3Client } from '@aws-sdk/client-s3'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { archiveBucket } from './adapters/aws/archiveBucket.ts'
import { cognitoSignIns } from './adapters/aws/cognitoSignIns.ts'
import { eventBus as bridge } from './adapters/aws/eventBus.ts'
import { ringRequests as rings } from './adapters/aws/ringRequests.ts'
import { denialTrail } from './adapters/dynamodb/denialTrail.ts'
import { devicesTable } from './adapters/dynamodb/devicesTable.ts'
import { limitsTable } from './adapters/dynamodb/limitsTable.ts'
import { lockoutTable } from './adapters/dynamodb/lockoutTable.ts'
import { payersTable } from './adapters/dynamodb/payersTable.ts'
import { paymentsTable } from './adapters/dynamodb/paymentsTable.ts'
import { tablesClient } from './adapters/dynamodb/tablesClient.ts'
import {
  archiveSettings,
  type Env,
  eventSettings,
  limitSettings,
  signInSettings,
  tableSettings,
} from './adapters/settings.ts'
import { sha256 } from './adapters/sha256.ts'
import { changeIdFrom, paymentIdFrom } from './core/ids.ts'
import { type Payment, referenceFrom } from './core/payment.ts'
import type { Archive, Clock, EventBus, RingRequests, SignIns } from './core/ports.ts'
import { countedDevices, countedPayments } from './counting.ts'
import { reportFault, securityEvent } from './observe.ts'

/** The environment of a factory: settings and clock. */
export type World = {
  readonly env: Env
  readonly clock: Clock
  /** What takes the SDK's requests to the tables on a laptop, instead of a connection. */
  readonly tables?: DynamoDBClientConfig['requestHandler'] | undefined
}

/**
 * A Lambda's handler from its factory. In Lambda it is made at once, because the environment has a whole processor
 * while it starts. Elsewhere the returned handler throws; tests and the laptop call the factory.
 */
export function lambda<H extends (...args: never[]) => unknown>(make: (world: World) => H): H {
  if (process.env.AWS_LAMBDA_FUNCTION_NAME) {
    return make({ env: process.env, clock: () => new Date() })
  }
  return (() => {
    throw new Error('this handler was made outside Lambda: call its factory')
  }) as unknown as H
}

export const payments = (world: World) =>
  countedPayments(paymentsTable(documents(world), tableSettings(world.env).PAYMENTS_TABLE))

export const payers = (world: World) =>
  payersTable(documents(world), tableSettings(world.env).PAYERS_TABLE)

export function limits(world: World) {
  const settings = limitSettings(world.env)
  return limitsTable(documents(world), tableSettings(world.env).PAYERS_TABLE, {
    textsPerHour: settings.TEXTS_PER_HOUR,
    textsPerDay: settings.TEXTS_PER_DAY,
    provingTextsPerHour: settings.PROVING_TEXTS_PER_HOUR,
    provingTextsPerDay: settings.PROVING_TEXTS_PER_DAY,
    textsPerDayForStage: settings.TEXTS_PER_DAY_FOR_STAGE,
    openPayments: settings.OPEN_PAYMENTS,
    paymentsPerHour: settings.PAYMENTS_PER_HOUR,
  })
}

export const lockout = (world: World) =>
  lockoutTable(documents(world), tableSettings(world.env).PAYERS_TABLE)

export const devices = (world: World) =>
  countedDevices(devicesTable(documents(world), tableSettings(world.env).PAYERS_TABLE))

/** The ports of the rule on consecutive denied pushes. */
export const denialPorts = (world: World) => ({
  denials: denialTrail(documents(world), tableSettings(world.env).PAYERS_TABLE),
  onPushesDenied: ({ paymentId, payerId }: Payment) =>
    securityEvent('PushesDenied', { paymentId, payerId }),
  // The denial is stored; only the audit entry `pushes.denied` may be missing.
  onDenialFault: (paymentId: string, fault: unknown) => reportFault(fault, { paymentId }),
})

/**
 * The sign-in provider. A static import: with a dynamic one the bundler wraps every shared module, and the bundle grows
 * by 100 KB instead of 34. The client is made at its first use.
 */
export function signIns({ env }: World): SignIns {
  const { USER_POOL_ID, USER_POOL_ENDPOINT, USER_POOL_ACCESS_KEY_ID } = signInSettings(env)
  const connect = () =>
    new CognitoIdentityProviderClient({
      ...patience(2000),
      ...(USER_POOL_ENDPOINT &&
        standIn({ ...env, AWS_ACCESS_KEY_ID: USER_POOL_ACCESS_KEY_ID }, USER_POOL_ENDPOINT)),
    })
  return cognitoSignIns(connect, USER_POOL_ID)
}

export function archive({ env }: World): Archive {
  const { ARCHIVE_BUCKET, ARCHIVE_ENDPOINT } = archiveSettings(env)
  const client = new S3Client({
    ...patience(3000),
    ...(ARCHIVE_ENDPOINT && { ...standIn(env, ARCHIVE_ENDPOINT), forcePathStyle: true }),
  })
  return archiveBucket(client, ARCHIVE_BUCKET)
}

export const eventBus = (world: World): EventBus =>
  bridge(bridgeClient(world), eventSettings(world.env).EVENT_BUS)

export const ringRequests = (world: World): RingRequests =>
  rings(bridgeClient(world), eventSettings(world.env).EVENT_BUS)

function bridgeClient({ env }: World): EventBridgeClient {
  const { EVENTS_ENDPOINT } = eventSettings(env)
  return new EventBridgeClient({
    ...patience(3000),
    ...(EVENTS_ENDPOINT && standIn(env, EVENTS_ENDPOINT)),
  })
}

export const paymentIdOf = paymentIdFrom(sha256)

export const changeIdOf = changeIdFrom(sha256)

/** A new random reference of six characters. */
export const newReference = (): string => referenceFrom(randomBytes(6))

/** A new verification id of 128 random bits. */
export const newVerificationId = (): string => randomBytes(16).toString('base64url')

/** At worst the count of failed attempts is too high by one, or a lock has no audit entry; the answer stands. */
export const onLockoutFault = (fault: unknown): void => reportFault(fault)

/** Our own check ends the sessions all the same; the sign-in provider's fault is reported to the owner. */
export const onSignInFault = (fault: unknown): void => reportFault(fault)

/** Waits 100 ms, long enough for another request on the same payment to finish its write. */
export const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 100))

/** Waits a second before a busy push service is asked once more. */
export const ringPause = () => new Promise<void>((resolve) => setTimeout(resolve, 1_000))

const clients = new WeakMap<Env, DynamoDBDocumentClient>()

/** One client per environment, so that its connections are reused. */
function documents({ env, tables }: World): DynamoDBDocumentClient {
  const known = clients.get(env)
  if (known) return known
  const { DYNAMODB_ENDPOINT } = tableSettings(env)
  const made = tablesClient({
    ...patience(1000),
    ...(DYNAMODB_ENDPOINT && standIn(env, DYNAMODB_ENDPOINT)),
    ...(tables && { requestHandler: tables }),
  })
  clients.set(env, made)
  return made
}

/** The timeouts, in milliseconds, of each of three attempts at a call of AWS. */
const patience = (requestTimeout: number, connectionTimeout = 1000) => ({
  maxAttempts: 3,
  // Without `throwOnRequestTimeout` the SDK would only warn and keep waiting.
  requestHandler: { connectionTimeout, requestTimeout, throwOnRequestTimeout: true },
})

/** The timeout of AWS's stand-ins on a laptop, longer because all Lambdas and stand-ins share a processor. */
const STAND_IN_MS = 3_000

/** The client settings for a stand-in of an AWS service. */
const standIn = (env: Env, endpoint: string) => ({
  ...patience(STAND_IN_MS, STAND_IN_MS),
  endpoint,
  region: env.AWS_REGION ?? 'local',
  // From `env`, not from the process, because on a laptop all Lambdas share a process. A stand-in there checks no
  // credentials.
  credentials: {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? 'local',
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? 'local',
    ...(env.AWS_SESSION_TOKEN && { sessionToken: env.AWS_SESSION_TOKEN }),
  },
})
