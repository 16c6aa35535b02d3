import type { IncomingHttpHeaders } from 'node:http'
import type { DynamoDBRecord } from 'aws-lambda'
import batchGetItem from 'dynalite/actions/batchGetItem.js'
import createTable from 'dynalite/actions/createTable.js'
import describeTable from 'dynalite/actions/describeTable.js'
import getItem from 'dynalite/actions/getItem.js'
import putItem from 'dynalite/actions/putItem.js'
import query from 'dynalite/actions/query.js'
import scan from 'dynalite/actions/scan.js'
import updateItem from 'dynalite/actions/updateItem.js'
import conditionParser from 'dynalite/db/conditionParser.js'
import engine, { type Store, type Table } from 'dynalite/db/index.js'
import projectionParser from 'dynalite/db/projectionParser.js'
import updateParser from 'dynalite/db/updateParser.js'
import batchGetItemRules from 'dynalite/validations/batchGetItem.js'
import createTableRules from 'dynalite/validations/createTable.js'
import describeTableRules from 'dynalite/validations/describeTable.js'
import getItemRules from 'dynalite/validations/getItem.js'
import validations, { type Type, type Types } from 'dynalite/validations/index.js'
import putItemRules from 'dynalite/validations/putItem.js'
import queryRules from 'dynalite/validations/query.js'
import scanRules from 'dynalite/validations/scan.js'
import updateItemRules from 'dynalite/validations/updateItem.js'
import { askerOf, whyDenied } from './access.ts'
import { changeStream } from './changeStream.ts'
import { remembered } from './rememberedParse.ts'

/**
 * DynamoDB's operations that Payfriend uses, and Scan, with which tests read whole tables. Any other is
 * refused, so that no new one is used unnoticed.
 */
const operations = new Map([
  ['DynamoDB_20120810.CreateTable', { action: createTable, rules: createTableRules }],
  ['DynamoDB_20120810.DescribeTable', { action: describeTable, rules: describeTableRules }],
  ['DynamoDB_20120810.GetItem', { action: getItem, rules: getItemRules }],
  ['DynamoDB_20120810.BatchGetItem', { action: batchGetItem, rules: batchGetItemRules }],
  ['DynamoDB_20120810.PutItem', { action: putItem, rules: putItemRules }],
  ['DynamoDB_20120810.Scan', { action: scan, rules: scanRules }],
  ['DynamoDB_20120810.UpdateItem', { action: updateItem, rules: updateItemRules }],
  ['DynamoDB_20120810.Query', { action: query, rules: queryRules }],
])

export type DatabaseCall = { readonly headers: IncomingHttpHeaders; readonly body: string }
export type DatabaseReply = { readonly status: number; readonly body: object }
export type DatabaseEngine = Awaited<ReturnType<typeof openEngine>>

export type EngineOptions = {
  /** A folder; in memory without one. */
  readonly path?: string | undefined
  /** The tables with a stream. */
  readonly streamed?: readonly string[]
  readonly tell?: (record: DynamoDBRecord) => void
}

/**
 * dynalite's engine behind DynamoDB's protocol, in this thread. Several engines are independent of each other.
 *
 * dynalite's own server is not used: it silently drops unknown parameters (so a guard that works in AWS
 * would not exist here), accepts an empty string as an index key, and would read and parse each request
 * a second time behind another server.
 */
export async function openEngine({ path, streamed, tell }: EngineOptions = {}) {
  const store = engine.create({ createTableMs: 0, ...(path && { path }) })
  // Opened now, so that a folder that another process uses is an error at the start.
  await store.db.open()
  keepTables(store)
  if (streamed && tell) noteChange.set(store, changeStream(store, streamed, tell))

  const underWay = new Set<Promise<DatabaseReply>>()

  return {
    /** The answer to one request, as AWS would word it. */
    answer(call: DatabaseCall): Promise<DatabaseReply> {
      const reply = new Promise<DatabaseReply>((resolve) => {
        try {
          run(store, call, resolve)
        } catch (error) {
          refuse(resolve, error)
        }
      })
      underWay.add(reply)
      void reply.then(() => underWay.delete(reply))
      return reply
    },

    /** Waits for the requests under way: a write has several steps. */
    async close() {
      await Promise.all(underWay)
      await new Promise<void>((resolve, reject) =>
        store.db.close((error) => (error ? reject(error) : resolve())),
      )
    },
  }
}

/**
 * Cache the description of an active table. It cannot change any more, and the engine would read and
 * parse it again for each request, which is a third of a GetItem's time.
 */
function keepTables(store: Store) {
  const tables = new Map<string, Table>()
  const getTable = store.getTable
  store.getTable = (name, ...rest) => {
    const done = rest.at(-1) as Found
    const known = tables.get(name)
    if (known) return done(null, known)
    const found: Found = (error, table) => {
      if (table?.TableStatus === 'ACTIVE') tables.set(name, table)
      done(error, table)
    }
    getTable(name, ...rest.with(-1, found))
  }
}

type Found = (error: unknown, table?: Table) => void

type Respond = (reply: DatabaseReply) => void

/** Check a request in AWS's order (caller, operation, JSON, rights, types, validity), then run it. */
function run(store: Store, { headers, body }: DatabaseCall, respond: Respond) {
  const { authorization, 'x-amz-target': target } = headers
  if (!authorization?.startsWith('AWS4-')) {
    return fail(respond, 'MissingAuthenticationTokenException', 'Missing Authentication Token')
  }
  const asker = askerOf(authorization)
  if (!asker) {
    const words = 'The security token included in the request is invalid.'
    return fail(respond, 'UnrecognizedClientException', words)
  }
  const operation = operations.get(String(target))
  if (!operation) {
    return fail(respond, 'UnknownOperationException', `${target} is not used by Payfriend`)
  }
  const parameters = parse(body)
  if (!parameters) return fail(respond, 'SerializationException', 'Not a JSON object')
  const denied = whyDenied(asker, String(target).replace(/^.*\./, ''), parameters)
  if (denied) return fail(respond, 'AccessDeniedException', denied)

  const { action, rules } = operation
  refuseUnknown(parameters, rules.types, '')
  const data = validations.checkTypes(parameters, rules.types)
  validations.checkValidations(data, rules.types, rules.custom, store)
  action(store, data, (error, result) => {
    if (error instanceof EmptyIndexKey) {
      const words = action === putItem ? error.put : error.update
      refuse(
        respond,
        engine.validationError(`One or more parameter values are not valid. ${words}`),
      )
    } else if (error) refuse(respond, error)
    else respond({ status: 200, body: result })
  })
}

function parse(body: string): object | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * Refuse any parameter that the engine would drop, at any depth. AWS supports some of them
 * (`ReturnValuesOnConditionCheckFailure`, streams, tags): code that relies on them must fail here and
 * not seem to work.
 */
function refuseUnknown(value: object, types: Types, path: string) {
  for (const [name, child] of Object.entries(value)) {
    const type = Object.hasOwn(types, name) ? types[name] : undefined
    if (!type) {
      throw engine.validationError(
        `The local database does not support the parameter ${path}${name}`,
      )
    }
    if (typeof type !== 'string') refuseUnknownWithin(child, type, `${path}${name}.`)
  }
}

function refuseUnknownWithin(value: unknown, { type, children }: Type, path: string) {
  // The names and values of attributes are data, not parameters.
  if (typeof value !== 'object' || !value || typeof children !== 'object') return
  if (/^(List|Map|ParameterizedMap)/.test(type)) {
    for (const member of Object.values(value)) refuseUnknownWithin(member, children as Type, path)
  } else {
    refuseUnknown(value, children as Types, path)
  }
}

for (const parser of [conditionParser, projectionParser, updateParser]) {
  parser.parse = remembered(parser.parse)
}

const writeIndexes = engine.updateIndexes
/** The function to call before each write to a store. */
const noteChange = new WeakMap<Store, ReturnType<typeof changeStream>>()

/**
 * Refuse an empty string as an index key, as AWS does, with different messages for a put and an
 * update. Checked here and not in the request, because here the item after an update is known;
 * nothing has been written yet.
 */
engine.updateIndexes = (store, table, before, after, done) => {
  for (const { IndexName, KeySchema } of table.GlobalSecondaryIndexes ?? []) {
    const empty = KeySchema.find(({ AttributeName }) => after?.[AttributeName]?.S === '')
    if (empty) return done(new EmptyIndexKey(IndexName, empty.AttributeName))
  }
  noteChange.get(store)?.(table, before, after)
  writeIndexes(store, table, before, after, done)
}

class EmptyIndexKey extends Error {
  readonly put: string
  readonly update =
    'The update expression attempted to update a secondary index key to a value that is not ' +
    'supported. The AttributeValue for a key attribute cannot contain an empty string value.'

  constructor(index: string, key: string) {
    super('empty index key')
    this.put =
      'A value specified for a secondary index key is not supported. The AttributeValue for a ' +
      `key attribute cannot contain an empty string value. IndexName: ${index}, IndexKey: ${key}`
  }
}

/** The engine's refusals contain AWS's answer; any other error is a fault of the engine. */
function refuse(respond: Respond, error: unknown) {
  if (error instanceof Error && 'statusCode' in error && 'body' in error) {
    return respond({ status: Number(error.statusCode), body: Object(error.body) })
  }
  console.error(error)
  respond({
    status: 500,
    body: { __type: `${ERRORS}InternalServerError`, message: 'The engine failed' },
  })
}

const ERRORS = 'com.amazonaws.dynamodb.v20120810#'

function fail(respond: Respond, name: string, message: string) {
  respond({ status: 400, body: { __type: `com.amazon.coral.service#${name}`, message } })
}
