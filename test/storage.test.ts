/**
 * `docs/storage.md` says what lies in the tables and who wrote it. Stored names are frozen from the first release on:
 * whoever adds an attribute, or writes one from another Lambda, says so there.
 */
import { readFileSync } from 'node:fs'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { paymentWithHistoryOf } from '../functions/adapters/dynamodb/paymentHistory.ts'
import { isBar } from '../functions/adapters/dynamodb/paymentItem.ts'
import { devices, limits, lockout, payers } from '../functions/composition.ts'
import { PAYER_EVENTS } from '../functions/core/payerTrail.ts'
import { type TableShape, tables } from '../functions/tables.ts'
import {
  type Attribute,
  attributeOf,
  KINDS,
  type Kind,
  nothingWritten,
} from './harness/attributeWrites.ts'
import { writeEverything } from './harness/everyWrite.ts'
import { startHarness } from './harness/harness.ts'

const HEADINGS: Readonly<Record<Kind, string>> = {
  payment: '### A payment',
  bar: '### What keeps a payment from being stored',
  payer: '### A payer',
  invite: '### An invitation to add a device',
  starts: '### Counter of payments started',
  paying: '### Counter of texts for payments',
  proving: '### Counter of texts that verify a number, by payer',
  number: '### Counter of texts that verify a number, by number',
  stage: '### Counter of all texts of the stage',
  invitations: '### Invitations of a payer in an hour',
  reminders: '### Reminders of devices that wait',
}

const sections = readFileSync('docs/storage.md', 'utf8').split(/^(?=##)/m)

function section(heading: string): string {
  const found = sections.find((one) => one.startsWith(`${heading}\n`))
  if (!found) throw new Error(`docs/storage.md has no ${heading}`)
  return found
}

/** The rows of the table that begins with these columns; what is code there is told as plain text. */
function rows(text: string, ...columns: string[]): string[][] {
  const lines = text.replaceAll('`', '').split('\n')
  const from = lines.indexOf(`| ${columns.join(' | ')} |`)
  if (from < 0) throw new Error(`no table of ${columns.join(', ')}`)
  const end = lines.indexOf('', from)
  const found = lines.slice(from + 2, end < 0 ? undefined : end)
  return found.map((line) => line.slice(2, -2).split(' | '))
}

const namesIn = (cell: string | undefined) => cell?.split(', ') ?? []
const sorted = (values: Iterable<unknown>) => [...values].map(String).sort()

const attributesOf = (kind: Kind) => {
  const found = rows(section(HEADINGS[kind]), 'Attribute', 'Form', 'Meaning', 'There', 'Written by')
  return found.map(([name = '', form = '', , there, by = '']) => {
    const [writers, removers] = by.split('; removed by ')
    return {
      name,
      type: form.split(':')[0],
      isAlways: there === 'always',
      writers: sorted(namesIn(writers)),
      removers: sorted(namesIn(removers)),
    }
  })
}

function exampleOf(kind: Kind): Readonly<Record<string, unknown>> {
  const [, json = ''] = /```json\n(.*?)```/s.exec(section(HEADINGS[kind])) ?? []
  return JSON.parse(json)
}

const all = nothingWritten()
beforeAll(() => writeEverything(all))

test('each kind of item that is ever written is in the document', () => {
  expect(sorted(all.kinds.keys())).toEqual(sorted(KINDS))
})

describe.each(KINDS)('of the kind %s', (kind) => {
  const written = () => all.kinds.get(kind)?.attributes ?? new Map<string, Attribute>()

  test('the document has every attribute, and none that is never written', () => {
    expect(sorted(attributesOf(kind).map(({ name }) => name))).toEqual(sorted(written().keys()))
  })

  test('each attribute has the type that the document says, and is always there if it says so', () => {
    const images = all.kinds.get(kind)?.images
    const found = [...written()].map(([name, attribute]) => [
      name,
      { type: [...attribute.types].join(), isAlways: attribute.images === images },
    ])
    const told = attributesOf(kind).map(({ name, type, isAlways }) => [name, { type, isAlways }])
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(found))
  })

  test('each attribute is written and removed by whom the document says', () => {
    const found = [...written()].map(([name, { writers, removers }]) => [
      name,
      { writers: sorted(writers), removers: sorted(removers) },
    ])
    const told = attributesOf(kind).map(({ name, writers, removers }) => [
      name,
      { writers, removers },
    ])
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(found))
  })

  test('the example has only such attributes, and all that are always there', () => {
    const told = new Map(attributesOf(kind).map((attribute) => [attribute.name, attribute]))
    const example = Object.entries(exampleOf(kind))
    expect(
      example.map(([name, value]) => [
        name,
        TYPES[told.get(attributeOf(name))?.type ?? '']?.(value),
      ]),
    ).toEqual(example.map(([name]) => [name, true]))
    const always = [...told.values()].filter(({ isAlways }) => isAlways)
    expect(example.map(([name]) => attributeOf(name))).toEqual(
      expect.arrayContaining(always.map(({ name }) => name)),
    )
  })
})

/** What a value of a type looks like in JSON. */
const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  S: (value) => typeof value === 'string',
  N: (value) => typeof value === 'number',
  BOOL: (value) => typeof value === 'boolean',
  M: (value) => typeof value === 'object' && !Array.isArray(value),
  L: Array.isArray,
  NS: Array.isArray,
  SS: Array.isArray,
}

test('every entry of a history and of an audit trail is in the document, with who writes it', () => {
  const history = rows(section(HEADINGS.payment), 'Event', 'Channel', 'By', 'Written by')
  const audit = rows(section(HEADINGS.payer), 'Event', 'By', 'Written by')
  const told = [...history, ...audit].map((row) => [
    row.slice(0, -1).join(' '),
    sorted(namesIn(row.at(-1))),
  ])
  const found = [...all.entries].map(([entry, writers]) => [entry, sorted(writers)])
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(found))
})

test('no entry of an audit trail has a name, a number or an e-mail address', () => {
  const events = new Set([...all.audited].map((entry) => JSON.parse(entry).event))
  expect(sorted(events)).toEqual(sorted(PAYER_EVENTS))
  const personal = /@|\+\d|Ada’s|"(name|number|email|reference|digits|signing)"/
  expect([...all.audited].filter((entry) => personal.test(entry))).toEqual([])
})

test('every field of evidence is in the document, with the kinds that have it', () => {
  const found = new Map([...all.evidence].map(([kind, fields]) => [kind, sorted(fields)]))
  const told = rows(section(HEADINGS.payment), 'Field', 'Meaning', 'In')
  const inKind = (kind: string) =>
    sorted(
      told
        .filter(([, , kinds]) => kinds === 'all' || namesIn(kinds).includes(kind))
        .map(([field]) => field),
    )
  expect(new Map([...found.keys()].map((kind) => [kind, inKind(kind)]))).toEqual(found)
  expect(sorted(new Set(told.flatMap(([, , kinds]) => namesIn(kinds))))).toEqual(
    sorted(['all', ...found.keys()]),
  )
})

test('the examples are read by the adapters as what they are', async () => {
  const harness = await startHarness()
  for (const kind of KINDS) {
    const TableName = kind === 'payment' || kind === 'bar' ? 'payments' : 'users'
    await harness.documents.send(new PutCommand({ TableName, Item: exampleOf(kind) }))
  }
  const [payment, payer, starts, paying, proving] = (
    ['payment', 'payer', 'starts', 'paying', 'proving'] as const
  ).map(exampleOf)
  const { world } = harness
  const payerId = String(payer?.user_id)
  expect(paymentWithHistoryOf(payment)).toMatchObject({
    payerId,
    history: payment?.history,
    outcome: { status: 'approved', evidence: payment?.evidence },
  })
  expect(isBar(exampleOf('bar'))).toBe(true)
  expect(await payers(world).get(payerId)).toMatchObject({
    pending: { verificationId: payer?.pending_id, currentPassed: true },
    trail: { recent: payer?.audit_recent },
    devices: {
      all: [{ name: 'Ada’s phone', boundBy: 'text' }],
      pending: { name: 'Ada’s tablet', tries: 0 },
      invitation: { isNow: false, until: new Date('2026-11-28T12:02:00.000Z') },
      recoveryStoppedAt: new Date('2026-11-21T12:04:30.000Z'),
    },
    startsLock: { until: new Date('2026-11-21T12:09:12.000Z'), locks: 1 },
  })
  const due = await devices(world).dueReminders(new Date('2026-11-21T18:03:00.000Z'))
  expect(due).toMatchObject([{ payerId, deviceId: Object.keys(Object(payer?.devices))[0] }])
  const invite = exampleOf('invite')
  const [, hash = ''] = String(invite.user_id).split('#')
  expect(await devices(world).invitation(hash)).toMatchObject({ payerId, email: invite.email })
  expect(await limits(world).readStarts(payerId)).toMatchObject({ unfinished: starts?.unfinished })
  expect(await limits(world).readTexts(payerId, harness.clock.now())).toEqual({
    paying: { day: paying?.uses, hour: paying?.uses_at_12 },
    proving: { day: proving?.uses, hour: proving?.uses_at_12 },
  })
  // It finds the example's one attempt, and counts the second.
  await lockout(world).reserve(payerId, harness.clock.now())
  const counted = (await harness.all('users')).find(({ user_id }) => user_id === payerId)
  expect(counted?.failed_attempts).toBe(Number(payer?.failed_attempts) + 1)
  await harness.close()
})

test('the indexes and the time to live are those of the document', () => {
  const text = section('## Keys, indexes, streams')
  const told = rows(text, 'Index', 'Partition key', 'Sort key', 'Holds', 'For')
  const found = Object.entries<TableShape>(tables).flatMap(([table, { partitionKey, indexes }]) => [
    [table, partitionKey.name, '–', 'ALL'],
    ...Object.entries(indexes).map(([name, { partitionKey, sortKey, projection }]) => [
      `${table}/${name}`,
      partitionKey.name,
      sortKey?.name ?? '–',
      projection,
    ]),
  ])
  expect(told.map((row) => row.slice(0, 4))).toEqual(found)
  expect(
    Object.entries<TableShape>(tables).flatMap(([table, { ttl }]) => (ttl ? [table, ttl] : [])),
  ).toEqual(/Time to live: `(\w+)` by `(\w+)`/.exec(text)?.slice(1))
})
