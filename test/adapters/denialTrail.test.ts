import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { denialTrail } from '../../functions/adapters/dynamodb/denialTrail.ts'
import { payersTable } from '../../functions/adapters/dynamodb/payersTable.ts'
import type { PayerStore, PushDenials } from '../../functions/core/ports.ts'
import { NOON } from '../harness/harness.ts'
import { startTables, type Tables } from './tables.ts'

let tables: Tables
let denials: PushDenials
let payers: PayerStore
let people = 0
let payerId: string

beforeAll(async () => {
  tables = await startTables()
  denials = denialTrail(tables.documents, 'users')
  payers = payersTable(tables.documents, 'users')
})
afterAll(() => tables.close())
beforeEach(async () => {
  tables.lose()
  people += 1
  payerId = `person-${people}`
  const Item = { user_id: payerId, email: 'ada@example.com' }
  await tables.documents.send(new PutCommand({ TableName: 'users', Item }))
})

const at = (seconds: number) => new Date(NOON.getTime() + seconds * 1000)
const trail = async () => (await payers.get(payerId))?.trail.recent ?? []
const told = async () => (await trail()).map(({ event }) => event)

test('a row is told once, by an entry that says when and whose', async () => {
  expect(await denials.tell(payerId, at(-60), NOON)).toBe(true)
  expect(await denials.tell(payerId, at(-60), at(1))).toBe(false)
  expect(await denials.tell(payerId, NOON, at(2))).toBe(false)
  expect(await trail()).toMatchObject([
    { event: 'pushes.denied', by: 'payer', at: NOON.toISOString(), payerId, seq: 1 },
  ])
})

test('a row that began after the last was told is another', async () => {
  await denials.tell(payerId, at(-60), NOON)
  expect(await denials.tell(payerId, at(0.001), at(60))).toBe(true)
  expect(await told()).toEqual(['pushes.denied', 'pushes.denied'])
})

test('a row is told once although its answer is lost', async () => {
  tables.lose(true)
  expect(await denials.tell(payerId, at(-60), NOON)).toBe(true)
  expect(await told()).toEqual(['pushes.denied'])
})

test('a row is told although another entry was faster, after that', async () => {
  tables.meanwhile('read', () => payers.endSessions({ payerId, email: 'ada@example.com' }, NOON))
  expect(await denials.tell(payerId, at(-60), NOON)).toBe(true)
  expect(await told()).toEqual(['sessions.ended', 'pushes.denied'])
})

test('of two that tell a row at once one has told it', async () => {
  tables.meanwhile('read', () => denials.tell(payerId, at(-60), NOON))
  expect(await denials.tell(payerId, at(-60), at(0.001))).toBe(false)
  expect(await told()).toEqual(['pushes.denied'])
})

test('nothing is told of an account that is not there, and none is made', async () => {
  expect(await denials.tell('nobody', at(-60), NOON)).toBe(false)
  expect(await tables.user('nobody')).toBeUndefined()
})

test('an account that goes meanwhile is not made again', async () => {
  const Item = { user_id: payerId, email: '' }
  const table = mockClient(tables.documents)
  table.on(GetCommand).resolvesOnce({ Item }).resolves({})
  const lost = new ConditionalCheckFailedException({ message: 'lost', $metadata: {} })
  table.on(UpdateCommand).rejects(lost)
  expect(await denials.tell(payerId, at(-60), NOON)).toBe(false)
  const [write] = table.commandCalls(UpdateCommand)
  expect(write?.args[0].input.ConditionExpression).toContain('attribute_exists(user_id)')
  table.restore()
})

test('ten losses in a row are a fault', async () => {
  const Item = { user_id: payerId, email: '' }
  const table = mockClient(tables.documents)
  table.on(GetCommand).resolves({ Item })
  table
    .on(UpdateCommand)
    .rejects(new ConditionalCheckFailedException({ message: 'lost', $metadata: {} }))
  await expect(denials.tell(payerId, at(-60), NOON)).rejects.toThrow(
    'the condition of ten writes in a row',
  )
  expect(table.commandCalls(UpdateCommand)).toHaveLength(10)
  table.restore()
})

test('another fault of the table is told as it is', async () => {
  const table = mockClient(tables.documents)
  table.on(GetCommand).resolves({ Item: { user_id: payerId, email: '' } })
  table.on(UpdateCommand).rejects(new Error('throttled'))
  await expect(denials.tell(payerId, at(-60), NOON)).rejects.toThrow('throttled')
  table.restore()
})
