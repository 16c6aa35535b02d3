/**
 * The tables held against the list of those that a release has deployed. A table with another key would be a new, empty
 * one, and CloudFormation changes one index of a table in a deployment: the runbook, "An index is added or changed".
 */
import { expect, test } from 'vitest'
import { type TableShape, tables } from '../../functions/tables.ts'
import released from './releasedTables.json' with { type: 'json' }

type Released = {
  readonly key: string
  readonly ttl: string | null
  /** By name: its keys and what it holds. */
  readonly indexes: Readonly<Record<string, string>>
}

const spelled = ({ name, type }: TableShape['partitionKey']) => `${name} ${type}`

const shapeOf = ({ partitionKey, ttl, indexes }: TableShape): Released => ({
  key: spelled(partitionKey),
  ttl: ttl ?? null,
  indexes: Object.fromEntries(
    Object.entries(indexes).map(([name, { partitionKey, sortKey, projection }]) => {
      const keys = [partitionKey, ...(sortKey ? [sortKey] : [])]
      return [name, [...keys.map(spelled), projection].join(', ')]
    }),
  ),
})

/** Why a deployed table cannot become this one in one deployment. */
function obstacles(before: Released, now: Released): string[] {
  const names = [...new Set([...Object.keys(before.indexes), ...Object.keys(now.indexes)])]
  const changed = names.filter((name) => before.indexes[name] !== now.indexes[name])
  const inPlace = changed.filter((name) => before.indexes[name] && now.indexes[name])
  return [
    ...(before.key === now.key ? [] : [`the key is ${before.key}, and cannot become ${now.key}`]),
    ...inPlace.map((name) => `the index ${name} cannot be changed: give it another name`),
    ...(changed.length > 1 ? [`one index a deployment, and here are ${changed.join(', ')}`] : []),
  ]
}

const now = { PaymentsTable: shapeOf(tables.payments), UsersTable: shapeOf(tables.users) }

test.each(Object.entries<Released>(released))(
  '%s can become what is deployed next, in one deployment',
  (name, before) => {
    expect(obstacles(before, now[name as keyof typeof now])).toEqual([])
  },
)

test('no table is in the list that is not there any more, and none is missing', () => {
  expect(Object.keys(released)).toEqual(Object.keys(now))
})

test('what goes by itself stays what it is: payments never do', () => {
  expect(now.PaymentsTable.ttl).toBe(released.PaymentsTable.ttl)
  expect(now.UsersTable.ttl).toBe(released.UsersTable.ttl)
})

const { PaymentsTable: before } = released
const withIndexes = (indexes: Record<string, string>) => ({
  ...before,
  indexes: { ...before.indexes, ...indexes },
})

test.each([
  ['nothing that changed', before, []],
  ['one new index', withIndexes({ reference: 'reference S, KEYS_ONLY' }), []],
  [
    'another key',
    { ...before, key: 'payment_id N' },
    ['the key is payment_id S, and cannot become payment_id N'],
  ],
  [
    'two new indexes at once',
    withIndexes({ reference: 'reference S, KEYS_ONLY', payee: 'payee_id S, ALL' }),
    ['one index a deployment, and here are reference, payee'],
  ],
  [
    'an index that changed under its name',
    withIndexes({ open: 'open_shard S, expires_at S, ALL' }),
    ['the index open cannot be changed: give it another name'],
  ],
] as const)('of %s it is told what stands in the way', (_, next, told) => {
  expect(obstacles(before, next)).toEqual(told)
})
