/** The functions in this process, each with a request and the recording of what it asks. */
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import { paymentsTable } from '../functions/adapters/dynamodb/paymentsTable.ts'
import type { Handler } from '../local/api/gateway.ts'
import { handlersIn } from '../local/api/handlers.ts'
import { asLambda } from '../local/database/access.ts'
import { startPhone } from '../local/phone/phone.ts'
import type { Request, RouteName } from '../test/harness/event.ts'
import { invoke } from '../test/harness/harness.ts'
import { clientOf, startMemoryDatabase } from '../test/harness/memoryDatabase.ts'
import { API_KEY } from './parts.ts'
import { payerItem, phoneIdAt } from './payers.ts'
import { fill } from './pendingPayments.ts'
import { catchCalls, type Recording } from './recording.ts'
import { approvingCallback, PAYMENT_BODY } from './requests.ts'
import { benchWorld } from './world.ts'

/** A function with a request, and what it asks then. */
type Measurable = {
  readonly name: RouteName
  readonly handler: Handler
  readonly request: Request
  readonly recording: Recording
}

/** The page of a list that is measured is full. */
const LISTED = 20

/** Record what each function asks that is measured, for a payer who has paid before. */
export async function startInMemory() {
  const engine = await startMemoryDatabase()
  const publicUrl = 'http://localhost/api'
  const callbackUrl = `${publicUrl}/payments/callback`
  const clock = () => new Date()
  const phone = await startPhone({
    port: 0,
    apiKey: API_KEY,
    callbackUrl: () => callbackUrl,
    clock,
  })
  const client = clientOf(engine)
  const documents = DynamoDBDocumentClient.from(client)
  const as = { payerId: crypto.randomUUID(), email: 'payer@example.com' }
  const national = '2025550142'
  const providerPhoneId = await phoneIdAt(phone.url, as.email, national)
  const Item = payerItem(as.payerId, as.email, national, providerPhoneId)
  await documents.send(new PutCommand({ TableName: 'users', Item }))

  const site = 'http://localhost'
  const database = 'http://127.0.0.1'
  const calls = catchCalls(engine)
  const { tables } = calls
  const world = benchWorld({ database, tables, phone: phone.url, site, publicUrl })
  const handlers = handlersIn((name) => asLambda(world, name), { provider: 'authy' })
  const routes: Measurable[] = []

  const ask = async (name: RouteName, request: Request) => {
    const handler = handlers[name]
    if (!handler) throw new Error(`there is no ${name}`)
    const reply = await invoke(handler, name, request)
    if (reply.status >= 300) throw new Error(`${name}: ${JSON.stringify(reply)}`)
    return { handler, reply }
  }
  const record = async (name: RouteName, request: Request) => {
    const asked = await calls.record(() => ask(name, request))
    const { handler, reply } = asked.result
    routes.push({ name, handler, request, recording: asked.recording })
    return reply.body
  }

  const start = { as, body: PAYMENT_BODY }
  await ask('sendPayment', { ...start, key: 'first' })
  const { paymentId: id } = await record('sendPayment', { ...start, key: 'another' })
  await record('paymentStatus', { as, id })
  await record('smsStart', { as, id })
  const code = phone.book.messages(`+1${national}`)[0]?.code
  await record('smsVerify', { as, id, body: { code } })
  const payer = { ...as, providerPhoneId }
  const [payment] = await fill(paymentsTable(documents, 'payments'), [payer], LISTED)
  if (!payment) throw new Error('no payment was stored')
  const { body: text = '', headers } = approvingCallback(payment, callbackUrl)
  await record('authyCallback', { text, headers })
  await record('listPayments', { as })
  await phone.close()
  client.destroy()
  await engine.close()
  return { routes, calls, payer: { ...as, id } }
}
