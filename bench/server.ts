/**
 * The server under load, in a process of its own: the local API with its database and pretend phone,
 * as `npm start` runs them, but with the bench's own tokens and limits that are never reached.
 */
import '../local/environment.ts'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { sweepPayments } from '../functions/handlers/sweepPayments.ts'
import { startGateway } from '../local/api/gateway.ts'
import { handlersIn } from '../local/api/handlers.ts'
import { asLambda } from '../local/database/access.ts'
import { createTables, startDatabase } from '../local/database/database.ts'
import { startPhone } from '../local/phone/phone.ts'
import { API_KEY, CLIENT_ID, type FromServer, SCOPE, type ToServer } from './parts.ts'
import { benchWorld } from './world.ts'

const clock = () => new Date()
const [, , issuer = '', dataDir] = process.argv
const database = await startDatabase(dataDir === undefined ? {} : { dataDir })
const gateway = await startGateway({ port: 0, clock })
const publicUrl = `${gateway.url}/api`
const callbackUrl = () => `${publicUrl}/payments/callback`
const phone = await startPhone({ port: 0, apiKey: API_KEY, callbackUrl, clock })
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
await createTables(
  new DynamoDBClient({ endpoint: database.endpoint, region: 'local', credentials }),
)
const world = benchWorld({
  database: database.endpoint,
  tables: database.requestHandler,
  phone: phone.url,
  site: gateway.url,
  publicUrl,
})
const site = { files: new Map(), config: {} }
const handlers = handlersIn((name) => asLambda(world, name), { provider: 'authy' })
gateway.open({ handlers, issuer, clientId: CLIENT_ID, scope: SCOPE, site })

const sweep = sweepPayments(asLambda(world, 'sweepPayments'))

// The measurement has ended, or was stopped. The folder is freed for the next server.
process.once('disconnect', async () => {
  await gateway.close()
  await database.close()
  process.exit()
})
const tell = (message: FromServer) => process.send?.(message)
process.on('message', async (message: ToServer) => {
  if (message.ask === 'sweep') await sweep()
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
