import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EVENT_SOURCE } from '../functions/adapters/aws/eventBus.ts'
import {
  type Env,
  paymentSettings,
  phoneSettings,
  providerSettings,
} from '../functions/adapters/settings.ts'
import type { World } from '../functions/composition.ts'
import { currencyForPage } from '../functions/core/money.ts'
import { sweepPayments } from '../functions/handlers/sweepPayments.ts'
import { type Carriers, isCarriedBy, type LambdaName, textProviders } from '../functions/routes.ts'
import { type Brand, brandOf } from '../lib/brand.ts'
import { startGateway } from './api/gateway.ts'
import { handlersIn } from './api/handlers.ts'
import { buildSite } from './api/site.ts'
import { startAuditTrail } from './auditTrail/auditTrail.ts'
import { lastEvents } from './auditTrail/lastEvents.ts'
import { type EventEnvelope, LOCAL_BUS, startLocalBus } from './auditTrail/localBus.ts'
import { ringer } from './auditTrail/ringer.ts'
import { asLambda, keyOf } from './database/access.ts'
import { createTables, startDatabase } from './database/database.ts'
import { FRIENDS } from './friends.ts'
import { operatorServer } from './operator.ts'
import { OPERATOR_PATH, TOKEN_PATH } from './ownRequest.ts'
import { emulatedProvider } from './phone/emulatedProvider.ts'
import { type Phone, startPhone } from './phone/phone.ts'
import { LOCAL_VERIFY } from './phone/verifyApi.ts'
import { isRealIn } from './realProviders.ts'
import { startSignIn } from './signIn/signIn.ts'
import { inUserPool } from './signIn/userPool.ts'
import { tokenServer } from './tokenServer.ts'

export type PayfriendOptions = {
  /** The page's port; the pretend phone's is the next, sign-in's the one after. 0: any free ones. */
  readonly port: number
  /** The folder for accounts, phones, payments and archive. Without it they are in memory, and there is no archive. */
  readonly dataDir?: string | undefined
  /**
   * The Lambdas' settings, `PROVIDER` and `FORMER_PROVIDER`. `DYNAMODB_ENDPOINT`, and `AUTHY_API_URL` or
   * `VERIFY_API_URL` with keys and `PUBLIC_URL`, replace the emulators. Without these addresses the keys are those of
   * the pretend phone.
   */
  readonly env?: Env
  readonly clock?: () => Date
  /** The timer for the pretend phone's delays. */
  readonly setTimer?: (ms: number, fn: () => void) => void
  /** Called with each published event, like a receiver on the bus. */
  readonly onEvent?: ((event: EventEnvelope) => void) | undefined
}

export type Payfriend = {
  readonly pageUrl: string
  readonly signInUrl: string
  /** Undefined if a real provider is used. */
  readonly phone: Phone | undefined
  /**
   * curl's option with the pretend phone's key, if it plays a provider. A key from the environment is shown by its
   * variable only.
   */
  readonly phoneKey: string | undefined
  readonly world: World
  readonly sweep: ReturnType<typeof sweepPayments>
  close(): Promise<void>
}

const CLIENT_ID = 'payfriend-page'
const SCOPE = 'payfriend/pay'
/**
 * Start the whole of Payfriend on this machine, on loopback only: the same handlers, adapters, routes
 * and page as in AWS, with emulators of AWS and the provider.
 */
export async function startPayfriend(options: PayfriendOptions): Promise<Payfriend> {
  const { port, dataDir, env = {}, clock = () => new Date() } = options
  const nextPort = (step: number) => (port === 0 ? 0 : port + step)
  const kept = (name: string) => (dataDir ? { dataFile: join(dataDir, name) } : {})
  if (dataDir) mkdirSync(dataDir, { recursive: true })
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end()
  }

  try {
    const gateway = await startGateway({ port, clock })
    closers.push(() => gateway.close())
    const publicUrl = env.PUBLIC_URL ?? `${gateway.url}/api`
    const { PROVIDER: provider, FORMER_PROVIDER: formerProvider } = providerSettings(env)
    const carriers: Carriers = { provider, formerProvider }
    const brand = brandIn(env)
    const isReal = isRealIn(env, carriers)
    const isEmulated = !isReal && textProviders.some((one) => isCarriedBy(carriers, one))
    // New at each start, because with it a program could sign an approval or send texts. No stored data needs it.
    const apiKey = env.AUTHY_API_KEY || newKey()
    const verify = {
      ...LOCAL_VERIFY,
      apiKey: env.VERIFY_API_KEY || LOCAL_VERIFY.apiKey,
      apiSecret: env.VERIFY_API_SECRET || newKey(),
    }

    const ring = ringer(() => worldOf('ringDevices'))
    const events = lastEvents(
      (event) => {
        options.onEvent?.(event)
        ring.take(event)
      },
      () => phone?.changed(),
    )
    let phone: Phone | undefined
    if (!isReal || provider === 'none') {
      phone = await startPhone({
        port: nextPort(1),
        hasProvider: isEmulated,
        apiKey,
        verify,
        callbackUrl: () => `${publicUrl}/payments/callback`,
        siteUrl: gateway.url,
        events,
        clock,
        ...(options.setTimer && { setTimer: options.setTimer }),
        ...kept('phones.json'),
        ...(dataDir && { devicesFile: join(dataDir, 'devices.json') }),
      })
      closers.push(phone.close)
    }
    const signIn = await startSignIn({
      port: nextPort(2),
      clientId: CLIENT_ID,
      pageUrl: `${gateway.url}/`,
      scope: SCOPE,
      brand,
      ...kept('people.json'),
    })
    closers.push(signIn.close)

    const bus = await startLocalBus((event) =>
      isOfPayfriend(event) ? events.take(event) : ring.take(event),
    )
    closers.push(bus.close)

    let endpoint = env.DYNAMODB_ENDPOINT
    const isEmbedded = !endpoint
    let tables: World['tables']
    if (!endpoint) {
      const auditTrail = await startAuditTrail({
        clock,
        ...(dataDir && { archiveFolder: join(dataDir, 'archive') }),
        eventsEndpoint: bus.url,
      })
      closers.push(auditTrail.close)
      const database = await startDatabase({
        ...(dataDir && { dataDir: join(dataDir, 'tables') }),
        onChange: auditTrail.take,
      })
      closers.push(database.close)
      endpoint = database.endpoint
      tables = database.requestHandler
    }
    closers.push(ring.close)
    await createTables(
      new DynamoDBClient({
        endpoint,
        region: env.AWS_REGION ?? 'local',
        ...((isEmbedded || !env.AWS_ACCESS_KEY_ID) && {
          credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        }),
      }),
    )

    const world: World = {
      clock,
      tables,
      env: {
        PAYMENTS_TABLE: 'payments',
        PAYERS_TABLE: 'users',
        // Only with the emulated provider, because a real one cannot reach this machine's address.
        ...(isEmulated && { LOGO_URL: `${gateway.url}/logo.png` }),
        FIRST_DEVICE: 'sign-in',
        // The pretend phone is its own push service, on this machine and by plain HTTP.
        ...(phone && { PUSH_STAND_IN: phone.url }),
        PUSH_SEED: pushSeed(dataDir && join(dataDir, 'pushSeed')),
        ...env,
        // The embedded database must not get a real key from the shell.
        ...(isEmbedded && keyOf('local')),
        DYNAMODB_ENDPOINT: endpoint,
        ...(phone && isEmulated && emulatedProvider(phone.url, apiKey, verify)),
        ...inUserPool(signIn.userPool),
        PUBLIC_URL: publicUrl,
        SITE_URL: gateway.url,
        EVENT_BUS: LOCAL_BUS,
        EVENTS_ENDPOINT: bus.url,
      },
    }
    // Another database accepts one key only, or has separate tables for each.
    function worldOf(name: LambdaName): World {
      return isEmbedded ? asLambda(world, name) : world
    }
    const config = {
      issuer: signIn.issuer,
      clientId: CLIENT_ID,
      scope: `openid email ${SCOPE}`,
      redirectPath: '/',
      signOutUrl: `${signIn.issuer}/logout?${new URLSearchParams({
        client_id: CLIENT_ID,
        logout_uri: `${gateway.url}/`,
      })}`,
      changePasswordUrl: `${signIn.issuer}/change-password`,
      currencies: paymentSettings(world.env).CURRENCIES.map(currencyForPage),
      texts: provider !== 'none',
      pushes: provider === 'authy',
      paymentSeconds: paymentSettings(world.env).PAYMENT_TTL_SECONDS,
      phoneCountries: phoneSettings(world.env).PHONE_COUNTRIES,
      friends: FRIENDS,
    }
    gateway.open({
      handlers: handlersIn(worldOf, carriers),
      issuer: signIn.issuer,
      clientId: CLIENT_ID,
      scope: SCOPE,
      site: await buildSite({ config, brand }),
    })
    signIn.openOperator({
      [OPERATOR_PATH]: operatorServer(world),
      [TOKEN_PATH]: tokenServer(signIn.tokenFor, {
        ...{ address: `${gateway.url}/api`, phone, texts: config.texts, clock },
      }),
    })
    const named = (name: string, key: string) => (env[name] ? `$${name}` : key)
    const phoneKeys = {
      authy: `-H "X-Authy-API-Key: ${named('AUTHY_API_KEY', apiKey)}"`,
      twilioVerify: `-u "${named('VERIFY_API_KEY', verify.apiKey)}:${named('VERIFY_API_SECRET', verify.apiSecret)}"`,
    }
    const played = provider === 'none' ? formerProvider : provider
    const phoneKey = isEmulated && played ? phoneKeys[played] : undefined
    const sweep = sweepPayments(worldOf('sweepPayments'))
    return { pageUrl: gateway.url, signInUrl: signIn.issuer, phone, phoneKey, world, sweep, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** @throws an error that names the variable which is wrong */
const brandIn = ({ BRAND_NAME: name, BRAND_LOGO: logo }: Env): Brand =>
  brandOf({ name, logo }, (what) => {
    throw new Error(`BRAND_${what.replace(/^\w+/, (part) => part.toUpperCase())}.`)
  })

const newKey = () => randomBytes(24).toString('base64url')

/** The owner of the bus has no use for test rings. */
const isOfPayfriend = ({ source }: EventEnvelope) => source === EVENT_SOURCE

/** The seed of the push key. It is kept with the devices, because another key would end their subscriptions. */
function pushSeed(file: string | undefined): string {
  if (file && existsSync(file)) return readFileSync(file, 'utf8').trim()
  const seed = randomBytes(48).toString('base64url')
  if (file) writeFileSync(file, seed, { mode: 0o600 })
  return seed
}
