/** `npm start`: the whole of Payfriend on this machine. */
import './environment.ts'
import { setTimeout } from 'node:timers/promises'
import * as z from 'zod'
import { providerSettings } from '../functions/adapters/settings.ts'
import { DOCS_PATH } from './api/docs.ts'
import { eventReceiver } from './auditTrail/eventReceiver.ts'
import type { EventEnvelope } from './auditTrail/localBus.ts'
import { startPayfriend } from './payfriend.ts'

/** In AWS a schedule sweeps every minute; on a laptop that would be a long wait. */
const SWEEP_EVERY_MS = 5000

/** At the end, the last events get this long to arrive. */
const LAST_EVENTS_MS = 2000

const WITHOUT_PROVIDER =
  '    No provider: no numbers and no texts; a phone approves with its passkey.'

const EVENTS_RULE = 'must begin with https://, or with http:// if it is on this machine'
const PORT_RULE = 'must be a number up to 65533'

const settings = z
  .object({
    PORT: z
      .string()
      .regex(/^\d{1,5}$/, PORT_RULE)
      .transform(Number)
      .refine((port) => port <= 65_533, PORT_RULE)
      .default(3000),
    DATA_DIR: z.string().min(1).optional(),
    /** Over plain HTTP others could read who pays whom. */
    EVENTS_URL: z.string().refine(isHttpsOrOwn, EVENTS_RULE).optional(),
    DYNAMODB_ENDPOINT: z.string().optional(),
  })
  .refine(({ EVENTS_URL, DYNAMODB_ENDPOINT }) => !EVENTS_URL || !DYNAMODB_ENDPOINT, {
    path: ['EVENTS_URL'],
    message: 'needs the embedded database, so it cannot go with DYNAMODB_ENDPOINT',
  })
  .safeParse(process.env)
if (!settings.success) {
  const wrong = settings.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  console.error(`This setting is wrong: ${wrong.join('; ')}`)
  process.exit(2)
}
const { PORT, DATA_DIR, EVENTS_URL } = settings.data
const receiver = EVENTS_URL ? eventReceiver(EVENTS_URL, console.error) : undefined

try {
  const payfriend = await startPayfriend({
    port: PORT,
    dataDir: DATA_DIR,
    env: process.env,
    onEvent(event) {
      console.log(lineOf(event))
      receiver?.send(event)
    },
  })
  const sweeping = setInterval(() => {
    payfriend.sweep().catch((error: unknown) => console.error(error))
  }, SWEEP_EVERY_MS)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      clearInterval(sweeping)
      await payfriend.close()
      await Promise.race([
        receiver?.settled(),
        setTimeout(LAST_EVENTS_MS, undefined, { ref: false }),
      ])
      receiver?.close()
    })
  }
  const { pageUrl, signInUrl, phone, phoneKey, world } = payfriend
  const { PROVIDER, FORMER_PROVIDER } = providerSettings(world.env)
  console.log(
    [
      'Payfriend is ready.',
      `  The page:          ${pageUrl}`,
      `  The API to read:   ${pageUrl}${DOCS_PATH}`,
      `  The pretend phone: ${phone?.url ?? `none: ${providerUrl()} is used`}`,
      `    or a passkey of your own browser: ${pageUrl}/approve.html`,
      ...(phone && phoneKey ? [`    by hand, as provider: curl ${phoneKey} ${phone.url}/…`] : []),
      ...(PROVIDER === 'none' ? [WITHOUT_PROVIDER] : []),
      ...(FORMER_PROVIDER
        ? [`    Open payments of ${FORMER_PROVIDER} end as they were started.`]
        : []),
      `  Sign-in:           ${signInUrl}`,
      ...(EVENTS_URL ? [`Events are posted to ${new URL(EVENTS_URL).origin}.`] : []),
      DATA_DIR
        ? `Everything is kept in ${DATA_DIR}.`
        : 'Nothing is kept: with Ctrl-C all is forgotten.',
    ].join('\n'),
  )
} catch (error) {
  console.error(plainly(error))
  process.exit(1)
}

/** Plain HTTP is allowed on this machine: a program that can read it can read the rest of Payfriend's traffic too. */
function isHttpsOrOwn(url: string): boolean {
  const { protocol, hostname = '' } = URL.parse(url) ?? {}
  if (protocol === 'https:') return true
  return protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}

/** An event of a payment or an account in one line. */
function lineOf({ 'detail-type': type, detail }: EventEnvelope): string {
  const { paymentId, payerId, displayText, decidedBy, by } = detail
  if (paymentId === undefined) return `${type.padEnd(17)}  ${payerId}  (by the ${by})`
  return `${type.padEnd(17)}  ${paymentId}  ${displayText}${decidedBy ? `  (${decidedBy})` : ''}`
}

function providerUrl(): string | undefined {
  const { PROVIDER, VERIFY_API_URL, AUTHY_API_URL } = process.env
  return PROVIDER === 'twilioVerify' ? VERIFY_API_URL : AUTHY_API_URL
}

/** One clear sentence for the errors that are to be expected at the start. */
function plainly(error: unknown): string {
  const { code, port } = error as { code?: string; port?: number }
  if (code === 'EADDRINUSE') {
    return `Port ${port} is in use. Choose another with PORT, for instance: PORT=4000 npm start`
  }
  return error instanceof Error ? error.message : String(error)
}
