/** The calls of a send without Payfriend: as many, together or one after another as there, by the bare SDK. */
import { randomUUID } from 'node:crypto'
import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { bareCalls } from './bareCalls.ts'
import { startInMemory } from './inMemory.ts'
import type { Recorded } from './recording.ts'

/** So many payers are sent for, as in the measurement of our own send. */
const PAYERS = 1000
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

/** Prepare the tables, and return a function that sends the calls of one payment. */
export async function bareSends(client: DynamoDBClient): Promise<() => Promise<void>> {
  const { routes, calls, payer } = await startInMemory()
  calls.end()
  const trips = routes.find(({ name }) => name === 'sendPayment')?.recording.trips ?? []
  const send = bareCalls(client)
  const found = trips.flat().flatMap(itemsRead)
  for (let n = 0; n < PAYERS; n += 1) {
    const items = found.map((text) => JSON.parse(text.replaceAll(payer.payerId, payerId(n))))
    await Promise.all(
      items.map((Item) => client.send(new PutItemCommand({ TableName: 'users', Item }))),
    )
  }

  return async () => {
    const paymentId = randomUUID().replaceAll('-', '').slice(0, 22)
    const own = payerId(Math.floor(Math.random() * PAYERS))
    const textOf = ({ body }: Recorded) =>
      body
        .replaceAll(payer.payerId, own)
        .replaceAll(payer.id, paymentId)
        // A counting write has an id of its own, and fails if the item has it already.
        .replaceAll(UUID, () => randomUUID())
    for (const trip of trips) {
      await Promise.all(trip.map((call) => send(call.operation, textOf(call))))
    }
  }
}

const payerId = (n: number) => `bare-${n}`

/** The payer's items that the recorded reads found, as JSON. */
function itemsRead({ operation, answer }: Recorded): string[] {
  const { Item, Responses } = JSON.parse(answer)
  if (operation === 'GetItem' && Item?.user_id) return [JSON.stringify(Item)]
  return (Responses?.users ?? []).map((item: unknown) => JSON.stringify(item))
}
