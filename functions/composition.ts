/**
 * The composition root: one small function for each need, so that a Lambda's bundle has only what
 * that Lambda uses. Each reads its own settings, when it is called. What the provider carries is in
 * `providerComposition.ts`.
 */
import { randomBytes } from 'node:crypto'
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { S3Client } from '@aws-sdk/client-s3'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { archiveBucket } from './adapters/aws/archiveBucket.ts'
import { cognitoSignIns } from './adapters/aws/cognitoSignIns.ts'
import { eventBus as bridge } from './adapters/aws/eventBus.ts'
import { denialTrail } from './adapters/dynamodb/denialTrail.ts'
import { limitsTable } from './adapters/dynamodb/limitsTable.ts'
import { lockoutTable } from './adapters/dynamodb/lockoutTable.ts'
import { payersTable } from './adapters/dynamodb/payersTable.ts'
import { paymentsTable } from './adapters/dynamodb/paymentsTable.ts'
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
import type { Archive, Clock, EventBus, SignIns } from './core/ports.ts'
import { countedPayments } from './counting.ts'
import { reportFault, securityEvent } from './observe.ts'

/** Where code runs: its settings and its time. */
export type World = { readonly env: Env; readonly clock: Clock }

/**
 * A Lambda's handler, made from its factory. In Lambda it is made at once, while the environment
 * starts and has the whole processor; elsewhere whoever wants one calls the factory.
 */
export function lambda<H extends (...args: never[]) => unknown>(make: (world: World) => H): H {
  if (process.env.AWS_LAMBDA_FUNCTION_NAME) {
    return make({ env: process.env, clock: () => new Date() })
  }
  return (() => {
    throw new Error('this handler was made outside Lambda: call its factory')
  }) as unknown as H
}

export const payments = ({ env }: World) =>
  countedPayments(paymentsTable(documents(env), tableSettings(env).PAYMENTS_TABLE))

export const payers = ({ env }: World) =>
  payersTable(documents(env), tableSettings(env).PAYERS_TABLE)

export function limits({ env }: World) {
  const settings = limitSettings(env)
  return limitsTable(documents(env), tableSettings(env).PAYERS_TABLE, {
    textsPerHour: settings.TEXTS_PER_HOUR,
    textsPerDay: settings.TEXTS_PER_DAY,
    provingTextsPerHour: settings.PROVING_TEXTS_PER_HOUR,
    provingTextsPerDay: settings.PROVING_TEXTS_PER_DAY,
    textsPerDayForStage: settings.TEXTS_PER_DAY_FOR_STAGE,
    openPayments: settings.OPEN_PAYMENTS,
    paymentsPerHour: settings.PAYMENTS_PER_HOUR,
  })
}

export const lockout = ({ env }: World) =>
  lockoutTable(documents(env), tableSettings(env).PAYERS_TABLE)

/** What is done about pushes denied in a row, for who stores denials. */
export const denialPorts = ({ env }: World) => ({
  denials: denialTrail(documents(env), tableSettings(env).PAYERS_TABLE),
  onPushesDenied: ({ paymentId, payerId }: Payment) =>
    securityEvent('PushesDenied', { paymentId, payerId }),
  // The denial is stored, and its answer stands; a row may be missing in the audit trail.
  onDenialFault: (paymentId: string, fault: unknown) => reportFault(fault, { paymentId }),
})

/**
 * Imported as all else and not when it is needed: that would be 100 KB in place of 34, because the bundler
 * wraps whatever both ways lead to. The client is made when it is needed.
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

export function eventBus({ env }: World): EventBus {
  const { EVENT_BUS, EVENTS_ENDPOINT } = eventSettings(env)
  const client = new EventBridgeClient({
    ...patience(3000),
    ...(EVENTS_ENDPOINT && standIn(env, EVENTS_ENDPOINT)),
  })
  return bridge(client, EVENT_BUS)
}

export const paymentIdOf = paymentIdFrom(sha256)

export const changeIdOf = changeIdFrom(sha256)

/** What tells a payment from an equal one. */
export const newReference = (): string => referenceFrom(randomBytes(6))

/** What names a verification: nobody can guess it. */
export const newVerificationId = (): string => randomBytes(16).toString('base64url')

/** A payer's count of wrong codes is too high by one, at worst; their answer stands. */
export const onLockoutFault = (fault: unknown): void => reportFault(fault)

/** Sessions end here all the same; the owner is told that the sign-in provider was not. */
export const onSignInFault = (fault: unknown): void => reportFault(fault)

/** Long enough for a request on the same payment to finish its write. */
export const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 100))

const clients = new WeakMap<Env, DynamoDBDocumentClient>()

/** One client for each environment, so that its connections are kept and shared. */
function documents(env: Env): DynamoDBDocumentClient {
  const known = clients.get(env)
  if (known) return known
  const { DYNAMODB_ENDPOINT } = tableSettings(env)
  const client = new DynamoDBClient({
    ...patience(1000),
    ...(DYNAMODB_ENDPOINT && standIn(env, DYNAMODB_ENDPOINT)),
  })
  const made = DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
  })
  clients.set(env, made)
  return made
}

/** How long AWS may take, for each of three attempts. */
const patience = (requestTimeout: number, connectionTimeout = 1000) => ({
  maxAttempts: 3,
  // Without the last the SDK would only warn, and wait on.
  requestHandler: { connectionTimeout, requestTimeout, throwOnRequestTimeout: true },
})

/** On a laptop all Lambdas and all engines share a processor: an answer that is late there is still to come. */
const STAND_IN_MS = 3_000

/** What stands in for a service of AWS. */
const standIn = (env: Env, endpoint: string) => ({
  ...patience(STAND_IN_MS, STAND_IN_MS),
  endpoint,
  region: env.AWS_REGION ?? 'local',
  // Whose they are stands in this environment, because on a laptop all Lambdas share a process;
  // an engine there asks for no real ones.
  credentials: {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? 'local',
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? 'local',
    ...(env.AWS_SESSION_TOKEN && { sessionToken: env.AWS_SESSION_TOKEN }),
  },
})
