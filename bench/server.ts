/**
 * The server under load, in a process of its own: the local API with its database and pretend phone,
 * as `npm start` runs them, but with the bench's own tokens and limits that are never reached.
 */
import '../local/environment.ts'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { World } from '../functions/composition.ts'
import { startGateway } from '../local/api/gateway.ts'
import { handlersIn } from '../local/api/handlers.ts'
import { asLambda } from '../local/database/access.ts'
import { createTables, startDatabase } from '../local/database/database.ts'
import { startPhone } from '../local/phone/phone.ts'
import { API_KEY, CLIENT_ID, type FromServer, SCOPE, type ToServer } from './parts.ts'

const clock = () => new Date()
const issuer = process.argv[2] ?? ''
const database = await startDatabase()
const gateway = await startGateway({ port: 0, clock })
const publicUrl = `${gateway.url}/api`
const callbackUrl = () => `${publicUrl}/payments/callback`
const phone = await startPhone({ port: 0, apiKey: API_KEY, callbackUrl, clock })
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
await createTables(
  new DynamoDBClient({ endpoint: database.endpoint, region: 'local', credentials }),
)
const world: World = {
  clock,
  env: {
    PAYMENTS_TABLE: 'payments',
    PAYERS_TABLE: 'users',
    DYNAMODB_ENDPOINT: database.endpoint,
    AUTHY_API_URL: phone.url,
    AUTHY_API_KEY: API_KEY,
    PUBLIC_URL: publicUrl,
    SITE_URL: gateway.url,
    PUSH_SEED: 'a seed of the bench, of 32 characters or more',
    PUSH_STAND_IN: phone.url,
    EVENT_BUS: 'payfriend',
    // Nobody signs out.
    USER_POOL_ID: 'none',
    OPEN_PAYMENTS: '1000',
    PAYMENTS_PER_HOUR: '1000',
    PAYMENT_TTL_SECONDS: '600',
  },
}
const site = { files: new Map(), config: {} }
const handlers = handlersIn((name) => asLambda(world, name), { provider: 'authy' })
gateway.open({ handlers, issuer, clientId: CLIENT_ID, scope: SCOPE, site })

// The measuring process may have been stopped.
process.once('disconnect', () => process.exit())
const tell = (message: FromServer) => process.send?.(message)
process.on('message', (message: ToServer) => {
  if (message.ask === 'delay') phone.book.faults.providerDelayMs = message.ms
  const { user, system } = process.cpuUsage()
  tell({ cpuMs: (user + system) / 1000, rssMb: process.memoryUsage().rss / 2 ** 20 })
})
tell({
  url: gateway.url,
  endpoint: database.endpoint,
  phoneUrl: phone.url,
  callbackUrl: callbackUrl(),
})
