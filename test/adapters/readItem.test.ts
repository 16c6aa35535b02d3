import { InternalServerError } from '@aws-sdk/client-dynamodb'
import { BatchGetCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readItem } from '../../functions/adapters/dynamodb/readItem.ts'
import { startTables, type Tables } from './tables.ts'

let tables: Tables
beforeAll(async () => {
  tables = await startTables()
  for (const user_id of ['a', 'b', 'p']) await put('users', { user_id, of: 'users' })
  await put('payments', { payment_id: 'p', of: 'payments' })
})
afterAll(() => tables.close())
beforeEach(() => {
  tables.calls.length = 0
})

const put = (TableName: string, Item: object) =>
  tables.documents.send(new PutCommand({ TableName, Item: { ...Item } }))
const user = (user_id: string) => readItem(tables.documents, 'users', { user_id })
const payment = (payment_id: string) => readItem(tables.documents, 'payments', { payment_id })
const commands = () => tables.calls.map(({ command }) => command)

test('one item is read alone', async () => {
  expect(await user('a')).toEqual({ user_id: 'a', of: 'users' })
  expect(await user('nobody')).toBeUndefined()
  expect(commands()).toEqual(['GetItemCommand', 'GetItemCommand'])
})

test('items that are asked for at once are read in one request, each for who asked', async () => {
  const asked = [user('b'), payment('p'), user('nobody'), user('p'), user('a'), payment('b')]
  expect(await Promise.all(asked)).toEqual([
    { user_id: 'b', of: 'users' },
    { payment_id: 'p', of: 'payments' },
    undefined,
    { user_id: 'p', of: 'users' },
    { user_id: 'a', of: 'users' },
    undefined,
  ])
  expect(commands()).toEqual(['BatchGetItemCommand'])
})

test('every read is consistent', async () => {
  await Promise.all([user('a'), payment('p')])
  await user('a')
  const [both, one] = tables.calls.map(({ input }) => JSON.stringify(input))
  expect(both?.match(/"ConsistentRead":true/g)).toHaveLength(2)
  expect(one).toContain('"ConsistentRead":true')
})

test('an item that two ask for is named once', async () => {
  expect(await Promise.all([user('a'), user('a')])).toMatchObject([
    { of: 'users' },
    { of: 'users' },
  ])
  expect(await Promise.all([user('a'), user('b'), user('a')])).toMatchObject([
    { user_id: 'a' },
    { user_id: 'b' },
    { user_id: 'a' },
  ])
  expect(commands()).toEqual(['GetItemCommand', 'BatchGetItemCommand'])
})

test('a read that begins after an answer sees what was written before', async () => {
  await Promise.all([user('later'), user('a')])
  await put('users', { user_id: 'later', of: 'users' })
  expect(await Promise.all([user('later'), user('a')])).toMatchObject([{ user_id: 'later' }, {}])
})

test('more than DynamoDB reads in one request are read in several', async () => {
  const asked = Array.from({ length: 201 }, (_, n) => user(n === 200 ? 'a' : `nobody-${n}`))
  expect((await Promise.all(asked)).filter(Boolean)).toEqual([{ user_id: 'a', of: 'users' }])
  expect(commands()).toEqual(['BatchGetItemCommand', 'BatchGetItemCommand', 'GetItemCommand'])
})

test('what a busy table leaves out is asked for alone, and is not taken as missing', async () => {
  const faulty = tables.faulty()
  faulty.on(BatchGetCommand).resolves({
    Responses: { users: [{ user_id: 'b', of: 'users' }] },
    UnprocessedKeys: { users: { Keys: [{ user_id: 'a' }] } },
  })
  faulty.on(GetCommand).resolves({ Item: { user_id: 'a', of: 'users' } })
  expect(await Promise.all([user('a'), user('b'), payment('a')])).toEqual([
    { user_id: 'a', of: 'users' },
    { user_id: 'b', of: 'users' },
    undefined,
  ])
  expect(faulty.commandCalls(GetCommand)).toHaveLength(1)
})

test('a fault is a fault for all who asked, and for nobody after them', async () => {
  const fault = new InternalServerError({ $metadata: {}, message: 'sorry' })
  const faulty = tables.faulty()
  faulty.on(BatchGetCommand).rejects(fault)
  const asked = await Promise.allSettled([user('a'), payment('p')])
  expect(asked).toEqual(Array(2).fill({ status: 'rejected', reason: fault }))
  faulty.on(GetCommand).resolves({ Item: { user_id: 'a' } })
  expect(await user('a')).toEqual({ user_id: 'a' })
})
